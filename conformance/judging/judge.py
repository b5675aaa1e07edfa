"""The judge of one case: step by step while it runs, and at the end its verdict.

The runner asks it after every step whether to go on, so nothing is sent to a card that is not in the state
which the case supposes.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from onecard.conformance.judging import bytes_checks, structure_checks, walk_check
from onecard.conformance.judging.evidence import Evidence
from onecard.conformance.judging.outcome import Finding, Outcome, verdict_of
from onecard.conformance.model import checks
from onecard.conformance.model.steps import Let
from onecard.conformance.model.verdict import WORST_FIRST, Status, Verdict
from onecard.conformance.values.templates import NotKnownError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.checks import Check
    from onecard.conformance.model.clause import Clause
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import KeyMaterial
    from onecard.conformance.model.steps import Step

__all__ = ["EVALUATORS", "Judge", "JudgedCase", "JudgedCheck"]

EVALUATORS: Mapping[type[Any], Callable[[Any, Evidence], Finding]] = MappingProxyType(
    {
        checks.StatusIs: bytes_checks.status_is,
        checks.DataIs: bytes_checks.data_is,
        checks.DataDiffers: bytes_checks.data_differs,
        checks.DataIsOneOf: bytes_checks.data_is_one_of,
        checks.DataMatches: bytes_checks.data_matches,
        checks.DataLength: bytes_checks.data_length,
        checks.ValueIn: bytes_checks.value_in,
        checks.CounterMoves: bytes_checks.counter_moves,
        checks.NoAnswer: bytes_checks.no_answer,
        checks.RecordIs: structure_checks.record_is,
        checks.RecordsAre: structure_checks.records_are,
        checks.TlvHas: structure_checks.tlv_has,
        checks.AtrHas: structure_checks.atr_has,
        checks.SweepStatus: structure_checks.sweep_status,
        checks.FollowsModel: walk_check.follows_model,
        checks.Question: lambda check, _evidence: Finding(Outcome.ASKS, check.text),
    }
)
"""The vocabulary: what evaluates each kind of check."""


class JudgedCheck(NamedTuple):
    """One check with what it found."""

    check: Check
    finding: Finding
    verdict: Verdict | None
    """``None`` for a precondition that holds."""


class JudgedCase(NamedTuple):
    """One case with what it came to."""

    case: str
    verdict: Verdict
    status: Status
    checks: tuple[JudgedCheck, ...]
    reason: str = ""
    """Why it is not executed, or inconclusive, or an error."""


class Judge:
    """The judge of one case.

    Args:
        case: the case.
        clauses: the registry's clauses by id.
        keys: where key values come from.
        strict: every clause binds.
    """

    def __init__(self, case: Case, clauses: Mapping[str, Clause], keys: KeyMaterial, *, strict: bool) -> None:
        self.evidence = Evidence(keys)
        self._case = case
        self._clauses = clauses
        self._strict = strict
        self._findings: dict[int, Finding] = {}
        self._on_step: dict[str, list[tuple[int, Check]]] = {}
        for number, check in enumerate(case.checks):
            self._on_step.setdefault(check.step, []).append((number, check))
        self._broken = ""
        self.stopped = ""
        """Why nothing more may be sent; empty: go on."""

    def compute(self, step: Let) -> None:
        """Carry out a ``let``; stops the case if it cannot be."""
        try:
            self.evidence.compute(step)
        except NotKnownError as error:
            self.stopped = str(error)

    def unprepared(self, record: StepRecord) -> None:
        """Take note that the card could not be made ready."""
        self.stopped = record.note
        if record.end == "broken":
            self._broken = record.note

    def after(self, step: Step, records: tuple[StepRecord, ...]) -> None:
        """Take a step's records and evaluate the checks on it."""
        self.evidence.take(step, records)
        end = records[-1].end if records else ""
        if end == "broken":
            self._broken = self.stopped = records[-1].note
            return
        if end == "gone":
            self.stopped = records[-1].note or "the card went away"
            return
        for number, check in self._on_step.get(step.name, ()):
            self._evaluate(number, check)
        if end == "mute" and not self.stopped and not self._may_be_mute(step):
            self.stopped = f"no answer at {step.name}"

    def _may_be_mute(self, step: Step) -> bool:
        named = any(isinstance(check, checks.NoAnswer) for _, check in self._on_step.get(step.name, ()))
        return named or step.__struct_config__.tag == "tear"

    def _evaluate(self, number: int, check: Check) -> None:
        try:
            finding = EVALUATORS[type(check)](check, self.evidence)
        except NotKnownError as error:
            finding = Finding(Outcome.UNKNOWN, "", str(error))
        self._findings[number] = finding
        if not check.rule and finding.outcome is not Outcome.HOLDS and not self.stopped:
            self.stopped = f"precondition at {check.step}: expected {finding.expected}, got {finding.got}"

    def verdict(self) -> JudgedCase:
        """Return what the case came to."""
        judged = tuple(self._judged(number, check) for number, check in enumerate(self._case.checks))
        status = Status.STOPPED if self.stopped else Status.EXECUTED
        verdicts = [each.verdict for each in judged if each.verdict is not None]
        if self._broken:
            return JudgedCase(self._case.id, Verdict.ERROR, status, judged, self._broken)
        if not any(check.rule for check in self._case.checks):
            return JudgedCase(self._case.id, Verdict.ERROR, status, judged, "no check judges anything")
        total = min(verdicts, key=WORST_FIRST.index)
        return JudgedCase(self._case.id, total, status, judged, self.stopped)

    def _judged(self, number: int, check: Check) -> JudgedCheck:
        finding = self._findings.get(number, Finding(Outcome.UNKNOWN))
        if check.rule:
            verdict = verdict_of(finding.outcome, self._clauses[check.rule], strict=self._strict)
            return JudgedCheck(check, finding, verdict)
        holds = finding.outcome is Outcome.HOLDS
        return JudgedCheck(check, finding, None if holds else Verdict.INCONCLUSIVE)
