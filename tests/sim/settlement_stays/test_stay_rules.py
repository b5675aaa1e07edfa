"""The state rules of stays, ST-1 to ST-8: each is refused with its own word and changes nothing."""

from __future__ import annotations

from typing import Any

import msgspec
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

WHERE = [
    pytest.param(SHANGHAI, SHANGHAI, id="local"),
    pytest.param(SHANGHAI, BEIJING, id="across-provinces"),
]


def contents(country: Country) -> dict[str, list[Any]]:
    """Everything that the tiers keep, but for their memory of messages."""
    return {
        f"{address} {name}": list(table)
        for address, tier in country.tiers.items()
        for name, table in tier.store.tables.items()
        if name not in ("MESSAGE", "JOURNAL")
    }


def refused(country: Country, stay: Any, infno: str, node: dict[str, Any] | None = None) -> str:
    before = contents(country)
    answer = country.send(stay, infno, node)
    assert answer.got["infcode"] == -1
    assert contents(country) == before, "a refusal leaves nothing"
    return answer.reason


def reference(stay: Any, **changes: str) -> dict[str, Any]:
    return {"data": {"mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no} | changes}


@pytest.mark.parametrize("infno", ["2301", "2302", "2303", "2304", "2402", "2404", "2405"])
def test_a_stay_must_be_the_persons_own_and_known_st_1(infno: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(SHANGHAI), mixed_bill(), mixed_bill())
    country.follow(stay, until="2301")
    stay.mdtrt_id = "310000999999999999999999999999"
    assert refused(country, stay, infno) == "visit-unknown"


@pytest.mark.parametrize("infno", ["2301", "2302", "2303", "2402", "2404", "2405"])
def test_a_cancelled_admission_takes_nothing_more_st_1(infno: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(SHANGHAI))
    country.follow(stay, until="2401")
    mdtrt_id = stay.mdtrt_id
    country.then(stay, "2404")
    stay.mdtrt_id = mdtrt_id
    assert refused(country, stay, infno) == "visit-closed"


def test_an_outpatient_visit_is_no_stay() -> None:
    country = Country()
    visit = country.run(country.visit(SHANGHAI, person(SHANGHAI)))
    assert refused(country, visit, "2404", reference(visit)) == "kind-of-visit"


@pytest.mark.parametrize(("treatment", "insured"), WHERE)
def test_settled_lines_stay_st_3(treatment: str, insured: str) -> None:
    country = Country()
    stay = country.stay(treatment, person(insured), mixed_bill(2), mixed_bill(3), interim=True)
    country.follow(stay, until="2304")
    settled_sn = stay.fees[0].result[0].feedetl_sn
    named = {"feedetl_sn": settled_sn, "mdtrt_id": stay.mdtrt_id, "psn_no": stay.psn_no}
    assert refused(country, stay, "2302", {"data": [named]}) == "fee-line"
    country.follow(stay, until="2301")
    assert country.send(stay, "2302").reason == ""
    visit = country.city(treatment).visit_row(stay.mdtrt_id)
    assert visit is not None
    left = country.city(treatment).lines(visit)
    assert [row.feedetl_sn for row in left] == [row.feedetl_sn for row in stay.fees[0].result]
    assert all(row.setl_id for row in left)


@pytest.mark.parametrize(("treatment", "insured"), WHERE)
def test_what_was_done_later_is_undone_first_st_4(treatment: str, insured: str) -> None:
    country = Country()
    stay = country.stay(treatment, person(insured), mixed_bill(), mixed_bill(1))
    country.then(stay, "1101", "2401")
    assert refused(country, stay, "2405") == "not-discharged"
    country.then(stay, "2301")
    assert refused(country, stay, "2404") == "fees-unsettled"
    country.then(stay, "2303", "2402")
    assert [refused(country, stay, infno) for infno in ("2302", "2404", "2402")] == ["discharged"] * 3
    assert refused(country, stay, "2403", change_of(stay, country.time())) == "discharged"
    country.then(stay, "2304")
    assert [refused(country, stay, infno) for infno in ("2404", "2405", "2301", "2303", "2304")] == [
        "settlement-exists"
    ] * 5
    country.then(stay, "2305", "2405", "2302", "2404")


@pytest.mark.parametrize(("treatment", "insured"), WHERE)
def test_a_final_settlement_needs_the_discharge_and_an_interim_one_precedes_it_st_5(
    treatment: str, insured: str
) -> None:
    country = Country()
    stay = country.stay(treatment, person(insured))
    country.follow(stay, until="2303")
    assert refused(country, stay, "2304") == "not-discharged"
    country.follow(stay, until="2402")
    node = msgspec.to_builtins(stay._settlement(country.time()))
    node["data"]["mid_setl_flag"] = "1"
    assert refused(country, stay, "2304", node) == "discharged"
    node["data"]["mid_setl_flag"] = "2"
    assert refused(country, stay, "2304", node) == "malformed"


@pytest.mark.parametrize(
    ("field", "clause"),
    [
        ("medfee_sumamt", "ST-6"),
        ("inscp_scp_amt", "A-13"),
        ("preselfpay_amt", "A-13"),
        ("overlmt_selfpay", "A-13"),
        ("fulamt_ownpay_amt", "A-13"),
    ],
)
def test_amounts_are_those_of_the_unsettled_lines_st_6(field: str, clause: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.follow(stay, until="2301")
    node = msgspec.to_builtins(stay._settlement(country.time()))
    node["data"][field] = "1.00"
    answer = country.send(stay, "2303", node)
    assert answer.reason == "amount-differs"
    assert clause in answer.got["err_msg"]


def test_a_stay_without_fees_has_nothing_to_settle() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(SHANGHAI))
    country.follow(stay, until="2401")
    assert refused(country, stay, "2303") == "no-fees"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(BEIJING, BEIJING, id="both-at-home"),
        pytest.param(SHANGHAI, BEIJING, id="elsewhere-then-home"),
        pytest.param(SHANGHAI, CHENGDU, id="in-two-provinces"),
    ],
)
def test_a_person_has_one_open_admission_in_the_whole_country_st_7(first: str, second: str) -> None:
    country = Country()
    who = person(BEIJING)
    stay = country.stay(first, who)
    country.follow(stay, until="2301")
    other = country.stay(second, who)
    country.follow(other)
    assert other.failure is not None
    assert (other.failure.infno, other.failure.reason) == ("2401", "admitted")
    country.follow(stay, until="2402")
    later = country.stay(second, who)
    country.follow(later, until="2401")
    assert later.failure is None
    back = country.send(stay, "2405", reference(stay))
    assert back.reason == "admitted", "the first stay cannot be open again while the second is"


def test_an_inpatient_number_is_used_once_until_its_admission_is_cancelled() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(SHANGHAI))
    country.follow(stay, until="2401")
    other = country.stay(SHANGHAI, person(BEIJING))
    other.ipt_no = stay.ipt_no
    country.follow(other)
    assert other.failure is not None
    assert other.failure.reason == "visit-exists"
    country.then(stay, "2404")
    again = country.stay(SHANGHAI, person(BEIJING))
    again.ipt_no = stay.ipt_no
    country.run(again)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"med_type": "11"}, "kind-of-visit"),
        ({"begntime": "2024-02-30 08:00:00"}, "malformed"),
        ({"insutype": "390"}, "insurance-differs"),
        ({"mdtrt_cert_no": "A00000002"}, "credential-differs"),
        ({"psn_no": "1100000000000077"}, "person-unknown"),
    ],
)
def test_an_admission_says_who_and_what_for(change: dict[str, str], word: str) -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING))
    country.follow(stay, until="1101")
    node = msgspec.to_builtins(stay._admission(country.time()))
    node["mdtrtinfo"] |= change
    assert refused(country, stay, "2401", node) == word


@pytest.mark.parametrize(
    ("change", "word"),
    [({"endtime": "2024-03-01 08:00:00"}, "malformed"), ({"insutype": "390"}, "insurance-differs")],
)
def test_a_discharge_fits_its_admission(change: dict[str, str], word: str) -> None:
    country = Country()
    stay = country.stay(LESHAN, person(CHENGDU))
    country.follow(stay, until="2301")
    node = msgspec.to_builtins(stay._discharge(country.time()))
    node["dscginfo"] |= change
    assert refused(country, stay, "2402", node) == word


def test_a_cancelled_discharge_opens_the_stay_for_more_fees() -> None:
    country = Country()
    stay = country.stay(SHANGHAI, person(BEIJING), in_scope_bill(5_000), in_scope_bill(1_000))
    country.then(stay, "1101", "2401", "2301", "2402")
    country.now_us += DAY
    country.then(stay, "2405", "2301", "2402", "2303", "2304")
    assert stay.settlement.medfee_sumamt == "6000.00"
    assert stay.settlement.setl_time[:10] == "2024-03-05"
    country.audit()
