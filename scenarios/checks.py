"""What a scenario must satisfy beyond the types of its fields: names that exist, times in order, sums.

Each check is a function over the scenario that raises for the first contradiction it finds and names the
field by its path, so that the same path works in the file and in ``--set``.
"""

from __future__ import annotations

import datetime
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onecard.sim import facts
from onecard.sim.engine.city import make_population
from onecard.sim.engine.insured import INSTITUTION_KINDS
from onecard.sim.engine.journeys import STAGES_PER_VISIT
from onecard.sim.engine.remedies import reason_labels, remedy_for
from onecard.sim.engine.visit import PLACES_PER_KIND, VISITS_PER_PERSON
from onecard.sim.errors import InputError
from onecard.sim.people.counties import areas_of
from onecard.sim.settlement.benefit import load_policy, policy_names
from onecard.sim.terminals import load_dialogues
from onecard.sim.units.time import parse_clock
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.scenarios.model import Scenario
    from onecard.sim.services import Service, Stage
    from onecard.sim.services.model import BackEnd
    from onecard.sim.settlement.benefit import Policy

__all__ = ["CHECKS", "check_policy", "check_scenario", "clock_of", "naming"]

SUM_TOLERANCE = 1e-9
FOLLOW_UPS = {remedy_for(reason).visit for reason in reason_labels()} - {""}
MAXIMUM_STOPS = VISITS_PER_PERSON - len(FOLLOW_UPS)
"""One visit a stop, and each visit that a refusal may lead to."""


def check_scenario(scenario: Scenario) -> None:
    """Run every check.

    Raises:
        InputError: the first contradiction found.
    """
    for check in CHECKS:
        check(scenario)


def _population(scenario: Scenario) -> None:
    with naming("people"):
        make_population(scenario, scenario.seed)


def _city(scenario: Scenario) -> None:
    with naming("city"):
        codes = sorted({area.city_code for area in areas_of(scenario.city)})
    if len(codes) > 1:
        raise InputError(
            "the region holds more than one city",
            where="city",
            value=scenario.city,
            allowed=f"the code of one city or county, such as {', '.join(codes[:3])}",
        )


@contextmanager
def naming(field: str) -> Iterator[None]:
    """Name the scenario's field in an error of a part that calls it something else."""
    try:
        yield
    except InputError as error:
        raise InputError(error.what, where=field, value=error.value, allowed=error.allowed) from None


def _policy(scenario: Scenario) -> None:
    date = datetime.date.fromisoformat(scenario.date)
    outside = scenario.policy_outside_validity
    check_policy(scenario.policy, scenario.city, date, date, where="policy", outside=outside)


def check_policy(
    name: str, city: str, first: datetime.date, last: datetime.date, *, where: str, outside: bool
) -> None:
    """Check that a policy is the city's and, unless said otherwise, in force on all of these days.

    Args:
        name: the policy.
        city: division code.
        first: the first day.
        last: the last day.
        where: the field.
        outside: whether it may be applied on other days.

    Raises:
        InputError: unknown, another region's, or not in force.
    """
    with naming(where):
        policy = load_policy(name)
    if not _covers(policy, city):
        fitting = [each for each in policy_names() if _covers(load_policy(each), city)]
        raise InputError(
            f"the policy is that of region {policy.region}, not of city {city}",
            where=where,
            value=name,
            allowed=", ".join(fitting) or "the .toml file of a policy of the city; no built-in one is",
        )
    until = policy.valid_until
    for date in (first, last):
        if not outside and not (policy.valid_from <= date and (until is None or date <= until)):
            raise InputError(
                f"the policy is not in force on {date}",
                where=where,
                value=name,
                allowed=f"a date from {policy.valid_from} to {until or 'now'},"
                " or policy_outside_validity = true",
            )


def _covers(policy: Policy, city: str) -> bool:
    """Whether the policy's region holds the city; a region younger than the table of areas holds none."""
    try:
        region = set(areas_of(policy.region))
    except InputError:
        return False
    return set(areas_of(city)) <= region


def clock_of(text: str, where: str) -> int:
    """Read a time of day.

    Raises:
        InputError: it is none; names the field.
    """
    try:
        if text.isascii():
            return parse_clock(text)
    except ValueError:
        pass
    raise InputError("not a time of day", where=where, value=text, allowed="HH:MM from 00:00 to 24:00")


def _places(scenario: Scenario) -> None:
    for name, place in scenario.places.items():
        where = f"places.{name}"
        opens_us, closes_us = (
            clock_of(place.opens, f"{where}.opens"),
            clock_of(place.closes, f"{where}.closes"),
        )
        if closes_us <= opens_us:
            raise InputError(
                f"closes at {place.closes}, before or when it opens at {place.opens}",
                where=f"{where}.closes",
                allowed=f"a time after {place.opens}",
            )
        if not place.stations:
            raise InputError("a place has at least one station", where=f"{where}.stations", value={})
        if place.count(scenario.people) >= PLACES_PER_KIND:
            raise InputError(
                f"{place.count(scenario.people)} places of a kind",
                where=f"{where}.per_100k",
                value=place.per_100k,
                allowed=f"fewer than {PLACES_PER_KIND} places for {scenario.people} people",
            )


def _services(scenario: Scenario) -> None:
    for name, service in scenario.services.items():
        where = f"services.{name}"
        if service.place not in scenario.places:
            raise unknown_name("place", service.place, list(scenario.places), where=f"{where}.place")
        if service.who.ages[0] > service.who.ages[1]:
            raise InputError("ages are not in order", where=f"{where}.who.ages", value=list(service.who.ages))
        if service.payer is not None:
            _payer(service.payer, f"{where}.payer")
        if not 1 <= len(service.stages) <= STAGES_PER_VISIT:
            raise InputError(
                f"{len(service.stages)} stages", where=f"{where}.stages", allowed=f"1 to {STAGES_PER_VISIT}"
            )
        for at, stage in enumerate(service.stages):
            _stage(scenario, service, stage, f"{where}.stages[{at}]")
            if stage.backend is not None:
                _back_end(scenario, service, stage.backend, where)


def _payer(payer: str, where: str) -> None:
    if re.fullmatch(r"subsidy-payer/[a-z0-9][a-z0-9-]{0,63}", payer) is None:
        raise InputError("not a payer of subsidies", where=where, value=payer, allowed="subsidy-payer/NAME")


def _stage(scenario: Scenario, service: Service, stage: Stage, where: str) -> None:
    stations = scenario.places[service.place].stations
    dialogues = load_dialogues()
    if stage.station is not None and stage.station not in stations:
        raise unknown_name("station", stage.station, list(stations), where=f"{where}.station")
    if stage.dialogue is not None and stage.dialogue not in dialogues:
        raise unknown_name("dialogue", stage.dialogue, list(dialogues), where=f"{where}.dialogue")
    if stage.station is None and (stage.dialogue or stage.backend):
        raise InputError("a card or a back end needs a station", where=where, allowed=", ".join(stations))


def _back_end(scenario: Scenario, service: Service, backend: BackEnd, where: str) -> None:
    """Check what a back end needs of its service and its place."""
    if backend in NEEDS_PRICE and service.price is None:
        raise InputError(f"{backend} needs a price", where=f"{where}.price")
    if backend == "subsidy-credit" and service.payer is None:
        raise InputError("a subsidy needs a payer", where=f"{where}.payer", allowed="subsidy-payer/NAME")
    if backend in INSURED and service.place not in INSTITUTION_KINDS:
        raise InputError(
            f"{backend} needs a medical institution",
            where=f"{where}.place",
            value=service.place,
            allowed=", ".join(INSTITUTION_KINDS),
        )
    account, fitting = scenario.places[service.place].account, ACCOUNTS.get(backend)
    if fitting is not None and account not in fitting:
        raise InputError(
            f"{backend} of {where} is not paid into this kind of account",
            where=f"places.{service.place}.account",
            value=account,
            allowed=", ".join(fitting),
        )


NEEDS_PRICE = (
    "bank-purchase",
    "subsidy-credit",
    "cash-withdrawal",
    "insured-settlement",
    "pharmacy-settlement",
)
INSURED = ("insured-registration", "insured-settlement", "pharmacy-settlement")
ACCOUNTS: dict[BackEnd, tuple[str, ...]] = {
    "bank-purchase": ("merchant", "transit-operator", "institution", "city-fiscal"),
    "cash-withdrawal": ("bank-vault",),
    "insured-registration": ("institution",),
    "insured-settlement": ("institution",),
    "pharmacy-settlement": ("institution",),
}
"""Back end → kinds of account that a place may have where it runs."""


def _stops(scenario: Scenario) -> None:
    if not 1 <= len(scenario.stops) <= MAXIMUM_STOPS:
        raise InputError(f"{len(scenario.stops)} stops", where="stops", allowed=f"1 to {MAXIMUM_STOPS}")
    offered: dict[str, str] = {}
    for name, stop in scenario.stops.items():
        where = f"stops.{name}"
        clock_of(stop.hour, f"{where}.hour")
        if stop.curve is not None and stop.curve not in _curves():
            raise unknown_name("hour curve", stop.curve, _curves(), where=f"{where}.curve")
        for service in stop.services:
            if service not in scenario.services:
                raise unknown_name("service", service, list(scenario.services), where=f"{where}.services")
            if service in offered:
                raise InputError(
                    "a service is offered at one stop only",
                    where=f"{where}.services.{service}",
                    value=service,
                    allowed=f"as it is at stops.{offered[service]}, or a service of another name",
                )
            offered[service] = name
        total = sum(entry.probability for entry in stop.services.values())
        if total > 1 + SUM_TOLERANCE:
            raise InputError(
                "the probabilities of a stop's services add up to more than 1",
                where=f"{where}.services",
                value=round(total, 6),
                allowed="0 to 1",
            )


def _curves() -> list[str]:
    prefix = "day.curve."
    names = (name.removeprefix(prefix) for name in facts.all_facts() if name.startswith(prefix))
    return [name for name in names if name != "edges"]


CHECKS: tuple[Callable[[Scenario], None], ...] = (
    _city,
    _policy,
    _places,
    _services,
    _stops,
    _population,
)
