"""Options that a card's statement may claim, each with what it means and which versions can have it."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["CARD_OPTIONS", "OPTION_VERSIONS"]

CARD_OPTIONS = MappingProxyType(
    {
        "purse": "medical purse (card.md §13): off-line card use",
        "bank": "bank application (card.md §15)",
        "psam": "a PSAM can be put in the card's place (card.md §14)",
        "health": "health application DF05 (card.md §5.7)",
        "relief": "relief application DF06 (card.md §5.7)",
    }
)

OPTION_VERSIONS = MappingProxyType(
    {
        "purse": ("1.00", "2.00", "3.00"),
        "bank": ("2.00", "3.00"),
        "psam": ("1.00", "2.00", "3.00"),
        "health": ("2.00", "3.00"),
        "relief": ("2.00", "3.00"),
    }
)
"""A bank application on 1.00 was rare, and no public source shows its form (card.md §2): nothing to test."""
