"""SELECT: by name, by identifier, partial names, what is not there (facts: card.md §3.1, §3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield by_name_finds_the_environment(context)
    yield an_unknown_name_is_not_found(context)


def by_name_finds_the_environment(context: Context) -> Case:
    """SELECT the SSSE by name."""
    c = CaseBuilder("card/select/by-name/01", "SELECT by name finds the SSSE and gives its FCI.", context)
    c.send(SELECT_SSSE)
    c.status("9000", rule="card/select/by-name")
    c.matches(f"6F..840F{SSSE_NAME}*", rule="card/select/by-name")
    return c.case()


def an_unknown_name_is_not_found(context: Context) -> Case:
    """SELECT a name that no card has."""
    c = CaseBuilder("card/select/by-name/02", "SELECT of an unknown name answers 6A82.", context)
    c.send("00A4040006 F00000000001")
    c.status("6A82", rule="card/select/by-name", shows="forbidden")
    return c.case()
