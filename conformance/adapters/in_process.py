"""A reference card in this process: made anew for each case, no reader between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.adapters.port import CardGoneError, Traits
from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.readers.in_process import has_left

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["CardMaker", "InProcessPort"]

CardMaker = Callable[[str, str], "PoweredCard"]
"""Personality and case id → a card without power."""


class InProcessPort:
    """See :class:`~onecard.conformance.adapters.port.CardPort`.

    Args:
        name: the string by which it was asked for.
        make: what makes a card; a defect's maker makes a wrong one.
        faces: faces that the card has.
    """

    def __init__(self, name: str, make: CardMaker, *, faces: frozenset[str]) -> None:
        self.name = name
        self.traits = Traits(
            fresh=True, faces=faces, tears=True, hot_plug=True, parallel=True, reference=True
        )
        self._make = make
        self._face: Face = FACES["contact"]
        self._card: PoweredCard | None = None
        self._inside = False

    def prepare(self, case: str, personality: str, face: str) -> None:
        """Make the card of a case."""
        self._card = self._make(personality, case)
        self._face = FACES[face]
        self._inside = True

    def reset(self) -> bytes:
        """Power off and on."""
        card = self._present()
        card.power_off()
        return self._checked(card, card.power_on(self._face))

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        card = self._present()
        return self._checked(card, card.transmit(command))

    def tear(self, command: bytes, after_bytes: int) -> bytes:
        """Exchange one APDU with a supply that fails."""
        card = self._present()
        memory = getattr(card, "memory", None)
        if memory is None:  # not a card of ours: the power fails before it can answer
            card.power_off()
            return b""
        memory.supply = Tear(after_bytes)
        try:
            return self._checked(card, card.transmit(command))
        finally:
            memory.supply = None
            card.power_off()

    def remove(self) -> None:
        """Take the card out."""
        self._present().power_off()
        self._inside = False

    def insert(self) -> bytes:
        """Put it back."""
        self._inside = True
        return self.reset()

    def close(self) -> None:
        """Let go of the card."""
        self._card = None

    def _present(self) -> PoweredCard:
        if self._card is None or not self._inside:
            raise CardGoneError("no card in the reader")
        return self._card

    def _checked(self, card: PoweredCard, response: bytes) -> bytes:
        if has_left(card):
            self._inside = False
            raise CardGoneError("the card left the reader")
        return response
