"""Building a nation: every tier by its address, wired by nothing but addresses.

The tiers are actors; who carries their messages is the host's business (SimPy, a fault search, HTTP).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.sim.authority import CardAuthority
from onecard.sim.nation.registry import PopulationRegistry
from onecard.sim.nation.special import SpecialDraws
from onecard.sim.people import Population, PopulationParameters
from onecard.sim.settlement.benefit import load_policy
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.directory import (
    MINISTRY,
    Directory,
    authority_address,
    city_address,
    province_address,
)
from onecard.sim.settlement.tiers.forwarding import ProvinceTier
from onecard.sim.settlement.tiers.ministry import MinistryTier
from onecard.sim.settlement.tiers.options import DEFAULT_TIER_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.ledger import Posting
    from onecard.sim.nation.model import CityModel, NationModel
    from onecard.sim.settlement.tiers.kernel import Tier
    from onecard.sim.settlement.tiers.options import TierOptions

__all__ = ["Nation", "build_nation"]

_TEMPORARY_FILING = datetime.timedelta(days=183)
"""At least 6 months (settlement.md §5.4)."""


@dataclass(slots=True)
class Nation:
    """A nation, ready to settle.

    Attributes:
        model: what it was built from.
        start: the date of time zero.
        calendar: its calendar.
        directory: the cities that take part.
        registries: city → its people and institutions.
        authorities: address → card authority, simple actors.
        options: switches of all tiers.
    """

    model: NationModel
    start: datetime.date
    calendar: Calendar
    directory: Directory
    registries: dict[str, PopulationRegistry]
    authorities: dict[str, CardAuthority]
    options: TierOptions = DEFAULT_TIER_OPTIONS

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of all tiers: cities, provinces, the ministry."""
        cities = tuple(city_address(city) for city in self.directory.cities)
        provinces = tuple(province_address(province) for province in self.directory.provinces)
        return (*cities, *provinces, MINISTRY)

    def home_of(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> str | None:
        """Return the insured city of a credential's owner: the ministry's index."""
        for city, registry in self.registries.items():
            if registry.by_credential(mdtrt_cert_type, mdtrt_cert_no) is not None:
                return city
        return None

    def tier(
        self, address: str, *, observer: Callable[[Posting], None] | None = None, journal: bool = False
    ) -> Tier:
        """Build one tier, with nothing in its store.

        Raises:
            KeyError: no such tier in this nation.
        """
        kind, _, place = address.partition("/")
        if kind == "city":
            return self._city(place, observer, journal)
        if address not in self.addresses:
            raise KeyError(address)
        if kind == "province":
            return ProvinceTier(
                province=place,
                start=self.start,
                directory=self.directory,
                prepayment_fen=self.model.prepayment_yuan * 100,
                observer=observer,
                journal=journal,
                options=self.options,
            )
        return MinistryTier(
            start=self.start,
            directory=self.directory,
            homes=self,
            observer=observer,
            journal=journal,
            options=self.options,
        )

    def _city(self, admdvs: str, observer: Callable[[Posting], None] | None, journal: bool) -> CityTier:
        model = next(city for city in self.model.cities if city.admdvs == admdvs)
        return CityTier(
            admdvs=admdvs,
            start=self.start,
            registry=self.registries[admdvs],
            policy=load_policy(model.policy),
            fund_opening_fen=self.model.fund_opening_yuan * 100,
            observer=observer,
            journal=journal,
            options=self.options,
        )


def build_nation(model: NationModel, *, options: TierOptions = DEFAULT_TIER_OPTIONS) -> Nation:
    """Build people, institutions and authorities; tiers are built one by one by :meth:`Nation.tier`."""
    start = datetime.date.fromisoformat(model.date)
    registries = {city.admdvs: _registry(city, model, start) for city in model.cities}
    authorities = {
        authority_address(city): CardAuthority(
            registry.card, start=start, address=authority_address(city), division=city
        )
        for city, registry in registries.items()
    }
    return Nation(
        model=model,
        start=start,
        calendar=Calendar(start),
        directory=Directory(registries, {city.admdvs: city.closed for city in model.cities}),
        registries=registries,
        authorities=authorities,
        options=options,
    )


def _registry(city: CityModel, model: NationModel, start: datetime.date) -> PopulationRegistry:
    population = Population(
        city.people, model.seed, region=city.admdvs, parameters=PopulationParameters(as_of=start)
    )
    special = SpecialDraws(
        city.special,
        model.seed,
        city.admdvs,
        elsewhere=[other.admdvs for other in model.cities if other.admdvs != city.admdvs],
        today=start.isoformat(),
        until=(start + _TEMPORARY_FILING).isoformat(),
    )
    return PopulationRegistry(city, population, model.seed, special)
