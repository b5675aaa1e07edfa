"""Codes that stand in the card's items, with their meanings in English and Chinese.

Tables are TOML files beside this module, by subject (facts: card.md §5, §7, §18; each table names its clause,
its standard and its certainty). They are read once, when first asked for. A code is text as the item holds
it: ASCII digits, or the digits of a packed ``cn`` item.
"""

from onecard.virtual_cards.code_tables.tables import (
    TABLES,
    Code,
    CodeTable,
    CodeTableError,
    meaning,
)

__all__ = ["TABLES", "Code", "CodeTable", "CodeTableError", "meaning"]
