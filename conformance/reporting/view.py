"""A bundle as reports look at it: each case with its plan, its verdict and its records side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.judging.judge import JudgedCase, JudgedCheck
from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.judging.total import total_of
from onecard.conformance.model.verdict import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onecard.conformance.bundle.documents import CaseVerdict, CheckVerdict
    from onecard.conformance.bundle.read import Bundle
    from onecard.conformance.judging.total import Total
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.checks import Check
    from onecard.conformance.model.clause import Clause
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import PlannedCase

__all__ = ["CaseView", "CheckView", "View", "view_of"]

NOT_GOOD = ("fail", "error", "inconclusive", "review", "warn")
"""Verdicts that a report tells about, in the order in which it does."""


class CheckView(NamedTuple):
    """One check with what it came to."""

    check: Check
    told: CheckVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case of the plan with what it came to."""

    planned: PlannedCase
    told: CaseVerdict
    records: tuple[StepRecord, ...]
    expected: bool
    """Its failure is expected, and does not count."""

    @property
    def case(self) -> Case:
        """The case."""
        return self.planned.case

    @property
    def verdict(self) -> str:
        """One of the seven."""
        return self.told.verdict

    @property
    def checks(self) -> tuple[CheckView, ...]:
        """Its checks; none for a case that was not run."""
        return tuple(CheckView(*pair) for pair in zip(self.case.checks, self.told.checks, strict=False))

    @property
    def complaints(self) -> tuple[CheckView, ...]:
        """The judging checks that gave the case its verdict, unless it is a pass."""
        return tuple(
            each
            for each in self.checks
            if each.check.rule and each.told.verdict == self.verdict and self.verdict != Verdict.PASS.value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A whole run."""

    bundle: Bundle
    cases: tuple[CaseView, ...]
    clauses: Mapping[str, Clause] = field(repr=False)
    total: Total

    def told(self, *verdicts: str) -> tuple[CaseView, ...]:
        """Return the cases with one of these verdicts, in the plan's order."""
        return tuple(each for each in self.cases if each.verdict in verdicts)


def view_of(bundle: Bundle) -> View:
    """Put plan, verdicts and history of a bundle side by side."""
    total = total_of(bundle.plan, map(_judged, bundle.plan.cases, bundle.verdicts.cases))
    records = bundle.by_case
    cases = tuple(
        CaseView(
            planned=planned,
            told=told,
            records=records.get(planned.case.id, ()),
            expected=planned.case.id in total.expected,
        )
        for planned, told in zip(bundle.plan.cases, bundle.verdicts.cases, strict=True)
    )
    clauses = {clause.id: clause for clause in bundle.plan.clauses}
    return View(bundle=bundle, cases=cases, clauses=clauses, total=total)


def _judged(planned: PlannedCase, told: CaseVerdict) -> JudgedCase:
    checks = tuple(_checks(planned.case.checks, told.checks))
    return JudgedCase(told.case, Verdict(told.verdict), Status(told.status), checks, told.reason)


def _checks(checks: Iterable[Check], told: Iterable[CheckVerdict]) -> Iterable[JudgedCheck]:
    for check, each in zip(checks, told, strict=False):
        finding = Finding(Outcome(each.outcome), each.expected, each.got)
        yield JudgedCheck(check, finding, Verdict(each.verdict) if each.verdict else None)
