"""The total: the worst of the cases that count, and expectations that are held to their word."""

from __future__ import annotations

import msgspec
import pytest
from conformance_samples import RIGHT, SWEEP, UNKNOWN_NAME, WRONG, Sample, bundle_of

from onecard.conformance.judging.judge import JudgedCase, JudgedCheck
from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.judging.total import Total, total_of
from onecard.conformance.model.plan import ExpectedFailure, Plan
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.reporting.view import view_of

TODAY = "2026-11-23"
BY_NAME = ExpectedFailure(case=UNKNOWN_NAME, rule="card/select/by-name", reason="known", expires="2026-11-23")
CLASSES = ExpectedFailure(case=SWEEP, rule="card/space/classes", reason="known", expires="2027-01-01")


def total(sample: Sample, *expected: ExpectedFailure, today: str = TODAY) -> Total:
    return view_of(bundle_of(sample._replace(expected=expected, today=today if expected else ""))).total


def test_there_is_a_number_for_each_verdict_and_for_the_expected() -> None:
    assert dict(total(WRONG).counts) == {
        "pass": 2,
        "fail": 2,
        "warn": 0,
        "review": 1,
        "not applicable": 2,
        "inconclusive": 0,
        "error": 0,
        "expected failures": 0,
    }
    assert total(WRONG).verdict is Verdict.FAIL
    assert total(RIGHT).verdict is Verdict.REVIEW


def test_an_expected_failure_is_counted_apart_and_keeps_its_verdict() -> None:
    told = total(WRONG, BY_NAME)
    assert (told.counts["fail"], told.counts["expected failures"]) == (1, 1)
    assert told.expected == (UNKNOWN_NAME,)
    assert told.verdict is Verdict.FAIL  # the other one counts
    sample = WRONG._replace(expected=(BY_NAME,), today=TODAY)
    case = next(each for each in view_of(bundle_of(sample)).cases if each.expected)
    assert (case.case.id, case.verdict) == (UNKNOWN_NAME, "fail")


def test_when_every_failure_is_expected_the_rest_decides() -> None:
    told = total(WRONG, BY_NAME, CLASSES)
    assert told.verdict is Verdict.REVIEW
    assert told.complaints == ()


def test_an_expectation_holds_on_its_last_day_and_not_after() -> None:
    assert total(WRONG, BY_NAME, today="2026-11-23").complaints == ()
    late = total(WRONG, BY_NAME, today="2026-11-24")
    assert late.verdict is Verdict.ERROR
    assert (late.counts["fail"], late.counts["expected failures"]) == (2, 0)
    assert "expired on 2026-11-23" in late.complaints[0]


def test_an_expectation_that_no_longer_applies_is_an_error() -> None:
    told = total(RIGHT, BY_NAME)
    assert told.verdict is Verdict.ERROR
    assert told.counts["fail"] == 0
    assert len(told.complaints) == 1
    assert "no longer applies" in told.complaints[0]


def two_rules(*failing: str) -> tuple[Plan, JudgedCase]:
    """Return a plan and one case whose checks fail for these rules."""
    bundle = bundle_of(WRONG)
    view = next(each for each in view_of(bundle).cases if each.case.id == UNKNOWN_NAME)
    check = view.complaints[0].check
    checks = tuple(
        JudgedCheck(msgspec.structs.replace(check, rule=rule), Finding(Outcome.DIFFERS), Verdict.FAIL)
        for rule in failing
    )
    return bundle.plan, JudgedCase(UNKNOWN_NAME, Verdict.FAIL, Status.EXECUTED, checks)


def test_a_case_that_fails_for_another_rule_too_counts() -> None:
    plan, case = two_rules("card/select/by-name", "card/select/habit")
    plan = msgspec.structs.replace(plan, expected_failures=(BY_NAME,), today=TODAY)
    told = total_of(plan, [case])
    assert (told.counts["fail"], told.counts["expected failures"]) == (1, 0)


@pytest.mark.parametrize("status", [Status.STOPPED, Status.NOT_RUN, Status.WITHHELD])
def test_an_expectation_of_a_case_that_was_not_executed_says_nothing(status: Status) -> None:
    plan, case = two_rules()
    plan = msgspec.structs.replace(plan, expected_failures=(BY_NAME,), today=TODAY)
    told = total_of(plan, [case._replace(verdict=Verdict.INCONCLUSIVE, status=status)])
    assert told.complaints == ()
    assert told.verdict is Verdict.INCONCLUSIVE


def test_no_pass_among_the_cases_is_no_pass_of_the_whole() -> None:
    plan, case = two_rules()
    told = total_of(plan, [case._replace(verdict=Verdict.NOT_APPLICABLE, status=Status.EXCLUDED)])
    assert told.verdict is Verdict.INCONCLUSIVE
