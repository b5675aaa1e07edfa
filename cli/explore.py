"""``onecard explore``: search faults of the settlement network, seed by seed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from onecard.cli.interruption import raise_if_interrupted
from onecard.cli.options import whole_number
from onecard.cli.output import print_json, say
from onecard.cli.progress import Stopwatch, progress_of
from onecard.sim.errors import InputError
from onecard.sim.explore import DEFECTS, FAULTS, SearchOptions, SearchResult, SeedOptions, search
from onecard.sim.explore.errands import MIX
from onecard.sim.explore.timeline import replay_command, timeline
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.explore.shrink import Shrunk

FOUND = 1
LARGEST_SEED = 10**9
LARGEST_SETTLEMENTS = 10_000
LARGEST_WORKERS = 256
_ROUTES = {"local": "local", "province": "in the province", "nation": "across provinces"}


def explore(
    seeds: Annotated[
        str | None, typer.Option(metavar="N", help="How many seeds at most; default 100.")
    ] = None,
    faults: Annotated[
        str, typer.Option(metavar="NAMES", help="Faults, with commas: " + ", ".join(FAULTS) + "; or all.")
    ] = "all",
    first: Annotated[str | None, typer.Option(metavar="SEED", help="The first seed; default 0.")] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Processes; default: one per processor.")
    ] = None,
    settlements: Annotated[
        str | None, typer.Option(metavar="N", help="Visits of a seed, which settle once or more; default 40.")
    ] = None,
    defect: Annotated[
        str, typer.Option(metavar="NAME", help="Break the tiers in one way: " + ", ".join(DEFECTS) + ".")
    ] = "",
    replay: Annotated[
        str | None, typer.Option(metavar="SEED", help="Run one seed alone and show its timeline.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Break the settlement network in every way there is, heal it, and hold the books against each other.

    Exit code 1 if a seed fails; then the failing seed with the fewest events is made small and shown.
    """
    options = SearchOptions(
        seeds=whole_number("--seeds", seeds or "100", minimum=1, below=LARGEST_SEED),
        first=whole_number("--first", first or "0", minimum=0, below=LARGEST_SEED),
        workers=_workers(workers),
        seed_options=SeedOptions(
            faults=_faults(faults),
            settlements=whole_number(
                "--settlements", settlements or "40", minimum=1, below=LARGEST_SETTLEMENTS + 1
            ),
            defect=_defect(defect),
        ),
    )
    if replay is not None:
        _refuse_beside_replay(seeds=seeds, first=first, workers=workers)
        seed = whole_number("--replay", replay, minimum=0, below=2 * LARGEST_SEED)
        options = msgspec.structs.replace(options, seeds=1, first=seed, workers=1)
    watch = Stopwatch()
    title = f"{options.seeds:,} seeds, {options.seed_options.settlements:,} visits each"
    with progress_of(title, "settlements") as advance:
        result = search(options, _stoppable(advance))
    wall_s = watch.wall_s()
    if as_json:
        print_json(_document(result, options, wall_s))
    else:
        _print(result, options, wall_s)
    if not result.clean:
        raise typer.Exit(FOUND)


def _workers(text: str | None) -> int:
    if text is None:
        return os.cpu_count() or 1
    return whole_number("--workers", text, minimum=1, below=LARGEST_WORKERS + 1)


def _faults(text: str) -> tuple[str, ...]:
    if text == "all":
        return tuple(FAULTS)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in FAULTS:
            raise unknown_name("fault", name, [*FAULTS, "all"], where="--faults")
    return tuple(name for name in FAULTS if name in names)


def _defect(name: str) -> str:
    if name and name not in DEFECTS:
        raise unknown_name("defect", name, list(DEFECTS), where="--defect")
    return name


def _refuse_beside_replay(**given: str | None) -> None:
    for option, text in given.items():
        if text is not None:
            raise InputError(
                "a replay is of one seed", where=f"--{option}", value=text, allowed="--replay alone"
            )


def _stoppable(advance: Callable[[float, int], None]) -> Callable[[float, int], None]:
    """Make the search stop at its next seed after a signal whose exception was lost."""

    def advance_or_stop(share: float, settlements: int) -> None:
        raise_if_interrupted()
        advance(share, settlements)

    return advance_or_stop


# ---- what is printed


def _document(result: SearchResult, options: SearchOptions, wall_s: float) -> dict[str, object]:
    command = replay_command(result.fastest.seed, options.seed_options) if result.fastest else None
    return {
        **msgspec.to_builtins(result),
        "clean": result.clean,
        "replay": command,
        "first": options.first,
        "visits_per_seed": options.seed_options.settlements,
        "defect": options.seed_options.defect or None,
        "mix_percent": {f"{kind}, {_ROUTES[route]}": share for (kind, route), share in MIX.items()},
        "wall_s": round(wall_s, 2),
        "workers": options.workers,
    }


def _print(result: SearchResult, options: SearchOptions, wall_s: float) -> None:
    figures = _figures(result, wall_s)
    width = max(map(len, figures))
    for name, value in figures.items():
        say(f"{name:<{width}}  {value}")
    if result.fastest is None:
        say("clean: every settlement in force once, at every tier of its route; all books agree")
        return
    say(f"\n{len(result.failed):,} of {result.seeds:,} seeds failed")
    _print_small(result.fastest, options)


def _figures(result: SearchResult, wall_s: float) -> dict[str, str]:
    injected = sum(result.injected.values())
    each = ", ".join(f"{name} {count:,}" for name, count in result.injected.items())
    rate = result.settlements / max(wall_s, 1e-9)
    return {
        "seeds": f"{result.seeds:,}",
        "settlements": f"{result.settlements:,}, in force in the end {result.in_force:,}",
        "visits": ", ".join(f"{kind} {_ROUTES[route]} {share} %" for (kind, route), share in MIX.items()),
        "messages": f"{result.messages:,}",
        "faults": f"{injected:,}: {each}" if injected else "none",
        "uncertain results": f"{result.uncertain:,}",
        "reversals": f"{result.reversals:,}",
        "crashes": f"{result.crashes:,}",
        "refusals": ", ".join(f"{name} {count:,}" for name, count in result.refusals.items()) or "none",
        "slowest healing": f"{result.slowest_healing_us / 1e6:.0f} s",
        "fen lost": f"{result.lost_fen:,}",
        "fen doubled": f"{result.doubled_fen:,}",
        "not reconciled": f"{result.differences:,}",
        "time": f"{wall_s:.1f} s, {rate:,.0f} settlements/s",
    }


def _print_small(small: Shrunk, options: SearchOptions) -> None:
    """Print a failing seed: what it found, and how it comes to that."""
    say(f"seed {small.seed} is the fastest of them; it found:")
    for finding in small.findings:
        say(f"  {finding}")
    say(
        f"made small in {small.runs} runs: {len(small.visits)} of {options.seed_options.settlements} visits,"
        f" {len(small.injections)} injections ({', '.join(small.injections) or 'none'})"
    )
    for line in timeline(small.result.timeline):
        say(line)
    say(f"replay: {replay_command(small.seed, options.seed_options)}")
