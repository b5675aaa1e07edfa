"""How long the card suite takes on the reference card, through each transport, and how long a recheck.

In process it is processor time, which a shared machine does not change; through a socket or PC/SC it is the
time that passes, because most of it is waiting for others. The transcripts must be the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from onecard.bench.rows import Row, at_most
from onecard.conformance.bundle.documents import history_of
from onecard.conformance.bundle.write import make_bundle
from onecard.conformance.judging.total import total_of
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.running.run import run_plan
from onecard.conformance.sessions.conduct import opened
from onecard.conformance.sessions.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.conformance.running.run import RunResult
    from onecard.conformance.sessions.conduct import Opened

__all__ = ["conformance_rows"]

IN_PROCESS_BUDGET_S = 3
"""Architecture §9."""
PCSC_BUDGET_S = 15
RECHECK_BUDGET_S = 2
RECHECKS = 3
IUT = "virtual:3.00"


class _Run(NamedTuple):
    opened: Opened
    result: RunResult
    seconds: float
    transcript: str
    """SHA-256 of the history."""


def conformance_rows(*, cases: tuple[str, ...] = ()) -> list[Row]:
    """Run the whole suite, destructive cases too, in process, over TCP and over real PC/SC; recheck it.

    Args:
        cases: patterns of cases; default: all.

    Raises:
        EnvironmentLacksError: a part of real PC/SC is missing.
    """
    pcsc = _run("pcsc", cases, time.perf_counter)  # first: what the machine lacks is said at once
    tcp = _run("tcp", cases, time.perf_counter)
    direct = _run("in-process", cases, time.process_time)
    count = sum(planned.to_run for planned in direct.opened.plan.cases)
    differing = sum(run.transcript != direct.transcript for run in (tcp, pcsc))
    return [
        at_most(f"card suite in process, {count:,} cases", direct.seconds, "s", IN_PROCESS_BUDGET_S),
        Row(name="card suite over TCP", value=tcp.seconds, unit="s", budget="", met=True),
        at_most("card suite over real PC/SC", pcsc.seconds, "s", PCSC_BUDGET_S),
        at_most("transcripts that differ from the one in process", differing, "transcripts", 0),
        at_most("recheck", _recheck_seconds(direct), "s", RECHECK_BUDGET_S),
    ]


def _run(through: str, cases: tuple[str, ...], clock: Callable[[], float]) -> _Run:
    """Run the suite from the statement to the verdicts."""
    started = clock()
    with opened(Request(iut=IUT, through=through, destructive=True, cases=cases)) as session:
        result = run_plan(session.plan, session.port)
        seconds = clock() - started
    if total_of(session.plan, result.judged).verdict is not Verdict.PASS:
        raise RuntimeError(f"the reference card does not pass its own suite, {through}")
    return _Run(session, result, round(seconds, 2), history_of(result.records).transcript_sha256)


def _recheck_seconds(run: _Run) -> float:
    bundle = make_bundle(
        plan=run.opened.plan,
        result=run.result,
        total=total_of(run.opened.plan, run.result.judged),
        statement_bytes=run.opened.statement,
        iut=IUT,
    )
    best = float("inf")
    for _ in range(RECHECKS):
        started = time.process_time()
        second = recheck(bundle)
        best = min(best, time.process_time() - started)
        if not second.ok:
            raise RuntimeError(f"the two evaluators disagree: {second.refusal}")
    return round(best, 2)
