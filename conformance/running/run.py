"""A plan on an implementation: every case in the plan's order, or in another, on one port or on several."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.judging.judge import JudgedCase
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.running.one_case import run_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import Plan, PlannedCase
    from onecard.conformance.running.one_case import CaseRun

__all__ = ["RunResult", "run_plan"]


class RunResult(NamedTuple):
    """What a run came to."""

    records: tuple[StepRecord, ...]
    """In the plan's order of cases, whatever the order of the run."""
    judged: tuple[JudgedCase, ...]
    """One for each case of the plan, in its order."""


def run_plan(
    plan: Plan,
    port: CardPort,
    *,
    order: Sequence[int] | None = None,
    advance: Callable[[int], None] = lambda _cases: None,
) -> RunResult:
    """Run every case that the plan says is to be run.

    Args:
        plan: what to run.
        port: the implementation.
        order: positions of the plan's cases in the order in which to run them; default: the plan's.
        advance: told how many cases have been run since it was last told.
    """
    clauses = {clause.id: clause for clause in plan.clauses}
    runs: dict[int, CaseRun] = {}
    for position in range(len(plan.cases)) if order is None else order:
        planned = plan.cases[position]
        if planned.to_run:
            runs[position] = run_case(planned.case, port, plan, clauses)
            advance(1)
    return gathered(plan, runs)


def gathered(plan: Plan, runs: dict[int, CaseRun]) -> RunResult:
    """Put the runs of cases together in the plan's order."""
    records: list[StepRecord] = []
    judged: list[JudgedCase] = []
    for position, planned in enumerate(plan.cases):
        run = runs.get(position)
        if run is not None:
            records += run.records
            judged.append(run.judged)
        else:
            judged.append(_not_run(planned))
    return RunResult(tuple(records), tuple(judged))


def _not_run(planned: PlannedCase) -> JudgedCase:
    if planned.excluded:
        return JudgedCase(planned.case.id, Verdict.NOT_APPLICABLE, Status.EXCLUDED, (), planned.excluded)
    if planned.withheld:
        return JudgedCase(planned.case.id, Verdict.NOT_APPLICABLE, Status.WITHHELD, (), planned.withheld)
    return JudgedCase(planned.case.id, Verdict.INCONCLUSIVE, Status.NOT_RUN, (), "the run ended before")


def shuffled(positions: Iterable[int], key: Callable[[int], int]) -> list[int]:
    """Return positions in an order drawn by a key for each."""
    return sorted(positions, key=lambda position: (key(position), position))
