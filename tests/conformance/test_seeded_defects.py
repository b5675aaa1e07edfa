"""Every seeded defect is found by the case that names it, for the rule that it breaks."""

from __future__ import annotations

from functools import cache

import pytest

from onecard.conformance.defects.registry import card_defects
from onecard.conformance.model.plan import Plan
from onecard.conformance.qualify.kill import kill, reference_plan

SEED = 5


@cache
def plan_of(version: str) -> Plan:
    return reference_plan(version, SEED)


@pytest.mark.parametrize("name", card_defects())
def test_a_defect_is_killed_by_the_case_that_names_it(name: str) -> None:
    defect = card_defects()[name]
    told = kill(defect, plan_of(defect.version))
    assert told.killed, told.why
