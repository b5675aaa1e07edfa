"""The whole: the worst of the cases that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onecard.conformance.recheck.cases import CaseResult

__all__ = ["VERDICTS", "total_of"]

VERDICTS = ("pass", "fail", "warn", "review", "not applicable", "inconclusive", "error")
_EXPECTED = "expected failures"
_WORST_FIRST = ("error", "fail", "inconclusive", "review", "warn", "pass")


def total_of(plan: dict[str, Any], cases: list[CaseResult]) -> tuple[str, dict[str, int]]:
    """Return the verdict of the whole, and how many cases came to each verdict.

    A case that fails only where the plan expects it, until a day that has not passed, is counted apart. An
    expectation that is over, or that a case which ran to its end did not meet, makes the whole an error.
    """
    failing = {case.case: _failing(case) for case in cases}
    honoured: dict[str, set[str]] = {}
    wrong = False
    ran = {case.case: case.status == "executed" for case in cases}
    for entry in plan["expected_failures"]:
        name, rule = entry["case"], entry["rule"]
        if plan["today"] > entry["expires"]:
            wrong = True
        else:
            honoured.setdefault(name, set()).add(rule)
        if name not in ran:
            wrong = wrong or not plan["partial"]
        elif ran[name] and rule not in failing[name]:
            wrong = True
    counts = dict.fromkeys((*VERDICTS, _EXPECTED), 0)
    counted = set()
    for case in cases:
        rules = failing[case.case]
        if case.verdict == "fail" and rules and rules <= honoured.get(case.case, set()):
            counts[_EXPECTED] += 1
        else:
            counts[case.verdict] += 1
            counted.add(case.verdict)
    return ("error" if wrong else _worst(counted)), counts


def _failing(case: CaseResult) -> set[str]:
    return {check.rule for check in case.checks if check.verdict == "fail"}


def _worst(verdicts: set[str]) -> str:
    """Return the worst; where nothing passed, the whole is inconclusive at best."""
    found = next((verdict for verdict in _WORST_FIRST if verdict in verdicts), "inconclusive")
    better = ("review", "warn", "pass")
    return "inconclusive" if "pass" not in verdicts and found in better else found
