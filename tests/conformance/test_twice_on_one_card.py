"""The cases that are not destructive, twice on one card that is never made anew: it is as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from third_party_cards import SEED, claims

from onecard.conformance.adapters.as_it_is import CardAsItIsPort
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.run import RunResult, run_plan
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CELLS, CardMemory
from onecard.virtual_cards.layouts import VERSIONS


class OneCard(CardAsItIsPort):
    """One card in this process."""

    def __init__(self, version: str) -> None:
        card = reference_card(version, "standard", seed=SEED, case="one card")
        assert isinstance(card, Card)
        self.card = card
        super().__init__("one card", self.reset())

    def reset(self) -> bytes:
        self.card.power_off()
        return self.card.power_on()

    def transmit(self, command: bytes) -> bytes:
        return self.card.transmit(command)

    def close(self) -> None:
        self.card.power_off()

    def _await_card(self) -> None:
        pass


def run_on(port: OneCard, version: str) -> RunResult:
    return run_plan(make_plan(claims(version), port.traits, seed=SEED, strict=False), port)


def everything(memory: CardMemory) -> dict[object, object]:
    cells = {name: repr(getattr(memory, name)) for name in CELLS if name != "contents"}
    files = {file.path: memory.read(file) for each in memory.applications for file in each.files}
    return {**cells, **files}


@pytest.mark.parametrize("version", VERSIONS)
def test_two_runs_on_one_card_agree_and_leave_it_as_it_was(version: str) -> None:
    port = OneCard(version)
    before = everything(port.card.memory)
    first, second = run_on(port, version), run_on(port, version)
    verdicts = {each.case: each.verdict for each in first.judged}
    assert set(verdicts.values()) == {Verdict.PASS, Verdict.NOT_APPLICABLE}
    assert {each.case: each.verdict for each in second.judged} == verdicts
    assert everything(port.card.memory) == before


def test_a_card_with_another_key_for_pin_maintenance_keeps_its_unblocking_key() -> None:
    """Which key makes that MAC is open (card.md §21 Q9), and a wrong MAC costs the PUK a try."""
    port = OneCard("3.00")
    memory = port.card.memory
    memory.layout = replace(memory.layout, pin_maintenance_key="PUK")
    run_on(port, "3.00")
    assert memory.key_failures.get("PUK", 0) < memory.layout.keys["PUK"].tries
    assert memory.pin_tries_left == memory.pin_limit
