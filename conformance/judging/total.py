"""The whole: the worst of the cases that count, and what became of the failures that were expected.

A case that fails only where its failure is expected keeps its verdict, but does not count. The overlay is
held to its word as strictly as the card: an entry that no longer applies, or whose day is over, makes the
whole an error, or an old excuse would hide a new failure.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.model.verdict import Status, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from onecard.conformance.judging.judge import JudgedCase
    from onecard.conformance.model.plan import ExpectedFailure, Plan

__all__ = ["EXPECTED", "Total", "failing_rules", "total_of"]

EXPECTED = "expected failures"
"""The count beside those of the seven verdicts."""


class Total(NamedTuple):
    """What a run comes to."""

    verdict: Verdict
    counts: Mapping[str, int]
    """Cases by verdict, each of the seven, and :data:`EXPECTED`."""
    expected: tuple[str, ...]
    """Ids of the cases whose failure was expected, in the plan's order."""
    complaints: tuple[str, ...]
    """What is wrong with the expectations, one line each."""


def total_of(plan: Plan, judged: Iterable[JudgedCase]) -> Total:
    """Add up.

    Args:
        plan: with its expected failures and the day that they are held against.
        judged: one for each case of the plan.
    """
    cases = tuple(judged)
    honoured = {(each.case, each.rule) for each in plan.expected_failures if plan.today <= each.expires}
    expected = tuple(case.case for case in cases if _is_expected(case, honoured))
    counts = {verdict.value: 0 for verdict in Verdict} | {EXPECTED: len(expected)}
    counting = [case.verdict for case in cases if case.case not in set(expected)]
    for verdict in counting:
        counts[verdict.value] += 1
    complaints = tuple(_complaints(plan, cases))
    verdict = Verdict.ERROR if complaints else worst(counting)
    return Total(verdict, MappingProxyType(counts), expected, complaints)


def failing_rules(case: JudgedCase) -> frozenset[str]:
    """Return the clauses that a case fails."""
    return frozenset(each.check.rule for each in case.checks if each.verdict is Verdict.FAIL)


def _is_expected(case: JudgedCase, honoured: set[tuple[str, str]]) -> bool:
    rules = failing_rules(case)
    return (
        case.verdict is Verdict.FAIL and bool(rules) and all((case.case, rule) in honoured for rule in rules)
    )


def _complaints(plan: Plan, cases: tuple[JudgedCase, ...]) -> Iterator[str]:
    by_id = {case.case: case for case in cases}
    for entry in plan.expected_failures:
        case = by_id.get(entry.case)
        if plan.today > entry.expires:
            yield f"expected failure {_named(entry)} expired on {entry.expires}; today is {plan.today}"
        if case is None and not plan.partial:
            yield f"expected failure {_named(entry)} names no case of the plan"
        if case is not None and case.status is Status.EXECUTED and entry.rule not in failing_rules(case):
            yield f"expected failure {_named(entry)} no longer applies: the case is {case.verdict.value}"


def _named(entry: ExpectedFailure) -> str:
    return f"of {entry.rule} in {entry.case}"
