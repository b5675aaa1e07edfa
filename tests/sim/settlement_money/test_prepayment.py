"""Prepayments: opening, top-up, use, clearing, alarms, closing of the year (settlement.md §5.6, §9 C-31)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from money_world import CHENGDU, LESHAN, SHANGHAI, World

from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.prepayment import alarm_level, prepayment_statement
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.between.jobs import job
from onecard.sim.settlement.tiers.money import owed_fen


def used_fen(world: World) -> int:
    return sum(
        owed_fen(row)
        for row in world.province("51").settlements
        if (row.insu_admdvs[:2], row.mdtrtarea_admvs[:2]) == ("31", "51")
    )


def top_up(world: World, amount_fen: int, **changes: Any) -> tuple[str, Any]:
    data = {"insured": "31", "treatment": "51", "year": "2024", "amount_fen": amount_fen, **changes}
    return world.job("ministry", "PP01", told.PrepaymentJob(**data))


def alarms(world: World) -> list[tuple[str, str]]:
    return [(row.insured, row.level) for row in world.province("51").store.tables["PREPAY_ALARM_D"]]


@pytest.mark.parametrize(
    ("used", "expected"),
    [(-1, "none"), (0, "none"), (699, "none"), (700, "yellow"), (899, "yellow"), (900, "red"), (1500, "red")],
)
def test_alarms_are_yellow_from_70_and_red_from_90_percent(used: int, expected: str) -> None:
    assert alarm_level(used, 1000, yellow_percent=70, red_percent=90) == expected


def test_a_prepayment_of_nothing_is_red_with_the_first_use() -> None:
    assert alarm_level(1, 0, yellow_percent=70, red_percent=90) == "red"


def test_alarms_follow_the_use_and_fall_back_with_the_clearing() -> None:
    world = World(prepayment_yuan=3000)
    raised: list[str] = []
    world.province("51").on_prepayment_alarm = lambda row: raised.append(row.level)
    person = 0
    while alarms(world) != [("31", "yellow"), ("31", "red")]:
        world.settle(CHENGDU, SHANGHAI, person=person)
        person += 1
        assert person < 40
    assert raised == ["yellow", "red"]
    row = world.province("51").store.tables["PREPAY_ALARM_D"].get("31/000001")
    assert 0.7 <= row.used_fen / row.level_fen < 0.9
    assert prepayment_statement(world.province("51"), "31").alarm == "red"
    world.go_to("2024-02-21")
    world.clear("202401")
    assert prepayment_statement(world.province("51"), "31").alarm == "none"
    for again in range(10):
        world.settle(LESHAN, SHANGHAI, person=again, kind="hospital", count=10)
    assert alarms(world)[2:] != []


def test_a_refund_takes_the_alarm_back_without_a_row() -> None:
    world = World(prepayment_yuan=300)
    settled = world.settle(CHENGDU, SHANGHAI, person=4)
    first = alarms(world)
    assert first in ([("31", "yellow")], [("31", "red")])
    world.cancel(settled)
    assert prepayment_statement(world.province("51"), "31").alarm == "none"
    assert alarms(world) == first


def test_balance_is_opening_and_top_up_less_use_and_what_was_cleared() -> None:
    """C-31, each term from its own source."""
    world = World()
    world.cancel(world.settle(CHENGDU, SHANGHAI, person=3))
    world.settle(CHENGDU, SHANGHAI, person=4)
    assert top_up(world, 5_000_00)[0] == ""
    world.go_to("2024-02-21")
    world.clear("202401")
    world.settle(LESHAN, SHANGHAI, person=5)
    statement = prepayment_statement(world.province("51"), "31")
    assert statement.agrees
    assert statement.opening_fen == 100_000_000
    assert statement.topped_up_fen == 5_000_00
    assert statement.used_fen == used_fen(world)
    assert 0 < statement.cleared_fen < statement.used_fen
    assert statement.balance_fen == world.province("51").book.balance("prepayment/51:31")
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


@pytest.mark.parametrize("amount_fen", [123_45, -123_45], ids=["top-up", "return"])
def test_a_change_of_the_prepayment_moves_the_money_between_both_provinces(amount_fen: int) -> None:
    world = World()
    top_up(world, amount_fen)
    world.go_to("2024-02-21")
    world.clear("202401")
    assert world.province("51").book.balance("prepayment/51:31") == 100_000_000 + amount_fen
    assert world.province("31").book.balance("transfer/31:51") == amount_fen
    assert world.province("31").book.balance("fiscal-account/31") == -amount_fen
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_higher_prepayment_takes_the_alarm_back() -> None:
    world = World(prepayment_yuan=300)
    world.settle(CHENGDU, SHANGHAI, person=4)
    assert alarms(world)
    top_up(world, 1_000_000_00)
    world.clear("202312")
    assert prepayment_statement(world.province("51"), "31").alarm == "none"


def test_the_same_job_sent_twice_raises_the_prepayment_once() -> None:
    world = World()
    node = told.PrepaymentJob(insured="31", treatment="51", year="2024", amount_fen=100)
    request = job("ministry", "PP01", node, calendar=world.calendar, now_us=world.now_us)
    replies = [world.call("ministry", request) for _ in range(2)]
    assert replies[0] == replies[1]
    assert len(world.tiers["ministry"].store.tables["CLR_NOTICE_D"]) == 2


@pytest.mark.parametrize(
    "changes",
    [{"insured": "11"}, {"treatment": "99"}, {"treatment": "31"}],
    ids=["payer", "holder", "itself"],
)
def test_a_prepayment_between_strangers_is_refused(changes: dict[str, str]) -> None:
    assert top_up(World(), 100, **changes)[0] == "no-route"


def test_a_year_is_closed_after_its_december_and_opens_the_next() -> None:
    world = World()
    province = world.province("51")
    assert world.job("province/51", "PP02", told.YearJob(year="2024"))[0] == "month-open"
    world.settle(CHENGDU, SHANGHAI, person=3)
    top_up(world, 700_00)
    for month in range(1, 13):
        year, following = divmod(month, 12)
        world.go_to(f"{2024 + year}-{following + 1:02d}-21")
        if month < 12:
            world.settle(CHENGDU, SHANGHAI, person=month)
        world.clear(f"2024{month:02d}")
    world.settle(LESHAN, SHANGHAI, person=4)
    reason, closed = world.job("province/51", "PP02", told.YearJob(year="2024"))
    assert (reason, closed["balances_fen"]) == ("", {"31": 100_000_000 + 700_00})
    row = province.store.tables["PREPAY_YEAR_D"].get("31 2024")
    assert row.used_fen == row.cleared_fen > 0
    assert row.topped_up_fen == 700_00
    this_year = prepayment_statement(province, "31", "2025")
    assert this_year.opening_fen == row.balance_fen
    assert this_year.balance_fen == province.book.balance("prepayment/51:31")
    assert world.job("province/51", "PP02", told.YearJob(year="2024"))[1] == closed


def test_what_is_repaired_or_decided_after_the_closing_counts_for_the_open_year() -> None:
    """C-31 for the open year: its balance is the book's, whatever comes late of the closed one."""
    world = World()
    province = world.province("51")
    world.go_to("2024-12-30")
    world.settle(CHENGDU, SHANGHAI, person=3)
    late = world.settle(CHENGDU, SHANGHAI, person=4).result.setl_id
    for address in (f"city/{CHENGDU}", "province/51", "ministry"):
        world.forget(address, late)
    province = world.province("51")
    world.go_to("2025-01-21")
    world.clear("202412")
    closed = world.job("province/51", "PP02", told.YearJob(year="2024"))[1]
    top_up(world, 300_00)
    world.reconcile("2024-12-30")
    world.go_to("2025-02-21")
    world.clear("202501")
    statement = prepayment_statement(province, "31", "2025")
    assert statement.balance_fen == province.book.balance("prepayment/51:31") == 100_000_000 + 300_00
    assert statement.used_fen == statement.cleared_fen > 0
    assert prepayment_statement(province, "31", "2024").balance_fen == closed["balances_fen"]["31"]
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_year_that_was_not_closed_is_part_of_the_next() -> None:
    world = World()
    world.settle(CHENGDU, SHANGHAI, person=3)
    world.go_to("2025-01-10")
    world.settle(CHENGDU, SHANGHAI, person=4)
    statement = prepayment_statement(world.province("51"), "31", "2025")
    assert statement.balance_fen == world.province("51").book.balance("prepayment/51:31")


def test_a_correction_of_a_spoilt_row_takes_the_alarm_back() -> None:
    world = World(prepayment_yuan=100_000)
    setl_id = world.settle(CHENGDU, SHANGHAI, person=4).result.setl_id
    row = world.rows("province/51")[setl_id]
    world.forget("province/51", setl_id)
    wrong = msgspec.structs.replace(row, medfee_sumamt=row.medfee_sumamt + 9_900_000)
    world.province("51").land_again(wrong, now_us=world.now_us)
    assert prepayment_statement(world.province("51"), "31").alarm == "red"
    world.reconcile(world.today)
    assert prepayment_statement(world.province("51"), "31").alarm == "none"
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []
