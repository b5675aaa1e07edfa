"""The nation of the fault search: three cities in two provinces, built once for all seeds.

People and institutions do not change from seed to seed; only the tiers are made anew, which costs
milliseconds. Everybody who settles has a card in use, so a card is never the reason of a refusal; half of
the people have a personal account, which is where a reversal can forget something.
"""

from __future__ import annotations

import dataclasses
import itertools
from functools import lru_cache
from typing import Literal

import msgspec

from onecard.sim.authority import CardAuthority
from onecard.sim.nation import CityModel, Nation, NationModel, build_nation
from onecard.sim.settlement.money.options import MoneyOptions
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.tiers.directory import authority_address
from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["CITIES", "Stage", "stage"]

CITIES = (("310000", "shanghai-2023"), ("510100", "chengdu-2023"), ("511100", "leshan-2023"))
"""Division code and benefit policy: two provinces, one of them with two cities."""
_PEOPLE = 400
_DATE = "2023-12-31"
"""The last day of a year: seeds that begin before midnight settle in two insurance years."""
_VALID_UNTIL = "2024-12-31"
_OPTIONS = TierOptions(money=MoneyOptions(count="net"))
"""A statement nets refunds, because an institution does not know of a settlement that was only reversed."""


class Stage:
    """What all seeds have in common.

    Attributes:
        nation: people, institutions, and how to make a tier.
        routes: kind of route → pairs of city of treatment and insured city.
        people: city → insured people with a card in use.
        institutions: city → hospitals and pharmacies.
        authorities: address → card authority; they only answer, so all seeds share them.
    """

    def __init__(self, nation: Nation) -> None:
        self.nation = nation
        cities = nation.directory.cities
        self.routes: dict[str, tuple[tuple[str, str], ...]] = {
            route: tuple(pair for pair in itertools.product(cities, cities) if _route_of(*pair) == route)
            for route in ("local", "province", "nation")
        }
        self.people: dict[str, tuple[InsuredPerson, ...]] = {}
        self.institutions: dict[tuple[str, str], tuple[MedicalInstitution, ...]] = {}
        self.authorities: dict[str, CardAuthority] = {}
        for city, registry in nation.registries.items():
            cards = lru_cache(maxsize=None)(registry.card)
            address = authority_address(city)
            self.authorities[address] = CardAuthority(
                cards, start=nation.start, address=address, division=city
            )
            known = (registry.insured(index) for index in range(_PEOPLE))
            self.people[city] = tuple(person for person in known if person and self._card_works(person, city))
            for kind in ("hospital", "pharmacy"):
                self.institutions[city, kind] = tuple(
                    each for each in registry.institutions if each.kind == kind
                )

    def tiers(self, *, authentication: Literal["first", "on-the-way"]) -> Nation:
        """Return the nation whose tiers authenticate cards in one of the two ways."""
        options = msgspec.structs.replace(self.nation.options, authentication=authentication)
        return dataclasses.replace(self.nation, options=options)

    def _card_works(self, person: InsuredPerson, city: str) -> bool:
        record = self.nation.registries[city].card(person.card_number)
        return record is not None and record.status == "1" and record.expires > _VALID_UNTIL


def _route_of(city: str, insured_city: str) -> str:
    if city == insured_city:
        return "local"
    return "province" if city[:2] == insured_city[:2] else "nation"


@lru_cache(maxsize=1)
def stage() -> Stage:
    """Build the nation; once per process."""
    cities = tuple(
        CityModel(admdvs=city, policy=policy, people=_PEOPLE, hospitals=3, pharmacies=3)
        for city, policy in CITIES
    )
    return Stage(build_nation(NationModel(date=_DATE, cities=cities), options=_OPTIONS))
