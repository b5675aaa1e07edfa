"""What a scenario must satisfy beyond the types of its fields: names that exist, times in order, sums.

Each check is a function over the scenario that raises for the first contradiction it finds and names the
field by its path, so that the same path works in the file and in ``--set``.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from onecard.sim import facts
from onecard.sim.engine.city import make_population
from onecard.sim.errors import InputError
from onecard.sim.people.counties import areas_of
from onecard.sim.settlement.benefit import load_policy
from onecard.sim.terminals import load_dialogues
from onecard.sim.units.time import parse_clock
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.scenarios.model import Scenario
    from onecard.sim.services import Service

__all__ = ["CHECKS", "check_scenario"]

INSURANCE_KINDS = ("employee", "retired", "resident", "none")
FACES = ("auto", "contact", "contactless")
SUM_TOLERANCE = 1e-9


def check_scenario(scenario: Scenario) -> None:
    """Run every check.

    Raises:
        InputError: the first contradiction found.
    """
    for check in CHECKS:
        check(scenario)


def _date(scenario: Scenario) -> None:
    try:
        datetime.date.fromisoformat(scenario.date)
    except ValueError:
        raise InputError("not a date", where="date", value=scenario.date, allowed="YYYY-MM-DD") from None


def _seed(scenario: Scenario) -> None:
    if not 0 <= scenario.seed < 1 << 63:
        raise InputError("out of range", where="seed", value=scenario.seed, allowed="0 to 2**63 - 1")


def _population(scenario: Scenario) -> None:
    make_population(scenario, scenario.seed)


def _city(scenario: Scenario) -> None:
    codes = sorted({area.city_code for area in areas_of(scenario.city)})
    if len(codes) > 1:
        raise InputError(
            "the region holds more than one city",
            where="city",
            value=scenario.city,
            allowed=f"the code of one city or county, such as {', '.join(codes[:3])}",
        )


def _policy(scenario: Scenario) -> None:
    load_policy(scenario.policy)


def _clock(text: str, where: str) -> int:
    try:
        return parse_clock(text)
    except ValueError as error:
        raise InputError(str(error), where=where, allowed="HH:MM from 00:00 to 24:00") from None


def _places(scenario: Scenario) -> None:
    for name, place in scenario.places.items():
        where = f"places.{name}"
        opens_us, closes_us = _clock(place.opens, f"{where}.opens"), _clock(place.closes, f"{where}.closes")
        if closes_us <= opens_us:
            raise InputError(
                f"closes at {place.closes}, before or when it opens at {place.opens}",
                where=f"{where}.closes",
                allowed=f"a time after {place.opens}",
            )
        for station, details in place.stations.items():
            if details.face not in FACES:
                raise unknown_name(
                    "face", details.face, list(FACES), where=f"{where}.stations.{station}.face"
                )


def _services(scenario: Scenario) -> None:
    for name, service in scenario.services.items():
        where = f"services.{name}"
        if service.place not in scenario.places:
            raise unknown_name("place", service.place, list(scenario.places), where=f"{where}.place")
        if service.who.ages[0] > service.who.ages[1]:
            raise InputError("ages are not in order", where=f"{where}.who.ages", value=list(service.who.ages))
        for kind in service.who.insurance:
            if kind not in INSURANCE_KINDS:
                raise unknown_name(
                    "insurance kind", kind, list(INSURANCE_KINDS), where=f"{where}.who.insurance"
                )
        _stages(scenario, service, where)


def _stages(scenario: Scenario, service: Service, where: str) -> None:
    stations = scenario.places[service.place].stations
    dialogues = load_dialogues()
    if not service.stages:
        raise InputError("a service has at least one stage", where=f"{where}.stages", value=[])
    for at, stage in enumerate(service.stages):
        here = f"{where}.stages[{at}]"
        if stage.station is not None and stage.station not in stations:
            raise unknown_name("station", stage.station, list(stations), where=f"{here}.station")
        if stage.dialogue is not None and stage.dialogue not in dialogues:
            raise unknown_name("dialogue", stage.dialogue, list(dialogues), where=f"{here}.dialogue")
        if stage.station is None and (stage.dialogue or stage.backend):
            raise InputError("a card or a back end needs a station", where=here, allowed=", ".join(stations))
        if stage.backend in NEEDS_PRICE and service.price is None:
            raise InputError(f"{stage.backend} needs a price", where=f"{where}.price")
        if stage.backend == "subsidy-credit" and service.payer is None:
            raise InputError("a subsidy needs a payer", where=f"{where}.payer", allowed="subsidy-payer/NAME")


NEEDS_PRICE = (
    "bank-purchase",
    "subsidy-credit",
    "cash-withdrawal",
    "insured-settlement",
    "pharmacy-settlement",
)


def _stops(scenario: Scenario) -> None:
    for name, stop in scenario.stops.items():
        where = f"stops.{name}"
        _clock(stop.hour, f"{where}.hour")
        if stop.curve is not None and stop.curve not in _curves():
            raise unknown_name("hour curve", stop.curve, _curves(), where=f"{where}.curve")
        for service in stop.services:
            if service not in scenario.services:
                raise unknown_name("service", service, list(scenario.services), where=f"{where}.services")
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
    _date,
    _seed,
    _city,
    _policy,
    _places,
    _services,
    _stops,
    _population,
)
