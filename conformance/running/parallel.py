"""A plan on several ports at once: for cards that are made anew for each case.

Cases go to workers in blocks; their records come back in the plan's order, and what a single worker would not
have run any more is thrown away, so neither history nor verdicts know how many workers there were.
"""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.adapters.opening import open_card
from onecard.conformance.model.plan import Plan
from onecard.conformance.running.one_case import CaseRun, run_case
from onecard.conformance.running.run import LostInARow, RunResult, gathered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["run_parallel"]

_BLOCK = 16
"""Cases that a worker takes at a time."""


def run_parallel(
    plan: Plan,
    iut: str,
    *,
    through: str,
    workers: int,
    order: Sequence[int],
    advance: Callable[[int], None] = lambda _cases: None,
) -> RunResult:
    """Run a plan in several processes.

    Args:
        plan: what to run.
        iut: the implementation, whose ports must be ``parallel``.
        through: transport, as :func:`~onecard.conformance.adapters.opening.open_card` takes it.
        workers: how many processes.
        order: positions of the cases in the order in which to begin them.
        advance: told how many cases have been run since it was last told.
    """
    wanted = [position for position in order if plan.cases[position].to_run]
    blocks = [wanted[at : at + _BLOCK] for at in range(0, len(wanted), _BLOCK)]
    runs: dict[int, CaseRun] = {}
    lost = LostInARow(parallel=True)
    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(msgspec.json.encode(plan), iut, through),
    ) as pool:
        try:
            for done in pool.map(_run_block, blocks):
                advance(len(done))
                if not _taken(done, runs, lost):
                    break
        finally:
            pool.shutdown(cancel_futures=True)
    return gathered(plan, runs)


def _taken(done: Mapping[int, CaseRun], runs: dict[int, CaseRun], lost: LostInARow) -> bool:
    """Take over what a worker ran, in its order; tell whether the run goes on."""
    for position, run in done.items():
        runs[position] = run
        if lost.after(run):
            return False
    return True


class _Worker:
    """What a worker process keeps between blocks."""

    plan: Plan
    iut: str
    through: str


def _begin(plan: bytes, iut: str, through: str) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the terminal sends Ctrl-C to all; the parent stops the work
    _Worker.plan = msgspec.json.decode(plan, type=Plan)
    _Worker.iut, _Worker.through = iut, through


def _run_block(positions: list[int]) -> dict[int, CaseRun]:
    plan = _Worker.plan
    clauses = {clause.id: clause for clause in plan.clauses}
    port = open_card(_Worker.iut, seed=plan.seed, through=_Worker.through)
    try:
        return {at: run_case(plan.cases[at].case, port, plan, clauses) for at in positions}
    finally:
        port.close()
