"""How long an EF and a record stay current (facts: card.md §3.4, §10, §21 Q33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import NO_CURRENT_FILE, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_FIRST = "00B2012C00"
"""Record 1 of EF05, by SFI: EF05 is current then."""

_CURRENT_FILE = "00B2010400"
_CURRENT_RECORD = "00B2000400"

_KEPT = {
    "a SELECT by identifier that fails": ("00A4020002EF7F", "6A82"),
    "a SELECT by name that fails": ("00A4040006F00000000001", "6A82"),
    "GET CHALLENGE": ("0084000008", "9000"),
}
"""What changes no selection."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield from a_file_stays_current(context)
    yield from no_file_is_current(context)
    yield from a_record_stays_current(context)
    yield from no_record_is_current(context)


def _tag(context: Context, number: int) -> str:
    return f"{context.layout.file('SSSE', 'EF05').items[number - 1].tag:02X}"


def a_file_stays_current(context: Context) -> Iterator[Case]:
    """EF05 after what selects nothing."""
    rule = "card/state/file-kept"
    for number, (what, (command, word)) in enumerate(_KEPT.items(), 1):
        c = CaseBuilder(f"{rule}/{number:02d}", f"The current EF survives {what}.", context)
        early = c.send(_CURRENT_FILE)
        read = c.must(_FIRST)
        c.must(command, word)
        c.send(_CURRENT_FILE)
        c.status(*NO_CURRENT_FILE, rule=rule, shows="forbidden", at=early)
        c.data(f"{{{read}}}", rule=rule)
        yield c.case()


def _reset(c: CaseBuilder, look: str, read: str, rule: str) -> str:
    """Reset, and look before the SELECT that would end it as well; returns the look."""
    c.reset()
    looked = c.send(look)
    c.differs(f"{{{read}}}", rule=rule, shows="forbidden")
    select(c, "SSSE")
    return looked


def no_file_is_current(context: Context) -> Iterator[Case]:
    """Look at what leaves no EF current."""
    rule = "card/state/file-ends"
    ways: dict[str, Callable[[CaseBuilder, str], object]] = {
        "SELECT of the same application": lambda c, _read: select(c, "SSSE"),
        "SELECT of another application": lambda c, _read: select(c, "DF01"),
        "a reset": lambda c, read: _reset(c, _CURRENT_FILE, read, rule),
    }
    for number, (what, happen) in enumerate(ways.items(), 1):
        c = CaseBuilder(f"{rule}/{number:02d}", f"After {what} no EF is current.", context)
        read = c.must(_FIRST)
        found = c.send(_CURRENT_FILE)
        happen(c, read)
        lost = c.send(_CURRENT_FILE)
        c.data(f"{{{read}}}", rule=rule, at=found)
        c.status("6986", rule=rule, shows="forbidden", at=lost)
        yield c.case()


def a_record_stays_current(context: Context) -> Iterator[Case]:
    """Look at a record found by its identifier, after what selects nothing or a reference by number."""
    rule = "card/state/record-kept"
    ways = _KEPT | {"a reference by number": (_CURRENT_FILE, "9000")}
    for number, (what, (command, word)) in enumerate(ways.items(), 1):
        c = CaseBuilder(f"{rule}/{number:02d}", f"The current record survives {what}.", context)
        c.must("00A4020002EF05")
        early = c.send(_CURRENT_RECORD)
        read = c.must(f"00B2{_tag(context, 3)}0000")
        c.must(command, word)
        c.send(_CURRENT_RECORD)
        c.status("6A83", rule=rule, shows="forbidden", at=early)
        c.data(f"{{{read}}}", rule=rule)
        yield c.case()


def no_record_is_current(context: Context) -> Iterator[Case]:
    """Look at what leaves no record current."""
    rule = "card/state/record-ends"
    ways: dict[str, Callable[[CaseBuilder, str], object]] = {
        "SELECT of the EF": lambda c, _read: c.must("00A4020002EF05"),
        "SELECT of the same application": lambda c, _read: (select(c, "SSSE"), c.must("00A4020002EF05")),
        "a reset": lambda c, read: (
            _reset(c, _CURRENT_RECORD, read, rule),
            c.must("00A4020002EF05"),
        ),
    }
    for number, (what, happen) in enumerate(ways.items(), 1):
        c = CaseBuilder(f"{rule}/{number:02d}", f"After {what} no record is current.", context)
        c.must("00A4020002EF05")
        read = c.must(f"00B2{_tag(context, 3)}0000")
        found = c.send(_CURRENT_RECORD)
        happen(c, read)
        lost = c.send(_CURRENT_RECORD)
        c.data(f"{{{read}}}", rule=rule, at=found)
        c.status("6A83", rule=rule, shows="forbidden", at=lost)
        yield c.case()
