"""Complete stays: local, in the same province, across provinces; two regions; undo; interim; years."""

from __future__ import annotations

import pytest
from stays_country import (
    BEIJING,
    CHENGDU,
    DAY,
    LESHAN,
    SHANGHAI,
    Country,
    change_of,
    in_scope_bill,
    mixed_bill,
    person,
)

from onecard.sim.settlement.messages.amounts import fen_of

ROUTES = {
    (SHANGHAI, SHANGHAI): ["city/310000"],
    (LESHAN, CHENGDU): ["city/510100", "city/511100", "province/51"],
    (SHANGHAI, BEIJING): ["city/110000", "city/310000", "province/11", "province/31", "ministry"],
}
PLACES = [
    pytest.param(SHANGHAI, SHANGHAI, id="local"),
    pytest.param(LESHAN, CHENGDU, id="same-province"),
    pytest.param(SHANGHAI, BEIJING, id="across-provinces"),
]
ORDER = ["1101", "2401", "2301", "2303", "2402", "2304"]


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_a_stay_settles_and_every_tier_of_its_route_lands_the_same_row(treatment: str, insured: str) -> None:
    country = Country()
    stay = country.run(country.stay(treatment, person(insured)))
    assert stay.done == ORDER
    rows = country.rows(stay.result.setl_id)
    assert list(rows) == ROUTES[treatment, insured]
    assert len(set(rows.values())) == 1
    row = rows[f"city/{insured}"]
    assert (row.med_type, row.mid_setl_flag, row.clr_type, row.dedc_hosp_lv) == ("21", "0", "21", "3")
    assert row.act_pay_dedc <= row.crt_dedc <= row.dedc_std
    country.audit()


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_the_order_of_discharge_and_presettlement_is_free(treatment: str, insured: str) -> None:
    country = Country()
    stay = country.stay(treatment, person(insured))
    country.then(stay, "1101", "2401", "2301", "2402", "2303", "2304")
    assert stay.result.medfee_sumamt_fen == sum(line.amount_fen for line in mixed_bill())


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_a_stay_is_undone_strictly_backwards_and_leaves_nothing(treatment: str, insured: str) -> None:
    country = Country()
    who = person(insured)
    stay = country.run(country.stay(treatment, who))
    stay.undo()
    country.run(stay)
    assert stay.done[len(ORDER) :] == ["2305", "2405", "2302", "2404"]
    assert country.used(who) == who.used
    assert country.balance_of(who.psn_no) == who.medical_opening_fen
    for tier in country.tiers.values():
        assert all(row.vali_flag == "1" or not row.init_setl_id for row in tier.store.tables["SETL_D"])
    country.audit()


def test_a_cancelled_stay_can_be_settled_again_under_another_number_st_8() -> None:
    country = Country()
    stay = country.run(country.stay(SHANGHAI, person(BEIJING)))
    first = stay.result
    country.then(stay, "2305")
    named = {"setl_id": first.setl_id, "mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}
    assert country.send(stay, "2305", {"data": named}).reason == "settlement-cancelled"
    country.then(stay, "2303", "2304")
    assert stay.result.setl_id != first.setl_id
    assert stay.result.medfee_sumamt_fen == first.medfee_sumamt_fen
    assert stay.result.fund_pay_sumamt_fen == first.fund_pay_sumamt_fen
    country.audit()


def test_two_patients_of_two_regions_with_one_stay_have_the_same_scope_and_other_benefits_c_24() -> None:
    country = Country()
    stays = [country.run(country.stay(SHANGHAI, person(home))) for home in (BEIJING, CHENGDU)]
    ours, theirs = (stay.settlement for stay in stays)
    for field in ("medfee_sumamt", "inscp_scp_amt", "preselfpay_amt", "overlmt_selfpay", "fulamt_ownpay_amt"):
        assert getattr(ours, field) == getattr(theirs, field)
    assert ours.hifp_pay != theirs.hifp_pay
    for stay, province in zip(stays, ("11", "51"), strict=True):
        rows = country.rows(stay.result.setl_id)
        assert {"city/310000", "province/31", "ministry", f"province/{province}"} < set(rows)
        assert len(set(rows.values())) == 1
    country.audit()


def test_the_second_stay_of_the_year_has_the_second_deductible() -> None:
    country = Country()
    who = person(BEIJING)
    deductibles = [
        country.run(country.stay(BEIJING, who, in_scope_bill(20_000))).settlement.act_pay_dedc
        for _ in range(3)
    ]
    assert deductibles == ["1300.00", "650.00", "650.00"]  # settlement.md §6.2, Beijing
    assert country.used(who).inpatient.stays == 3


def test_the_number_that_a_cancelled_stay_leaves_goes_to_the_next_one() -> None:
    country = Country()
    who = person(BEIJING)
    first = country.run(country.stay(BEIJING, who, in_scope_bill(20_000)))
    second = country.run(country.stay(BEIJING, who, in_scope_bill(20_000)))
    country.then(first, "2305")
    third = country.run(country.stay(BEIJING, who, in_scope_bill(20_000)))
    assert [second.settlement.act_pay_dedc, third.settlement.act_pay_dedc] == ["650.00", "1300.00"]
    country.audit()


def test_interim_settlements_settle_in_parts_and_charge_the_deductible_once() -> None:
    country = Country()
    who = person(BEIJING)
    parts = (in_scope_bill(30_000), in_scope_bill(20_000))
    stay = country.run(country.stay(BEIJING, who, *parts, interim=True))
    assert stay.done == ["1101", "2401", "2301", "2303", "2304", "2301", "2303", "2402", "2304"]
    first, last = stay.settlements
    assert [first.act_pay_dedc, last.act_pay_dedc] == ["1300.00", "0.00"]
    paid_fen = sum(fen_of(each.hifp_pay, "hifp_pay") for each in stay.settlements)
    assert paid_fen == 4_289_500  # settlement.md §6.6: the same stay in one piece
    assert country.used(who).inpatient.stays == 1
    flags = [row.mid_setl_flag for row in country.city(BEIJING).settlements_of(stay.mdtrt_id)]
    assert flags == ["1", "0"]
    country.audit()


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_interim_settlements_are_undone_in_the_opposite_order(treatment: str, insured: str) -> None:
    country = Country()
    who = person(insured)
    stay = country.run(country.stay(treatment, who, mixed_bill(3), mixed_bill(4), interim=True))
    first = stay.settlements[0]
    early = country.send(
        stay,
        "2305",
        {"data": {"setl_id": first.setl_id, "mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}},
    )
    assert early.reason == "settlement-exists"
    stay.undo()
    country.run(stay)
    assert stay.done[-6:] == ["2305", "2405", "2302", "2305", "2302", "2404"]
    assert country.used(who) == who.used
    country.audit()


def test_a_stay_over_the_turn_of_the_year_belongs_to_the_year_of_discharge_q_24() -> None:
    country = Country(date="2023-12-20")
    who = person(BEIJING)
    earlier = country.run(country.stay(BEIJING, who, in_scope_bill(20_000)))
    assert earlier.settlement.act_pay_dedc == "1300.00"
    stay = country.stay(SHANGHAI, who, in_scope_bill(20_000))
    country.follow(stay, until="2301")
    country.run(stay, at_us=20 * DAY)
    assert stay.settlement.act_pay_dedc == "1300.00"  # the first stay of 2024
    assert country.used(who, 2023).inpatient.stays == country.used(who, 2024).inpatient.stays == 1
    country.audit()


def test_a_stay_that_ended_in_december_is_settled_in_january_for_december() -> None:
    country = Country(date="2023-12-20")
    who = person(BEIJING)
    country.run(country.stay(BEIJING, who, in_scope_bill(20_000)))
    stay = country.stay(BEIJING, who, in_scope_bill(20_000))
    country.follow(stay, until="2402")
    country.run(stay, at_us=20 * DAY)
    assert stay.settlement.act_pay_dedc == "650.00"
    assert country.used(who, 2023).inpatient.stays == 2


def test_an_interim_settlement_at_the_turn_of_the_year_charges_each_year_its_part() -> None:
    country = Country(date="2023-12-20")
    who = person(BEIJING)
    stay = country.stay(BEIJING, who, in_scope_bill(20_000), in_scope_bill(10_000), interim=True)
    country.follow(stay, until="2304")
    country.run(stay, at_us=20 * DAY)
    assert [each.act_pay_dedc for each in stay.settlements] == ["1300.00", "1300.00"]
    assert country.used(who, 2023).inpatient.in_scope_fen == 2_000_000
    assert country.used(who, 2024).inpatient.in_scope_fen == 1_000_000
    stay.undo()
    country.run(stay)
    country.audit()


def test_the_age_is_that_at_admission_q_24() -> None:
    country = Country(person(BEIJING, brdy="1980-03-10"))
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.follow(stay, until="2401")
    country.run(stay, at_us=30 * DAY)
    assert stay.settlement.age == "43.0"
    assert stay.settlement.setl_time[:10] == "2024-04-03"


def test_a_change_of_the_admission_goes_to_the_insured_place_with_the_settlement() -> None:
    country = Country(person(BEIJING, brdy="1980-03-10"))
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.follow(stay, until="2301")
    node = change_of(stay, country.time(), med_type="22", begntime="2024-03-20 08:00:00")
    assert country.send(stay, "2403", node).reason == ""
    country.run(stay, at_us=30 * DAY)
    assert (stay.settlement.med_type, stay.settlement.age) == ("22", "44.0")
