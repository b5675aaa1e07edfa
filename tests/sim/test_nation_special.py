"""Special people of a nation: by shares, keyed, and met by the settlements."""

from __future__ import annotations

import msgspec
import pytest

from onecard.sim.nation import TYPICAL, CityModel, Nation, NationModel, SpecialShares, build_nation
from onecard.sim.settlement.benefit import IDENTITIES
from onecard.sim.settlement.registry import InsuredPerson

PEOPLE = 2_000
SHANGHAI, CHENGDU = "310000", "510100"


def nation(shares: SpecialShares, *cities: str) -> Nation:
    return build_nation(
        NationModel(
            date="2024-03-04",
            cities=tuple(
                CityModel(admdvs=city, policy="shanghai-2023", people=PEOPLE, special=shares)
                for city in cities or (SHANGHAI, CHENGDU)
            ),
        )
    )


def insured(built: Nation, city: str = SHANGHAI) -> list[InsuredPerson]:
    found = (built.registries[city].insured(index) for index in range(PEOPLE))
    return [person for person in found if person is not None]


def plain(person: InsuredPerson) -> InsuredPerson:
    return msgspec.structs.replace(person, cvlserv_flag="0", identities=(), family_psn_no="", filings=())


def test_nobody_is_special_by_default_and_shares_change_nothing_else() -> None:
    default, typical = insured(nation(SpecialShares())), insured(nation(TYPICAL))
    assert [plain(person) for person in default] == default
    assert [plain(person) for person in typical] == default
    assert typical != default


def test_a_typical_city_has_everybody_that_the_benefits_distinguish() -> None:
    people = insured(nation(TYPICAL))
    identities = {code for person in people for code in person.identities}
    assert {"101", "102", "103", "401"} <= identities <= set(IDENTITIES)
    assert any(person.cvlserv_flag == "1" for person in people)
    filings = [filing for person in people for filing in person.filings]
    assert {filing.kind for filing in filings} == {"long-term", "transferred", "temporary"}
    assert {filing.rloc_admdvs for filing in filings} == {CHENGDU}
    poor = sum("102" in person.identities for person in people) / len(people)
    assert poor == pytest.approx(TYPICAL.subsistence, abs=0.012)  # three standard deviations


def test_a_relative_has_an_account_and_pays_for_somebody_without_one() -> None:
    built = nation(SpecialShares(family_account=1.0))
    without = [person for person in insured(built) if not person.medical_account]
    for person in without:
        relative = built.registries[SHANGHAI].person(person.family_psn_no)
        assert relative is not None
        assert relative.medical_account
    assert without


def test_a_greater_share_keeps_everybody_of_a_smaller_one() -> None:
    few = insured(nation(SpecialShares(long_term=0.05, subsistence=0.05)))
    many = insured(nation(SpecialShares(long_term=0.3, subsistence=0.3)))
    for less, more in zip(few, many, strict=True):
        assert set(less.filings) <= set(more.filings)
        assert set(less.identities) <= set(more.identities)
    assert sum(len(person.filings) for person in few) < sum(len(person.filings) for person in many)


def test_a_city_alone_has_nowhere_to_file_for() -> None:
    assert not any(person.filings for person in insured(nation(SpecialShares(long_term=1.0), SHANGHAI)))


def test_a_share_beyond_one_is_refused() -> None:
    node = {"admdvs": SHANGHAI, "policy": "shanghai-2023", "special": {"subsistence": 1.5}}
    with pytest.raises(msgspec.ValidationError, match="subsistence"):
        msgspec.convert(node, CityModel)
