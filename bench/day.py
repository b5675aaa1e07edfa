"""How long a city's day takes, with every APDU executed and every message handled."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from onecard.bench.rows import Row, at_most, peak_memory_mib
from onecard.scenarios import load_scenario
from onecard.sim.engine.run import run_city_day
from onecard.sim.recording.recorder import Recorder

if TYPE_CHECKING:
    from onecard.sim.engine.city import City

__all__ = ["day_rows"]

PEOPLE = 10_000
SECONDS_BUDGET = 60
"""Processor seconds on one core, architecture §9."""


def day_rows() -> list[Row]:
    """Run the day of 10 000 people without writing it, and measure."""
    scenario = load_scenario("daily-card-usage", values={"people": PEOPLE}).city_day
    recorder = Recorder()
    started = time.process_time()
    city: City = run_city_day(scenario, scenario.seed, recorder, lambda _share, _apdus: None)
    seconds = time.process_time() - started
    events = sum(table.rows for table in recorder.close().values())
    apdus = city.card_use.apdus
    return [
        at_most(f"city day, {PEOPLE:,} people", round(seconds, 2), "s", SECONDS_BUDGET),
        _figure("APDUs of the day, per second", round(apdus / seconds), "APDU/s"),
        _figure("events of the day, per second", round(events / seconds), "events/s"),
        _figure("peak memory", round(peak_memory_mib()), "MiB"),
    ]


def _figure(name: str, value: float, unit: str) -> Row:
    return Row(name=name, value=value, unit=unit, budget="", met=True)
