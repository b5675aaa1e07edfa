"""Options that a card's statement may claim, each with what it means."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["CARD_OPTIONS"]

CARD_OPTIONS = MappingProxyType(
    {
        "purse": "medical purse (card.md §13): off-line card use",
        "bank": "bank application (card.md §15)",
        "psam": "a PSAM can be put in the card's place (card.md §14)",
    }
)
