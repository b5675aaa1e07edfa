"""File control information (facts: card.md §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from ()
