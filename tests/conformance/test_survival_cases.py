"""One card that is never made anew goes through every case that leaves it as it was, and is as it was."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.cards.context import Context
from onecard.conformance.cards.state import secure_messaging, sequences, survival
from onecard.conformance.clauses.registry import clauses
from onecard.conformance.model.plan import Plan
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.keys import key_material
from onecard.conformance.running.one_case import run_case
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CELLS, CardMemory
from onecard.virtual_cards.layouts import VERSIONS

SEED = 5


def cells(memory: CardMemory) -> dict[str, object]:
    return {name: repr(getattr(memory, name)) for name in CELLS if name != "contents"}


def contents(memory: CardMemory) -> dict[object, object]:
    return {file.path: memory.read(file) for each in memory.applications for file in each.files}


@pytest.mark.parametrize("version", VERSIONS)
def test_cases_that_leave_no_trace_run_one_after_the_other_on_the_same_card(version: str) -> None:
    statement = reference_statement(version)
    context = Context(statement=statement, face="contact", seed=SEED)
    modules = (secure_messaging, survival, sequences)
    found = chain.from_iterable(module.cases(context) for module in modules)
    cases = [case for case in found if not case.destructive]
    plan = Plan(
        version="0",
        suite="card",
        seed=SEED,
        strict=True,
        statement=statement,
        keys=key_material(statement, cases),
        clauses=(),
        cases=(),
    )
    card = reference_card(version, "standard", seed=SEED, case="the only one")
    assert isinstance(card, Card)
    port = InProcessPort("a card", lambda _personality, _case: card, faces=frozenset({"contact"}))
    port.traits = replace(port.traits, fresh=False)
    before = cells(card.memory), contents(card.memory)
    judged = [run_case(case, port, plan, clauses()).judged for case in cases]
    assert {each.case: each.reason for each in judged if each.verdict is not Verdict.PASS} == {}
    assert (cells(card.memory), contents(card.memory)) == before
