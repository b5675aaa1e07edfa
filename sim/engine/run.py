"""Running a city's day with SimPy, from midnight until the last person is at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy.core import Infinity

from onecard.sim.engine.city import City
from onecard.sim.engine.journeys import Journeys
from onecard.sim.errors import DefectError, InputError
from onecard.sim.units.time import DAY, HOUR, MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.engine.model import CityDay
    from onecard.sim.recording.recorder import Recorder

__all__ = ["run_city_day"]

SLICE = 10 * MINUTE
"""Progress is told after each slice of simulated time."""
LIMIT = DAY + 12 * HOUR
"""Nobody may still be out then: a load that does not drain is an error, not an endless run."""


def run_city_day(day: CityDay, seed: int, recorder: Recorder, progress: Callable[[float, int], None]) -> City:
    """Run one day of a city.

    Args:
        day: the model.
        seed: the world's seed.
        recorder: takes everything that happens; not closed here.
        progress: called with the share of the visits that have ended (0 to 1) and the APDUs so far.

    Returns:
        The city as the day left it, for questions that the record does not answer.

    Raises:
        InputError: the load of the scenario does not drain.
        DefectError: the books do not balance.
    """
    city = City(day, seed, recorder)
    journeys = Journeys(city, seed)
    _send_out(city, journeys)
    _step_through(city, lambda: progress(journeys.share_ended, city.card_use.apdus))
    _close(city)
    progress(1.0, city.card_use.apdus)
    return city


def _step_through(city: City, tell: Callable[[], None]) -> None:
    """Process events until none is left; tell the progress after each slice of the day."""
    env, slice_end_us = city.env, SLICE
    while (at_us := env.peek()) != Infinity:
        if at_us >= slice_end_us:
            if at_us > LIMIT:
                raise InputError(
                    "the load does not drain: people are still out",
                    value=clock(LIMIT),
                    allowed="fewer visits, more servers, or shorter services",
                )
            slice_end_us = (int(at_us) // SLICE + 1) * SLICE
            tell()
        env.step()


def _send_out(city: City, journeys: Journeys) -> None:
    """Plan everybody's day and start the journeys of those who go out."""
    for person in city.population:
        plan = city.planner.plan(person)
        city.recorder.people(
            person.index, person.card_version or "none", person.card_status, person.e_card, len(plan)
        )
        if plan:
            city.env.process(journeys.day_of(city.citizens.admit(person), plan))


def _close(city: City) -> None:
    """Record what the stations did, and audit the books."""
    for kind, places in city.places.items():
        for place in places:
            for name, station in place.stations.items():
                city.recorder.station(
                    kind,
                    place.name,
                    name,
                    station.servers,
                    max(place.closes_us, station.last_left_us) - place.opens_us,
                    station.busy_us,
                    station.served,
                    station.longest,
                )
    books = {"world": city.ledger} | {tier.address: tier.book.ledger for tier in city.tiers}
    for name, ledger in books.items():
        audit = ledger.audit()
        if not audit.clean:
            raise DefectError(
                f"the books of {name} do not balance: sum {audit.total_fen} fen, overdrawn {audit.overdrawn}"
            )
