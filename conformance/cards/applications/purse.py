"""The medical purse of a card that is used off-line (facts: card.md §10, §13, §21 Q23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications import purse_load, purse_purchase, purse_states, purse_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from purse_load.cases(context)
    yield from purse_purchase.cases(context)
    yield from purse_year.cases(context)
    yield from purse_states.cases(context)
