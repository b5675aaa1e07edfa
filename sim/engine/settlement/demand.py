"""Who is treated when, where and with which filing: a pure function of (scenario, seed, city, person, day).

Each person is treated at most once a day, so nobody can be in two places. People treated elsewhere go to
cities as these attract patients; within the province where it has another city that takes part.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from onecard.sim.draws import Stream
from onecard.sim.engine.plan import HourCurve
from onecard.sim.units.time import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onecard.sim.engine.settlement.model import City, SettlementNetwork

__all__ = ["FILINGS", "PEOPLE_PER_CITY", "Kind", "Planned", "Planner", "people_of_cities"]

Kind = Literal["outpatient", "pharmacy", "inpatient"]
Scope = Literal["city", "province", "nation"]
FILINGS = ("long-term", "transferred", "temporary", "emergency", "unfiled", "local")
"""What a treatment elsewhere counts as (settlement.md §5.4); ``local`` for one at home."""
CURVES: dict[Kind, str] = {
    "outpatient": "registration",
    "pharmacy": "pharmacy",
    "inpatient": "discharge-settlement",
}
"""Hour curve of world.md §6.2 by which people come."""
PEOPLE_PER_CITY = 10_000_000
DAYS = 32


@dataclass(frozen=True, slots=True)
class Planned:
    """One intended treatment.

    Attributes:
        visit: its number, unique in the world: city, person, day.
        city: where the person is insured.
        person: index in the city.
        treated: the city of treatment.
        kind: what it is.
        filing: what it counts as, one of :data:`FILINGS`.
        planned_us: when the person comes.
    """

    visit: int
    city: str
    person: int
    treated: str
    kind: Kind
    filing: str
    planned_us: int

    @property
    def scope(self) -> Scope:
        """Whether the person is treated in the own city, the own province, or elsewhere."""
        if self.city == self.treated:
            return "city"
        return "province" if self.city[:2] == self.treated[:2] else "nation"


def people_of_cities(cities: Mapping[str, City], people: int) -> dict[str, int]:
    """Share the people out among the cities by weight: largest remainders, at least one each."""
    total = sum(city.weight for city in cities.values())
    exact = {code: people * city.weight / total for code, city in cities.items()}
    shared = {code: max(1, int(share)) for code, share in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    for code in by_remainder[: max(0, people - sum(shared.values()))]:
        shared[code] += 1
    return shared


class Planner:
    """Plans the treatments of the insured people of all cities.

    Args:
        model: the scenario.
        seed: the world's seed.
    """

    def __init__(self, model: SettlementNetwork, seed: int) -> None:
        self._demand = model.demand
        self._numbers = {code: number for number, code in enumerate(sorted(model.cities))}
        self._cities = model.cities
        self._which = Stream(seed, "settlement/which")
        self._outside = Stream(seed, "settlement/outside")
        self._where = Stream(seed, "settlement/where")
        self._when = Stream(seed, "settlement/when")
        self._filing = Stream(seed, "settlement/filing")
        self._curves = {kind: HourCurve(curve) for kind, curve in CURVES.items()}
        self._destinations = {
            (code, scope): _Destinations(model.cities, _elsewhere(model.cities, code, scope))
            for code in model.cities
            for scope in ("province", "nation")
        }

    def of_city(self, city: str, people: int, day: int) -> Iterator[Planned]:
        """Give the treatments of a city's insured people on a day, from 0, in the order of the people."""
        for person in range(people):
            planned = self._plan(city, person, day)
            if planned is not None:
                yield planned

    def _plan(self, city: str, person: int, day: int) -> Planned | None:
        entity = self._numbers[city] * PEOPLE_PER_CITY + person
        kind = self._kind(self._which.uniform(entity, day))
        if kind is None:
            return None
        treated = self._place(city, entity, day)
        return Planned(
            visit=entity * DAYS + day,
            city=city,
            person=person,
            treated=treated,
            kind=kind,
            filing="local" if treated == city else self._counts_as(entity),
            planned_us=day * DAY + self._curves[kind].at(self._when.uniform(entity, day)),
        )

    def _kind(self, draw: float) -> Kind | None:
        """Return what this draw brings somebody to, if anything."""
        for kind in CURVES:
            share: float = getattr(self._demand, kind)
            if draw < share:
                return kind
            draw -= share
        return None

    def _place(self, city: str, entity: int, day: int) -> str:
        draw, demand = self._outside.uniform(entity, day), self._demand
        if draw < demand.outside_province:
            destinations = self._destinations[city, "nation"]
        elif draw < demand.outside_province + demand.outside_city:
            destinations = self._destinations[city, "province"]
        else:
            return city
        return destinations.at(self._where.uniform(entity, day)) or city

    def _counts_as(self, entity: int) -> str:
        """Draw a person's filing: the same on every day; an emergency is one by chance."""
        draw, demand = self._filing.uniform(entity), self._demand
        for name, share in (
            ("long-term", demand.long_term),
            ("transferred", demand.transferred),
            ("temporary", demand.temporary),
        ):
            if draw < share:
                return name
            draw -= share
        return "emergency" if self._filing.happens(demand.emergency, entity, 1) else "unfiled"


def _elsewhere(cities: Mapping[str, City], home: str, scope: str) -> list[str]:
    """Return the cities a patient may go to: others of the own province, or those of other provinces."""
    return sorted(code for code in cities if code != home and (code[:2] == home[:2]) == (scope == "province"))


class _Destinations:
    """Cities that patients go to, as they attract them."""

    def __init__(self, cities: Mapping[str, City], codes: list[str]) -> None:
        self._codes = [code for code in codes if cities[code].attraction > 0]
        self._cumulative = list(accumulate(cities[code].attraction for code in self._codes))

    def at(self, uniform: float) -> str | None:
        """Return the city at this quantile, or None if there is none."""
        if not self._codes:
            return None
        at = bisect_right(self._cumulative, uniform * self._cumulative[-1])
        return self._codes[min(at, len(self._codes) - 1)]
