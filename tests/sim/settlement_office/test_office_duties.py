"""The table of duties and the table of transactions tell the same story."""

from __future__ import annotations

import pytest

from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.tiers.handlers import HANDLERS, VISIT_NODES
from onecard.sim.settlement.tiers.ministry import SERVICES
from onecard.sim.settlement.tiers.reversal import REVERSIBLE
from onecard.sim.settlement.tiers.rules import STATE_RULES

PROMISED = (
    *(
        "1101",
        "1201",
        "2001",
        "2201",
        "2202",
        "2203",
        "2203A",
        "2204",
        "2205",
        "2206",
        "2206A",
        "2207",
        "2208",
    ),
    *("2301", "2302", "2303", "2304", "2305", "2401", "2402", "2403", "2404", "2405", "2501", "2601"),
    *("3201", "3202", "3203", "3204", "3260", "3261", "3262", "3301", "9001", "9002", "9101", "9102"),
)
NOT_A_CITYS = {"CA01", "CA02"}
"""Card authentication and the report of lost cards go between tiers and the card authority."""


@pytest.mark.parametrize("infno", PROMISED)
def test_a_city_serves_every_transaction_that_was_promised(infno: str) -> None:
    assert infno in HANDLERS


def test_every_duty_is_a_known_transaction_and_the_other_way_round() -> None:
    assert set(HANDLERS) == set(TRANSACTIONS) - NOT_A_CITYS


def test_what_can_be_reversed_is_what_the_table_says() -> None:
    reversible = {infno for infno, spec in TRANSACTIONS.items() if spec.reversible}
    assert set(REVERSIBLE) == reversible


def test_an_alias_is_served_like_what_it_stands_for() -> None:
    for infno, spec in TRANSACTIONS.items():
        if spec.alias_of and infno in HANDLERS:
            assert HANDLERS[infno] is HANDLERS[spec.alias_of], infno


def test_every_settlement_and_nothing_else_asks_for_the_card_ca_1() -> None:
    assert {infno for infno, handler in HANDLERS.items() if handler.card} == {
        infno
        for infno, spec in TRANSACTIONS.items()
        if spec.reversible and (spec.alias_of or infno) in ("2102", "2207", "2304")
    }


def test_a_card_is_only_asked_for_where_the_visit_is_named_or_opened() -> None:
    named = {infno for infno, node in VISIT_NODES.items() if node}
    assert {infno for infno, handler in HANDLERS.items() if handler.card} <= named | {"2102", "2102A"}


def test_rules_and_services_name_known_transactions() -> None:
    named = {infno for rule in STATE_RULES for infno in rule.transactions} | set(SERVICES)
    assert named <= set(HANDLERS)
