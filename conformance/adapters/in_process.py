"""A card of ours in this process: made anew for each case, no reader between.

The rules of a card of ours are here for every transport: :class:`HeldCardPort` knows what a hand may do with
a card, and a transport says only how power, commands and the card itself come and go.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.adapters.held_card import SILENCE, HeldCard
from onecard.conformance.adapters.port import AdapterError, CardGoneError, Traits
from onecard.virtual_cards.faces import FACES

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["CardMaker", "HeldCardPort", "InProcessPort"]

CardMaker = Callable[[str, str], "PoweredCard"]
"""Personality and case id → a card without power."""


class HeldCardPort(ABC):
    """See :class:`~onecard.conformance.adapters.port.CardPort`; what stands between is a subclass's.

    Args:
        name: the string by which it was asked for.
        make: what makes a card; a defect's maker makes a wrong one.
        faces: faces that the card has.
        reference: whether it is one of ours, by which every clause binds.
    """

    def __init__(self, name: str, make: CardMaker, *, faces: frozenset[str], reference: bool = True) -> None:
        self.name = name
        self.traits = Traits(
            fresh=True, faces=faces, tears=True, hot_plug=True, parallel=True, reference=reference
        )
        self._make = make
        self._held = HeldCard()
        self._inside = False
        self._awake = False
        """Whether it answered to its reset and has had power since: a reader speaks to no other."""

    def prepare(self, case: str, personality: str, face: str) -> None:
        """Make the card of a case."""
        self._place(self._make(personality, case), FACES[face])
        self._inside, self._awake = True, False

    def reset(self) -> bytes:
        """Power off and on."""
        self._require_inside()
        self._held.expect()
        self._awake = False
        atr = self._checked(self._cycle_power(), b"")
        self._awake = bool(atr)
        return atr

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        self._require_inside()
        if not self._awake:
            return b""
        self._held.expect()
        return self._checked(self._exchange(command), SILENCE)

    def tear(self, command: bytes, after_bytes: int) -> bytes:
        """Exchange one APDU with a supply that fails."""
        self._require_inside()
        if not self._awake:
            return b""
        self._awake = False
        self._held.expect(supply=after_bytes)
        return self._checked(self._exchange(command), SILENCE)

    def remove(self) -> None:
        """Take the card out."""
        self._require_inside()
        self._take_out()
        self._inside = self._awake = False

    def insert(self) -> bytes:
        """Put it back."""
        self._put_back()
        self._inside = True
        return self.reset()

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        action()

    @abstractmethod
    def close(self) -> None:
        """Let go of the card, and of what stands between."""

    @abstractmethod
    def _place(self, card: PoweredCard, face: Face) -> None:
        """Change the card that is held; in the reader if it was not."""

    @abstractmethod
    def _cycle_power(self) -> bytes:
        """Cold reset; what the reader sees: an ATR or nothing."""

    @abstractmethod
    def _exchange(self, command: bytes) -> bytes:
        """Bring a command to the card; what the reader sees: an answer or :data:`SILENCE`."""

    @abstractmethod
    def _take_out(self) -> None:
        """Take the card out; when this returns, the reader knows."""

    @abstractmethod
    def _put_back(self) -> None:
        """Put the card back, if it is out; when this returns, the reader knows."""

    def _require_inside(self) -> None:
        if self._held.card is None or not self._inside:
            raise CardGoneError("no card in the reader")

    def _checked(self, seen: bytes, silence: bytes) -> bytes:
        """Return what the reader saw, once it is sure that it is what the card did."""
        held = self._held
        if held.raised is not None:
            raise held.raised
        if held.left:
            self._inside = False
            raise CardGoneError("the card left the reader")
        if not held.answer and seen == silence:
            return b""
        if seen != held.answer:
            raise AdapterError("the transport did not carry the card's answer as it is")
        return seen


class InProcessPort(HeldCardPort):
    """A card of ours by calls."""

    def close(self) -> None:
        """Let go of the card."""
        self._held.card = None
        self._inside = False

    def _place(self, card: PoweredCard, face: Face) -> None:
        self._held.put(card, face)

    def _cycle_power(self) -> bytes:
        self._held.power_off()
        return self._held.power_on()

    def _exchange(self, command: bytes) -> bytes:
        return self._held.transmit(command)

    def _take_out(self) -> None:
        self._held.power_off()

    def _put_back(self) -> None:
        """Do nothing: the hand is the reader."""
