"""The registry and the cases do not drift apart: the total is closed."""

from __future__ import annotations

import re
from collections import defaultdict

from onecard.conformance.cards.suite import card_cases
from onecard.conformance.clauses.registry import clauses_of
from onecard.conformance.defects.registry import card_defects
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.layouts import VERSIONS

HAN = re.compile("[\u4e00-\u9fff]")


def shown_by_rule() -> dict[str, set[str]]:
    shown = defaultdict(set)
    for version in VERSIONS:
        for case in card_cases(reference_statement(version), 1):
            for check in case.checks:
                if check.rule:
                    shown[check.rule].add(check.shows)
    return shown


def test_every_rule_of_a_check_is_in_the_registry_and_every_tested_clause_has_cases() -> None:
    known = {clause.id for clause in clauses_of("card") if clause.tested}
    assert set(shown_by_rule()) == known


def test_each_must_is_seen_kept_and_its_breach_is_tried() -> None:
    shown = shown_by_rule()
    missing = {
        clause.id: sorted(wanted - shown[clause.id])
        for clause in clauses_of("card")
        if clause.tested and clause.level == "MUST"
        for wanted in [{"conforming"} if clause.nothing_to_try else {"conforming", "forbidden"}]
        if not wanted <= shown[clause.id]
    }
    assert missing == {}


def test_every_tested_clause_has_a_defect_that_breaks_it() -> None:
    broken = {defect.rule for defect in card_defects().values()}
    assert sorted({clause.id for clause in clauses_of("card") if clause.tested} - broken) == []


def test_ids_of_cases_are_unique_and_begin_with_kind_and_area_of_a_rule() -> None:
    for version in VERSIONS:
        cases = list(card_cases(reference_statement(version), 1))
        assert len({case.id for case in cases}) == len(cases)
        for case in cases:
            areas = {"/".join(rule.split("/")[:2]) for rule in case.rules}
            assert "/".join(case.id.split("/")[:2]) in areas, case.id


def test_every_clause_stands_in_both_languages() -> None:
    assert [
        clause.id for clause in clauses_of("card") if not (clause.text and HAN.search(clause.chinese))
    ] == []
