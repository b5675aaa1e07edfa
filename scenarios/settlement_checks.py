"""What a settlement network must satisfy beyond its fields' types: cities, policies, outages that exist."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from onecard.scenarios.checks import check_policy, clock_of, naming
from onecard.sim.engine.settlement.demand import PEOPLE_PER_CITY, people_of_cities
from onecard.sim.engine.settlement.outages import LINK_OUTAGES, Outages
from onecard.sim.errors import InputError
from onecard.sim.people import Population, PopulationParameters
from onecard.sim.people.counties import areas_of
from onecard.sim.settlement.tiers.directory import (
    MINISTRY,
    authority_address,
    city_address,
    province_address,
)
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.scenarios.model import SettlementScenario
    from onecard.sim.engine.settlement.model import Outage

__all__ = ["check_settlement"]


def check_settlement(scenario: SettlementScenario) -> None:
    """Run every check.

    Raises:
        InputError: the first contradiction found.
    """
    for check in _CHECKS:
        check(scenario)


def _cities(scenario: SettlementScenario) -> None:
    if not scenario.cities:
        raise InputError("no city takes part", where="cities", value={})
    for code in scenario.cities:
        where = f"cities.{code}"
        with naming(where):
            found = {area.city_code for area in areas_of(code)}
        if found != {code}:
            raise InputError(
                "not the code of a city", where=where, value=code, allowed=", ".join(sorted(found)[:3])
            )
    if not any(city.weight for city in scenario.cities.values()):
        raise InputError("nobody is insured anywhere", where="cities", allowed="a weight above 0 somewhere")


def _policies(scenario: SettlementScenario) -> None:
    first = datetime.date.fromisoformat(scenario.date)
    for code, city in scenario.cities.items():
        check_policy(
            city.policy,
            code,
            first,
            first + datetime.timedelta(days=scenario.days - 1),
            where=f"cities.{code}.policy",
            outside=scenario.policy_outside_validity,
        )


def _people(scenario: SettlementScenario) -> None:
    date = datetime.date.fromisoformat(scenario.date)
    for code, size in people_of_cities(scenario.cities, scenario.people).items():
        if size > PEOPLE_PER_CITY:
            raise InputError(
                f"{size} people in city {code}",
                where="people",
                allowed=f"at most {PEOPLE_PER_CITY} in a city",
            )
        with naming("people"):
            Population(size, scenario.seed, region=code, parameters=PopulationParameters(as_of=date))


def _outages(scenario: SettlementScenario) -> None:
    neighbours = _neighbours(scenario)
    for name, outage in scenario.outages.items():
        where = f"outages.{name}"
        begins_us = clock_of(outage.begins, f"{where}.begins")
        ends_us = clock_of(outage.ends, f"{where}.ends")
        if ends_us <= begins_us:
            raise InputError(
                f"ends at {outage.ends}, before or when it begins at {outage.begins}",
                where=f"{where}.ends",
                allowed=f"a time after {outage.begins}",
            )
        if outage.day > scenario.days:
            raise InputError(
                "after the last day", where=f"{where}.day", value=outage.day, allowed=f"1 to {scenario.days}"
            )
        if outage.where not in neighbours:
            raise unknown_name("tier", outage.where, list(neighbours), where=f"{where}.where")
        _means_something(outage, where, neighbours[outage.where])
    _apart(scenario)


def _means_something(outage: Outage, where: str, neighbours: set[str]) -> None:
    """Refuse an outage that would change nothing, or says what its kind has no use for."""
    if outage.what in LINK_OUTAGES and outage.peer not in neighbours:
        raise unknown_name(
            f"neighbour of {outage.where}", outage.peer, list(neighbours), where=f"{where}.peer"
        )
    for field, (kinds, idle) in _USED.items():
        given = getattr(outage, field)
        if outage.what not in kinds and given != idle:
            raise InputError(
                f"an outage of kind {outage.what} has no {field}", where=f"{where}.{field}", value=given
            )
        if outage.what in kinds and given == idle:
            raise InputError("an outage that changes nothing", where=f"{where}.{field}", value=given)


_USED: dict[str, tuple[tuple[str, ...], object]] = {
    "peer": (LINK_OUTAGES, ""),
    "loss": (("lossy",), 0.0),
    "factor": (("slow",), 1.0),
    "skew_s": (("skew",), 0.0),
}
"""Field of an outage → the kinds that use it, and what changes nothing."""


def _apart(scenario: SettlementScenario) -> None:
    """Refuse two times at which a tier is down that overlap: it would come back in the middle."""
    spans = sorted(
        (span.outage.where, span.begins_us, span.ends_us, span.name)
        for span in Outages(scenario.outages, scenario.seed).spans
        if span.outage.what == "down"
    )
    for (place, _, ends_us, name), (other, begins_us, _, later) in pairwise(spans):
        if place == other and begins_us < ends_us:
            raise InputError(
                f"{place} is down already, by outages.{name}",
                where=f"outages.{later}.begins",
                value=scenario.outages[later].begins,
                allowed=f"{scenario.outages[name].ends} or later",
            )


def _neighbours(scenario: SettlementScenario) -> dict[str, set[str]]:
    """Return every address with those it exchanges messages with."""
    found: dict[str, set[str]] = {}
    for code in scenario.cities:
        chain = (city_address(code), province_address(code[:2]), MINISTRY, authority_address(code))
        for one, other in pairwise(chain):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


_CHECKS: tuple[Callable[[SettlementScenario], None], ...] = (_cities, _policies, _people, _outages)
