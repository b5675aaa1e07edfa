"""How an institution comes to its money: 3203, 3204, 3260 to 3262, payment (settlement.md §9 C-22, C-23)."""

from __future__ import annotations

from typing import Any

import pytest
from money_world import CHENGDU, LESHAN, SHANGHAI, World

from onecard.sim.settlement.messages import inputs
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.money.sums import person_times
from onecard.sim.settlement.tiers.money import owed_fen
from onecard.sim.units.money import yuan_to_fen

MONTH = "202401"


def january(*, refunds: bool = False) -> tuple[World, list[Any]]:
    """Purchases at a pharmacy in Chengdu on the last two days of January; it is February now."""
    world = World()
    purchases = []
    for _ in range(2):
        purchases += [world.settle(CHENGDU, home, person=3) for home in (CHENGDU, LESHAN, SHANGHAI)]
        world.next_day()
    if refunds:
        world.cancel(purchases[5])
    return world, purchases


def own_rows(world: World, month: str = "2024-01") -> list[Any]:
    """The rows of people insured in Chengdu."""
    return [row for row in world.city(CHENGDU).store.tables["SETL_D"] if row.clr_day.startswith(month)]


def application(rows: list[Any], **changes: Any) -> inputs.ClearingApplicationInput:
    data: dict[str, Any] = {
        "clr_type": "41",
        "clr_way": "1",
        "setlym": MONTH,
        "psntime": str(sum(map(person_times, rows))),
        "medfee_sumamt": fen_to_yuan(sum(row.medfee_sumamt for row in rows)),
        "med_sumfee": fen_to_yuan(sum(row.inscp_amt for row in rows)),
        "fund_appy_sum": fen_to_yuan(sum(row.fund_pay_sumamt for row in rows)),
        "cash_payamt": fen_to_yuan(sum(row.cash_payamt for row in rows)),
        "acct_pay": fen_to_yuan(sum(row.acct_pay for row in rows)),
        "begndate": "2024-01-01",
        "enddate": "2024-01-31",
    }
    return inputs.ClearingApplicationInput(inputs.ClearingApplication(**{**data, **changes}))


def apply(world: World, rows: list[Any], **changes: Any) -> tuple[str, Any]:
    return world.send(world.institution(CHENGDU), "3203", application(rows, **changes))


def status_of(world: World, number: str) -> str:
    return str(world.city(CHENGDU).store.tables["CLR_APPY_EVT_C"].get(number).status)


def extract(world: World, startrow: int = 1, month: str = MONTH) -> list[dict[str, str]]:
    data = inputs.ClearingQuery(trt_year=month[:4], trt_month=month[4:], startrow=startrow)
    reason, output = world.send(world.institution(CHENGDU), "3260", inputs.ClearingQueryInput(data))
    assert reason == "", output
    rows: list[dict[str, str]] = output["data"]
    return rows


def confirm(
    world: World, rows: list[dict[str, str]], month: str = MONTH, totalrow: int | None = None, **changes: str
) -> tuple[str, Any]:
    detail = [
        inputs.ClearingConfirmationRow(
            **{
                "certno": row["certno"],
                "mdtrt_id": row["mdtrt_id"],
                "mdtrt_setl_time": row["mdtrt_setl_time"],
                "setl_sn": row["setl_sn"],
                "medfee_sumamt": row["medfee_sumamt"],
                "optins_pay_sumamt": row["optins_pay_sumamt"],
                "cnfm_flag": "1",
                **changes,
            }
        )
        for row in rows
    ]
    data = inputs.ClearingConfirmation(
        trt_year=month[:4], trt_month=month[4:], totalrow=len(rows) if totalrow is None else totalrow
    )
    node = inputs.ClearingConfirmationInput(data=data, detail=detail)
    return world.send(world.institution(CHENGDU), "3261", node)


def roll_back(world: World, transid: str) -> str:
    data = inputs.ClearingRollback(trt_year=MONTH[:4], trt_month=MONTH[4:], otransid=transid)
    return world.send(world.institution(CHENGDU), "3262", inputs.ClearingRollbackInput(data))[0]


def paid_fen(world: World) -> int:
    return world.city(CHENGDU).book.balance(f"institution/{world.institution(CHENGDU).fixmedins_code}")


def due_fen(world: World) -> int:
    code = world.institution(CHENGDU).fixmedins_code
    return world.city(CHENGDU).book.balance(f"institution-receivable/{code}")


# ---- people insured here


def test_an_application_is_kept_and_paid_when_the_month_is_cleared() -> None:
    world, _ = january()
    rows = own_rows(world)
    reason, output = apply(world, rows)
    assert reason == "", output
    number = output["result"]["clr_appy_evt_id"]
    assert status_of(world, number) == "10"
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert status_of(world, number) == "60"
    assert paid_fen(world) == sum(map(owed_fen, rows)) > 0
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


@pytest.mark.parametrize(
    "field", ["psntime", "medfee_sumamt", "fund_appy_sum", "cash_payamt", "acct_pay", "med_sumfee"]
)
def test_an_application_that_is_not_what_was_settled_is_refused(field: str) -> None:
    world, _ = january()
    reason, text = apply(world, own_rows(world), **{field: "99999"})
    assert (reason, field in text) == ("clearing-differs", True)
    assert len(world.city(CHENGDU).store.tables["CLR_APPY_EVT_C"]) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"begndate": "2023-12-31"},
        {"enddate": "2024-02-01"},
        {"begndate": "2024-01-31", "enddate": "2024-01-30"},
    ],
    ids=["begins before", "ends after", "turned"],
)
def test_an_application_stays_within_its_month(changes: dict[str, str]) -> None:
    world, _ = january()
    assert apply(world, own_rows(world), **changes)[0] == "statement-period"


def test_a_month_that_is_not_over_cannot_be_applied_for() -> None:
    world, _ = january()
    changes = {"setlym": "202402", "begndate": "2024-02-01", "enddate": "2024-02-01"}
    assert apply(world, [], **changes)[0] == "statement-period"


def test_the_same_days_can_be_applied_for_again_only_after_withdrawal() -> None:
    world, _ = january()
    number = apply(world, own_rows(world))[1]["result"]["clr_appy_evt_id"]
    half = {"begndate": "2024-01-31"}
    assert apply(world, own_rows(world, "2024-01-31"), **half)[0] == "clearing-exists"
    node = inputs.ClearingCancellationInput(inputs.ClearingCancellation(clr_appy_evt_id=number))
    assert world.send(world.institution(CHENGDU, number=0), "3204", node)[0] == "clearing-unknown"
    assert world.send(world.institution(CHENGDU), "3204", node)[0] == ""
    assert world.send(world.institution(CHENGDU), "3204", node)[0] == "clearing-unknown"
    assert apply(world, own_rows(world, "2024-01-31"), **half)[0] == ""


def test_what_is_paid_cannot_be_withdrawn() -> None:
    world, _ = january()
    number = apply(world, own_rows(world))[1]["result"]["clr_appy_evt_id"]
    world.go_to("2024-02-21")
    world.clear(MONTH)
    node = inputs.ClearingCancellationInput(inputs.ClearingCancellation(clr_appy_evt_id=number))
    assert world.send(world.institution(CHENGDU), "3204", node)[0] == "clearing-paid"


def test_an_application_that_no_longer_agrees_is_refused_and_can_be_made_again() -> None:
    world, purchases = january()
    number = apply(world, own_rows(world))[1]["result"]["clr_appy_evt_id"]
    assert world.reverse(purchases[0], purchases[0].last_msgid) == ""
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert (status_of(world, number), paid_fen(world)) == ("70", 0)
    left = [row for row in own_rows(world) if row.setl_id == purchases[3].result.setl_id]
    assert apply(world, left)[0] == ""
    world.clear(MONTH)
    assert paid_fen(world) == sum(map(owed_fen, left))


def test_a_refund_after_the_payment_is_taken_off_the_next_one() -> None:
    world, purchases = january()
    apply(world, own_rows(world))
    world.go_to("2024-02-21")
    world.clear(MONTH)
    before = paid_fen(world)
    world.cancel(purchases[0])
    assert due_fen(world) == sum(map(owed_fen, world.rows(f"city/{CHENGDU}").values())) - before
    world.go_to("2024-03-21")
    february = own_rows(world, "2024-02")
    changes = {"setlym": "202402", "begndate": "2024-02-01", "enddate": "2024-02-29"}
    assert apply(world, february, **changes)[0] == ""
    world.clear("202402")
    assert paid_fen(world) == before  # refunds outweigh: nothing is paid, the claim waits
    bought = world.settle(CHENGDU, CHENGDU, person=5, count=40)
    world.go_to("2024-04-21")
    march = own_rows(world, "2024-03")
    changes = {"setlym": "202403", "begndate": "2024-03-01", "enddate": "2024-03-31"}
    assert apply(world, march, **changes)[0] == ""
    world.clear("202403")
    owed = sum(map(owed_fen, march)) + sum(map(owed_fen, february))
    assert bought.result.acct_pay_fen > 0
    assert paid_fen(world) == before + max(0, owed)
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_reversal_after_the_payment_is_taken_off_the_next_application() -> None:
    world, purchases = january()
    rows = own_rows(world)
    apply(world, rows)
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert world.reverse(purchases[0], purchases[0].last_msgid) == ""
    world.go_to("2024-03-21")
    changes = {"setlym": "202402", "begndate": "2024-02-01", "enddate": "2024-02-29"}
    assert apply(world, own_rows(world, "2024-02"), **changes)[0] == ""


def test_a_settlement_that_was_reversed_before_the_application_is_not_taken_off_the_next_one() -> None:
    """It was in no application, so nothing of it was ever paid."""
    world, purchases = january()
    assert world.reverse(purchases[0], purchases[0].last_msgid) == ""
    code = {purchases[0].result.setl_id}
    rows = [row for row in own_rows(world) if row.setl_id not in code]
    assert apply(world, rows)[0] == ""
    bought = world.settle(CHENGDU, CHENGDU, person=6)
    world.go_to("2024-02-21")
    world.clear(MONTH)
    world.go_to("2024-03-21")
    february = [row for row in own_rows(world, "2024-02") if not row.init_setl_id]
    assert [row.setl_id for row in february] == [bought.result.setl_id]
    changes = {"setlym": "202402", "begndate": "2024-02-01", "enddate": "2024-02-29"}
    assert apply(world, february, **changes)[0] == ""
    world.clear("202402")
    out_of_area = sum(yuan_to_fen(row["optins_pay_sumamt"]) for row in extract(world))
    assert due_fen(world) == out_of_area > 0
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


# ---- out-of-area patients


def test_a_reversal_between_two_pages_leaves_no_row_out() -> None:
    world = World()
    bought = [world.settle(CHENGDU, SHANGHAI, person=turn) for turn in range(103)]
    first = extract(world)
    assert world.reverse(bought[4], bought[4].last_msgid) == ""
    world.settle(CHENGDU, SHANGHAI, person=7)
    second = extract(world, int(first[-1]["seqno"]) + 1)
    extracted = [row["setl_sn"] for row in (*first, *second)]
    assert len(set(extracted)) == len(extracted) == 104
    assert {each.result.setl_id for each in bought} < set(extracted)
    assert extract(world, 101) == second


def test_pages_have_a_hundred_rows_and_their_union_is_the_month() -> None:
    """C-22: the sums agree with the daily reconciliation."""
    world = World()
    for turn in range(105):
        world.settle(CHENGDU, SHANGHAI, person=turn)
    world.next_day(3)
    pages = [extract(world, start) for start in (1, 101, 201)]
    assert [len(page) for page in pages] == [100, 5, 0]
    rows = [row for page in pages for row in page]
    assert [row["seqno"] for row in rows] == [str(number) for number in range(1, 106)]
    landed = world.city(CHENGDU).store.tables["OUTMED_SETL_D"]
    assert {row["setl_sn"] for row in rows} == {row.setl_id for row in landed}
    total = sum(yuan_to_fen(row["medfee_sumamt"]) for row in rows)
    assert total == sum(row.medfee_sumamt for row in landed)


def test_only_out_of_area_patients_of_the_month_and_institution_are_extracted() -> None:
    world, purchases = january()
    world.settle(CHENGDU, SHANGHAI, person=4)
    away = {purchases[number].result.setl_id for number in (1, 2, 4, 5)}
    assert {row["setl_sn"] for row in extract(world)} == away
    assert len(extract(world, month="202402")) == 1


def test_confirmed_rows_are_paid_once_the_month_is_cleared_and_not_before() -> None:
    world, _ = january()
    rows = extract(world)
    reason, output = confirm(world, rows)
    assert (reason, len(output["result"]["transid"])) == ("", 30)
    assert paid_fen(world) == 0
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert paid_fen(world) == sum(yuan_to_fen(row["optins_pay_sumamt"]) for row in rows) > 0
    world.clear(MONTH)
    assert paid_fen(world) == sum(yuan_to_fen(row["optins_pay_sumamt"]) for row in rows)
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_row_cannot_be_confirmed_twice_until_the_confirmation_is_rolled_back() -> None:
    """C-23."""
    world, _ = january()
    rows = extract(world)
    transid = confirm(world, rows)[1]["result"]["transid"]
    assert confirm(world, rows[1:2])[0] == "clearing-exists"
    assert roll_back(world, "nothing") == "clearing-unknown"
    assert roll_back(world, transid) == ""
    assert roll_back(world, transid) == "clearing-unknown"
    assert confirm(world, rows)[0] == ""


def test_a_confirmation_that_is_paid_cannot_be_rolled_back() -> None:
    world, _ = january()
    transid = confirm(world, extract(world))[1]["result"]["transid"]
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert roll_back(world, transid) == "clearing-paid"


def test_what_was_objected_to_is_not_paid_and_can_be_confirmed_later() -> None:
    world, _ = january()
    rows = extract(world)
    assert confirm(world, rows, cnfm_flag="0")[0] == ""
    world.go_to("2024-02-21")
    world.clear(MONTH)
    assert paid_fen(world) == 0
    assert confirm(world, rows)[0] == ""
    world.clear(MONTH)
    assert paid_fen(world) > 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("certno", "110101199001010000"),
        ("mdtrt_id", "S1"),
        ("mdtrt_setl_time", "2024-01-30 00:00:00"),
        ("setl_sn", "A1"),
        ("medfee_sumamt", "0.01"),
        ("optins_pay_sumamt", "99999.99"),
        ("cnfm_flag", "7"),
    ],
)
def test_a_wrong_row_refuses_the_batch_and_is_named(field: str, value: str) -> None:
    world, _ = january()
    reason, text = confirm(world, extract(world), **{field: value})
    assert (reason, f"detail[0].{field}" in text) == ("clearing-differs", True)
    assert len(world.city(CHENGDU).store.tables["CLR_CNFM_D"]) == 0


@pytest.mark.parametrize(("count", "totalrow"), [(2, 3), (3, 2)])
def test_the_number_of_rows_is_checked(count: int, totalrow: int) -> None:
    world, _ = january()
    assert confirm(world, extract(world)[:count], totalrow=totalrow)[0] == "clearing-differs"


def test_a_batch_of_101_rows_is_refused() -> None:
    world, _ = january()
    reason, text = confirm(world, extract(world)[:1] * 101)
    assert (reason, "detail" in text) == ("malformed", True)


def test_a_row_that_appears_twice_in_a_batch_is_refused() -> None:
    world, _ = january()
    assert confirm(world, extract(world)[:1] * 2)[0] == "clearing-differs"


def test_a_month_that_is_not_over_cannot_be_confirmed() -> None:
    world, _ = january()
    world.settle(CHENGDU, SHANGHAI, person=4)
    assert confirm(world, extract(world, month="202402"), month="202402")[0] == "month-open"


def test_a_refund_of_a_paid_settlement_is_a_negative_row_of_its_own_month() -> None:
    world, purchases = january()
    confirm(world, extract(world))
    world.go_to("2024-02-21")
    world.clear(MONTH)
    before = paid_fen(world)
    world.cancel(purchases[2])
    world.settle(CHENGDU, SHANGHAI, person=6, count=3)
    world.settle(CHENGDU, LESHAN, person=6, count=3)
    world.go_to("2024-03-21")
    rows = extract(world, month="202402")
    amounts = [yuan_to_fen(row["optins_pay_sumamt"]) for row in rows]
    assert min(amounts) < 0 < sum(amounts)
    assert confirm(world, rows, month="202402")[0] == ""
    world.clear("202402")
    assert paid_fen(world) == before + sum(amounts)
    assert books_agree(world.tiers) == books_follow_rows(world.tiers) == []


def test_a_reversal_after_the_confirmation_becomes_a_row_and_before_it_removes_one() -> None:
    world, purchases = january()
    assert world.reverse(purchases[1], purchases[1].last_msgid) == ""
    rows = extract(world)
    assert {row["setl_sn"] for row in rows} == {purchases[number].result.setl_id for number in (2, 4, 5)}
    assert confirm(world, rows)[0] == ""
    assert world.reverse(purchases[2], purchases[2].last_msgid) == ""
    assert len(extract(world)) == 3
    taken_off = extract(world, month="202402")
    assert [row["optins_pay_sumamt"][0] for row in taken_off] == ["-"]
