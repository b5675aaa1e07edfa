"""The card in the harness's hand: the same for every transport, and what it does told past the transport.

A port to a card of ours holds the card itself, whatever stands between the two: nothing, a socket, or a PC/SC
daemon with its driver. What no byte can say (it gave no answer, it left the reader, it raised) is therefore
kept here, and the port reads it after each exchange. On the wire silence is :data:`SILENCE`, because a
connection cut short, the only other way to say it, costs half a second until the driver looks again.

So a case has the same transcript over all transports: the same calls come to the card in the same order, and
the same rules are applied to what it did. An answer that is late by more than the limit is no answer; the
delay is the card's own figure (``delay_us``), and nobody waits for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.readers.in_process import answer_delay_us, has_left

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

Given = TypeVar("Given")

__all__ = ["LATE_US", "SILENCE", "HeldCard"]

LATE_US = 60_000_000
"""An answer later than this is none: as for the cards that slots serve."""
SILENCE = bytes.fromhex("6F00")
"""What goes over the wire when the card says nothing; the port never shows it."""
_STATUS_SIZE = 2


class HeldCard:
    """A card with no card in it, until :meth:`put`; has a card's verbs, for slots.

    Its ``face`` decides, not the one that a slot was told: so a card is changed without the slot's knowing.
    """

    def __init__(self) -> None:
        self.card: PoweredCard | None = None
        self.face: Face = CONTACT
        self.left = False
        """Whether the card left the reader by itself in the last call."""
        self.answer = b""
        """What it answered to the last call, empty if nothing: what the port shows."""
        self.raised: Exception | None = None
        """What it raised in the last call."""
        self._supply: int | None = None

    def put(self, card: PoweredCard, face: Face) -> None:
        """Hold another card, without power."""
        self.card, self.face = card, face
        self.expect()

    def expect(self, *, supply: int | None = None) -> None:
        """Forget the last call.

        Args:
            supply: in the next command the power fails when so many bytes are written.
        """
        self.left, self.answer, self.raised, self._supply = False, b"", None, supply

    def power_on(self, _face: Face = CONTACT) -> bytes:
        """Power or reset it."""
        return self._noted(_powered_on, self.face, least=1)

    def power_off(self) -> None:
        """Take the power away."""
        if self.card is not None:
            self.card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; :data:`SILENCE` if it says nothing."""
        supply, self._supply = self._supply, None
        if supply is None:
            return self._noted(_transmitted, command, least=_STATUS_SIZE) or SILENCE
        return self._noted(partial(_torn, after_bytes=supply), command, least=_STATUS_SIZE) or SILENCE

    def _noted(self, call: Callable[[PoweredCard, Given], bytes], given: Given, *, least: int) -> bytes:
        card = self.card
        self.answer, self.left, self.raised = b"", False, None
        if card is None:
            return b""
        try:
            answer = call(card, given)
        except Exception as error:  # raised again by the port, where the call was made
            self.raised = error
            return b""
        self.left = has_left(card)
        if not self.left and len(answer) >= least and answer_delay_us(card) <= LATE_US:
            self.answer = answer
        return self.answer


def _powered_on(card: PoweredCard, face: Face) -> bytes:
    return card.power_on(face)


def _transmitted(card: PoweredCard, command: bytes) -> bytes:
    return card.transmit(command)


def _torn(card: PoweredCard, command: bytes, after_bytes: int) -> bytes:
    memory = getattr(card, "memory", None)
    if memory is None:  # not a card of ours: the power fails before it can answer
        card.power_off()
        return b""
    memory.supply = Tear(after_bytes)
    try:
        return card.transmit(command)
    finally:
        memory.supply = None
        card.power_off()
