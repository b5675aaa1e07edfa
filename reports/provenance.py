"""Where a report comes from: the manifest's fields, and the command that makes the same run again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from onecard.reports.labels import Labels, calendar_date, number, same
from onecard.reports.texts import Words, text
from onecard.sim.recording.summary import Summary

__all__ = ["Fact", "command_line", "complete_command_line", "facts", "parameters"]

_OPTIONS = ("profile", "people")
"""Parameters that have options of their own."""


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


def parameters(manifest: Mapping[str, object]) -> list[tuple[str, str]]:
    """List the parameters of a run as ``path.to.field`` and value, both as ``--set`` takes them."""
    tree = manifest.get("parameters")
    return [(name, _toml(value)) for name, value in _leaves(tree)] if isinstance(tree, Mapping) else []


def _command(manifest: Mapping[str, object]) -> list[str]:
    parts = ["onecard", "run", str(manifest.get("scenario", ""))]
    tree = manifest.get("parameters")
    options = tree if isinstance(tree, Mapping) else {}
    for name in _OPTIONS:
        if name in options:
            parts += [f"--{name}", str(options[name])]
    return [*parts, "--seed", str(manifest.get("seed", "")), "--engine", str(manifest.get("engine", ""))]


def command_line(manifest: Mapping[str, object]) -> str:
    """Write the command that makes the same run again, if no ``--set`` was used."""
    return shlex.join(_command(manifest))


def complete_command_line(manifest: Mapping[str, object]) -> str:
    """Write the same with every parameter spelt out, one a line."""
    lines = [shlex.join(_command(manifest))]
    for name, value in parameters(manifest):
        if name not in _OPTIONS:
            lines.append("  --set " + shlex.quote(f"{name}={value}"))
    return " \\\n".join(lines)


def facts(summary: Summary, manifest: Mapping[str, object], labels: Labels) -> list[Fact]:
    """List what a reader needs to trust and repeat the run."""

    def from_manifest(name: str) -> Fact:
        return Fact(text(f"prov.{name}"), same(manifest.get(name, "")), code=True)

    return [
        from_manifest("scenario"),
        from_manifest("scenario_sha256"),
        Fact(text("prov.profile"), labels(summary.profile)),
        Fact(text("prov.city"), labels(summary.city)),
        Fact(text("prov.date"), calendar_date(summary.date)),
        from_manifest("seed"),
        from_manifest("engine"),
        from_manifest("version"),
        Fact(text("prov.events"), number(summary.events)),
        Fact(text("prov.messages"), number(summary.messages)),
        from_manifest("results_sha256"),
    ]
