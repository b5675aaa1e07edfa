"""What changed between two bundles: conditions, verdicts by case and check, and the frames behind them.

Frames differ from run to run where a card draws a challenge; such bytes are told apart from those that the
card answered otherwise. Only cases whose verdicts changed are looked into frame by frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.model.verdict import WORST_FIRST, Verdict
from onecard.conformance.reporting.dependence import challenge_steps, drawn_steps
from onecard.conformance.reporting.view import view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.bundle.read import Bundle
    from onecard.conformance.model.history import Frame, StepRecord
    from onecard.conformance.reporting.view import CaseView

__all__ = ["CaseChange", "CheckChange", "Difference", "FrameChange", "difference_of"]

_RANK = {verdict.value: len(WORST_FIRST) - at for at, verdict in enumerate(WORST_FIRST)}
"""The worse, the higher; what is not applicable has none, and is neither better nor worse."""


class CheckChange(NamedTuple):
    """One check whose verdict changed; an empty verdict: it was not there, or judged nothing."""

    step: str
    rule: str
    before: str
    after: str
    expected: str
    got_before: str
    got_after: str


class FrameChange(NamedTuple):
    """One frame that differs."""

    step: str
    number: int
    """Of the frame in its step, from 0."""
    before: Frame | None
    after: Frame | None
    drawn: bool
    """It differs only in what follows from the card's challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """One case that is not as it was."""

    case: str
    purpose: str
    kind: str
    """``better``, ``worse``, ``changed``, ``new`` or ``gone``."""
    before: str
    after: str
    checks: tuple[CheckChange, ...] = ()
    frames: tuple[FrameChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changed."""

    before: Bundle
    after: Bundle
    conditions: tuple[tuple[str, str, str], ...]
    """What the two runs do not share, and what it is in each: ``("seed", "1", "2")``."""
    cases: tuple[CaseChange, ...]
    unchanged: int
    other_frames: int
    """Cases of the same verdict whose frames differ in more than what was drawn."""

    @property
    def worse(self) -> bool:
        """Whether any case got worse."""
        return any(change.kind == "worse" for change in self.cases)


def difference_of(before: Bundle, after: Bundle) -> Difference:
    """Compare two runs.

    Args:
        before: the earlier one.
        after: the later one.
    """
    earlier = {each.case.id: each for each in view_of(before).cases}
    later = {each.case.id: each for each in view_of(after).cases}
    changes: list[CaseChange] = []
    unchanged = other_frames = 0
    for name in dict.fromkeys((*later, *earlier)):
        old, new = earlier.get(name), later.get(name)
        change = _change(old, new)
        if change is not None:
            changes.append(change)
            continue
        unchanged += 1
        if old is not None and new is not None:
            other_frames += any(not each.drawn for each in _frames(old, new))
    return Difference(
        before=before,
        after=after,
        conditions=tuple(_conditions(before, after)),
        cases=tuple(changes),
        unchanged=unchanged,
        other_frames=other_frames,
    )


def _conditions(before: Bundle, after: Bundle) -> Iterator[tuple[str, str, str]]:
    first, second = before.plan.statement, after.plan.statement
    pairs = (
        ("suite", before.manifest.suite, after.manifest.suite),
        ("version of the suite", before.manifest.version, after.manifest.version),
        ("seed", before.manifest.seed, after.manifest.seed),
        ("strict", before.manifest.strict, after.manifest.strict),
        ("partial", before.manifest.partial, after.manifest.partial),
        ("implementation", before.manifest.iut, after.manifest.iut),
        ("vendor", first.vendor, second.vendor),
        ("product", first.product, second.product),
        ("version", first.version, second.version),
        ("card", first.card, second.card),
        ("keys", first.keys, second.keys),
        ("destructive", first.destructive, second.destructive),
    )
    for name, old, new in pairs:
        if old != new:
            # a statement's parts are long, and the keys in it are better read in its own file
            long = name in ("card", "keys")
            yield name, "another" if long else str(old), "another" if long else str(new)


def _change(old: CaseView | None, new: CaseView | None) -> CaseChange | None:
    if old is None or new is None:
        there = new or old
        if there is None:  # pragma: no cover - a name comes from one of the two
            raise ValueError("no case to compare")
        verdicts = ("", there.verdict) if old is None else (there.verdict, "")
        return CaseChange(
            case=there.case.id,
            purpose=there.case.purpose,
            kind="new" if old is None else "gone",
            before=verdicts[0],
            after=verdicts[1],
        )
    checks = tuple(_checks(old, new))
    if old.verdict == new.verdict and not checks:
        return None
    return CaseChange(
        case=new.case.id,
        purpose=new.case.purpose,
        kind=_kind(old.verdict, new.verdict),
        before=old.verdict,
        after=new.verdict,
        checks=checks,
        frames=tuple(_frames(old, new)),
    )


def _kind(before: str, after: str) -> str:
    if Verdict.NOT_APPLICABLE.value in (before, after) or before == after:
        return "changed"
    return "worse" if _RANK[after] > _RANK[before] else "better"


def _checks(old: CaseView, new: CaseView) -> Iterator[CheckChange]:
    if not (old.checks and new.checks):
        return  # one of them was not run, which the verdict says
    for first, second in zip_longest(old.checks, new.checks):
        there = second or first
        before, after = (each.told.verdict if each else "" for each in (first, second))
        if before != after:
            yield CheckChange(
                there.check.step,
                there.check.rule,
                before,
                after,
                there.told.expected,
                first.told.got if first else "",
                second.told.got if second else "",
            )


def _frames(old: CaseView, new: CaseView) -> Iterator[FrameChange]:
    asked, drawn = challenge_steps(new.case), drawn_steps(new.case)
    first, second = _by_step(old.records), _by_step(new.records)
    for step in dict.fromkeys((*second, *first)):
        pairs = zip_longest(first.get(step, ()), second.get(step, ()))
        for number, (before, after) in enumerate(pairs):
            if before != after:
                only_drawn = step in asked | drawn and _same_but_drawn(before, after, asked=step in asked)
                yield FrameChange(step, number, before, after, only_drawn)


def _by_step(records: tuple[StepRecord, ...]) -> dict[str, tuple[Frame, ...]]:
    found: dict[str, tuple[Frame, ...]] = {}
    for record in records:
        found[record.step] = (*found.get(record.step, ()), *record.frames)
    return found


def _same_but_drawn(before: Frame | None, after: Frame | None, *, asked: bool) -> bool:
    """Tell whether header, lengths and status word are the same: data alone hang on the challenge."""
    if before is None or after is None:
        return False
    (old_command, old_response), (new_command, new_response) = before, after
    commands = old_command == new_command if asked else old_command[:10] == new_command[:10]
    return (
        commands
        and len(old_command) == len(new_command)
        and len(old_response) == len(new_response)
        and old_response[-4:] == new_response[-4:]
    )
