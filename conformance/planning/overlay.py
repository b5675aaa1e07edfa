"""The overlay of expected failures: what is known to fail, why, and until when it is borne.

::

    [[expected]]
    case = "card/select/by-name/02"
    rule = "card/select/by-name"
    reason = "firmware 4.1 answers 6A86; corrected in 4.2"
    expires = "2027-03-31"

It changes no verdict: the total does not count what is expected, and says so. An entry that names nothing is
refused here; one that no longer applies, or whose day is over, is a complaint of ``judging.total``.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.model.plan import ExpectedFailure
from onecard.sim.errors import InputError
from onecard.sim.validation import convert

if TYPE_CHECKING:
    from pathlib import Path

    from onecard.conformance.model.plan import Plan

__all__ = ["with_expected"]

MOST_BYTES = 1 << 20
MOST_ENTRIES = 1000
"""Who expects more failures than this has no implementation to judge."""


class _Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    expected: tuple[ExpectedFailure, ...] = ()


def with_expected(plan: Plan, overlay_path: Path, today: str) -> Plan:
    """Put expected failures into a plan.

    Args:
        plan: computed, not yet run.
        overlay_path: a TOML file.
        today: the day that they are held against, ``"2026-11-23"``.

    Raises:
        InputError: the file cannot be read, an entry names nothing in the plan or stands twice, or a day
            is none.
    """
    where = f"{overlay_path}:"
    _day(today, "today")
    entries = convert(_read(overlay_path), _Overlay, where=where).expected
    if not entries:
        raise InputError("no entry", where=where, allowed="one [[expected]] or more")
    if len(entries) > MOST_ENTRIES:
        raise InputError(f"{len(entries)} entries", where=where, allowed=f"up to {MOST_ENTRIES}")
    rules = {planned.case.id: planned.case.rules for planned in plan.cases}
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries):
        at = f"{where}.expected[{number}]"
        _check(entry, rules, at)
        if (entry.case, entry.rule) in seen:
            raise InputError("stands twice", where=at, value=f"{entry.case} {entry.rule}")
        seen.add((entry.case, entry.rule))
    return msgspec.structs.replace(plan, expected_failures=entries, today=today)


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError("cannot be read", where=str(path), value=error.strerror) from None
    if len(content) > MOST_BYTES:
        raise InputError("too long for an overlay", where=str(path), allowed=f"up to {MOST_BYTES} bytes")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not TOML: {error}", where=str(path)) from None


def _check(entry: ExpectedFailure, rules: dict[str, frozenset[str]], at: str) -> None:
    if entry.case not in rules:
        raise InputError("names no case of the plan", where=f"{at}.case", value=entry.case)
    if entry.rule not in rules[entry.case]:
        raise InputError(
            f"case {entry.case} does not judge this rule",
            where=f"{at}.rule",
            value=entry.rule,
            allowed=", ".join(sorted(rules[entry.case])),
        )
    if not entry.reason.strip():
        raise InputError("no reason", where=f"{at}.reason", value=entry.reason, allowed="a sentence")
    _day(entry.expires, f"{at}.expires")


def _day(text: str, where: str) -> None:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return
    except ValueError:
        pass
    raise InputError("no day", where=where, value=text, allowed="YYYY-MM-DD")
