"""``onecard bench``: measure the project's budgets on this machine."""

from __future__ import annotations

import os
import platform
from functools import partial
from typing import Annotated

import msgspec
import typer

from onecard.bench import BENCHMARKS, Row
from onecard.cli.options import whole_number
from onecard.cli.output import print_json, say
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name

CHECK_FAILED = 1
LARGEST = {"apdus": 10**10, "workers": 256, "connections": 500, "settlements": 10**6}
SIZES = {"fuzz": ("apdus", "workers"), "settlement": ("connections", "settlements")}
"""Benchmark → the options that say how much it does."""


def bench(
    name: Annotated[str, typer.Argument(help="Which benchmark: " + ", ".join(BENCHMARKS) + ".")] = "",
    apdus: Annotated[
        str | None, typer.Option(metavar="N", help="fuzz: how many APDUs; default 300000.")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="fuzz: how many processes; default 1.")
    ] = None,
    connections: Annotated[
        str | None, typer.Option(metavar="N", help="settlement: how many at once; default 32.")
    ] = None,
    settlements: Annotated[
        str | None, typer.Option(metavar="N", help="settlement: how many per round; default 10000.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Measure, beside the budget. Exit code 1 if a budget is missed."""
    if name not in BENCHMARKS:
        raise unknown_name("benchmark", name, list(BENCHMARKS))
    sizes = _size(name, apdus=apdus, workers=workers, connections=connections, settlements=settlements)
    rows = partial(BENCHMARKS[name], **sizes)()
    if as_json:
        print_json({"rows": [msgspec.to_builtins(row) for row in rows], "machine": _machine()})
    else:
        for row in rows:
            verdict = f"  budget {row.budget}: {'met' if row.met else 'MISSED'}" if row.budget else ""
            say(f"{row.name}: {row.value:,} {row.unit}{_beside(row)}{verdict}")
    if not all(row.met for row in rows):
        raise typer.Exit(CHECK_FAILED)


def _size(name: str, **given: str | None) -> dict[str, int]:
    """Read the options that say how much to do, which only some benchmarks have."""
    sizes = {}
    for option, text in given.items():
        if text is None:
            continue
        owner = next(each for each, options in SIZES.items() if option in options)
        if name != owner:
            raise InputError(
                f"only {owner} has this", where=f"--{option}", value=text, allowed=f"onecard bench {owner}"
            )
        sizes[option] = whole_number(f"--{option}", text, minimum=1, below=LARGEST[option] + 1)
    return sizes


def _beside(row: Row) -> str:
    return f"; {row.peer}: {row.peer_value:,}, ratio {row.ratio:g}" if row.peer is not None else ""


def _machine() -> dict[str, object]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
