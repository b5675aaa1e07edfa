"""Monthly clearing between provinces, and what it does to every tier's book (settlement.md §5.6)."""

from __future__ import annotations

import msgspec
import pytest
from money_world import CHENGDU, CITIES, LESHAN, SHANGHAI, World

from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.clearing import last_day, prepayment_base_fen
from onecard.sim.settlement.money.options import MoneyOptions, due_dates
from onecard.sim.settlement.store.rows_money import ClearingTableRow
from onecard.sim.settlement.tiers.between import messages as told
from onecard.sim.settlement.tiers.money import owed_fen


def two_months() -> World:
    """Settlements on every route in January and in February; refunds across the border of the months."""
    world = World()
    january = [world.settle(there, home, person=3) for there in CITIES for home in CITIES]
    world.next_day(2)
    for there in CITIES:
        for home in CITIES:
            world.settle(there, home, person=7, count=2)
    for dialogue in january[1:4]:
        world.cancel(dialogue)
    return world


def between(world: World) -> dict[str, int]:
    """Every balance that stands between two tiers, payments apart."""
    return {
        f"{address} {account}": tier.book.balance(account)
        for address, tier in world.tiers.items()
        for account in tier.book.ledger.accounts("clearing")
        if tier.book.balance(account)
    }


def owed(world: World, insured: str, treatment: str, until: str = "9") -> int:
    rows = world.tiers["ministry"].store.tables["OUTMED_SETL_D"]
    return sum(
        owed_fen(row)
        for row in rows
        if row.insu_admdvs.startswith(insured)
        and row.mdtrtarea_admvs.startswith(treatment)
        and row.clr_day < until
    )


def test_clearing_both_months_brings_every_account_between_tiers_back_to_zero() -> None:
    world = two_months()
    assert between(world) != {}
    world.go_to("2024-02-21")
    world.clear("202401")
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []
    assert between(world) != {}
    world.go_to("2024-03-21")
    world.clear("202402")
    assert between(world) == {}
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_prepayments_are_full_again_after_clearing() -> None:
    world = two_months()
    province = world.province("51")
    used = 100_000_000 - province.book.balance("prepayment/51:31")
    assert used == owed(world, "31", "51")
    world.go_to("2024-03-21")
    world.clear("202401")
    assert 100_000_000 - province.book.balance("prepayment/51:31") == owed(world, "31", "51") - owed(
        world, "31", "51", "2024-02"
    )
    world.clear("202402")
    assert province.book.balance("prepayment/51:31") == 100_000_000


def test_the_national_table_says_who_pays_whom_and_is_signed() -> None:
    world = two_months()
    world.go_to("2024-03-21")
    world.clear("202401")
    world.clear("202402")
    table = world.tiers["ministry"].store.tables["CLR_TAB_D"]
    for month, until in (("202401", "2024-02"), ("202402", "2024-03")):
        lines = {(line.insured, line.treatment): line for line in table.by("month", month)}
        assert set(lines) == {
            (SHANGHAI, CHENGDU),
            (SHANGHAI, LESHAN),
            (CHENGDU, SHANGHAI),
            (LESHAN, SHANGHAI),
        }
        january = owed(world, SHANGHAI, CHENGDU, "2024-02")
        expected = owed(world, SHANGHAI, CHENGDU, until) - (january if month == "202402" else 0)
        assert lines[SHANGHAI, CHENGDU].amount_fen == expected
    assert sum(line.person_times for line in table) == 8 - 3


def test_each_side_gets_its_notice_and_its_cities_their_share() -> None:
    world = two_months()
    world.go_to("2024-02-21")
    world.clear("202401")
    notices = [
        notice
        for notice in world.province("31").store.tables["CLR_NOTICE_D"]
        if notice.recipient == "province/31"
    ]
    assert [(notice.role, notice.insured, notice.treatment) for notice in notices] == [
        ("pays", "31", "51"),
        ("collects", "51", "31"),
    ]
    assert notices[0].amount_fen == owed(world, "31", "51", "2024-02")
    assert notices[0].due == "2024-02-25"
    to_leshan = world.city(LESHAN).store.tables["CLR_NOTICE_D"]
    assert {(notice.role, notice.insured, notice.treatment) for notice in to_leshan} == {
        ("pays", LESHAN, SHANGHAI),
        ("pays", LESHAN, CHENGDU),
        ("collects", SHANGHAI, LESHAN),
        ("collects", CHENGDU, LESHAN),
    }


def test_clearing_a_month_again_does_nothing() -> None:
    world = two_months()
    world.go_to("2024-02-21")
    world.clear("202401")
    before = {address: len(tier.store.tables["POSTING"]) for address, tier in world.tiers.items()}
    again = world.clear("202401")
    assert {reason for reason, _ in again.values()} == {""}
    assert before == {address: len(tier.store.tables["POSTING"]) for address, tier in world.tiers.items()}


def test_a_month_that_is_not_over_is_refused_everywhere() -> None:
    world = two_months()
    assert {reason for reason, _ in world.clear("202402").values()} == {"month-open"}


def test_a_province_waits_for_the_ministry_and_a_city_for_its_province() -> None:
    world = two_months()
    world.go_to("2024-02-21")
    january = told.MonthJob(month="202401")
    assert world.job("province/51", "CL01", january)[0] == "month-open"
    assert world.job("ministry", "CL01", january)[0] == ""
    assert world.job(f"city/{CHENGDU}", "CL01", january)[0] == "month-open"
    assert world.job("province/51", "CL01", january)[0] == ""
    assert world.job(f"city/{CHENGDU}", "CL01", january)[0] == ""


def test_a_silent_ministry_makes_the_result_uncertain_and_the_next_run_completes_it() -> None:
    world = two_months()
    world.go_to("2024-02-21")
    world.lost = lambda address, _request: address == "ministry"
    reasons = {address: reason for address, (reason, _) in world.clear("202401").items()}
    assert (reasons["ministry"], reasons["province/31"]) == ("", "result-uncertain")
    world.lost = lambda _address, _request: False
    assert {reason for reason, _ in world.clear("202401").values()} == {""}
    assert books_agree(world.tiers) == []


def test_a_row_that_was_repaired_after_the_month_is_cleared_with_the_next() -> None:
    world = two_months()
    late = next(row for row in world.rows("ministry").values() if row.clr_day < "2024-02")
    world.forget("ministry", late.setl_id)
    world.go_to("2024-02-21")
    world.clear("202401")
    world.reconcile(late.clr_day)
    world.go_to("2024-03-21")
    world.clear("202402")
    assert between(world) == {}
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_an_earlier_month_cannot_be_cleared_after_a_later_one() -> None:
    world = two_months()
    world.go_to("2024-03-21")
    world.clear("202402")
    assert world.clear("202401")["ministry"][0] == "month-closed"
    assert between(world) == {}


def test_a_month_of_refunds_alone_turns_the_payment_round() -> None:
    world = World()
    settled = world.settle(CHENGDU, SHANGHAI, person=3)
    world.go_to("2024-02-21")
    world.clear("202401")
    world.cancel(settled)
    world.go_to("2024-03-21")
    world.clear("202402")
    (line,) = world.tiers["ministry"].store.tables["CLR_TAB_D"].by("month", "202402")
    assert line.amount_fen < 0
    assert world.province("31").book.balance("transfer/31:51") == 0
    assert between(world) == {}
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_more_than_a_page_of_notices_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MAX_FETCHED", 1)
    world = two_months()
    world.go_to("2024-02-21")
    assert world.clear("202401")[f"city/{LESHAN}"][1]["notices"] == 4
    assert books_agree(world.tiers) == []


@pytest.mark.parametrize(
    ("month", "notices", "payment"),
    [
        ("202401", "2024-02-21", "2024-02-25"),
        ("202312", "2024-01-21", "2024-01-25"),
        ("202411", "2024-12-21", "2024-12-25"),
    ],
)
def test_the_calendar_of_clearing(month: str, notices: str, payment: str) -> None:
    assert [date.isoformat() for date in due_dates(month, MoneyOptions())] == [notices, payment]


@pytest.mark.parametrize(
    ("month", "day"), [("202402", "2024-02-29"), ("202302", "2023-02-28"), ("202412", "2024-12-31")]
)
def test_the_last_day_of_a_month(month: str, day: str) -> None:
    assert last_day(month) == day


def test_the_base_of_a_prepayment_is_two_months_of_last_years_average() -> None:
    def line(month: str, treatment: str, amount_fen: int) -> ClearingTableRow:
        return ClearingTableRow(
            line=f"{month} {treatment}",
            month=month,
            insured=SHANGHAI,
            treatment=treatment,
            person_times=1,
            medfee_sumamt=amount_fen,
            amount_fen=amount_fen,
        )

    year = [line("202301", CHENGDU, 1000), line("202302", LESHAN, 201), line("202303", CHENGDU, -100)]
    assert prepayment_base_fen(year, months=2) == {("31", "51"): 184}


@pytest.mark.parametrize(
    "wrong",
    [
        {"notice_day": 26},
        {"payment_day": 29},
        {"yellow_percent": 95},
        {"red_percent": 101},
        {"prepayment_months": 0},
    ],
)
def test_impossible_options_are_refused_with_their_value(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        MoneyOptions(**wrong)  # type: ignore[arg-type]


def test_what_is_owed_is_the_same_whether_the_fund_sum_has_the_account_in_it_or_not() -> None:
    """Q-3: two readings of ``fund_pay_sumamt``, one debt."""
    world = World()
    setl_id = world.settle(CHENGDU, SHANGHAI, person=4, kind="hospital", count=30).result.setl_id
    row = world.rows("ministry")[setl_id]
    assert row.acct_pay > 0
    assert owed_fen(row) == row.fund_pay_sumamt + row.acct_pay
    with_account = msgspec.structs.replace(row, fund_pay_sumamt=row.fund_pay_sumamt + row.acct_pay)
    assert owed_fen(with_account) == with_account.fund_pay_sumamt
