"""A case that says it leaves the card as it was, or brings it back, does so; one that fails locks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.defects.registry import card_defects
from onecard.conformance.defects.wrong import Defect
from onecard.conformance.model.case import Case
from onecard.conformance.model.plan import Plan
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.qualify.kill import reference_plan
from onecard.conformance.running.one_case import run_case
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CELLS, CardMemory
from onecard.virtual_cards.layouts import VERSIONS
from onecard.virtual_cards.readers.in_process import PoweredCard

SEED = 5
AREAS = ("challenge", "internal", "external", "verify", "pin-change", "pin-unblock")


@cache
def plan_of(version: str) -> Plan:
    return reference_plan(version, SEED)


def restoring(version: str) -> Iterator[Case]:
    for planned in plan_of(version).cases:
        case = planned.case
        if case.id.split("/")[1] in AREAS and not case.destructive:
            yield case


def cells(memory: CardMemory) -> dict[str, object]:
    return {name: repr(getattr(memory, name)) for name in CELLS if name != "contents"}


def contents(memory: CardMemory) -> dict[object, object]:
    return {file.path: memory.read(file) for application in memory.applications for file in application.files}


def memory_after(case: Case, version: str, defect: Defect | None = None) -> CardMemory:
    """Run one case and return the memory of its card."""
    made: list[CardMemory] = []

    def make(personality: str, name: str) -> PoweredCard:
        card = reference_card(version, personality, seed=SEED, case=name)
        assert isinstance(card, Card)
        made.append(card.memory)
        return card if defect is None else defect.make(card)

    plan = plan_of(version)
    port = InProcessPort("a card", make, faces=frozenset((case.face,)))
    run_case(case, port, plan, {clause.id: clause for clause in plan.clauses})
    return made[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_case_restores_is_as_it_was(version: str) -> None:
    changed = []
    for case in restoring(version):
        before = reference_card(version, case.personality, seed=SEED, case=case.id)
        assert isinstance(before, Card)
        after = memory_after(case, version)
        if (cells(after), contents(after)) != (cells(before.memory), contents(before.memory)):
            changed.append(case.id)
    assert changed == []


def test_a_restoring_case_that_fails_locks_neither_pin_nor_key() -> None:
    names = {case.id: case for version in VERSIONS for case in restoring(version)}
    locked = []
    for defect in card_defects().values():
        case = names.get(defect.case)
        if case is None:
            continue
        memory = memory_after(case, defect.version, defect)
        limits = {slot.name: slot.tries for slot in memory.layout.keys.values() if slot.tries}
        keys = [name for name, count in memory.key_failures.items() if count >= limits[name]]
        if memory.pin_tries_left == 0 or keys:
            locked.append(f"{defect.name}: {memory.pin_tries_left} tries of the PIN, locked keys {keys}")
    assert locked == [], "\n".join(locked)
