"""Statement and suite → the frozen plan. Nobody picks cases by hand to get a pass."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from onecard import __version__
from onecard.conformance.cards.suite import card_cases
from onecard.conformance.clauses.registry import clauses
from onecard.conformance.model.plan import Plan, PlannedCase
from onecard.conformance.planning.keys import key_material
from onecard.conformance.planning.order import harm_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.adapters.port import Traits
    from onecard.conformance.model.case import Case
    from onecard.conformance.model.statement import Statement

__all__ = ["make_plan"]


def make_plan(
    statement: Statement, traits: Traits, *, seed: int, destructive: bool = False, strict: bool | None = None
) -> Plan:
    """Compute the plan.

    Args:
        statement: what is claimed, found plausible.
        traits: what can be done with the implementation at hand.
        seed: for all draws.
        destructive: run the destructive cases that the statement names.
        strict: every clause binds; default: for references only.
    """
    cases = [_planned(case, statement, traits, destructive) for case in card_cases(statement, seed)]
    cases.sort(key=lambda planned: harm_of(planned.case))  # stable: else in the suite's order
    known = clauses()
    judged = {rule for planned in cases for rule in planned.case.rules}
    return Plan(
        version=__version__,
        suite=statement.kind,
        seed=seed,
        strict=traits.reference if strict is None else strict,
        statement=statement,
        keys=key_material(statement, (planned.case for planned in cases)),
        clauses=tuple(known[rule] for rule in sorted(judged)),
        cases=tuple(cases),
    )


def _planned(case: Case, statement: Statement, traits: Traits, destructive: bool) -> PlannedCase:
    excluded = next(_exclusions(case, statement, traits), "")
    withheld = (
        "" if destructive or not case.destructive else f"it {case.effect} the card: --destructive runs it"
    )
    return PlannedCase(case=case, excluded=excluded, withheld="" if excluded else withheld)


def _exclusions(case: Case, statement: Statement, traits: Traits) -> Iterator[str]:
    claims = statement.card
    if case.option and case.option not in claims.options:
        yield f"option {case.option} is not claimed"
    if case.face not in traits.faces:
        yield f"the {case.face} face cannot be reached through this adapter"
    if not traits.fresh and case.personality != claims.personality:
        yield f"it needs the card {case.personality!r}; the one at hand is {claims.personality!r}"
    kinds = {step.__struct_config__.tag for step in case.steps}
    if "tear" in kinds and not traits.tears:
        yield "power cannot be taken away in the middle of a command through this adapter"
    if kinds & {"remove", "insert"} and not traits.hot_plug:
        yield "the card cannot be taken out through this adapter"
    if case.destructive and not any(fnmatchcase(case.id, pattern) for pattern in statement.destructive):
        yield "destructive, and not named in the statement"
