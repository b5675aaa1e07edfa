"""The identity check itself: it accepts sound settlements and names what is wrong in the others."""

from __future__ import annotations

from typing import Any

import pytest

from onecard.sim.settlement import IDENTITIES, check_identities

SAMPLE: dict[str, Any] = {
    "medfee_sumamt": "23442.46",
    "fulamt_ownpay_amt": "2533.97",
    "overlmt_selfpay": "1396.89",
    "preselfpay_amt": "703.44",
    "inscp_scp_amt": "18808.16",
    "act_pay_dedc": "22.77",
    "hifp_pay": "18785.39",
    "pool_prop_selfpay": "0.9000",
    "cvlserv_pay": "0.00",
    "hifes_pay": "0.00",
    "hifmi_pay": "0.00",
    "hifob_pay": "0.00",
    "maf_pay": "0.00",
    "oth_pay": "0.00",
    "hosp_part_amt": "505.01",
    "fund_pay_sumamt": "18785.39",
    "psn_part_amt": "4152.06",
    "acct_pay": "170.04",
    "psn_cash_pay": "3982.02",
    "acct_mulaid_pay": "0.00",
    "balc": "100.00",
    "medins_setl_id": "M1",
}
DETAIL = [
    {"fund_pay_type": "310100", "fund_payamt": "18785.39"},
    {"fund_pay_type": "310200", "fund_payamt": 170.04},
    {"fund_pay_type": "999996", "fund_payamt": "505.01"},
]
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
OF_LINE = SAMPLE | {
    "medfee_sumamt": "240.00",
    "fulamt_ownpay_amt": "0.00",
    "overlmt_selfpay": "40.00",
    "preselfpay_amt": "20.00",
    "inscp_scp_amt": "180.00",
    "act_pay_dedc": "0.00",
    "hifp_pay": "126.00",
    "hosp_part_amt": "0.00",
    "fund_pay_sumamt": "126.00",
    "psn_part_amt": "114.00",
    "acct_pay": "0.00",
    "psn_cash_pay": "114.00",
}


def clauses(setlinfo: dict[str, Any], **evidence: Any) -> set[str]:
    return {violation.clause for violation in check_identities(setlinfo, **evidence)}


def test_the_sample_of_the_facts_is_sound() -> None:
    evidence = {"setldetail": DETAIL, "balance_before_fen": 27_004, "msgid": "M1", "acct_used_flag": "1"}
    assert clauses(SAMPLE, **evidence) == set()


def test_a_line_is_sound() -> None:
    assert clauses(OF_LINE, lines=[LINE]) == set()


@pytest.mark.parametrize(
    ("changes", "evidence", "clause"),
    [
        pytest.param({"overlmt_selfpay": "1396.88"}, {}, "A-1", id="parts-of-the-fee"),
        pytest.param({"hosp_part_amt": "505.00"}, {}, "A-2", id="who-pays"),
        pytest.param({"psn_cash_pay": "3982.03"}, {}, "A-3", id="account-and-cash"),
        pytest.param({"maf_pay": "0.01"}, {}, "A-4", id="funds"),
        pytest.param({}, {"setldetail": DETAIL[1:]}, "A-5", id="fund-rows"),
        pytest.param({}, {"setldetail": [DETAIL[0], DETAIL[2]]}, "A-6", id="account-row"),
        pytest.param({"pool_prop_selfpay": "1.5"}, {}, "A-14", id="ratio"),
        pytest.param({}, {"balance_before_fen": 27_005}, "A-15", id="balance"),
        pytest.param({}, {"cancelled": SAMPLE}, "A-16", id="not-negated"),
        pytest.param({}, {"deductible_standard_fen": 2_276}, "A-17", id="deductible"),
        pytest.param({"act_pay_dedc": "22.78"}, {}, "A-18", id="more-than-payable"),
        pytest.param({}, {"acct_used_flag": "0"}, "A-19", id="account-not-used"),
        pytest.param({}, {"msgid": "M2"}, "A-20", id="message-number"),
        pytest.param({}, {"presettlement": SAMPLE | {"acct_pay": "1.00"}}, "A-21", id="pre-settlement"),
        pytest.param({}, {"deductible_current_fen": 2_276}, "4.1", id="deductible-now"),
        pytest.param({"hifp_pay": None}, {}, "format", id="missing"),
        pytest.param({"hifp_pay": "much"}, {}, "format", id="no-number"),
    ],
)
def test_each_identity_is_found_broken(
    changes: dict[str, Any], evidence: dict[str, Any], clause: str
) -> None:
    assert clause in clauses(SAMPLE | changes, **evidence)


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        pytest.param({"pric": "119.9"}, "A-8", id="product"),
        pytest.param({"inscp_scp_amt": "180.01"}, "A-9", id="parts-of-the-line"),
        pytest.param({"overlmt_amt": "39.99"}, "A-10", id="ceiling"),
        pytest.param({"preselfpay_amt": "19.99"}, "A-11", id="pre-self-pay"),
        pytest.param({"chrgitm_lv": "01"}, "A-12", id="class-a-with-a-ratio"),
        pytest.param({"chrgitm_lv": "03", "selfpay_prop": "1"}, "A-12", id="class-c-in-scope"),
        pytest.param({"det_item_fee_sumamt": "240.01"}, "A-13", id="header"),
        pytest.param({"cnt": None}, "format", id="no-quantity"),
    ],
)
def test_each_identity_of_a_line_is_found_broken(changes: dict[str, Any], clause: str) -> None:
    assert clause in clauses(OF_LINE, lines=[LINE | changes])


def test_a_region_may_count_the_account_among_the_funds() -> None:
    guangdong = SAMPLE | {"fund_pay_sumamt": "18955.43"}
    assert clauses(guangdong) == {"A-2", "A-4"}
    assert clauses(guangdong, fund_includes_account=True, setldetail=DETAIL) == set()


def test_a_region_may_pay_the_family_account_beside_the_account() -> None:
    shared = SAMPLE | {"acct_pay": "150.04", "acct_mulaid_pay": "20.00"}
    assert clauses(shared) == {"A-3"}
    assert clauses(shared, account_separate=True) == set()


def test_every_clause_of_the_table_has_a_case() -> None:
    assert [identity.clause for identity in IDENTITIES] == [
        *(f"A-{number}" for number in range(1, 22) if number != 7),
        "4.1",
    ]
