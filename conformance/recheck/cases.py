"""One case, judged again from its records alone.

Step by step, as it was run: a value is computed, or a command's record is held against the command that was
due; then the checks on the step. What follows a precondition that did not hold, a value that nobody knew, or
an answer that did not come, was not sent, and there is no record of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from onecard.conformance.recheck.frames import check_step
from onecard.conformance.recheck.functions import value_of
from onecard.conformance.recheck.looks import Record, Seen
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown
from onecard.conformance.recheck.templates import Values, Work
from onecard.conformance.recheck.vocabulary import outcome_of
from onecard.conformance.recheck.walks import check_walks

__all__ = ["CaseResult", "CheckResult", "judged"]

_WORST_FIRST = ("error", "fail", "inconclusive", "review", "warn", "pass")
_BINDING = ("S", "S-d", "M")
"""Certainties of a clause that can fail the implementation of somebody else."""
_PREPARATION = "prepare"
"""Step of the one record of a case whose card could not be made ready."""


class CheckResult(NamedTuple):
    """What one check came to."""

    step: str
    rule: str
    verdict: str
    outcome: str


class CaseResult(NamedTuple):
    """What one case came to."""

    case: str
    verdict: str
    status: str
    checks: list[CheckResult]


class _CaseJudge:
    """A case on its way."""

    def __init__(self, case: dict[str, Any], records: list[Record], keys: dict[str, Any], work: Work) -> None:
        self.case, self.records, self.keys = case, records, keys
        self.seen = Seen(Values(work))
        self.outcomes: dict[int, str] = {}
        self.on_step: dict[str, list[int]] = {}
        for number, check in enumerate(case["checks"]):
            self.on_step.setdefault(check["step"], []).append(number)
        self.at = 0
        self.stopped = False
        self.broken = False

    def go(self) -> None:
        """Go through the steps as far as the case went."""
        if self._was_not_prepared():
            return
        for step in self.case["steps"]:
            if self.stopped:
                break
            try:
                self._step(step)
            except UnknownValueError:
                self.stopped = True
        if self.at != len(self.records):
            extra = self.records[self.at]
            raise RefusedError(f"case {shown(extra.case)}: a record of {shown(extra.step)} that nothing made")

    def _was_not_prepared(self) -> bool:
        first = self.records[0]
        if first.step != _PREPARATION or self.case["steps"][0]["name"] == _PREPARATION:
            return False
        if len(self.records) > 1 or first[2] or first.end not in ("gone", "broken") or first[5] or first[6]:
            raise RefusedError(f"case {shown(first.case)}: a card that was not ready has no frames")
        self.stopped, self.broken = True, first.end == "broken"
        return True

    def _step(self, step: dict[str, Any]) -> None:
        if step["do"] == "let":
            self.seen.steps[step["name"]] = step
            self.seen.values.data[step["name"]] = value_of(step, self.seen.values, self.keys)
            return
        records = self._records_of(step)
        self.seen.take(step, records)
        end = records[-1].end
        if end in ("gone", "broken"):
            self.stopped, self.broken = True, end == "broken"
            return
        self._look(step["name"])
        if end == "mute" and not self._may_be_mute(step):
            self.stopped = True

    def _records_of(self, step: dict[str, Any]) -> list[Record]:
        """Take the records of a step; whether its templates can be filled is found out on the way."""
        start = self.at
        while self.at < len(self.records) and self.records[self.at].step == step["name"]:
            self.at += 1
            if step["do"] != "walk":
                break
        found = self.records[start : self.at]
        if step["do"] == "walk":
            check_walks(step, found, self.seen.values, self.keys)
            return found
        record = found[0] if found else Record(self.case["id"], step["name"], [], "gone", "", [], [])
        try:
            check_step(step, record, self.seen.values)
        except UnknownValueError:
            self.at = start  # nothing was sent, so a record of it would be one too many
            raise
        if not found:
            raise RefusedError(f"case {shown(self.case['id'])}: no record of step {shown(step['name'])}")
        return found

    def _look(self, step: str) -> None:
        for number in self.on_step.get(step, ()):
            check = self.case["checks"][number]
            outcome = self.outcomes[number] = outcome_of(check, self.seen)
            if not check["rule"] and outcome != "holds":
                self.stopped = True

    def _may_be_mute(self, step: dict[str, Any]) -> bool:
        checks = (self.case["checks"][number] for number in self.on_step.get(step["name"], ()))
        return step["do"] == "tear" or any(check["is"] == "no answer" for check in checks)


def judged(
    case: dict[str, Any],
    records: list[Record],
    *,
    keys: dict[str, Any],
    clauses: dict[str, dict[str, Any]],
    strict: bool,
    work: Work,
) -> CaseResult:
    """Judge a case again.

    Args:
        case: of the plan.
        records: of the history, at least one.
        keys: the plan's key material.
        clauses: of the plan, by id.
        strict: every clause binds.
        work: what the whole recheck may still spend.

    Raises:
        RefusedError: the records are not those of this case.
    """
    judge = _CaseJudge(case, records, keys, work)
    judge.go()
    checks = []
    for number, check in enumerate(case["checks"]):
        outcome = judge.outcomes.get(number, "unknown")
        verdict = _verdict(outcome, clauses.get(check["rule"]), strict)
        checks.append(CheckResult(check["step"], check["rule"], verdict, outcome))
    status = "stopped" if judge.stopped else "executed"
    if judge.broken or not any(check["rule"] for check in case["checks"]):
        return CaseResult(case["id"], "error", status, checks)
    found = [check.verdict for check in checks if check.verdict]
    return CaseResult(case["id"], min(found, key=_WORST_FIRST.index), status, checks)


def _verdict(outcome: str, clause: dict[str, Any] | None, strict: bool) -> str:
    """Return a check's verdict; empty for a precondition (no clause) that holds."""
    if clause is None:
        return "" if outcome == "holds" else "inconclusive"
    if outcome == "differs":
        binds = strict or (clause["level"] == "MUST" and clause["certainty"] in _BINDING)
        return "fail" if binds else "warn"
    return {"holds": "pass", "unknown": "inconclusive", "asks": "review"}[outcome]
