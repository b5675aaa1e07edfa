"""What a person means to do today: a pure function of (scenario, seed, person).

At each stop one draw decides which of its services the person goes to, if any, and another when. Streams
are named by the stop, so adding a stop or changing one's probabilities leaves the other stops' draws alone.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from onecard.sim import facts
from onecard.sim.draws import Stream
from onecard.sim.units.time import HOUR, MINUTE, from_seconds, parse_clock

if TYPE_CHECKING:
    from onecard.sim.engine.model import CityDay, Stop
    from onecard.sim.people import Person
    from onecard.sim.places import PlaceKind
    from onecard.sim.services import Service

__all__ = ["DayPlanner", "HourCurve", "PlannedVisit"]

LAST_ADMISSION = 30 * MINUTE
"""People who know the opening hours come at least this long before closing [assumption]."""
FIRST_HOUR = 60 * MINUTE
"""Who would have come too early or too late comes within the first or last hour instead [assumption]."""
SPREAD_LIMIT = 2.5
"""Arrivals around a stop's hour stay within this many standard deviations [assumption]."""


@dataclass(frozen=True, slots=True, order=True)
class PlannedVisit:
    """One intended visit."""

    planned_us: int
    stop: str
    service: str


class DayPlanner:
    """Plans the days of people.

    Args:
        day: the scenario's day.
        seed: the world's seed.
    """

    def __init__(self, day: CityDay, seed: int) -> None:
        self._day = day
        self._stops = [_StopPlanner(name, stop, day, seed) for name, stop in day.stops.items()]

    def plan(self, person: Person) -> list[PlannedVisit]:
        """Return the person's visits in the order of time; empty for somebody who stays at home."""
        return sorted(visit for stop in self._stops if (visit := stop.plan(person)) is not None)


class _StopPlanner:
    """Whether, where to and when a person goes at one stop."""

    def __init__(self, name: str, stop: Stop, day: CityDay, seed: int) -> None:
        self._name = name
        self._goes = Stream(seed, f"day/goes/{name}")
        self._when = Stream(seed, f"day/when/{name}")
        self._shift = Stream(seed, f"day/shift/{name}")
        self._hour_us = parse_clock(stop.hour)
        self._spread_s = stop.spread_minutes * 60.0
        self._curve = HourCurve(stop.curve) if stop.curve else None
        self._services = [
            (
                service,
                entry.probability,
                day.services[service],
                _opening(day.places[day.services[service].place]),
            )
            for service, entry in stop.services.items()
            if entry.probability > 0
        ]

    def plan(self, person: Person) -> PlannedVisit | None:
        draw = self._goes.uniform(person.index)
        for name, probability, service, opening in self._services:
            if draw < probability:
                if not _may_want(service, person):
                    return None
                return PlannedVisit(self._arrival_us(person.index, opening), self._name, name)
            draw -= probability
        return None

    def _arrival_us(self, person: int, opening: tuple[int, int]) -> int:
        if self._curve is not None:
            wanted_us = self._curve.at(self._when.uniform(person))
        else:
            deviation = max(-SPREAD_LIMIT, min(SPREAD_LIMIT, self._when.normal(person)))
            wanted_us = self._hour_us + from_seconds(self._spread_s * deviation)
        opens_us, last_us = opening
        if wanted_us < opens_us:
            return min(opens_us + int(self._shift.uniform(person) * FIRST_HOUR), last_us)
        if wanted_us > last_us:
            return max(last_us - int(self._shift.uniform(person) * FIRST_HOUR), opens_us)
        return wanted_us


def _opening(place: PlaceKind) -> tuple[int, int]:
    opens_us, closes_us = parse_clock(place.opens), parse_clock(place.closes)
    return opens_us, max(opens_us, closes_us - LAST_ADMISSION)


def _may_want(service: Service, person: Person) -> bool:
    """Whether the service is for this person; nobody without any credential goes where only that counts."""
    who = service.who
    if not who.ages[0] <= person.age <= who.ages[1]:
        return False
    if who.insurance and person.insurance not in who.insurance:
        return False
    return service.fallback != "turned-away" or person.card_version is not None


class HourCurve:
    """Arrivals by one of the hour curves of world.md §6.2, uniform inside each bin."""

    def __init__(self, name: str) -> None:
        self._edges = facts.values("day.curve.edges")
        self._cumulative = list(accumulate(facts.values(f"day.curve.{name}")))

    def at(self, uniform: float) -> int:
        """Return the time of day at this quantile, in microseconds."""
        target = uniform * self._cumulative[-1]
        at = min(bisect_right(self._cumulative, target), len(self._cumulative) - 1)
        below = self._cumulative[at - 1] if at else 0.0
        inside = (target - below) / (self._cumulative[at] - below)
        start, end = self._edges[at], self._edges[at + 1]
        return int((start + inside * (end - start)) * HOUR)
