"""``onecard scenarios``: what can be run."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from onecard.cli.output import print_json, say
from onecard.scenarios import LoadedScenario, built_in_names, load_scenario
from onecard.scenarios.schema import file_schema


def scenarios(
    name: Annotated[
        str | None, typer.Argument(help="Show one scenario in full, as a run leaves it in scenario.json.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """List the built-in scenarios, show one, or print the schema of scenario files."""
    if schema:
        print_json(file_schema())
    elif name is not None:
        print_json(load_scenario(name).scenario)
    elif as_json:
        print_json([_entry(load_scenario(each)) for each in built_in_names()])
    else:
        for each in built_in_names():
            _describe(load_scenario(each))


def _entry(loaded: LoadedScenario) -> dict[str, object]:
    shown = ("name", "title", "description", "profile", "people", "seed")
    fields = {field: msgspec.to_builtins(getattr(loaded.scenario, field)) for field in shown}
    return {**fields, "profiles": sorted(loaded.profiles)}


def _describe(loaded: LoadedScenario) -> None:
    """Print name and particulars on lines of their own, so that no width cuts the name."""
    scenario = loaded.scenario
    others = sorted(set(loaded.profiles) - {scenario.profile})
    say(scenario.name)
    say(f"  {scenario.description.en}")
    say(f"  {scenario.description.zh}")
    say(f"  profiles (default first): {', '.join([scenario.profile, *others])}")
