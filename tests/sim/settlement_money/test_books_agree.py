"""The books of all tiers agree after any history, and the oracle names what is wrong when they do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_history import STEPS, History
from money_world import CHENGDU, CITIES, LESHAN, SHANGHAI, World, people

from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.daily import reconcile_all
from onecard.sim.settlement.money.prepayment import prepayment_statement


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_books_agree_after_any_history_that_is_reconciled_and_cleared(steps: list[tuple[Any, ...]]) -> None:
    history = History()
    for step in steps:
        history.play(step)
    history.do_reconcile()
    history.world.next_day(62)
    history.do_clear()
    tiers = history.world.tiers
    assert reconcile_all(tiers) == []
    assert books_agree(tiers) == books_follow_rows(tiers) == []
    for account in history.world.province("51").book.ledger.accounts("prepayment"):
        assert prepayment_statement(history.world.province("51"), account[-2:]).agrees
    left = {
        account: tier.book.balance(account)
        for tier in tiers.values()
        for account in tier.book.ledger.accounts("clearing")
    }
    assert set(left.values()) <= {0}


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=15))
def test_books_agree_at_every_moment_while_nothing_is_lost(steps: list[tuple[Any, ...]]) -> None:
    history = History()
    for step in steps:
        if step[0] not in ("forget", "top-up"):
            history.play(step)
            assert books_agree(history.world.tiers) == []
            assert books_follow_rows(history.world.tiers) == []
            assert reconcile_all(history.world.tiers) == []


# ---- what the oracle finds


def sound() -> World:
    world = World()
    for there in CITIES:
        for home in CITIES:
            world.settle(there, home, person=3)
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []
    return world


def tamper(world: World, address: str, *entries: tuple[str, int]) -> None:
    world.tiers[address].book.ledger.restore(entries)


@pytest.mark.parametrize(
    ("address", "entries", "words"),
    [
        (f"city/{CHENGDU}", [("fund-employee-pool/510100", 1)], "city/510100: the ledger sums to 0.01"),
        (
            f"city/{CHENGDU}",
            [("clearing/510100:51", 1), ("institution-receivable/X", -1)],
            "city/510100 owes province/51",
        ),
        (
            "province/51",
            [("clearing/51:511100", 1), ("clearing/51:510100", -1)],
            "city/511100 owes province/51",
        ),
        ("province/31", [("clearing/31:51", 5), ("clearing/31:310000", -5)], "province/31 owes province/51"),
        (
            "province/51",
            [("prepayment/51:31", 5), ("clearing/51:510100", -5)],
            "province/31 owes province/51",
        ),
        ("ministry", [("clearing/ministry:51", 5), ("clearing/ministry:31", -5)], "ministry: province/31"),
        (
            "province/31",
            [("transfer/31:51", 5), ("fiscal-account/31", -5)],
            "province/31 has paid province/51 0.05 yuan, which has received 0.00",
        ),
        ("province/31", [("transfer/31:44", 5), ("fiscal-account/31", -5)], "has an account with 44"),
    ],
    ids=[
        "one fen too many",
        "city owes more",
        "claim on the wrong city",
        "province owes more",
        "prepayment not used",
        "ministry's book",
        "payment not received",
        "unknown peer",
    ],
)
def test_a_book_that_is_wrong_is_named(address: str, entries: list[tuple[str, int]], words: str) -> None:
    world = sound()
    tamper(world, address, *entries)
    assert any(words in line for line in books_agree(world.tiers)), books_agree(world.tiers)


def test_each_disagreement_is_told_once() -> None:
    world = sound()
    tamper(world, "province/51", ("clearing/51:511100", 1), ("clearing/51:510100", -1))
    found = books_agree(world.tiers)
    assert len(found) == len(set(found)) == 2


def test_money_that_appears_is_found() -> None:
    world = sound()
    tamper(world, f"city/{CHENGDU}", ("institution-receivable/X", 7), (f"clearing/{CHENGDU}:51", -7))
    tamper(world, "province/51", (f"clearing/51:{CHENGDU}", 7), ("clearing/51:511100", -7))
    tamper(world, f"city/{LESHAN}", (f"clearing/{LESHAN}:51", 7), ("opening/world", -7))
    assert [line for line in books_agree(world.tiers) if line.startswith("money:")] == []
    tamper(world, f"city/{LESHAN}", ("opening/world", 7), (f"fund-employee-pool/{LESHAN}", -7))
    tamper(world, f"city/{LESHAN}", (f"fund-employee-pool/{LESHAN}", 7), ("transfer/511100:51", -7))
    assert any(line.startswith("money:") for line in books_agree(world.tiers))


def test_an_overdrawn_account_is_named() -> None:
    world = sound()
    account = people(CHENGDU)[3].medical_account
    balance = world.city(CHENGDU).book.balance(account)
    tamper(world, f"city/{CHENGDU}", (account, -balance - 1), ("opening/world", balance + 1))
    assert any(account in line and "-0.01" in line for line in books_agree(world.tiers))


def test_a_receivable_that_is_not_what_was_settled_is_found_by_the_rows() -> None:
    world = sound()
    code = world.institution(CHENGDU).fixmedins_code
    tamper(
        world,
        f"city/{CHENGDU}",
        (f"institution-receivable/{code}", 1),
        (f"fund-employee-pool/{CHENGDU}", -1),
    )
    assert books_agree(world.tiers) == []
    assert any(code in line for line in books_follow_rows(world.tiers))


def test_a_city_that_owes_more_than_its_rows_say_is_found_by_the_rows() -> None:
    world = sound()
    tamper(world, f"city/{SHANGHAI}", (f"clearing/{SHANGHAI}:31", 1), (f"fund-employee-pool/{SHANGHAI}", -1))
    assert any("owed or paid to province/31" in line for line in books_follow_rows(world.tiers))


def test_tiers_that_were_loaded_again_go_on_where_they_were() -> None:
    world = sound()
    world.go_to("2024-02-21")
    world.clear("202401")
    world.settle(CHENGDU, SHANGHAI, person=6)
    before = {address: tier.book.ledger.audit() for address, tier in world.tiers.items()}
    for address, tier in list(world.tiers.items()):
        again = world.nation.tier(address)
        again.restore(tier.store.take_changes())
        world.tiers[address] = again
    after = {address: tier.book.ledger.audit() for address, tier in world.tiers.items()}
    assert {address: audit.total_fen_by_kind for address, audit in before.items()} == {
        address: audit.total_fen_by_kind for address, audit in after.items()
    }
    assert {reason for reason, _ in world.clear("202401").values()} == {""}
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == reconcile_all(world.tiers) == []
    world.go_to("2024-03-21")
    world.clear("202402")
    assert world.province("51").book.balance("prepayment/51:31") == 100_000_000
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []
