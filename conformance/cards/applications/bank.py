"""The bank application and the firewall round it (facts: card.md §2, §11, §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications import bank_firewall, bank_payment, bank_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases; cards of 1.00 have no bank application."""
    if context.version != "1.00":
        yield from bank_reading.cases(context)
        yield from bank_payment.cases(context)
        yield from bank_firewall.cases(context)
