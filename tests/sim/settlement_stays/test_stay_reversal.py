"""2601 for admissions, settlements of stays and cancellations, whatever was lost (settlement.md §5.3)."""

from __future__ import annotations

from typing import Any

import pytest
from stays_country import BEIJING, CHENGDU, LESHAN, SHANGHAI, Answer, Country, mixed_bill, person

PLACES = [
    pytest.param(SHANGHAI, SHANGHAI, id="local"),
    pytest.param(LESHAN, CHENGDU, id="same-province"),
    pytest.param(SHANGHAI, BEIJING, id="across-provinces"),
]
AWAY = [
    pytest.param("province/11", "down", id="request-lost"),
    pytest.param("city/110000", "lost", id="answer-lost-at-the-insured-city"),
    pytest.param("ministry", "lost", id="answer-lost-at-the-ministry"),
    pytest.param("province/31", "lost", id="answer-lost-at-the-treatment-province"),
]


def followed(country: Country, stay: Any, until: str) -> Answer:
    return country.follow(stay, until=until)[-1]


def unsettled(country: Country, stay: Any) -> int:
    city = country.city(stay.desk.mdtrtarea_admvs)
    visit = city.visit_row(stay.mdtrt_id)
    assert visit is not None
    return len(city.unsettled(visit))


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_a_reversed_admission_never_was(treatment: str, insured: str) -> None:
    country = Country()
    who = person(insured)
    stay = country.stay(treatment, who)
    admission = followed(country, stay, "2401")
    assert country.reverse(stay, admission).reason == ""
    assert country.reverse(stay, admission).reason == "already-reversed"
    assert country.send(stay, "2301").reason == "visit-closed"
    country.run(country.stay(treatment, who))


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
@pytest.mark.parametrize("reached", ["2301", "2402", "2304"])
def test_an_admission_on_which_something_stands_is_not_reversed_st_4(
    treatment: str, insured: str, reached: str
) -> None:
    country = Country()
    stay = country.stay(treatment, person(insured))
    admission = followed(country, stay, "2401")
    country.follow(stay, until=reached)
    words = {"2301": "fees-unsettled", "2402": "discharged", "2304": "settlement-exists"}
    assert country.reverse(stay, admission).reason == words[reached]


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_a_reversed_settlement_is_as_if_it_had_not_been(treatment: str, insured: str) -> None:
    country = Country()
    who = person(insured)
    stay = country.stay(treatment, who)
    settlement = followed(country, stay, "2304")
    assert unsettled(country, stay) == 0
    assert country.reverse(stay, settlement).reason == ""
    assert unsettled(country, stay) == 5
    assert country.used(who) == who.used
    assert country.balance_of(who.psn_no) == who.medical_opening_fen
    country.audit()
    stay.note_taken_back()
    country.then(stay, "2303", "2304")
    country.audit()


@pytest.mark.parametrize(("treatment", "insured"), PLACES)
def test_a_reversed_cancellation_restores_the_settlement_ur_6(treatment: str, insured: str) -> None:
    country = Country()
    who = person(insured)
    stay = country.run(country.stay(treatment, who))
    first, used = stay.result, country.used(who)
    stay._plan = ["2305"]
    (cancellation,) = country.follow(stay)
    assert country.reverse(stay, cancellation).reason == ""
    assert (unsettled(country, stay), country.used(who)) == (0, used)
    rows = country.rows(first.setl_id)
    assert {row.vali_flag for row in rows.values()} == {"1"}
    assert country.balance_of(who.psn_no) == first.balc_fen
    country.audit()
    named = {"setl_id": first.setl_id, "mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}
    assert country.send(stay, "2305", {"data": named}).reason == "", "and it can be cancelled again"
    assert country.used(who) == who.used
    country.audit()


@pytest.mark.parametrize(
    ("then", "word"),
    [
        (("2405",), "not-discharged"),
        (("2405", "2302"), "settlement-exists"),
        (("2303", "2304"), "settlement-exists"),
    ],
)
def test_a_cancellation_is_not_reversed_once_the_stay_has_gone_on(then: tuple[str, ...], word: str) -> None:
    country = Country()
    stay = country.run(country.stay(SHANGHAI, person(BEIJING)))
    stay._plan = ["2305"]
    (cancellation,) = country.follow(stay)
    country.then(stay, *then)
    assert country.reverse(stay, cancellation).reason == word
    country.audit()


def test_the_first_of_two_settlements_of_a_stay_is_not_reversed_before_the_second() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING), mixed_bill(2), mixed_bill(3), interim=True)
    first = followed(country, stay, "2304")
    second = followed(country, stay, "2304")
    assert country.reverse(stay, first).reason == "settlement-exists"
    assert country.reverse(stay, second).reason == ""
    assert country.reverse(stay, first).reason == ""
    assert country.used(person(BEIJING)) == person(BEIJING).used
    country.audit()


@pytest.mark.parametrize(("address", "how"), AWAY)
@pytest.mark.parametrize("infno", ["2401", "2304"])
def test_an_unknown_result_across_provinces_is_reversed_or_found_by_repeating(
    infno: str, address: str, how: str
) -> None:
    for repeated in (True, False):
        country = Country()
        who = person(BEIJING)
        stay = country.stay(SHANGHAI, who)
        before = {"2401": "1101", "2304": "2402"}[infno]
        country.follow(stay, until=before)
        request = stay.next_request(country.now_us)
        assert request is not None
        getattr(country, how).add(address)
        unknown = country.exchange(SHANGHAI, request)
        assert unknown.reason in ("result-uncertain", "authority-silent")
        getattr(country, how).clear()
        if repeated and unknown.reason == "result-uncertain":
            answer = country.call("city/310000", request)
            assert answer is not None
            stay.receive(answer)
            country.run(stay)
            assert country.used(who).inpatient.stays == 1
        else:
            word = country.reverse(stay, unknown).reason
            assert word in ("", "original-unknown"), "either way the message has no effect any more"
            late = country.call("city/310000", request)
            assert late is not None
            assert b'"infcode":-1' in late
            assert country.used(who) == who.used
            assert country.balance_of(who.psn_no) == who.medical_opening_fen
        country.audit()


@pytest.mark.parametrize("address", ["city/110000", "ministry", "province/31"])
def test_a_cancellation_with_a_lost_answer_is_reversed(address: str) -> None:
    country = Country()
    who = person(BEIJING)
    stay = country.run(country.stay(SHANGHAI, who))
    used = country.used(who)
    stay._plan = ["2305"]
    request = stay.next_request(country.now_us)
    assert request is not None
    country.lost.add(address)
    unknown = country.exchange(SHANGHAI, request)
    assert unknown.reason == "result-uncertain"
    country.lost.clear()
    assert country.reverse(stay, unknown).reason == ""
    assert (country.used(who), unsettled(country, stay)) == (used, 0)
    country.audit()
    country.then(stay, "2305", "2405", "2302", "2404")
    assert country.used(who) == who.used
    country.audit()
