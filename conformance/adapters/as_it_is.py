"""What ports to a card have in common that nobody can make anew: it is as it is, and stays where it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from onecard.conformance.adapters.port import AdapterError, Traits
from onecard.virtual_cards.iso7816.atr import parse_atr

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CardAsItIsPort", "face_name"]

_CONTACTLESS = {"TD1": 0x80, "TD2": 0x01}
"""Interface bytes of the ATR that PC/SC part 3 §3.1.3.2.3 gives a contactless card: T=0, then T=1."""


def face_name(atr: bytes) -> str:
    """Return the face over which a reader talks to a card, by the ATR that it presents."""
    try:
        interface = dict(parse_atr(atr).interface)
    except ValueError:
        return "contact"
    return "contactless" if interface == _CONTACTLESS else "contact"


class CardAsItIsPort(ABC):
    """See :class:`~onecard.conformance.adapters.port.CardPort`.

    Args:
        name: the string by which it was asked for.
        atr: of the card that is there.
    """

    def __init__(self, name: str, atr: bytes) -> None:
        self.name = name
        self.traits = Traits(fresh=False, faces=frozenset({face_name(atr)}))

    def prepare(self, case: str, personality: str, face: str) -> None:
        """Wait, with a bound, until the card is there."""
        self._await_card()

    @abstractmethod
    def reset(self) -> bytes:
        """Cold reset; the answer to reset, empty if there is none."""

    @abstractmethod
    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; empty if there is no answer."""

    def tear(self, command: bytes, after_bytes: int) -> bytes:
        """Refuse: no plan asks for it."""
        raise AdapterError("this adapter cannot take the power away in a command")

    def remove(self) -> None:
        """Refuse."""
        raise AdapterError("this adapter cannot take the card out")

    def insert(self) -> bytes:
        """Refuse."""
        raise AdapterError("this adapter cannot put a card in")

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        action()

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; may be called again."""

    @abstractmethod
    def _await_card(self) -> None:
        """Wait until the card is there (``CardGoneError``: it did not come in time)."""
