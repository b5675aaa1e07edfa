"""Where a report comes from: the manifest's fields, and the command that makes the same run again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from onecard.reports.labels import Labels, calendar_date, number, same
from onecard.reports.texts import Words, join_words, text
from onecard.sim.recording.settlement_summary import SettlementSummary
from onecard.sim.recording.summary import Summary

__all__ = ["Fact", "command_line", "complete_command_line", "facts", "parameters", "settlement_facts"]

_ASKED_FOR = ("origin", "overrides")
"""Parameters that say how the scenario was put together, not what it says."""
_SCENARIO_FILE = "scenario.json"
"""The whole scenario in the run's folder, where the report stands, too."""


class Fact(NamedTuple):
    """One row of the provenance table; ``code`` is shown as such."""

    name: Words
    value: Words
    code: bool = False


def _toml(value: object) -> str:
    """Write a value as ``--set`` reads it: as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        entries = (f"{json.dumps(key, ensure_ascii=False)} = {_toml(entry)}" for key, entry in value.items())
        return "{ " + ", ".join(entries) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value)


def _leaves(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Walk down to the values; a table with dots in its keys is a value, as a path could not name them."""
    for key, value in tree.items():
        if isinstance(value, Mapping) and not any("." in inner for inner in value):
            yield from _leaves(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", value


def _tree(manifest: Mapping[str, object]) -> Mapping[str, object]:
    tree = manifest.get("parameters")
    return tree if isinstance(tree, Mapping) else {}


def parameters(manifest: Mapping[str, object]) -> list[tuple[str, str]]:
    """List the parameters of a run as ``path.to.field`` and value, both as ``--set`` takes them."""
    tree = {name: value for name, value in _tree(manifest).items() if name not in _ASKED_FOR}
    return [(name, _toml(value)) for name, value in _leaves(tree)]


def _overrides(manifest: Mapping[str, object]) -> list[str]:
    overrides = _tree(manifest).get("overrides")
    return [str(text) for text in overrides] if isinstance(overrides, list) else []


def command_line(manifest: Mapping[str, object]) -> str:
    """Write a command that makes the same run again.

    A built-in scenario without overrides is told by its name; any other by the scenario file of the run.
    """
    tree = _tree(manifest)
    if tree.get("origin") != "built-in" or _overrides(manifest):
        return complete_command_line(manifest)
    options = [
        word for name in ("profile", "people") if name in tree for word in (f"--{name}", str(tree[name]))
    ]
    return _command(manifest, str(manifest.get("scenario", "")), *options)


def complete_command_line(manifest: Mapping[str, object]) -> str:
    """Write the command that makes the same run again from its own scenario file, in the run's folder."""
    return _command(manifest, _SCENARIO_FILE)


def _command(manifest: Mapping[str, object], scenario: str, *options: str) -> str:
    last = ("--seed", str(manifest.get("seed", "")), "--engine", str(manifest.get("engine", "")))
    return shlex.join(["onecard", "run", scenario, *options, *last])


def facts(summary: Summary, manifest: Mapping[str, object], labels: Labels) -> list[Fact]:
    """List what a reader needs to trust and repeat the run of a city's day."""
    return _listed(summary, manifest, labels, Fact(text("prov.city"), labels(summary.city)))


def settlement_facts(
    summary: SettlementSummary, manifest: Mapping[str, object], labels: Labels
) -> list[Fact]:
    """List what a reader needs to trust and repeat the run of a settlement network."""
    cities = join_words([labels(city.city, "city") for city in summary.cities])
    return _listed(summary, manifest, labels, Fact(text("prov.cities"), cities))


def _listed(
    summary: Summary | SettlementSummary, manifest: Mapping[str, object], labels: Labels, places: Fact
) -> list[Fact]:
    def from_manifest(name: str) -> Fact:
        return Fact(text(f"prov.{name}"), same(manifest.get(name, "")), code=True)

    return [
        from_manifest("scenario"),
        from_manifest("scenario_sha256"),
        Fact(text("prov.profile"), labels(summary.profile)),
        places,
        Fact(text("prov.date"), calendar_date(summary.date)),
        from_manifest("seed"),
        from_manifest("engine"),
        from_manifest("version"),
        *(Fact(text("prov.override"), same(override), code=True) for override in _overrides(manifest)),
        Fact(text("prov.events"), number(summary.events)),
        Fact(text("prov.messages"), number(summary.messages)),
        from_manifest("results_sha256"),
    ]
