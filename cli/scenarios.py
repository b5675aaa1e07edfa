"""``onecard scenarios``: what can be run."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from onecard.cli.output import print_json
from onecard.scenarios import built_in_names, load_scenario
from onecard.scenarios.model import json_schema


def scenarios(
    name: Annotated[str | None, typer.Argument(help="Show one scenario in full.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """List the built-in scenarios, show one, or print the schema of scenario files."""
    if schema:
        print_json(json_schema())
        return
    if name is not None:
        print_json(msgspec.to_builtins(load_scenario(name).scenario))
        return
    loaded = [load_scenario(each).scenario for each in built_in_names()]
    if as_json:
        print_json(
            [
                {
                    "name": each.name,
                    "title": msgspec.to_builtins(each.title),
                    "description": msgspec.to_builtins(each.description),
                    "profiles": sorted(each.profiles),
                    "profile": each.profile,
                    "people": each.people,
                    "seed": each.seed,
                }
                for each in loaded
            ]
        )
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "profiles (default first)", "what"):
        table.add_column(heading)
    for each in loaded:
        others = sorted(set(each.profiles) - {each.profile})
        table.add_row(
            each.name, ", ".join([each.profile, *others]), f"{each.description.en}\n{each.description.zh}"
        )
    Console(highlight=False).print(table)
