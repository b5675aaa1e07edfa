"""Executing a scenario: engine, record, summary, manifest, in one folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard import __version__
from onecard.scenarios.labels import labels_of
from onecard.scenarios.model import Scenario
from onecard.scenarios.settlement_labels import settlement_labels
from onecard.sim.engine.run import run_city_day
from onecard.sim.engine.settlement.run import run_settlement_network
from onecard.sim.recording.canonical import pretty, tree_of
from onecard.sim.recording.manifest import Manifest, sealed
from onecard.sim.recording.recorder import Recorder, SettlementRecorder, results_digest
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, SCENARIO, SUMMARY
from onecard.sim.recording.settlement_summarise import summarise_settlement
from onecard.sim.recording.summarise import summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from onecard.scenarios.loader import LoadedScenario
    from onecard.scenarios.model import AnyScenario, SettlementScenario
    from onecard.sim.recording.settlement_summary import SettlementSummary
    from onecard.sim.recording.summary import Summary
    from onecard.sim.recording.tables import ColumnDigests

__all__ = ["Executed", "execute"]

PARAMETERS_SHOWN = (
    "profile",
    "people",
    "date",
    "days",
    "city",
    "cities",
    "policy",
    "policy_outside_validity",
    "population",
    "behaviour",
    "network",
    "fund_opening_yuan",
    "prepayment_yuan",
    "demand",
    "tiers",
    "links",
    "outages",
    "recovery",
)
"""Parts of the scenario that the manifest repeats, where it has them; ``scenario.json`` has all of it."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A finished run."""

    manifest: Manifest
    summary: Summary | SettlementSummary
    engine_s: float
    """Wall time of the engine, for the rates that commands print; no result depends on it."""


def execute(
    loaded: LoadedScenario, folder: Path, *, engine: str, progress: Callable[[float, int], None]
) -> Executed:
    """Run a scenario and write event tables, summary, scenario and manifest.

    Args:
        loaded: the scenario.
        folder: an existing folder with a sub-folder ``events``.
        engine: name of the engine, for the manifest.
        progress: called with the share of the work that is done, and the units so far: APDUs of a city's day,
            treatments of a settlement network.
    """
    scenario = loaded.scenario
    started = time.perf_counter()
    tables = _run(scenario, folder / EVENTS, progress)
    engine_s = time.perf_counter() - started
    summary = _summarise(scenario, folder / EVENTS)
    encoded = pretty(summary)
    (folder / SUMMARY).write_bytes(encoded)
    (folder / SCENARIO).write_bytes(pretty(scenario, sort=True))
    manifest = _manifest(loaded, engine)
    manifest = sealed(manifest, results_digest(tables, encoded, manifest.provenance()))
    (folder / MANIFEST).write_bytes(pretty(manifest))
    return Executed(manifest=manifest, summary=summary, engine_s=engine_s)


def _run(
    scenario: AnyScenario, events: Path, progress: Callable[[float, int], None]
) -> Mapping[str, ColumnDigests]:
    """Run the engine; return the digests of the tables that it has written."""
    if isinstance(scenario, Scenario):
        recorder = Recorder(events)
        run_city_day(scenario, scenario.seed, recorder, progress)
        return recorder.close()
    settlements = SettlementRecorder(events)
    run_settlement_network(scenario, scenario.seed, settlements, progress)
    return settlements.close()


def _summarise(scenario: AnyScenario, events: Path) -> Summary | SettlementSummary:
    if isinstance(scenario, Scenario):
        return _day_summary(scenario, events)
    return _settlement_summary(scenario, events)


def _day_summary(scenario: Scenario, events: Path) -> Summary:
    return summarise(
        events,
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


def _settlement_summary(scenario: SettlementScenario, events: Path) -> SettlementSummary:
    return summarise_settlement(
        events,
        facts={
            "scenario": scenario.name,
            "profile": scenario.profile,
            "date": scenario.date,
            "days": scenario.days,
            "labels": settlement_labels(scenario),
        },
    )


def _manifest(loaded: LoadedScenario, engine: str) -> Manifest:
    """Say what is run and how it was asked for."""
    scenario = loaded.scenario
    shown = {name: tree_of(getattr(scenario, name)) for name in PARAMETERS_SHOWN if hasattr(scenario, name)}
    asked_for = {"origin": loaded.origin, "overrides": list(loaded.overrides)}
    return Manifest(
        scenario=scenario.name,
        scenario_sha256=loaded.sha256,
        seed=scenario.seed,
        engine=engine,
        version=__version__,
        parameters={**shown, **asked_for},
    )
