"""A statement with a wrong PIN or wrong keys costs a card at hand one try of each, and never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onecard.conformance.adapters.as_it_is import CardAsItIsPort
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.run import RunResult, run_plan
from onecard.conformance.statements.loader import read_statement, reference_source
from onecard.virtual_cards.card import Card

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory

SEED = 1
REASON = (
    "the card refused the PIN of the statement in card/contents/df01-ef05/01 (63C2); "
    "it is not presented again, or it would be blocked"
)


class AtHand(CardAsItIsPort):
    """One card that is as it is, in the process."""

    def __init__(self) -> None:
        card = reference_card("3.00", "standard", seed=SEED, case="at hand")
        assert isinstance(card, Card)
        self.card = card
        super().__init__("at hand", self.reset())

    def reset(self) -> bytes:
        self.card.power_off()
        return self.card.power_on()

    def transmit(self, command: bytes) -> bytes:
        return self.card.transmit(command)

    def close(self) -> None:
        self.card.power_off()

    def _await_card(self) -> None:
        pass


def run_with(statement: str) -> tuple[RunResult, CardMemory]:
    port = AtHand()
    read = read_statement(statement.encode(), where="test")
    plan = make_plan(read, port.traits, seed=SEED, destructive=False, strict=False)
    return run_plan(plan, port), port.card.memory


@pytest.fixture(scope="module")
def statement() -> str:
    text = reference_source("3.00").decode()
    return text.replace('faces = ["contact", "contactless"]', 'faces = ["contact"]')


def test_a_wrong_pin_in_the_statement_costs_one_try_and_never_the_pin(statement: str) -> None:
    result, memory = run_with(statement + 'pin = "9876"\n')
    assert memory.pin_tries_left >= memory.pin_limit - 1
    assert memory.pin == bytes.fromhex("123456"), "nor is the card given the statement's PIN"
    held = [each for each in result.judged if each.status is Status.NOT_RUN]
    assert held
    assert all(each.verdict is Verdict.INCONCLUSIVE for each in held)
    assert {each.reason for each in held} == {REASON}
    assert any(each.verdict is Verdict.PASS for each in result.judged), "what needs no PIN is judged"


def test_keys_that_are_not_the_cards_cost_one_try_each(statement: str) -> None:
    result, memory = run_with(statement.replace('issuing_area = "519900"', 'issuing_area = "110000"'))
    assert memory.key_failures
    assert set(memory.key_failures.values()) == {1}
    reasons = {each.reason for each in result.judged if each.status is Status.NOT_RUN}
    assert reasons
    assert all("refused the key" in reason for reason in reasons)


def test_a_right_statement_holds_nothing_back(statement: str) -> None:
    result, memory = run_with(statement)
    assert memory.pin_tries_left == memory.pin_limit
    assert not any(each.status is Status.NOT_RUN for each in result.judged)
