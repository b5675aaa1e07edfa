"""The PSAM, a card of its own: selection, session keys, ciphering, purchases (facts: card.md §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications import psam_keys, psam_purchase, psam_selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases; a PSAM has contacts only."""
    if context.face == "contact":
        yield from psam_selection.cases(context)
        yield from psam_keys.cases(context)
        yield from psam_purchase.cases(context)
