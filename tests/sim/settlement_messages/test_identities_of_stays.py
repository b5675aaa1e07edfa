"""The identity check on what outpatient samples lack: returns, the later fund, the order of deductibles."""

from __future__ import annotations

from typing import Any

import pytest

from onecard.sim.settlement import check_identities

LINE: dict[str, Any] = {
    "det_item_fee_sumamt": "240.00",
    "cnt": "2.0000",
    "pric": "120.000000",
    "pric_uplmt_amt": "100.000000",
    "selfpay_prop": "0.1000",
    "fulamt_ownpay_amt": "0.00",
    "overlmt_amt": "40.00",
    "preselfpay_amt": "20.00",
    "inscp_scp_amt": "180.00",
    "chrgitm_lv": "02",
}
RETURNED = LINE | {
    "det_item_fee_sumamt": "-120.00",
    "cnt": "-1.0000",
    "overlmt_amt": "-20.00",
    "preselfpay_amt": "-10.00",
    "inscp_scp_amt": "-90.00",
}
STAY = {
    "medfee_sumamt": "120.00",
    "fulamt_ownpay_amt": "0.00",
    "overlmt_selfpay": "20.00",
    "preselfpay_amt": "10.00",
    "inscp_scp_amt": "90.00",
    "act_pay_dedc": "10.00",
    "hifp_pay": "60.00",
    "pool_prop_selfpay": "0.9000",
    **dict.fromkeys(("cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"), "0.00"),
    "hifdm_pay": "10.00",
    "hosp_part_amt": "0.00",
    "fund_pay_sumamt": "70.00",
    "psn_part_amt": "50.00",
    "acct_pay": "0.00",
    "psn_cash_pay": "50.00",
    "acct_mulaid_pay": "0.00",
    "balc": "0.00",
}


def clauses(changes: dict[str, str] | None = None, **evidence: Any) -> list[str]:
    return [violation.clause for violation in check_identities(STAY | (changes or {}), **evidence)]


def test_a_stay_with_a_returned_line_and_the_later_fund_holds() -> None:
    assert clauses(lines=[LINE, RETURNED]) == []


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"det_item_fee_sumamt": "-120.02"}, "A-8"),
        ({"overlmt_amt": "-120.00"}, "A-10"),
        ({"preselfpay_amt": "-10.01"}, "A-11"),
        ({"inscp_scp_amt": "90.00"}, "A-9"),
    ],
)
def test_a_returned_line_is_checked_as_the_negative_of_what_it_returns(
    changes: dict[str, str], clause: str
) -> None:
    assert clause in clauses(lines=[LINE, RETURNED | changes])


def test_a_returned_half_fen_rounds_away_from_zero_as_the_line_did() -> None:
    line = {"cnt": "1", "pric": "4.520000", "selfpay_prop": "0.0500", "chrgitm_lv": "02"}
    given = line | {"det_item_fee_sumamt": "4.50", "preselfpay_amt": "0.23", "inscp_scp_amt": "4.27"}
    returned = line | {"cnt": "-1", "det_item_fee_sumamt": "-4.50", "preselfpay_amt": "-0.23"}
    for each in (given, returned | {"inscp_scp_amt": "-4.27"}):
        found = {violation.clause for violation in check_identities(STAY, lines=[each])}
        assert "A-11" not in found


def test_the_disabled_soldiers_fund_counts_in_the_sum_and_in_a_cancellation() -> None:
    assert clauses({"hifdm_pay": "0.00"}) == ["A-4"]
    negated = {
        name: f"-{value}" if value != "0.00" and name != "pool_prop_selfpay" else value
        for name, value in STAY.items()
    }
    assert [each.clause for each in check_identities(negated, cancelled=STAY)] == []
    forgotten = negated | {"hifdm_pay": "0.00"}
    assert "A-16" in {each.clause for each in check_identities(forgotten, cancelled=STAY)}
    assert "A-21" in clauses(presettlement=STAY | {"hifdm_pay": "0.00"})


@pytest.mark.parametrize(
    ("standard_fen", "current_fen", "expected"),
    [
        (None, None, []),
        (130_000, 1_000, []),
        (1_000, 1_000, []),
        (None, 999, ["4.1"]),
        (1_000, 1_001, ["4.1"]),
        (999, 999, ["A-17", "4.1"]),
    ],
    ids=["not-known", "ordered", "equal", "paid-over-current", "current-over-standard", "all-over"],
)
def test_the_deductible_paid_is_at_most_the_current_and_that_at_most_the_standard(
    standard_fen: int | None, current_fen: int | None, expected: list[str]
) -> None:
    assert clauses(deductible_standard_fen=standard_fen, deductible_current_fen=current_fen) == expected
