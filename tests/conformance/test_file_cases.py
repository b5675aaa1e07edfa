"""Cases about files: every file has its turn, and a card is afterwards what it was."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import pytest

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.cards.context import Context
from onecard.conformance.cards.files import access, binary, contents, record_modes, updates
from onecard.conformance.cards.files.access_rights import place, standard_files
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.qualify.kill import reference_plan
from onecard.conformance.running.one_case import run_case
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.layouts import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.chip.memory import CardMemory

SEED = 5
MODULES = (contents, record_modes, binary, access, updates)


def context_of(version: str) -> Context:
    return Context(statement=reference_statement(version), face="contact", seed=SEED)


def cases_of(version: str) -> Iterator[Case]:
    for module in MODULES:
        yield from module.cases(context_of(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_is_looked_at_read_and_written(version: str) -> None:
    ids = {case.id for case in cases_of(version)}
    for file in standard_files(context_of(version)):
        assert f"card/contents/{place(file)}/01" in ids
        assert f"card/access/{place(file)}-write/01" in ids
        assert (f"card/access/{place(file)}-read/01" in ids) == (file.read.text != "free")
        assert (f"card/access/{place(file)}-write/02" in ids) == (file.write.text != "never")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_destructive_leaves_the_card_as_it_was(version: str) -> None:
    plan = reference_plan(version, SEED)
    clauses = {clause.id: clause for clause in plan.clauses}
    made: list[tuple[CardMemory, dict[str, object]]] = []

    def make(personality: str, case: str) -> Card:
        card = reference_card(version, personality, seed=SEED, case=case)
        card = getattr(card, "card", card)
        assert isinstance(card, Card)
        made.append((card.memory, cells(card.memory)))
        return card

    port = InProcessPort("watched", make, faces=frozenset(("contact", "contactless")))
    for case in cases_of(version):
        assert run_case(case, port, plan, clauses).judged.verdict is Verdict.PASS, case.id
        memory, before = made.pop()
        assert case.destructive or cells(memory) == before, case.id


def cells(memory: CardMemory) -> dict[str, object]:
    files = [file for application in memory.layout.applications for file in application.files]
    others = {name: copy(getattr(memory, name)) for name in memory.CELLS if name != "contents"}
    return others | {"contents": {file.path: memory.read(file) for file in files}}
