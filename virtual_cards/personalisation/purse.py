"""Turn a personalised card into one that is used off-line, with a medical purse (facts: card.md §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.purse.amounts import is_starting_day

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.layouts.layout import ElementaryFile
    from onecard.virtual_cards.purse.state import PurseState

__all__ = ["equip_purse", "is_used_off_line"]

_CARD_USE = 0x8F
_OFF_LINE = simple(_CARD_USE, b"2")
"""Item "card use" of DF04/EF05: 1 on-line, 2 off-line (card.md §5.6)."""


def equip_purse(memory: CardMemory, state: PurseState) -> None:
    """Give a card a purse and set its card use to off-line.

    Args:
        memory: a personalised card's memory.
        state: what the purse begins with.

    Raises:
        ValueError: the state's starting day is no day of the calendar.
    """
    if not is_starting_day(state.starting_day):
        raise ValueError(f"purse starting_day {state.starting_day:04d}: a day MMDD of the calendar is needed")
    file = _basics(memory)
    records = tuple(_OFF_LINE if record[0] == _CARD_USE else record for record in memory.records(file))
    memory.commit(Change("contents", file.path, records), Change("purse", None, state))


def is_used_off_line(memory: CardMemory) -> bool:
    """Tell whether the card's use is off-line: then its purse works."""
    return _OFF_LINE in memory.records(_basics(memory))


def _basics(memory: CardMemory) -> ElementaryFile:
    return memory.layout.file("DF04", "EF05")
