"""A difference in words, for a terminal, and as plain values, for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onecard.conformance.reporting.frames import explained_frame
from onecard.sim.errors import one_line
from onecard.virtual_cards.decoding import Tracer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.history import Frame
    from onecard.conformance.reporting.diff import CaseChange, Difference, FrameChange

__all__ = ["difference_document", "difference_lines"]

MOST_CASES = 40
"""Cases told down to their frames; the others in a line each."""
MOST_FRAMES = 24
"""Frames shown of one case."""
_ABSENT = "not there"


def difference_lines(difference: Difference) -> Iterator[str]:
    """Give the lines of a difference."""
    before, after = difference.before.manifest, difference.after.manifest
    yield f"{before.verdict} -> {after.verdict}"
    for name, old, new in difference.conditions:
        yield "  " + one_line(f"other {name}: {old} -> {new}" if old != new else f"other {name}")
    yield "  " + _counted(difference)
    histories = _Histories(difference)
    for change in difference.cases[:MOST_CASES]:
        yield ""
        yield from _case_lines(histories, change)
    if len(difference.cases) > MOST_CASES:
        yield ""
        yield f"{len(difference.cases) - MOST_CASES} more cases, without their frames"
    for change in difference.cases[MOST_CASES:]:
        yield f"{change.kind}  {change.case}: {change.before or _ABSENT} -> {change.after or _ABSENT}"


class _Histories:
    """Both histories by case, each put in order once."""

    def __init__(self, difference: Difference) -> None:
        self.before, self.after = difference.before.by_case, difference.after.by_case
        self.versions = tuple(
            bundle.plan.statement.card.specification for bundle in (difference.before, difference.after)
        )
        self._told: set[tuple[Frame | None, Frame | None]] = set()

    def is_first(self, frame: FrameChange) -> bool:
        """Tell whether no frame before differed in the same way: one defect shows in many cases."""
        pair = (frame.before, frame.after)
        first = pair not in self._told
        self._told.add(pair)
        return first


def _counted(difference: Difference) -> str:
    kinds = [change.kind for change in difference.cases]
    parts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    parts.append(f"{difference.unchanged} as before")
    if difference.other_frames:
        parts.append(f"{difference.other_frames} of those with other frames")
    return ", ".join(parts)


def _case_lines(histories: _Histories, change: CaseChange) -> Iterator[str]:
    yield f"{change.kind}  {change.case}: {change.before or _ABSENT} -> {change.after or _ABSENT}"
    yield f"  {change.purpose}"
    for check in change.checks:
        yield (
            f"  {check.rule or 'precondition'} at {check.step}: "
            f"{check.before or 'holds'} -> {check.after or 'holds'}"
        )
        yield f"    expected {one_line(check.expected)}"
        yield f"    got      {one_line(check.got_before) or '-'} -> {one_line(check.got_after) or '-'}"
    said = [frame for frame in change.frames if not frame.drawn]
    fresh = [frame for frame in said if histories.is_first(frame)]
    for frame in fresh[:MOST_FRAMES]:
        yield from _frame_lines(histories, change, frame)
    if len(said) > len(fresh):
        yield f"  {len(said) - len(fresh)} frames differ as frames above do"
    if len(fresh) > MOST_FRAMES:
        yield f"  … {len(fresh) - MOST_FRAMES} more frames differ"
    drawn = len(change.frames) - len(said)
    if drawn:
        yield f"  {drawn} frames differ only in what follows from the card's challenge"


def _frame_lines(histories: _Histories, change: CaseChange, frame: FrameChange) -> Iterator[str]:
    yield f"  frame {frame.number + 1} of {frame.step}"
    for sign, there, history, version in (
        ("-", frame.before, histories.before, histories.versions[0]),
        ("+", frame.after, histories.after, histories.versions[1]),
    ):
        if there is None:
            yield f"    {sign} {_ABSENT}"
            continue
        tracer = Tracer(version=version)
        for record in history.get(change.case, ()):
            at_it = record.step == frame.step
            for command, response in record.frames[: frame.number if at_it else None]:
                explained_frame(command, response, tracer)
            if at_it:
                break
        yield from _explained(sign, there, tracer)


def _explained(sign: str, frame: Frame, tracer: Tracer) -> Iterator[str]:
    told = explained_frame(*frame, tracer)
    if told.asked is not None:
        yield f"    {sign} > {told.asked.line()}"
    for depth, line in told.answered.lines():
        yield f"    {sign} {'< ' if depth == 0 else '  '}{'  ' * depth}{line}"


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return a difference as plain values."""
    before, after = difference.before.manifest, difference.after.manifest
    return {
        "before": {"verdict": before.verdict, "transcript_sha256": before.transcript_sha256},
        "after": {"verdict": after.verdict, "transcript_sha256": after.transcript_sha256},
        "worse": difference.worse,
        "conditions": [
            {"what": name, "before": old, "after": new} for name, old, new in difference.conditions
        ],
        "unchanged": difference.unchanged,
        "unchanged_with_other_frames": difference.other_frames,
        "cases": [_case(change) for change in difference.cases],
    }


def _case(change: CaseChange) -> dict[str, Any]:
    return {
        "case": change.case,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "checks": [check._asdict() for check in change.checks],
        "frames": [
            {
                "step": frame.step,
                "number": frame.number,
                "before": list(frame.before) if frame.before else None,
                "after": list(frame.after) if frame.after else None,
                "drawn": frame.drawn,
            }
            for frame in change.frames
        ],
    }
