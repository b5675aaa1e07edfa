"""Power that fails while the card writes: before or after, never between (facts: card.md §11).

Each writing command is torn at several points: before the first byte, early, late, and after the last byte,
where it has finished. What the card then says is the state before, one of the two, or the state after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.tearing import anti_tear_files, anti_tear_money, anti_tear_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from anti_tear_files.cases(context)
    yield from anti_tear_secrets.cases(context)
    yield from anti_tear_money.cases(context)
