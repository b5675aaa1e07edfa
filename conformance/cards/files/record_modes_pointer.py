"""The record pointer: what moves it, what leaves it, what takes it away (facts: card.md §3.4).

Where it stands is seen by asking for the next or previous instance of a tag that stands once: tag ``0n`` is
record n of SSSE/EF05.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.checks import Shows

__all__ = ["pointer_cases"]

_LENGTHS = (0x10, 1, 4, 0x0C, 4, 4, 9)
"""Of the values of records 1 to 7."""

FIRST, LAST, NEXT, PREVIOUS, NUMBER = range(5)


def pointer_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield next_instance(context)
    yield previous_instance(context)
    yield without_a_current_record(context)
    yield current_record(context)
    yield numbers_leave_it(context)
    yield identifiers_move_it(context)
    yield failed_search_leaves_it(context)
    yield wrong_length_leaves_it(context)
    yield select_takes_it_away(context)
    yield short_identifier_takes_it_away(context)
    yield selecting_the_application_takes_it_away(context)


def _begin(context: Context, topic: str, purpose: str, at: int = 0) -> CaseBuilder:
    """SELECT EF05 and move the pointer to a record."""
    c = CaseBuilder(f"card/records/{topic}/01", purpose, context)
    c.must("00A4020002EF05")
    if at:
        _again(c, at)
    return c


def _again(c: CaseBuilder, at: int) -> None:
    """Move the pointer to a record: a search that found nothing may have taken it away."""
    c.must(_command(at, FIRST))
    c.matches(f"{at:02X}*")


def _command(record: int, mode: int, sfi: int = 0) -> str:
    length = _LENGTHS[record - 1] + 2
    return f"00B2{record:02X}{sfi << 3 | mode:02X}{length:02X}"


def _finds(c: CaseBuilder, record: int, mode: int, rule: str, sfi: int = 0) -> None:
    c.send(_command(record, mode, sfi))
    c.status("9000", rule=rule)
    c.matches(f"{record:02X}{_LENGTHS[record - 1]:02X}*", rule=rule)


def _misses(c: CaseBuilder, record: int, mode: int, rule: str, shows: Shows = "forbidden") -> None:
    c.send(_command(record, mode))
    c.status("6A83", rule=rule, shows=shows)


def next_instance(context: Context) -> Case:
    """From record 3 on."""
    rule = "card/records/next-instance"
    c = _begin(context, "next-instance", "The next instance stands behind the current record.", 3)
    _finds(c, 5, NEXT, rule)
    _misses(c, 5, NEXT, rule)
    _misses(c, 2, NEXT, rule)
    return c.case()


def previous_instance(context: Context) -> Case:
    """From record 5 back."""
    rule = "card/records/previous-instance"
    c = _begin(context, "previous-instance", "The previous instance stands before the current record.", 5)
    _finds(c, 2, PREVIOUS, rule)
    _misses(c, 2, PREVIOUS, rule)
    _misses(c, 6, PREVIOUS, rule)
    return c.case()


def without_a_current_record(context: Context) -> Case:
    """Next is first, previous is last."""
    rule = "card/records/no-current-record"
    c = _begin(context, "no-current-record", "Without a current record next is first and previous is last.")
    _finds(c, 1, NEXT, rule)
    c.must("00A4020002EF05")
    _finds(c, 7, PREVIOUS, rule)
    return c.case()


def current_record(context: Context) -> Case:
    """P1 = 00 by number."""
    rule = "card/records/current-record"
    c = _begin(context, "current-record", "Number 00 is the current record, and none without one.")
    c.send("00B2000400")
    c.status("6A83", rule=rule, shows="forbidden")
    c.must(_command(5, FIRST))
    c.send("00B2000400")
    c.status("9000", rule=rule)
    c.matches("0504*", rule=rule)
    return c.case()


def numbers_leave_it(context: Context) -> Case:
    """Read 6 by number with the pointer at 3."""
    rule = "card/records/number-keeps-pointer"
    c = _begin(context, "number-keeps-pointer", "Reading by number does not move the pointer.", 3)
    c.must(_command(6, NUMBER))
    _finds(c, 4, NEXT, rule)
    c.must(_command(1, NUMBER))
    _misses(c, 2, NEXT, rule)
    return c.case()


def identifiers_move_it(context: Context) -> Case:
    """Read 6 by identifier with the pointer at 3."""
    rule = "card/records/identifier-moves-pointer"
    c = _begin(context, "identifier-moves-pointer", "Reading by identifier moves the pointer.", 3)
    c.must(_command(6, FIRST))
    _misses(c, 4, NEXT, rule)
    _finds(c, 7, NEXT, rule)
    _finds(c, 6, PREVIOUS, rule)
    return c.case()


def failed_search_leaves_it(context: Context) -> Case:
    """Look for something that is not there."""
    rule = "card/records/failure-keeps-pointer"
    c = _begin(context, "failure-keeps-pointer", "A search without success does not move the pointer.", 3)
    c.must("00B27E0206", "6A83")
    _finds(c, 4, NEXT, rule)
    c.must("00B27E0006", "6A83")
    _misses(c, 4, NEXT, rule)
    return c.case()


def wrong_length_leaves_it(context: Context) -> Case:
    """Ask with a wrong length, then again: a reader must not skip a record."""
    rule = "card/records/length-keeps-pointer"
    c = _begin(context, "length-keeps-pointer", "A command answered 6Cxx does not move the pointer.", 3)
    c.send("00B2050203", raw=True)
    c.status("6C06")
    _finds(c, 5, NEXT, rule)
    c.send("00B2060203", raw=True)
    c.status("6C06")
    _misses(c, 5, NEXT, rule)
    return c.case()


def select_takes_it_away(context: Context) -> Case:
    """SELECT the same EF again."""
    rule = "card/records/select-clears-pointer"
    c = _begin(context, "select-clears-pointer", "SELECT of the EF takes the pointer away.", 6)
    _misses(c, 2, NEXT, rule)
    _again(c, 6)
    c.must("00A4020002EF05")
    _finds(c, 2, NEXT, rule)
    return c.case()


def short_identifier_takes_it_away(context: Context) -> Case:
    """Refer to the same EF by SFI."""
    rule = "card/records/sfi-clears-pointer"
    c = _begin(context, "sfi-clears-pointer", "A reference by SFI takes the pointer away.", 6)
    _misses(c, 2, NEXT, rule)
    _again(c, 6)
    _finds(c, 2, NEXT, rule, sfi=5)
    return c.case()


def selecting_the_application_takes_it_away(context: Context) -> Case:
    """SELECT the SSSE: no EF is current, and its pointer is gone when it is again."""
    rule = "card/records/application-clears-file"
    c = _begin(context, "application-clears-file", "SELECT of an application leaves no EF current.", 6)
    c.must(SELECT_SSSE)
    c.send(_command(2, NEXT))
    c.status("6986", rule=rule, shows="forbidden")
    c.must("00A4020002EF05")
    _finds(c, 2, NEXT, rule)
    return c.case()
