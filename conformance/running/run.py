"""A plan on an implementation: every case, in the plan's order or another.

An adapter that breaks, or a card that is gone, in several cases running ends the run: the rest is not run,
which is never a pass. So a device that hangs costs a few time limits, not one for each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.judging.judge import JudgedCase
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.running.one_case import run_case
from onecard.sim.draws import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import Plan, PlannedCase
    from onecard.conformance.running.one_case import CaseRun

__all__ = ["RunResult", "gathered", "order_of", "run_plan"]

_MOST_LOST = 3
"""Cases running that may end with the adapter broken, or the card gone."""


class RunResult(NamedTuple):
    """What a run came to."""

    records: tuple[StepRecord, ...]
    """In the plan's order of cases, whatever the order of the run."""
    judged: tuple[JudgedCase, ...]
    """One for each case of the plan, in its order."""


def order_of(plan: Plan, *, shuffle: int | None = None) -> list[int]:
    """Return the positions of the cases to run, in the order in which to run them.

    Args:
        plan: the plan.
        shuffle: seed of another order than the plan's; destructive cases stay last.
    """
    positions = [at for at, planned in enumerate(plan.cases) if planned.to_run]
    if shuffle is None:
        return positions
    stream = Stream(shuffle, "conformance/order")
    return sorted(positions, key=lambda at: (plan.cases[at].case.destructive, stream.bits(at)))


def run_plan(
    plan: Plan,
    port: CardPort,
    *,
    order: Sequence[int] | None = None,
    advance: Callable[[int], None] = lambda _cases: None,
) -> RunResult:
    """Run the cases that the plan says are to be run.

    Args:
        plan: what to run.
        port: the implementation.
        order: as :func:`order_of` gives it; default: the plan's.
        advance: told how many cases have been run since it was last told.
    """
    clauses = {clause.id: clause for clause in plan.clauses}
    runs: dict[int, CaseRun] = {}
    lost = 0
    for position in order_of(plan) if order is None else order:
        run = runs[position] = run_case(plan.cases[position].case, port, plan, clauses)
        advance(1)
        lost = lost + 1 if is_lost(run) else 0
        if lost == _MOST_LOST:
            break
    return gathered(plan, runs)


def is_lost(run: CaseRun) -> bool:
    """Tell whether a case ended because the adapter broke or the card was gone."""
    return bool(run.records) and run.records[-1].end in ("broken", "gone")


def gathered(plan: Plan, runs: Mapping[int, CaseRun]) -> RunResult:
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
