"""The verdict for people at a terminal: totals, then each failing case down to its frames and its replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.bundle.documents import case_verdict
from onecard.conformance.model.clause import CERTAINTIES
from onecard.conformance.model.plan import PlannedCase
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.reporting.frames import told_steps
from onecard.conformance.reporting.replay import own_replay, replay_of
from onecard.conformance.reporting.view import CaseView
from onecard.sim.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.judging.judge import JudgedCase
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.clause import Clause
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import Plan
    from onecard.conformance.reporting.frames import ToldFrame, ToldStep
    from onecard.conformance.reporting.view import CheckView, View
    from onecard.virtual_cards.decoding import Explanation

__all__ = ["case_lines", "console_lines", "failure_text", "total_lines"]

MOST_CASES = 20
"""Failing cases told in full; the others by their id."""
_BRIEF = ("inconclusive", "review", "warn")


def console_lines(view: View, *, most: int = MOST_CASES) -> Iterator[str]:
    """Give the lines of a whole run."""
    yield from total_lines(view)
    failing = [each for each in view.told("error", "fail") if not each.expected]
    for case in failing[:most]:
        yield ""
        yield from case_lines(case, view.bundle.plan, view.bundle.manifest.iut)
    if len(failing) > most:
        yield ""
        yield f"{len(failing) - most} more cases are not shown; the report has them all:"
        yield from (f"  {each.verdict} {each.case.id}" for each in failing[most:])
    brief = list(_brief_lines(view.told(*_BRIEF)))
    if brief:
        yield ""
        yield from brief[: 5 * most]
    if len(brief) > 5 * most:
        yield f"… and {len(brief) - 5 * most} more lines; the report has them all"
    for case in view.cases:
        if case.expected:
            yield f"expected failure  {case.case.id}"


def total_lines(view: View) -> Iterator[str]:
    """Give the verdict, what it is about, and the counts."""
    manifest, statement = view.bundle.manifest, view.bundle.plan.statement
    implementation = f"{statement.vendor} {statement.product} {statement.version}"
    yield one_line(f"{view.total.verdict.value}: {implementation} ({manifest.iut})")
    yield "  " + ", ".join(f"{count} {name}" for name, count in view.total.counts.items() if count)
    if manifest.partial:
        yield f"  partial: {one_line(manifest.partial)}"
    for complaint in view.total.complaints:
        yield f"  {one_line(complaint)}"


def failure_text(
    plan: Plan, case: Case, records: tuple[StepRecord, ...], judged: JudgedCase, *, iut: str = "IUT"
) -> str:
    """Return everything about one case that was just run, without the rest of the run.

    Args:
        plan: what the case belongs to.
        case: the case.
        records: its history.
        judged: what it came to.
        iut: the string by which the implementation was opened; else the replay has a place for it.
    """
    view = CaseView(
        planned=PlannedCase(case=case), told=case_verdict(judged), records=records, expected=False
    )
    return "\n".join(case_lines(view, plan, iut))


def case_lines(case: CaseView, plan: Plan, iut: str) -> Iterator[str]:
    """Give everything about one case that did not pass."""
    clauses = {clause.id: clause for clause in plan.clauses}
    yield f"{case.verdict}  {case.case.id}"
    yield f"  {case.case.purpose}"
    if case.told.reason:
        yield f"  {one_line(case.told.reason)}"
    for each in case.complaints:
        yield from _check_lines(clauses[each.check.rule], each)
    steps = told_steps(case, version=plan.statement.card.specification, until_failing=True)
    if steps:
        yield "  frames"
    for step in steps:
        yield from _step_lines(step)
    if case.records:
        replay = replay_of(case, iut)
        if replay.command:
            yield "  to see it again with opensc-tool alone"
            yield f"    {replay.command}"
        yield from (f"    ({note})" for note in replay.notes)
    yield "  to run the case again"
    yield f"    {own_replay(case.case, iut, plan.seed)}"


def _check_lines(clause: Clause, each: CheckView) -> Iterator[str]:
    yield f"  rule      {clause.id} at {each.check.step}"
    yield f"  clause    {clause.text}"
    yield f"  source    {clause.source} ({clause.level}; {clause.certainty}: {CERTAINTIES[clause.certainty]})"
    yield f"  expected  {one_line(each.told.expected)}"
    yield f"  got       {one_line(each.told.got)}"


def _step_lines(step: ToldStep) -> Iterator[str]:
    yield f"    {step.step}{'  <- here' if step.failing else ''}"
    if step.events:
        yield f"      events: {', '.join(step.events)}"
    for frame in step.frames:
        yield from _frame_lines(frame, whole=step.failing)
    if step.omitted:
        yield f"      … {step.omitted} more frames"
    if step.end:
        yield f"      {step.end}{': ' if step.note else ''}{one_line(step.note)}"


def _frame_lines(frame: ToldFrame, *, whole: bool) -> Iterator[str]:
    if frame.asked is not None:
        yield from _explained("> ", frame.asked, whole=whole)
    yield from _explained("< ", frame.answered, whole=whole)


def _explained(arrow: str, explanation: Explanation, *, whole: bool) -> Iterator[str]:
    if not whole:
        last = explanation.parts[-1] if explanation.parts else None
        word = f" ({' '.join(last.meaning)})" if last is not None and last.english == "status" else ""
        yield f"      {arrow}{explanation.line()}{word}"
        return
    for depth, line in explanation.lines():
        yield f"      {arrow if depth == 0 else '  '}{'  ' * depth}{line}"


def _brief_lines(cases: Iterable[CaseView]) -> Iterator[str]:
    """Give a line for each reason: what stops one case often stops hundreds."""
    alike: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        alike.setdefault((case.verdict, _why(case)), []).append(case.case.id)
    for (verdict, why), names in alike.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{verdict}  {names[0]}{others}: {why}"


def _why(case: CaseView) -> str:
    why = "; ".join(
        each.told.expected
        if case.verdict == Verdict.REVIEW.value
        else f"{each.check.rule}: expected {each.told.expected}, got {each.told.got}"
        for each in case.complaints
    )
    return one_line(case.told.reason or why)
