"""The card in a reader of the PC/SC daemon, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.adapters.as_it_is import CardAsItIsPort
from onecard.conformance.adapters.lacks import blamed_on_environment
from onecard.conformance.adapters.pcsc_link import PcscLink
from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.virtual_cards.pcsc_stack.system_pcscd import START
from onecard.virtual_cards.readers.pcsc import list_readers

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SystemReaderPort"]

_INSERTION_LIMIT_S = 30.0


class SystemReaderPort(CardAsItIsPort):
    """See :class:`~onecard.conformance.adapters.port.CardPort`.

    Args:
        reader: exact name of the reader, or a part that no other reader's name has.
        limit_s: how long one PC/SC call may take, in seconds.
        insertion_limit_s: how long a case waits for a card that was taken out.

    Raises:
        InputError: no reader or several have this name.
        EnvironmentLacksError: no daemon, no pyscard, no card in the reader, or another program holds it.
    """

    def __init__(self, reader: str, *, limit_s: float, insertion_limit_s: float = _INSERTION_LIMIT_S) -> None:
        self._insertion_limit_ms = int(insertion_limit_s * 1000)
        with blamed_on_environment():
            self._link = PcscLink(_only_reader(reader), limit_s=limit_s)
        try:
            super().__init__(f"pcsc:{reader}", self._first_atr())
        except BaseException:
            self._link.close()
            raise

    def reset(self) -> bytes:
        """Cold reset."""
        return self._link.cycle_power()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        return self._link.exchange(command)

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        self._link.together(action)

    def close(self) -> None:
        """Power the card off and let go of the reader."""
        self._link.close()

    def _await_card(self) -> None:
        if not self._link.wait(present=True, timeout_ms=self._insertion_limit_ms):
            raise CardGoneError("no card in the reader")

    def _first_atr(self) -> bytes:
        try:
            return self._link.cycle_power()
        except CardGoneError as error:
            raise EnvironmentLacksError(str(error), remedy="put a card into the reader") from error
        except AdapterError as error:
            raise EnvironmentLacksError(str(error), remedy="end the other program") from error


def _only_reader(name: str) -> str:
    readers = list_readers()
    if not readers:
        raise EnvironmentLacksError(
            "the PC/SC daemon has no reader", remedy=f"connect one, or start the daemon anew: {START}"
        )
    fitting = [each for each in readers if each == name] or [each for each in readers if name in each]
    if len(fitting) != 1:
        what = "several readers have this in their name" if fitting else "no such PC/SC reader"
        raise InputError(what, where="IUT pcsc:", value=name, allowed=", ".join(fitting or readers))
    return fitting[0]
