"""``onecard bench``: measure the project's budgets on this machine."""

from __future__ import annotations

import os
import platform
from typing import Annotated

import msgspec
import typer

from onecard.bench import BENCHMARKS, Row
from onecard.cli.output import print_json, say
from onecard.sim.validation import unknown_name

CHECK_FAILED = 1


def bench(
    name: Annotated[str, typer.Argument(help="Which benchmark: " + ", ".join(BENCHMARKS) + ".")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Measure, beside the budget. Exit code 1 if a budget is missed."""
    if name not in BENCHMARKS:
        raise unknown_name("benchmark", name, list(BENCHMARKS))
    rows = BENCHMARKS[name]()
    if as_json:
        print_json({"rows": [msgspec.to_builtins(row) for row in rows], "machine": _machine()})
    else:
        for row in rows:
            verdict = f"  budget {row.budget}: {'met' if row.met else 'MISSED'}" if row.budget else ""
            say(f"{row.name}: {row.value:,} {row.unit}{_beside(row)}{verdict}")
    if not all(row.met for row in rows):
        raise typer.Exit(CHECK_FAILED)


def _beside(row: Row) -> str:
    return f"; {row.peer}: {row.peer_value:,}, ratio {row.ratio:g}" if row.peer is not None else ""


def _machine() -> dict[str, object]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
