"""Dates that no stay or filing has: each is refused for good, at home and across provinces."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from stays_country import BEIJING, SHANGHAI, Country, in_scope_bill, person
from test_stay_rules import refused

WHERE = [
    pytest.param(SHANGHAI, id="local"),
    pytest.param(BEIJING, id="across-provinces"),
]


def built(country: Country, stay: Any, infno: str, root: str, **changes: str) -> dict[str, Any]:
    node: dict[str, Any] = msgspec.to_builtins(type(stay)._build[infno](stay, country.time()))
    node[root].update(changes)
    return node


@pytest.mark.parametrize("home", WHERE)
def test_an_admission_before_the_birth_is_refused_for_good(home: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(home))
    country.then(stay, "1101")
    early = built(country, stay, "2401", "mdtrtinfo", begntime="1979-01-01 00:00:00")
    stay.mdtrt_id = country.send(stay, "2401", early).output["result"]["mdtrt_id"]
    country.then(stay, "2301")
    assert refused(country, stay, "2303") == "out-of-range"
    country.then(stay, "2402")
    assert country.send(stay, "2304").reason == "out-of-range"
    country.then(stay, "2405", "2302", "2404")


@pytest.mark.parametrize("home", WHERE)
def test_a_bill_beyond_all_bills_is_refused_for_good(home: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(home), in_scope_bill(60_000_000), in_scope_bill(60_000_000))
    country.then(stay, "1101", "2401", "2301", "2301")
    assert refused(country, stay, "2303") == "out-of-range"
    country.then(stay, "2302", "2404")


@pytest.mark.parametrize("when", ["2025-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_the_deductible_and_caps_of_a_year_to_come_cannot_be_had_by_a_later_date(when: str) -> None:
    country = Country(date="2024-03-04")
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.then(stay, "1101", "2401", "2301")
    late = built(country, stay, "2402", "dscginfo", endtime=when)
    assert refused(country, stay, "2402", late) == "out-of-range"


def test_a_discharge_may_be_announced_within_the_year() -> None:
    country = Country(date="2024-03-04")
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.then(stay, "1101", "2401", "2301")
    soon = built(country, stay, "2402", "dscginfo", endtime="2024-03-08 10:00:00")
    assert country.send(stay, "2402", soon).reason == ""


def test_a_hospital_whose_clock_is_ahead_may_discharge() -> None:
    country = Country(date="2024-12-31")
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.then(stay, "1101", "2401", "2301")
    ahead = built(country, stay, "2402", "dscginfo", endtime="2025-01-01 00:05:00")
    assert country.send(stay, "2402", ahead).reason == ""


@pytest.mark.parametrize("home", [BEIJING])
@pytest.mark.parametrize(
    ("infno", "root", "field"), [("OF01", "outmed", "begndate"), ("2501", "refmedin", "refl_date")]
)
def test_a_filing_that_would_end_after_the_calendar_is_refused(
    home: str, infno: str, root: str, field: str
) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(home), filing="temporary")
    country.then(stay, "1101")
    node = built(country, stay, infno, root, **{field: "9999-12-31"})
    assert refused(country, stay, infno, node) == "filing"
