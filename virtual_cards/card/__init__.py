"""The card: its memory, its session, and :class:`Card`, which joins them."""

from onecard.virtual_cards.card.card import Card
from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.chip.session import Session

__all__ = ["Card", "CardMemory", "Session"]
