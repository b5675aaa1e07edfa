"""Running a city's day with SimPy, from midnight until the last person is at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.engine.city import City
from onecard.sim.engine.journeys import Journeys
from onecard.sim.errors import DefectError
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
PLANNING_SHARE = 0.05
"""Share of the whole work that planning everybody's day takes, for the progress."""


def run_city_day(
    day: CityDay, seed: int, recorder: Recorder, progress: Callable[[float, int], None]
) -> City:
    """Run one day of a city.

    Args:
        day: the model.
        seed: the world's seed.
        recorder: takes everything that happens; not closed here.
        progress: called with the share done (0 to 1) and the APDUs so far.

    Returns:
        The city as the day left it, for questions that the record does not answer.

    Raises:
        DefectError: the day does not end, or the ledger does not sum to zero.
    """
    city = City(day, seed, recorder)
    _send_out(city, Journeys(city, seed))
    until_us = 0
    while city.env.peek() != float("inf"):
        until_us += SLICE
        if until_us > LIMIT:
            raise DefectError(f"people are still out at {clock(LIMIT)}; the load of this scenario does not drain")
        city.env.run(until=until_us)
        share = PLANNING_SHARE + (1 - PLANNING_SHARE) * min(until_us / DAY, 1.0)
        progress(share, city.card_use.apdus)
    _close(city)
    progress(1.0, city.card_use.apdus)
    return city


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
                    place.closes_us - place.opens_us,
                    station.busy_us,
                    station.served,
                    station.longest,
                )
    audit = city.ledger.audit()
    if not audit.clean:
        raise DefectError(f"the books do not balance: sum {audit.total_fen} fen, overdrawn {audit.overdrawn}")
