"""Who pays: every fund, accounts of the family, what the hospital bears; in answer, row and ledger alike."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from stays_country import BEIJING, SHANGHAI, Country, in_scope_bill, mixed_bill, person

from onecard.sim.settlement.benefit import KindUsed, Used, load_policy
from onecard.sim.settlement.messages.amounts import fen_of
from onecard.sim.settlement.messages.identities import check_identities
from onecard.sim.settlement.store.rows import AccumulationRow, CalculationRow
from onecard.sim.settlement.tiers.insured.funds import FUND_KINDS, fund_account
from onecard.sim.settlement.tiers.money import owed_fen

FUND_FEN = 10**11
EXAMPLE = "133100"
"""Xiong'an: the one policy with every supplement, an example set."""


def paid_by(country: Country, city: str, insutype: str) -> dict[str, int]:
    """What each fund of a city has paid, read off the city's book."""
    book = country.city(city).book
    accounts = {field: fund_account(city, insutype, field) for field in FUND_KINDS}
    return {
        field: FUND_FEN - book.balance(account)
        for field, account in accounts.items()
        if account in book.ledger
    }


def funds_of(info: Any) -> dict[str, int]:
    return {field: fen_of(getattr(info, field), field) for field in FUND_KINDS}


@pytest.mark.parametrize("treatment", [EXAMPLE, SHANGHAI])
def test_every_fund_pays_out_of_its_own_account(treatment: str) -> None:
    who = person(EXAMPLE, cvlserv_flag="1", identities=("102", "201", "301"))
    country = Country(who, policies={EXAMPLE: "xiongan-2023", SHANGHAI: "shanghai-2023"})
    stay = country.run(country.stay(treatment, who, in_scope_bill(1_000_000)))
    funds = funds_of(stay.settlement)
    paying = {field for field, amount_fen in funds.items() if amount_fen}
    assert paying == {"hifp_pay", "hifob_pay", "maf_pay", "cvlserv_pay", "hifes_pay", "hifdm_pay"}
    assert paid_by(country, EXAMPLE, "310") == {field: funds[field] for field in paying}
    types = {row["fund_pay_type"] for row in _details(country, stay)}
    assert types >= {"310100", "330100", "610100", "320100", "370100", "350100"}
    country.audit()
    country.then(stay, "2305")
    assert set(paid_by(country, EXAMPLE, "310").values()) == {0}
    country.audit()


def _details(country: Country, stay: Any) -> list[dict[str, str]]:
    row = next(iter(country.rows(stay.result.setl_id).values()))
    return msgspec.json.decode(row.details)  # type: ignore[no-any-return]


def test_a_fund_says_what_it_could_pay_and_how_it_came_to_it() -> None:
    who = person(SHANGHAI, 2)
    country = Country(who)
    stay = country.run(country.stay(SHANGHAI, who, in_scope_bill(20_000)))
    row = country.rows(stay.result.setl_id)["city/310000"]
    (pool, *_) = msgspec.json.decode(row.details)
    assert pool["fund_pay_type"] == "390100"
    assert pool["crt_payb_lmt_amt"] == "250000.00"  # settlement.md §6.3: cap of Shanghai's residents
    assert pool["fund_payamt"] == stay.settlement.hifp_pay
    assert pool["setl_proc_info"].startswith("19700.00 x 0.7")


def test_critical_illness_insurance_of_residents_pays_above_its_threshold() -> None:
    who = person(BEIJING, 2, used=Used(burden_fen=10_040_400))
    country = Country(who)
    stay = country.run(country.stay(BEIJING, who, in_scope_bill(10_000)))
    burden_fen = 1_000_000 - fen_of(stay.settlement.hifp_pay, "hifp_pay")
    assert fen_of(stay.settlement.hifmi_pay, "hifmi_pay") == burden_fen * 7 // 10  # 70 % (settlement.md §6.3)
    assert country.city(BEIJING).book.balance("fund-resident-critical/110000") < FUND_FEN


@pytest.mark.parametrize("treatment", [BEIJING, SHANGHAI])
def test_a_family_member_pays_what_the_own_account_does_not(treatment: str) -> None:
    member = person(BEIJING, 3, medical_opening_fen=50_000)
    who = person(BEIJING, 1, family_psn_no=member.psn_no, medical_opening_fen=10_000)
    country = Country(who, member)
    stay = country.run(country.stay(treatment, who))
    info = stay.settlement
    assert fen_of(info.acct_mulaid_pay, "acct_mulaid_pay") == 50_000
    assert fen_of(info.acct_pay, "acct_pay") == 60_000, "the family's part is inside it (Q-4, default)"
    assert [country.balance_of(each.psn_no) for each in (who, member)] == [0, 0]
    country.audit()
    country.then(stay, "2305")
    assert [country.balance_of(each.psn_no) for each in (who, member)] == [10_000, 50_000]


def test_a_family_member_insured_elsewhere_pays_nothing() -> None:
    member = person(SHANGHAI, 3)
    who = person(BEIJING, 2, family_psn_no=member.psn_no)
    country = Country(who, member)
    stay = country.run(country.stay(BEIJING, who))
    assert stay.settlement.acct_mulaid_pay == "0.00"


def test_who_leaves_the_accounts_alone_pays_cash() -> None:
    member = person(BEIJING, 3)
    country = Country(person(BEIJING, 1, family_psn_no=member.psn_no), member)
    stay = country.run(country.stay(SHANGHAI, person(BEIJING), use_account=False))
    assert (stay.settlement.acct_pay, stay.settlement.acct_mulaid_pay) == ("0.00", "0.00")


@pytest.mark.parametrize("treatment", [BEIJING, SHANGHAI])
def test_what_the_hospital_bears_is_not_paid_by_anybody(treatment: str) -> None:
    country = Country()
    stay = country.run(country.stay(treatment, person(BEIJING), mixed_bill(), hospital_part_fen=5_000))
    assert stay.settlement.hosp_part_amt == "50.00"
    row = country.rows(stay.result.setl_id)["city/110000"]
    receivable = country.city(treatment).book.balance(f"institution-receivable/H{treatment}00003")
    assert receivable == owed_fen(row) == row.medfee_sumamt - row.cash_payamt - 5_000
    assert "999996" in {each["fund_pay_type"] for each in _details(country, stay)}


def test_special_identities_stand_in_the_person_information() -> None:
    who = person(BEIJING, identities=("101", "301"))
    country = Country(who)
    stay = country.stay(SHANGHAI, who)
    (answer,) = country.follow(stay, until="1101")
    assert [row["psn_idet_type"] for row in answer.output["idetinfo"]] == ["101", "301"]


@pytest.mark.parametrize("treatment", [BEIJING, SHANGHAI])
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("includes", [False, True])
def test_both_readings_of_account_and_family_conserve_the_money(
    treatment: str, separate: bool, includes: bool
) -> None:
    member = person(BEIJING, 3)
    country = Country(person(BEIJING, 1, family_psn_no=member.psn_no), member)
    policy = load_policy("beijing-2023")
    country.city(BEIJING).policy = type(policy)(
        policy.name,
        msgspec.structs.replace(policy.file, account_separate=separate, fund_includes_account=includes),
    )
    stay = country.run(country.stay(treatment, person(BEIJING)))
    row = country.rows(stay.result.setl_id)["city/110000"]
    own, family = (30_000 - country.balance_of(each.psn_no) for each in (person(BEIJING), member))
    assert (own, family) == (30_000, 30_000)
    assert row.acct_pay == (30_000 if separate else 60_000)
    funds = sum(paid_by(country, BEIJING, "310").values())
    assert row.fund_pay_sumamt == funds + (row.acct_pay if includes else 0)
    assert owed_fen(row) == funds + own + family
    country.audit()


def test_a_fund_without_money_refuses_and_nothing_is_left() -> None:
    country = Country(fund_yuan=1)
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.follow(stay)
    assert stay.failure is not None
    assert (stay.failure.infno, stay.failure.reason) == ("2304", "fund-exhausted")
    assert country.used(person(BEIJING)) == Used()
    country.audit()


def test_calculations_and_accumulations_survive_as_json() -> None:
    country = Country()
    country.run(country.stay(SHANGHAI, person(BEIJING), in_scope_bill(150_000)))
    city = country.city(BEIJING)
    for table, kind in ((city.calculations, CalculationRow), (city.accumulations, AccumulationRow)):
        (row,) = table
        assert msgspec.json.decode(msgspec.json.encode(row), type=kind) == row


def test_what_the_year_used_before_the_scenario_counts_once() -> None:
    before = Used(inpatient=KindUsed(in_scope_fen=5_000_000, deductible_fen=130_000, stays=1))
    country = Country(person(BEIJING, used=before))
    stay = country.run(country.stay(BEIJING, person(BEIJING), in_scope_bill(20_000)))
    assert stay.settlement.act_pay_dedc == "650.00"
    country.then(stay, "2305")
    assert country.used(person(BEIJING)) == before


def test_a_presettlement_and_its_settlement_are_equal_with_every_fund_c_09() -> None:
    who = person(BEIJING, cvlserv_flag="1", identities=("101", "201", "301"))
    country = Country(who)
    stay = country.stay(SHANGHAI, who, in_scope_bill(150_000), hospital_part_fen=100)
    answers = {answer.infno: answer for answer in country.follow(stay)}
    before, after = (answers[infno].output for infno in ("2303", "2304"))
    assert before["setldetail"] == after["setldetail"]
    assert check_identities(after["setlinfo"], presettlement=before["setlinfo"]) == []
    differing = {name for name, value in after["setlinfo"].items() if before["setlinfo"].get(name) != value}
    assert differing == {"setl_id", "setl_time", "medins_setl_id"}
