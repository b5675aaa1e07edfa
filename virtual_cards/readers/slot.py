"""One slot of the driver: a card, the link to the driver, and who hears of it.

To insert is to connect, to remove is to cut the connection; a *swap* changes the card behind it, which costs
nothing. Methods for users hand their work to the host's thread; all else runs there.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.readers.served_card import ServedCard
from onecard.virtual_cards.readers.slot_events import (
    SlotError,
    SlotEvent,
    SlotEventKind,
    SlotState,
    SlotTakenError,
)
from onecard.virtual_cards.readers.slot_link import TAKEN, LinkSettings, SlotLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard
    from onecard.virtual_cards.readers.vpcd import Message

__all__ = ["Slot", "SlotSettings"]


class SlotSettings(LinkSettings, Protocol):
    """What a slot needs of its host."""

    observer: Callable[[SlotEvent], None] | None
    defects: list[Exception]


class Slot:
    """One slot of the driver; made by :meth:`SlotHost.open`. Its methods may be called from any thread."""

    def __init__(self, host: SlotSettings, address: str, port: int, name: str) -> None:
        self.host = host
        self.address = address
        self.port = port
        self.name = name
        self.state = SlotState.EMPTY
        self.detail = ""
        """Why the slot failed, or what it waits for."""
        self._told = ""
        """What the observer knows that the slot waits for."""
        self._served: ServedCard | None = None
        self._link = SlotLink(host, (address, port), self)
        self._changed = threading.Condition()

    def __str__(self) -> str:
        return self.name

    @property
    def card(self) -> PoweredCard | None:
        """The card in the slot."""
        served = self._served
        return served.card if served is not None else None

    def insert(self, card: PoweredCard, face: Face = CONTACT) -> None:
        """Put a card in; :meth:`wait` tells when the driver has noticed it.

        Raises:
            SlotError: there is a card in the slot.
        """
        self.host.loop.call(lambda: self._insert(card, face))

    def remove(self) -> None:
        """Take the card out, in the middle of anything; nothing happens if there is none."""
        self.host.loop.call(lambda: self._remove("by the host"))

    def swap(self, card: PoweredCard, face: Face | None = None) -> None:
        """Change the card behind the slot; a client sees the new one's ATR after its next reset.

        Args:
            card: the new card; it gets power at once if the old one had it.
            face: the face that it shows; the old one's if not given.

        Raises:
            SlotError: there is no card to swap.
        """
        self.host.loop.call(lambda: self._swap(card, face))

    def wait(self, *states: SlotState, timeout_s: float = 10.0) -> SlotState:
        """Wait until the slot is in one of these states (``PRESENT`` if none is given) and return it.

        Raises:
            SlotTakenError: another program's card holds the slot.
            SlotError: the slot failed, or the time is up.
        """
        wanted = states or (SlotState.PRESENT,)
        with self._changed:
            self._changed.wait_for(lambda: self.state in (*wanted, SlotState.FAILED), timeout_s)
            state, detail = self.state, self.detail
        if state in wanted:
            return state
        if state is SlotState.FAILED:
            raise (SlotTakenError if detail == TAKEN else SlotError)(f"slot {self.name}: {detail}")
        names = " or ".join(each.value for each in wanted)
        why = f" ({detail})" if detail else ""
        raise SlotError(f"slot {self.name}: {state.value}{why}, not {names}, after {timeout_s:g} s")

    # What follows runs in the host's thread.

    def on_state(self, state: SlotState, detail: str) -> None:
        """Take over the link's state, and tell what it means for the card."""
        with self._changed:
            self.state, self.detail = state, detail
            self._changed.notify_all()
        if state is SlotState.PRESENT:
            self._told = ""
            self._tell(SlotEventKind.INSERTED)
        elif state is SlotState.FAILED:
            self._power_off()
            self._tell(SlotEventKind.FAILED, detail=detail)
        elif detail:  # the driver is gone, or was never there
            self._power_off()
            if detail != self._told:
                self._told = detail
                self._tell(SlotEventKind.WAITING, detail=detail)

    def on_silence(self) -> None:
        """Tell that the driver waited for an answer to nothing."""
        self._tell(SlotEventKind.MUTE, detail="the driver waits for an answer to no command")

    def on_message(self, message: Message) -> None:
        """Let the card do what the driver says."""
        served = self._served
        if served is None:
            return
        try:
            reply = served.handle(message)
        except Exception as error:  # a card's defect ends its slot, not the others
            self.host.defects.append(error)
            self._link.fail(f"the card raised {type(error).__name__}: {error}")
            return
        if reply.kind is SlotEventKind.REMOVED:
            self._remove("the card left by itself")
            return
        if reply.kind is SlotEventKind.MUTE:
            self._link.connect()
        elif reply.payload is not None:
            self._link.send(reply.payload, reply.delay_us)
        if reply.kind is not None and self.host.observer is not None:
            self._tell(reply.kind, message if isinstance(message, bytes) else b"", reply.response)

    def _insert(self, card: PoweredCard, face: Face) -> None:
        if self._served is not None:
            raise SlotError(f"slot {self.name} holds a card already: remove it first, or swap it")
        self._served = ServedCard(card, face)
        self._link.begin()

    def _remove(self, why: str) -> None:
        if self._served is not None:
            self._link.end()
            self._power_off()
            self._served = None
            with self._changed:
                self.state, self.detail = SlotState.EMPTY, ""
                self._changed.notify_all()
            self._tell(SlotEventKind.REMOVED, detail=why)

    def _swap(self, card: PoweredCard, face: Face | None) -> None:
        served = self._served
        if served is None:
            raise SlotError(f"slot {self.name} is empty: insert the card")
        served.swap(card, face or served.face)
        self._tell(SlotEventKind.SWAPPED, response=served.atr if served.powered else b"")

    def _power_off(self) -> None:
        if self._served is not None:
            try:
                self._served.power_off()
            except Exception as error:  # raised when the host closes
                self.host.defects.append(error)

    def _tell(
        self, kind: SlotEventKind, command: bytes = b"", response: bytes = b"", detail: str = ""
    ) -> None:
        observer = self.host.observer
        if observer is not None:
            try:
                observer(SlotEvent(self, kind, command, response, detail))
            except Exception as error:  # raised when the host closes
                self.host.defects.append(error)
