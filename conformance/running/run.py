"""A plan on an implementation: every case, in the plan's order or another.

An adapter that breaks, or a card that is gone, in several cases running ends the run: the rest is not run,
which is never a pass. So does a card out of our hands that answers not one command in several cases running:
that is how a hanging one looks through a reader or a socket. So a device that hangs costs a few time limits,
not one for each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.judging.judge import JudgedCase
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.planning.order import harm_of
from onecard.conformance.running.one_case import run_case
from onecard.conformance.running.secrets import SecretGuard
from onecard.sim.draws import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import Plan, PlannedCase
    from onecard.conformance.running.one_case import CaseRun

__all__ = ["LostInARow", "RunResult", "gathered", "order_of", "run_plan"]

_MOST_LOST = 3
"""Cases running that may end with the adapter broken, the card gone, or no command answered."""


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
        shuffle: seed of another order than the plan's; what harms the card more stays later.
    """
    positions = [at for at, planned in enumerate(plan.cases) if planned.to_run]
    if shuffle is None:
        return positions
    stream = Stream(shuffle, "conformance/order")
    return sorted(positions, key=lambda at: (harm_of(plan.cases[at].case), stream.bits(at)))


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
    guard = SecretGuard(fresh=port.traits.fresh)
    runs: dict[int, CaseRun] = {}
    held: dict[int, str] = {}
    lost = LostInARow(parallel=port.traits.parallel)
    for position in order_of(plan) if order is None else order:
        case = plan.cases[position].case
        reason = guard.held_back(case)
        if reason:
            held[position] = reason
            advance(1)
            continue
        run = runs[position] = run_case(case, port, plan, clauses)
        guard.note(case, run.records)
        advance(1)
        if lost.after(run):
            break
    return gathered(plan, runs, held)


class LostInARow:
    """Counts the cases running that lost the card; tells when the run must end.

    Args:
        parallel: the port makes cards of its own, so a card that answers nothing is no reason to stop.
    """

    def __init__(self, *, parallel: bool) -> None:
        self._parallel, self._count = parallel, 0

    def after(self, run: CaseRun) -> bool:
        """Tell whether the run ends with this case."""
        away = is_lost(run) or (not self._parallel and is_dumb(run))
        self._count = self._count + 1 if away else 0
        return self._count == _MOST_LOST


def is_lost(run: CaseRun) -> bool:
    """Tell whether a case ended because the adapter broke or the card was gone."""
    return bool(run.records) and run.records[-1].end in ("broken", "gone")


def is_dumb(run: CaseRun) -> bool:
    """Tell whether a case ended in silence and not one of its commands was answered."""
    frames = (frame for record in run.records for frame in record.frames)
    ended = bool(run.records) and run.records[-1].end == "mute"
    return ended and not any(command and response for command, response in frames)


def gathered(plan: Plan, runs: Mapping[int, CaseRun], held: Mapping[int, str] | None = None) -> RunResult:
    """Put the runs of cases together in the plan's order; ``held``: why others were held back."""
    records: list[StepRecord] = []
    judged: list[JudgedCase] = []
    for position, planned in enumerate(plan.cases):
        run = runs.get(position)
        if run is not None:
            records += run.records
            judged.append(run.judged)
        else:
            judged.append(_not_run(planned, (held or {}).get(position, "the run ended before")))
    return RunResult(tuple(records), tuple(judged))


def _not_run(planned: PlannedCase, why: str) -> JudgedCase:
    if planned.excluded:
        return JudgedCase(planned.case.id, Verdict.NOT_APPLICABLE, Status.EXCLUDED, (), planned.excluded)
    if planned.withheld:
        return JudgedCase(planned.case.id, Verdict.NOT_APPLICABLE, Status.WITHHELD, (), planned.withheld)
    return JudgedCase(planned.case.id, Verdict.INCONCLUSIVE, Status.NOT_RUN, (), why)
