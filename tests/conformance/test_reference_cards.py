"""The reference cards pass everything that applies to them, case by case."""

from __future__ import annotations

from functools import cache

import pytest

from onecard.conformance.model.plan import Plan
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.qualify.kill import port_for, reference_plan
from onecard.conformance.running.one_case import run_case
from onecard.virtual_cards.layouts import VERSIONS

SEED = 5


@cache
def plan_of(version: str) -> Plan:
    return reference_plan(version, SEED)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_reference_card_passes_every_case_that_applies(version: str) -> None:
    plan = plan_of(version)
    port = port_for(None, version, SEED)
    clauses = {clause.id: clause for clause in plan.clauses}
    runs = [run_case(each.case, port, plan, clauses).judged for each in plan.cases if each.to_run]
    assert runs
    wrong = [
        f"{judged.case}: {judged.verdict.value} {judged.reason} "
        + "; ".join(
            f"{each.check.rule} at {each.check.step}: wanted {each.finding.expected}, got {each.finding.got}"
            for each in judged.checks
            if each.verdict not in (None, Verdict.PASS)
        )
        for judged in runs
        if judged.verdict is not Verdict.PASS
    ]
    assert wrong == []
