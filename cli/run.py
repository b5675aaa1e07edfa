"""``onecard run``: run a scenario and leave a run folder with its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from onecard.bench.rows import peak_memory_mib
from onecard.cli.interruption import raise_if_interrupted
from onecard.cli.options import path_of, whole_number
from onecard.cli.output import print_json, print_run
from onecard.cli.progress import Stopwatch, progress_of
from onecard.reports import render_report
from onecard.scenarios import LoadedScenario, load_scenario
from onecard.scenarios.execution import Executed, execute
from onecard.scenarios.model import SEED_LIMIT, Scenario
from onecard.sim.people.arrangement import LARGEST
from onecard.sim.recording.run_folder import REPORT, new_run_folder
from onecard.sim.recording.settlement_summary import SettlementSummary
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = ("simpy",)


def run(
    scenario: Annotated[
        str, typer.Argument(help="A built-in name (see: onecard scenarios) or a .toml or .json file.")
    ],
    people: Annotated[
        str | None,
        typer.Option(metavar="N", help="How many people live in the city, or in all its cities together."),
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="The seed of the world.")] = None,
    profile: Annotated[str | None, typer.Option(help="A demand profile of the scenario.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Override a field: stops.park.hour=06:30. Repeatable."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="The engine: " + ", ".join(ENGINES) + ".")] = "simpy",
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="A new or empty folder; default: a new one in runs/.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Run a scenario: people, cards, terminals, institutions, tiers, money; then write the report."""
    if engine not in ENGINES:
        raise unknown_name("engine", engine, list(ENGINES), where="--engine")
    values: dict[str, object] = {}
    if people is not None:
        values["people"] = whole_number("--people", people, minimum=1, below=LARGEST + 1)
    if seed is not None:
        values["seed"] = whole_number("--seed", seed, minimum=0, below=SEED_LIMIT)
    target = path_of("--out", out, allowed="a new or empty folder") if out is not None else None
    loaded = load_scenario(scenario, overrides=overrides or (), profile=profile, values=values)
    target = target or _free_folder(loaded.scenario.name)
    watch = Stopwatch()
    with (
        new_run_folder(target) as partial,
        progress_of(f"{loaded.scenario.name}, {loaded.scenario.people:,} people", _unit(loaded)) as advance,
    ):
        done = execute(loaded, partial, engine=engine, progress=_stoppable(advance))
        report = render_report(done.summary, msgspec.to_builtins(done.manifest))
        (partial / REPORT).write_text(report, encoding="utf-8")
        raise_if_interrupted()
    performance = {
        "wall_s": round(watch.wall_s(), 2),
        "processor_s": round(watch.processor_s(), 2),
        "engine_s": round(done.engine_s, 2),
        "peak_memory_mib": round(peak_memory_mib()),
        **_rates(done),
        "events_per_s": round(done.summary.events / done.engine_s),
    }
    if as_json:
        print_json(
            {
                "run": str(target),
                "report": str(target / REPORT),
                "manifest": msgspec.to_builtins(done.manifest),
                "summary": msgspec.to_builtins(done.summary),
                "performance": performance,
            }
        )
    else:
        print_run(target, done.manifest, done.summary, performance)


def _unit(loaded: LoadedScenario) -> str:
    """Name what the progress counts."""
    return "APDUs" if isinstance(loaded.scenario, Scenario) else "treatments"


def _rates(done: Executed) -> dict[str, int]:
    """Return what the engine did in a second of wall time."""
    if isinstance(done.summary, SettlementSummary):
        return {"messages_per_s": round(done.summary.messages / done.engine_s)}
    return {"apdus_per_s": round(done.summary.apdus / done.engine_s)}


def _stoppable(advance: Callable[[float, int], None]) -> Callable[[float, int], None]:
    """Make the work stop at its next word of progress after a signal whose exception was lost."""

    def advance_or_stop(share: float, units: int) -> None:
        raise_if_interrupted()
        advance(share, units)

    return advance_or_stop


def _free_folder(name: str) -> Path:
    """Return the first folder ``runs/NAME``, ``runs/NAME-2``, … that does not exist yet."""
    number = 1
    while True:
        folder = Path("runs") / (name if number == 1 else f"{name}-{number}")
        if not folder.exists():
            return folder
        number += 1
