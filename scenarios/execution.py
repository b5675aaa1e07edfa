"""Executing a scenario: engine, record, summary, manifest, in one folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from onecard import __version__
from onecard.scenarios.labels import labels_of
from onecard.sim.engine.run import run_city_day
from onecard.sim.recording.recorder import Recorder, results_digest
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, SUMMARY, Manifest
from onecard.sim.recording.summarise import summarise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onecard.scenarios.loader import LoadedScenario
    from onecard.sim.recording.summary import Summary

__all__ = ["Executed", "execute"]

PARAMETERS_SHOWN = ("profile", "people", "date", "city", "policy", "population", "behaviour", "network")
"""Parts of the scenario that the manifest repeats in full; the digest covers all of it."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A finished run."""

    manifest: Manifest
    summary: Summary
    engine_s: float
    """Wall time of the engine, for the rates that commands print; no result depends on it."""


def execute(
    loaded: LoadedScenario, folder: Path, *, engine: str, progress: Callable[[float, int], None]
) -> Executed:
    """Run a scenario and write event tables, summary and manifest.

    Args:
        loaded: the scenario.
        folder: an existing folder with a sub-folder ``events``.
        engine: name of the engine, for the manifest.
        progress: called with the share of the visits that have ended, and the APDUs so far.
    """
    scenario = loaded.scenario
    started = time.perf_counter()
    recorder = Recorder(folder / EVENTS)
    run_city_day(scenario, scenario.seed, recorder, progress)
    tables = recorder.close()
    engine_s = time.perf_counter() - started
    summary = summarise(
        folder / EVENTS,
        facts={
            "scenario": scenario.name,
            "profile": scenario.profile,
            "date": scenario.date,
            "city": scenario.city,
            "labels": labels_of(scenario),
            "stop_by_service": {
                service: name for name, stop in scenario.stops.items() for service in stop.services
            },
            "stop_hours": {name: stop.hour for name, stop in scenario.stops.items()},
        },
    )
    encoded = _pretty(summary)
    (folder / SUMMARY).write_bytes(encoded)
    manifest = Manifest(
        scenario=scenario.name,
        scenario_sha256=loaded.sha256,
        seed=scenario.seed,
        engine=engine,
        version=__version__,
        parameters={name: msgspec.to_builtins(getattr(scenario, name)) for name in PARAMETERS_SHOWN},
        results_sha256=results_digest(tables, encoded),
    )
    (folder / MANIFEST).write_bytes(_pretty(manifest))
    return Executed(manifest=manifest, summary=summary, engine_s=engine_s)


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
