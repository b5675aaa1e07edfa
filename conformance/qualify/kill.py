"""The kill table: every seeded defect is found by the case that names it, for its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.one_case import run_case
from onecard.conformance.statements.loader import reference_statement

if TYPE_CHECKING:
    from onecard.conformance.defects.wrong import Defect
    from onecard.conformance.judging.judge import JudgedCase
    from onecard.conformance.model.plan import Plan
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["Kill", "kill", "port_for", "reference_plan"]


class Kill(NamedTuple):
    """What became of one defect."""

    defect: Defect
    killed: bool
    why: str
    """What the case saw, or why the defect lives."""


def reference_plan(version: str, seed: int) -> Plan:
    """Return the whole plan of a reference card, destructive cases and all."""
    statement = reference_statement(version)
    return make_plan(statement, port_for(None, version, seed).traits, seed=seed, destructive=True)


def port_for(defect: Defect | None, version: str, seed: int) -> InProcessPort:
    """Return a port to a reference card, with a defect round it or without."""

    def make(personality: str, case: str) -> PoweredCard:
        card = reference_card(version, personality, seed=seed, case=case)
        return card if defect is None else defect.make(card)

    faces = frozenset(reference_statement(version).card.faces)
    return InProcessPort(f"virtual:{version}", make, faces=faces)


def kill(defect: Defect, plan: Plan) -> Kill:
    """Run the case that a defect names on the defective card.

    Args:
        defect: the defect.
        plan: the reference's plan, of the defect's version.
    """
    planned = next((each for each in plan.cases if each.case.id == defect.case), None)
    if planned is None or not planned.to_run:
        return Kill(defect, False, f"case {defect.case} is not in the plan")
    clauses = {clause.id: clause for clause in plan.clauses}
    judged = run_case(planned.case, port_for(defect, defect.version, plan.seed), plan, clauses).judged
    return Kill(defect, *_told(defect, judged))


def _told(defect: Defect, judged: JudgedCase) -> tuple[bool, str]:
    for each in judged.checks:
        if each.check.rule == defect.rule and each.verdict is Verdict.FAIL:
            finding = each.finding
            return True, f"at {each.check.step}: expected {finding.expected}, got {finding.got}"
    return False, f"verdict {judged.verdict.value}, but not for {defect.rule}: {judged.reason}"
