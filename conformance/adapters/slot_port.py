"""A card of ours behind a slot: the harness's reader on one side, the card in the slot's host on the other.

One :class:`~onecard.conformance.adapters.held_card.HeldCard` stays in the slot; a case's card is changed
behind it, which costs a call into the host's thread. Reader, driver and card take turns, so they share a
core. The slot is only emptied and filled where a case takes the card out, because a PC/SC daemon takes half a
second to notice.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

from onecard.conformance.adapters.in_process import HeldCardPort
from onecard.conformance.adapters.port import AdapterError
from onecard.conformance.adapters.vpcd_driver import AMBIGUOUS
from onecard.virtual_cards.pcsc_stack.errors import PcscError
from onecard.virtual_cards.readers.one_core import OneCore
from onecard.virtual_cards.readers.slots import SlotHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.adapters.in_process import CardMaker
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.readers.slots import Slot

__all__ = ["SlotCardPort", "SlotReader"]


class SlotReader(Protocol):
    """The harness's side of a slot; raises :class:`AdapterError` when it breaks."""

    @property
    def port(self) -> int:
        """TCP port at which it waits for the card."""
        ...

    def await_card(self, slot: Slot) -> None:
        """Wait until the card that was put in is noticed."""
        ...

    def await_removal(self) -> None:
        """Wait until the card that was taken out is missed."""
        ...

    def cycle_power(self) -> bytes:
        """Cold reset; the ATR, empty: mute."""
        ...

    def exchange(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        ...

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        ...

    def close(self) -> None:
        """End it; may be called again."""
        ...


class SlotCardPort(HeldCardPort):
    """A card of ours through a slot.

    Args:
        name: the string by which it was asked for.
        make: what makes a card.
        faces: faces that the card has.
        reference: whether it is one of ours.
        reader: makes the harness's side; that is ended with the port.
    """

    def __init__(
        self,
        name: str,
        make: CardMaker,
        *,
        faces: frozenset[str],
        reader: Callable[[], SlotReader],
        reference: bool = True,
    ) -> None:
        super().__init__(name, make, faces=faces, reference=reference)
        with contextlib.ExitStack() as opened:
            self._core = OneCore()
            opened.callback(self._core.end)
            self._reader = reader()
            opened.callback(self._reader.close)
            self._host = SlotHost()
            opened.pop_all()
        self._slot = self._host.open(self._reader.port)

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        self._reader.together(action)

    def close(self) -> None:
        """Take the card out and end what stands between; may be called again."""
        self._inside = False
        self._held.card = None
        try:
            with contextlib.suppress(PcscError):  # a card that is stuck in its own code: left behind
                self._host.stop()
        finally:
            self._reader.close()
            self._core.end()

    def _place(self, card: PoweredCard, face: Face) -> None:
        with _blamed():
            self._host.loop.call(lambda: self._held.put(card, face))
        self._put_back()

    def _cycle_power(self) -> bytes:
        with _blamed():
            return self._reader.cycle_power()

    def _exchange(self, command: bytes) -> bytes:
        if command in AMBIGUOUS:
            shown = command.hex().upper() or "no bytes"
            raise AdapterError(f"the transport cannot carry this command: {shown}")
        with _blamed():
            return self._reader.exchange(command)

    def _take_out(self) -> None:
        with _blamed():
            self._slot.remove()
            self._reader.await_removal()

    def _put_back(self) -> None:
        if self._slot.card is None:
            with _blamed():
                self._slot.insert(self._held)
                self._reader.await_card(self._slot)


@contextlib.contextmanager
def _blamed() -> Iterator[None]:
    """Blame what goes wrong between card and reader on the adapter; details are in the error's note."""
    try:
        yield
    except PcscError as error:
        blamed = AdapterError("the way between the reader and the card broke")
        blamed.add_note(str(error))
        raise blamed from error
