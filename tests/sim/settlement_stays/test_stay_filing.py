"""Filings: which one counts, when, and what it does to the ratio (settlement.md §5.4, §6.4, C-25, C-26)."""

from __future__ import annotations

from typing import Any

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
    person,
)

from onecard.sim.settlement.registry import FilingRecord

REGIONS = {
    "110000": "beijing-2023",
    "210100": "shenyang-2024",
    "211000": "liaoyang-2024",
    "310000": "shanghai-2023",
    "330100": "hangzhou-2020",
    "350800": "longyan-2024",
    "360100": "nanchang-2024",
    "420100": "wuhan-2023",
    "440100": "guangzhou-2022",
    "440600": "foshan-2023",
    "450100": "nanning-2024",
    "460100": "hainan-2023",
    "500000": "chongqing-2024",
    "510100": "chengdu-2023",
    "511100": "leshan-2023",
    "630100": "xining-2024",
}
ELSEWHERE = "320300"
"""A city of no region above; treats everybody and borrows a policy."""
CATEGORIES = ("long-term", "transferred", "emergency", "temporary", "unfiled")
MULTIPLIERS = {"long-term": 100, "transferred": 90, "emergency": 90, "temporary": 80, "unfiled": 80}
"""Percent of the local ratio (settlement.md §6.4, typical)."""
POINTS_UNFILED = {"350800": 20, "460100": 20}
"""Points off where a region has points instead (settlement.md §6.4: Longyan, Hainan)."""


def stay_of(country: Country, city: str, who: Any, category: str, **options: Any) -> Any:
    filing = category if category in ("long-term", "transferred", "temporary") else ""
    med_type = "24" if category == "emergency" else "21"
    return country.stay(city, who, in_scope_bill(8_000), filing=filing, med_type=med_type, **options)


def ratio(country: Country, city: str, who: Any, category: str) -> float:
    return float(country.run(stay_of(country, city, who, category)).settlement.pool_prop_selfpay)


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("number", [pytest.param(1, id="employee"), pytest.param(2, id="resident")])
def test_each_category_has_its_ratio_in_each_region(region: str, category: str, number: int) -> None:
    who = person(region, number)
    country = Country(who, policies={region: REGIONS[region], ELSEWHERE: "shanghai-2023"})
    local = ratio(country, region, who, "local")
    elsewhere = ratio(country, ELSEWHERE, who, category)
    if category == "unfiled" and region in POINTS_UNFILED:
        expected = max(0.0, local - POINTS_UNFILED[region] / 100)
    else:
        expected = local * MULTIPLIERS[category] / 100
    assert elsewhere == pytest.approx(expected, abs=0.00005)
    country.audit()


def test_a_resident_of_hainan_loses_ten_points_inside_the_province() -> None:
    who = person("460100", 2)
    country = Country(who, policies={"460100": "hainan-2023", "460200": "hainan-2023"})
    local = ratio(country, "460100", who, "local")
    assert ratio(country, "460200", who, "unfiled") == pytest.approx(local - 0.10, abs=0.00005)


def test_who_files_before_discharge_is_settled_as_filed_c_25() -> None:
    country = Country()
    who = person(BEIJING)
    unfiled = ratio(country, SHANGHAI, who, "unfiled")
    stay = stay_of(country, SHANGHAI, who, "long-term")
    country.then(stay, "1101", "2401", "2301", "2303")
    assert float(stay.presettled.pool_prop_selfpay) == unfiled
    country.now_us += 3 * DAY
    country.then(stay, "OF01", "2303", "2402", "2304")
    assert float(stay.settlement.pool_prop_selfpay) > unfiled
    assert stay.settlement.hifp_pay == stay.presettled.hifp_pay


def test_who_files_after_discharge_is_settled_as_unfiled() -> None:
    country = Country()
    who = person(BEIJING)
    unfiled = ratio(country, SHANGHAI, who, "unfiled")
    stay = stay_of(country, SHANGHAI, who, "long-term")
    country.then(stay, "1101", "2401", "2301", "2402", "OF01", "2303", "2304")
    assert float(stay.settlement.pool_prop_selfpay) == unfiled
    assert ratio(country, SHANGHAI, who, "local") > unfiled, "for the next stay the filing counts"


def test_an_emergency_counts_as_filed_c_26() -> None:
    country = Country()
    who = person(BEIJING)
    unfiled, emergency = (ratio(country, SHANGHAI, who, each) for each in ("unfiled", "emergency"))
    assert emergency > unfiled


@pytest.mark.parametrize("where", ["2401", "2403", "2301"])
def test_the_emergency_mark_can_come_with_admission_change_or_fees(where: str) -> None:
    country = Country()
    who = person(BEIJING)
    stay = country.stay(SHANGHAI, who, in_scope_bill(8_000))
    marked = {"expContent": '{"er_flag":"1"}'}
    country.follow(stay, until="1101")
    if where == "2401":
        build = stay._build["2401"]

        def admission(client: Any, time: str) -> Any:
            node = build(client, time)
            node.mdtrtinfo.expContent = marked["expContent"]
            return node

        stay._build = stay._build | {"2401": admission}
    country.follow(stay, until="2401")
    if where == "2403":
        assert country.send(stay, "2403", change_of(stay, country.time(), **marked)).reason == ""
    if where == "2301":
        fees = stay._build["2301"]

        def lines(client: Any, time: str) -> Any:
            node = fees(client, time)
            node.feedetail[0].expContent = marked["expContent"]
            return node

        stay._build = stay._build | {"2301": lines}
    country.run(stay)
    assert float(stay.settlement.pool_prop_selfpay) == pytest.approx(0.85 * 0.9)


def test_the_emergency_mark_of_an_outpatient_comes_with_a_fee_line() -> None:
    country = Country()
    visit = country.visit(SHANGHAI, person(BEIJING), *in_scope_bill(5_000))
    fees = visit._build["2204"]

    def lines(client: Any, time: str) -> Any:
        node = fees(client, time)
        node.feedetail[0].expContent = '{"er_flag":"1"}'
        return node

    visit._build = visit._build | {"2204": lines}
    country.run(visit)
    assert float(visit.settlement.pool_prop_selfpay) == pytest.approx(0.7 * 0.9)


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        pytest.param(FilingRecord(kind="long-term", rloc_admdvs="310000"), True, id="to-the-city"),
        pytest.param(FilingRecord(kind="long-term", rloc_admdvs="320000"), False, id="to-another-province"),
        pytest.param(
            FilingRecord(kind="long-term", rloc_admdvs="310000", begndate="2024-04-01"),
            False,
            id="begins-later",
        ),
        pytest.param(
            FilingRecord(kind="long-term", rloc_admdvs="310000", enddate="2024-03-03"), False, id="ended"
        ),
        pytest.param(
            FilingRecord(kind="long-term", rloc_admdvs="310000", enddate="2024-03-04"),
            True,
            id="ends-on-admission",
        ),
    ],
)
def test_a_filing_of_the_registry_counts_for_its_place_and_its_days(
    record: FilingRecord, counts: bool
) -> None:
    who = person(BEIJING, filings=(record,))
    country = Country(who)
    assert ratio(country, SHANGHAI, who, "local") == pytest.approx(0.85 if counts else 0.85 * 0.8)


def test_a_filing_to_a_province_covers_its_cities() -> None:
    who = person(BEIJING, filings=(FilingRecord(kind="long-term", rloc_admdvs="510000"),))
    country = Country(who)
    assert [ratio(country, city, who, "local") for city in (CHENGDU, LESHAN)] == [0.85, 0.85]


def test_a_temporary_filing_lasts_six_months_and_for_several_visits() -> None:
    country = Country(date="2024-01-10")
    who = person(BEIJING)
    first = ratio(country, SHANGHAI, who, "temporary")
    country.now_us = 170 * DAY
    assert ratio(country, SHANGHAI, who, "local") == first
    country.now_us = 190 * DAY
    later = country.city(BEIJING).store.tables["OUT_APPY_EVT_C"].by("psn_no", who.psn_no)
    assert [row.enddate for row in later] == ["2024-07-10"]
    stay = country.run(stay_of(country, SHANGHAI, who, "local"))
    row = country.rows(stay.result.setl_id)["city/110000"]
    calculation = country.city(BEIJING).calculations.get(row.setl_id)
    assert calculation is not None
    assert calculation.filing == ""


def test_a_transfer_with_one_settlement_is_used_up_and_given_back_by_a_cancellation() -> None:
    record = FilingRecord(kind="transferred", rloc_admdvs="310000", allo_setl_cnt=1)
    who = person(BEIJING, filings=(record,))
    country = Country(who)
    first = country.run(stay_of(country, SHANGHAI, who, "local"))
    (row,) = country.city(BEIJING).store.tables["REFL_APPY_EVT_C"]
    assert (row.used_setl_cnt, row.mdtrt_id, row.setl_id) == (1, first.mdtrt_id, first.result.setl_id)
    assert ratio(country, SHANGHAI, who, "local") == pytest.approx(0.85 * 0.8)
    country.then(first, "2305")
    (row,) = country.city(BEIJING).store.tables["REFL_APPY_EVT_C"]
    assert (row.used_setl_cnt, row.mdtrt_id, row.setl_id) == (0, "", "")
    assert ratio(country, SHANGHAI, who, "local") == pytest.approx(0.85 * 0.9)


def test_interim_settlements_of_one_stay_share_the_transfer_that_it_uses() -> None:
    record = FilingRecord(kind="transferred", rloc_admdvs="310000", allo_setl_cnt=1)
    who = person(BEIJING, filings=(record,))
    country = Country(who)
    stay = country.stay(SHANGHAI, who, in_scope_bill(8_000), in_scope_bill(8_000), interim=True)
    country.run(stay)
    assert [float(each.pool_prop_selfpay) for each in stay.settlements] == pytest.approx([0.765, 0.765])
    stay.undo()
    country.run(stay)
    (row,) = country.city(BEIJING).store.tables["REFL_APPY_EVT_C"]
    assert row.used_setl_cnt == 0


def test_filings_are_withdrawn_and_a_used_transfer_is_not() -> None:
    country = Country()
    who = person(BEIJING)
    stay = country.run(stay_of(country, SHANGHAI, who, "transferred"))
    node = {"data": {"trt_dcla_detl_sn": stay.trt_dcla_detl_sn, "psn_no": who.psn_no}}
    assert country.send(stay, "2502", node).reason == "filing"
    country.then(stay, "2305")
    assert country.send(stay, "2502", node).reason == ""
    assert country.send(stay, "2502", node).reason == "filing"
    country.then(stay, "2303", "2304")
    assert float(stay.settlement.pool_prop_selfpay) == pytest.approx(0.85 * 0.8)
    other = country.run(stay_of(country, SHANGHAI, who, "long-term"))
    node = {"data": {"trt_dcla_detl_sn": other.trt_dcla_detl_sn, "psn_no": who.psn_no}}
    assert country.send(other, "2502", node).reason == "filing", "it is no transfer"
    assert country.send(other, "OF02", node).reason == ""
    assert ratio(country, SHANGHAI, who, "local") == pytest.approx(0.85 * 0.8)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rloc_type": "9"}, "rloc_type"),
        ({"rloc_admdvs": "110105"}, "insured city"),
        ({"enddate": "2024-03-01"}, "is before"),
        ({"rloc_admdvs": "110105", "rloc_type": "2"}, "insured city"),
    ],
)
def test_a_filing_that_makes_no_sense_is_refused(changes: dict[str, str], what: str) -> None:
    country = Country()
    stay = stay_of(country, SHANGHAI, person(BEIJING), "long-term")
    country.follow(stay, until="1101")
    data = {"psn_no": stay.psn_no, "rloc_type": "1", "rloc_admdvs": "310000", "begndate": "2024-03-04"}
    answer = country.send(stay, "OF01", {"outmed": data | changes})
    assert answer.reason == "filing"
    assert what in answer.got["err_msg"]


@pytest.mark.parametrize("field", ["begndate", "enddate"])
def test_a_filing_has_real_dates(field: str) -> None:
    country = Country()
    stay = stay_of(country, SHANGHAI, person(BEIJING), "long-term")
    country.follow(stay, until="1101")
    data = {"psn_no": stay.psn_no, "rloc_type": "1", "rloc_admdvs": "310000", field: "2024-02-31"}
    assert country.send(stay, "OF01", {"outmed": data}).reason == "malformed"


def test_at_home_no_filing_is_looked_at() -> None:
    who = person(BEIJING, filings=(FilingRecord(kind="transferred", rloc_admdvs="310000"),))
    country = Country(who)
    stay = country.run(stay_of(country, BEIJING, who, "local"))
    assert float(stay.settlement.pool_prop_selfpay) == 0.85
    assert not len(country.city(BEIJING).store.tables["REFL_APPY_EVT_C"])


def test_outpatient_visits_elsewhere_are_filed_too() -> None:
    filed = person(BEIJING, 1, filings=(FilingRecord(kind="long-term", rloc_admdvs="310000"),))
    unfiled = person(BEIJING, 3)
    country = Country(filed, unfiled)
    ratios = [
        float(country.run(country.visit(SHANGHAI, who, *in_scope_bill(5_000))).settlement.pool_prop_selfpay)
        for who in (filed, unfiled)
    ]
    assert ratios == pytest.approx([0.7, 0.7 * 0.8])
