"""One case on one port: its history and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.judging.judge import Judge, JudgedCase
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.steps import Let, Walk
from onecard.conformance.running.exchange import perform
from onecard.conformance.running.walks import run_walk
from onecard.conformance.values.templates import NotKnownError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.clause import Clause
    from onecard.conformance.model.plan import Plan
    from onecard.conformance.model.steps import Step

__all__ = ["PREPARATION", "CaseRun", "run_case"]

PREPARATION = "prepare"
"""Name of the record that a case has instead of steps, when the card could not be made ready."""


class CaseRun(NamedTuple):
    """What one case came to."""

    records: tuple[StepRecord, ...]
    judged: JudgedCase


def run_case(case: Case, port: CardPort, plan: Plan, clauses: Mapping[str, Clause]) -> CaseRun:
    """Run one case from a card made ready to its verdict; never raises for what card or adapter do."""
    judge = Judge(case, clauses, plan.keys, strict=plan.strict)
    failed = _prepared(case, port)
    if failed is not None:
        judge.unprepared(failed)
        return CaseRun((failed,), judge.verdict())
    records: list[StepRecord] = []
    for step in case.steps:
        if judge.stopped:
            break
        if isinstance(step, Let):
            judge.compute(step)
            continue
        try:
            done = _performed(step, port, judge, case, plan)
        except NotKnownError as error:
            judge.stopped = str(error)
            break
        records += done
        judge.after(step, done)
    return CaseRun(tuple(records), judge.verdict())


def _prepared(case: Case, port: CardPort) -> StepRecord | None:
    try:
        port.prepare(case.id, case.personality, case.face)
    except CardGoneError as error:
        note = str(error) or "the card went away"
        return StepRecord(case=case.id, step=PREPARATION, end="gone", note=note)
    except AdapterError as error:
        note = str(error) or "the adapter broke"
        return StepRecord(case=case.id, step=PREPARATION, end="broken", note=note)
    return None


def _performed(step: Step, port: CardPort, judge: Judge, case: Case, plan: Plan) -> tuple[StepRecord, ...]:
    if isinstance(step, Walk):
        return run_walk(step, port, case=case, plan=plan, known=judge.evidence.known)
    return (perform(step, port, judge.evidence.known, case.id),)
