"""An institution's statement against the city's rows: 3201, 3202, 9101, 9102 (settlement.md C-19, C-20)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from money_world import CHENGDU, LESHAN, SHANGHAI, World

from onecard.sim.settlement.messages import inputs
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.statement_files import (
    ResultRow,
    UploadRow,
    read_result,
    refund_rows,
    write_upload,
)
from onecard.sim.settlement.money.options import MoneyOptions
from onecard.sim.settlement.tiers.options import TierOptions
from onecard.sim.units.money import yuan_to_fen


def three_purchases(options: TierOptions | None = None) -> tuple[World, list[Any]]:
    world = World(options=options)
    return world, [world.settle(CHENGDU, home, person=3) for home in (CHENGDU, LESHAN, SHANGHAI)]


def upload_of(dialogue: Any, **changes: Any) -> UploadRow:
    done = dialogue.result
    row = UploadRow(
        setl_id=done.setl_id,
        mdtrt_id=done.mdtrt_id,
        psn_no=done.psn_no,
        medfee_sumamt_fen=done.medfee_sumamt_fen,
        fund_pay_sumamt_fen=done.fund_pay_sumamt_fen,
        acct_pay_fen=done.acct_pay_fen,
    )
    return msgspec.structs.replace(row, **changes)


def detail_statement(
    world: World, rows: list[UploadRow], archive: bytes | None = None, **changes: Any
) -> tuple[str, Any]:
    """Upload rows with 9101 and send 3202; return the reason, and the answer."""
    pharmacy = world.institution(CHENGDU)
    node = inputs.FileUploadInput(
        inputs.FileUpload(
            in_=archive or write_upload(rows),
            filename="statement.zip",
            fixmedins_code=pharmacy.fixmedins_code,
        )
    )
    reason, uploaded = world.send(pharmacy, "9101", node)
    assert reason == "", uploaded
    data: dict[str, Any] = {
        "clr_type": "41",
        "setl_optins": CHENGDU,
        "file_qury_no": uploaded["file_qury_no"],
        "stmt_begndate": world.today,
        "stmt_enddate": world.today,
        "medfee_sumamt": fen_to_yuan(sum(row.medfee_sumamt_fen for row in rows)),
        "fund_pay_sumamt": fen_to_yuan(sum(row.fund_pay_sumamt_fen for row in rows)),
        "cash_payamt": "0",
        "fixmedins_setl_cnt": str(len(rows)),
    }
    data.update(changes)
    return world.send(pharmacy, "3202", inputs.DetailStatementInput(inputs.DetailStatement(**data)))


def results_of(world: World, rows: list[UploadRow]) -> list[ResultRow]:
    """Reconcile details and fetch the result file with 9102."""
    reason, output = detail_statement(world, rows)
    assert reason == "", output
    info = output["fileinfo"]
    pharmacy = world.institution(CHENGDU)
    node = inputs.FileDownloadInput(
        inputs.FileDownload(
            file_qury_no=info["file_qury_no"],
            filename=info["filename"],
            fixmedins_code=pharmacy.fixmedins_code,
        )
    )
    reason, output = world.send(pharmacy, "9102", node)
    assert reason == "", output
    return read_result(base64.b64decode(output["file"]))


def test_equal_totals_answer_000000() -> None:
    world, _ = three_purchases()
    reason, info = world.statement(world.institution(CHENGDU), world.today)
    assert reason == ""
    assert (info["stmt_rslt"], info["setl_optins"]) == ("000000", CHENGDU)


@pytest.mark.parametrize(
    ("count", "fee", "expected"),
    [(-1, "-10.00", "000101"), (1, "10.00", "000102"), (0, "0.01", "000103"), (0, "-0.01", "000103")],
    ids=["institution lacks one", "institution has one more", "one fen more", "one fen less"],
)
def test_unequal_totals_say_who_has_more(count: int, fee: str, expected: str) -> None:
    world, _ = three_purchases()
    own = world.totals(world.institution(CHENGDU), world.today, world.today)
    total = yuan_to_fen(own["medfee_sumamt"]) + yuan_to_fen(fee.lstrip("-")) * (-1 if "-" in fee else 1)
    _, info = world.statement(
        world.institution(CHENGDU),
        world.today,
        fixmedins_setl_cnt=str(3 + count),
        medfee_sumamt=fen_to_yuan(total),
    )
    assert info["stmt_rslt"] == expected
    assert own["medfee_sumamt"] in info["stmt_rslt_dscr"]


@pytest.mark.parametrize("field", ["fund_pay_sumamt", "acct_pay", "medfee_sumamt"])
def test_every_amount_is_compared(field: str) -> None:
    world, _ = three_purchases()
    _, info = world.statement(world.institution(CHENGDU), world.today, **{field: "99999.99"})
    assert info["stmt_rslt"] == "000103"


@pytest.mark.parametrize(
    ("field", "value"), [("insutype", "390"), ("clr_type", "11"), ("setl_optins", SHANGHAI)]
)
def test_other_groups_are_empty(field: str, value: str) -> None:
    world, _ = three_purchases()
    nothing = {"medfee_sumamt": "0", "fund_pay_sumamt": "0", "acct_pay": "0", "fixmedins_setl_cnt": 0}
    _, info = world.statement(world.institution(CHENGDU), world.today, **{field: value}, **nothing)
    assert info["stmt_rslt"] == "000000"


def test_another_institution_has_none_of_the_rows() -> None:
    world, _ = three_purchases()
    _, info = world.statement(world.institution(CHENGDU, number=0), world.today, fixmedins_setl_cnt=1)
    assert info["stmt_rslt"] == "000102"


def test_a_refund_counts_as_a_row_of_its_own_day_and_amounts_are_signed() -> None:
    world, purchases = three_purchases()
    first = world.today
    world.next_day()
    world.cancel(purchases[2])
    pharmacy = world.institution(CHENGDU)
    whole = world.totals(pharmacy, first, world.today)
    assert whole["fixmedins_setl_cnt"] == "4"
    for begin, end in ((first, first), (world.today, world.today), (first, world.today)):
        assert world.statement(pharmacy, begin, end)[1]["stmt_rslt"] == "000000"
    second = world.totals(pharmacy, world.today, world.today)
    assert second["medfee_sumamt"].startswith("-")


@pytest.mark.parametrize(("count", "expected"), [("rows", "2"), ("net", "0")])
def test_whether_refunds_are_counted_or_netted_is_a_switch(count: Any, expected: str) -> None:
    world = World(options=TierOptions(money=MoneyOptions(count=count)))
    world.cancel(world.settle(CHENGDU, SHANGHAI, person=3))
    pharmacy = world.institution(CHENGDU)
    assert world.statement(pharmacy, world.today, fixmedins_setl_cnt=expected)[1]["stmt_rslt"] == "000000"
    other = "0" if expected == "2" else "2"
    assert world.statement(pharmacy, world.today, fixmedins_setl_cnt=other)[1]["stmt_rslt"] != "000000"


@pytest.mark.parametrize(("flag", "rows"), [("1", "1"), ("0", "3"), ("", "4")])
def test_refd_setl_flag_asks_for_refunds_alone_or_for_the_rest(flag: str, rows: str) -> None:
    world, purchases = three_purchases()
    world.cancel(purchases[0])
    _, info = world.statement(
        world.institution(CHENGDU), world.today, refd_setl_flag=flag, fixmedins_setl_cnt=rows
    )
    assert info["stmt_rslt"] == ("000000" if not flag else "000103")


@pytest.mark.parametrize("days", [0, 1], ids=["same day", "next day"])
@pytest.mark.parametrize("home", [CHENGDU, SHANGHAI], ids=["local", "other province"])
def test_a_settlement_whose_answer_was_lost_is_found_and_removed_by_its_reversal(
    home: str, days: int
) -> None:
    """C-16: 3201 finds it, 2601 with the message's number removes it, 3201 is then equal."""
    world = World()
    pharmacy, day = world.institution(CHENGDU), world.today
    empty = world.totals(pharmacy, day, day)
    lost = world.settle(CHENGDU, home, person=3)
    assert world.statement(pharmacy, day, **empty)[1]["stmt_rslt"] == "000101"
    found = results_of(world, [])
    assert [row.stmt_rslt for row in found] == ["000101"]
    if days:
        world.next_day(days)
    assert world.reverse(lost, found[0].msgid) == ""
    for begin, end in ((day, day), (world.today, world.today), (day, world.today)):
        period = {"stmt_begndate": begin, "stmt_enddate": end}
        _, info = world.statement(pharmacy, begin, end, **{**empty, **period})
        assert info["stmt_rslt"] == "000000"


def test_a_reversed_cancellation_leaves_the_settlement_in_the_statement() -> None:
    world, purchases = three_purchases()
    pharmacy = world.institution(CHENGDU)
    before = world.totals(pharmacy, world.today, world.today)
    world.cancel(purchases[2])
    assert world.reverse(purchases[2], purchases[2].last_msgid, "2103") == ""
    assert world.statement(pharmacy, world.today, **before)[1]["stmt_rslt"] == "000000"


@pytest.mark.parametrize(
    ("begin", "end"), [("2024-01-31", "2024-01-30"), ("2023-01-01", "2024-06-30")], ids=["turned", "long"]
)
def test_an_impossible_period_is_refused(begin: str, end: str) -> None:
    world = World()
    assert world.statement(world.institution(CHENGDU), begin, end)[0] == "statement-period"


# ---- details


def test_the_result_file_tells_every_row_and_the_message_to_reverse() -> None:
    """C-20: one equal, one with other amounts, one only here, one only there."""
    world, purchases = three_purchases()
    equal, differs, missing = purchases
    surplus = upload_of(equal, setl_id="X1", mdtrt_id="X1")
    rows = [upload_of(equal), upload_of(differs, acct_pay_fen=1), surplus]
    results = {row.setl_id: row for row in results_of(world, rows)}
    assert {number: row.stmt_rslt for number, row in results.items()} == {
        equal.result.setl_id: "000000",
        differs.result.setl_id: "000103",
        missing.result.setl_id: "000101",
        "X1": "000102",
    }
    assert results[missing.result.setl_id].msgid == missing.last_msgid
    assert "0.01" in results[differs.result.setl_id].memo
    assert results["X1"].msgid == ""


@pytest.mark.parametrize("own_number", [True, False], ids=["number of the refund", "number of the original"])
def test_a_refund_is_two_rows_and_may_carry_either_number(own_number: bool) -> None:
    world, purchases = three_purchases()
    cancelled = purchases[2]
    positive, negative = refund_rows(upload_of(cancelled))
    world.cancel(cancelled)
    refund = next(row for row in world.rows(f"city/{CHENGDU}").values() if row.init_setl_id)
    if own_number:
        negative = msgspec.structs.replace(negative, setl_id=refund.setl_id)
    results = results_of(world, [*map(upload_of, purchases[:2]), positive, negative])
    assert [row.stmt_rslt for row in results] == ["000000"] * 4
    assert [row.refd_setl_flag for row in results].count("1") == 1


def test_a_row_stated_twice_is_one_the_institution_has_more() -> None:
    world, purchases = three_purchases()
    rows = [*map(upload_of, purchases), upload_of(purchases[0])]
    results = [row.stmt_rslt for row in results_of(world, rows)]
    assert results == ["000000"] * 3 + ["000102"]


def test_a_row_of_another_person_differs() -> None:
    world, purchases = three_purchases()
    rows = [upload_of(purchases[0], psn_no="somebody"), *map(upload_of, purchases[1:])]
    assert sorted(row.stmt_rslt for row in results_of(world, rows)) == ["000000", "000000", "000103"]


@pytest.mark.parametrize(
    "changes",
    [{"medfee_sumamt": "1.00"}, {"fund_pay_sumamt": "1.00"}, {"fixmedins_setl_cnt": 7}],
    ids=["medfee_sumamt", "fund_pay_sumamt", "fixmedins_setl_cnt"],
)
def test_a_file_that_is_not_what_the_message_says_is_refused(changes: dict[str, Any]) -> None:
    world, purchases = three_purchases()
    reason, text = detail_statement(world, [upload_of(purchases[0])], **changes)
    assert reason == "statement-file"
    assert next(iter(changes)) in text


def test_garbage_for_a_file_is_refused_and_leaves_no_result() -> None:
    world, _ = three_purchases()
    reason, text = detail_statement(world, [], archive=b"no archive")
    assert (reason, "ZIP" in text) == ("statement-file", True)
    assert len(world.city(CHENGDU).store.tables["FILE_D"]) == 1


def test_a_file_of_another_institution_is_unknown() -> None:
    world, _ = three_purchases()
    other = world.institution(CHENGDU, number=0)
    node = inputs.FileUploadInput(
        inputs.FileUpload(in_=write_upload([]), filename="a.zip", fixmedins_code=other.fixmedins_code)
    )
    number = world.send(other, "9101", node)[1]["file_qury_no"]
    assert detail_statement(world, [], file_qury_no=number)[0] == "file-unknown"
