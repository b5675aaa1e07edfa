"""Faults of writing: the power fails at a byte, or the memory takes no byte at all (see ``nonvolatile``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from onecard.virtual_cards.chip.nonvolatile import Supply, Tear, WornMemory
from onecard.virtual_cards.faults.wrapper import FaultyCard

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["TornAtByte", "Worn"]


class TornAtByte(FaultyCard):
    """A card that leaves the reader while a command is writing.

    Args:
        card: the card inside.
        frame: the command, from 1.
        after_bytes: bytes that are still written (see ``nonvolatile``); a command that writes no more than
            these is carried out and answered.
        armed: see :class:`FaultyCard`.

    Raises:
        FaultError: the card inside has no memory.
    """

    lie: ClassVar[str] = "leaves the reader while writing"

    def __init__(self, card: PoweredCard, *, frame: int, after_bytes: int, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        self.frame = frame
        self.after_bytes = after_bytes
        self.memory  # noqa: B018 - at the door, not at the frame

    def _exchange(self, command: bytes) -> bytes:
        if self.frames != self.frame:
            return self.card.transmit(command)
        supply = Tear(self.after_bytes)
        answer = _transmit_with(self, supply, command)
        return answer if answer else self._leave()


class Worn(FaultyCard):
    """A card whose memory takes no more bytes: what would write answers ``6581`` and changes nothing.

    Args:
        card: the card inside.
        armed: see :class:`FaultyCard`.

    Raises:
        FaultError: the card inside has no memory.
    """

    lie: ClassVar[str] = "cannot write"

    def __init__(self, card: PoweredCard, *, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        self.memory  # noqa: B018 - at the door

    def _exchange(self, command: bytes) -> bytes:
        return _transmit_with(self, WornMemory(), command)


def _transmit_with(fault: FaultyCard, supply: Supply, command: bytes) -> bytes:
    """Exchange one APDU while the memory is written with this supply."""
    memory = fault.memory
    before, memory.supply = memory.supply, supply
    try:
        return fault.card.transmit(command)
    finally:
        memory.supply = before
