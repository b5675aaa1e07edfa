"""From a name or a path, a profile and ``--set`` overrides to a checked scenario.

One mechanism everywhere: an overlay is a tree of the same shape, merged key by key. The built-in catalogue
and places are the lowest layer, then the file that ``extends`` names, the file itself, the chosen profile,
the overrides. The digest is over the merged tree, so it says what was run, however it was put together.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.scenarios.checks import check_scenario
from onecard.scenarios.model import Scenario
from onecard.sim.errors import InputError
from onecard.sim.validation import convert, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LoadedScenario", "built_in_names", "load_scenario"]

Tree = dict[str, Any]

MAXIMUM_EXTENDS = 8
"""How many files may extend each other in a row."""


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A checked scenario, where it came from, and the digest of what it says."""

    scenario: Scenario
    origin: str
    sha256: str


def built_in_names() -> list[str]:
    """Return the names of the built-in scenarios, sorted."""
    folder = resources.files("onecard.scenarios") / "built_in"
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def load_scenario(
    name_or_path: str,
    *,
    overrides: Sequence[str] = (),
    profile: str | None = None,
    values: Mapping[str, object] | None = None,
) -> LoadedScenario:
    """Load, overlay and check a scenario.

    Args:
        name_or_path: a built-in name, or the path of a TOML file (ends in ``.toml`` or holds a slash).
        overrides: ``path.to.field=value`` strings, applied last.
        profile: demand profile; the scenario's own default if not given.
        values: top-level fields set by options of their own (``people``, ``seed``).

    Raises:
        InputError: unknown name, unreadable file, unknown or wrong field, contradiction between fields.
    """
    tree, origin = _read_with_bases(name_or_path)
    chosen = profile or _profile_of(overrides) or tree.get("profile")
    tree = _apply_profile(tree, chosen, origin)
    for override in overrides:
        _apply_override(tree, override)
    tree.update(values or {})
    scenario = convert(tree, Scenario, where="")
    check_scenario(scenario)
    return LoadedScenario(scenario=scenario, origin=origin, sha256=_digest(tree))


def _digest(tree: Tree) -> str:
    return hashlib.sha256(msgspec.json.encode(tree, order="sorted")).hexdigest()


def _read_with_bases(name_or_path: str) -> tuple[Tree, str]:
    layers: list[Tree] = []
    origin = ""
    current: str | None = name_or_path
    while current is not None:
        if len(layers) == MAXIMUM_EXTENDS:
            raise InputError(
                "too many files extend each other", where=name_or_path, allowed=str(MAXIMUM_EXTENDS)
            )
        layer, place = _read(current)
        origin = origin or place
        current = layer.pop("extends", None)
        layers.append(layer)
    merged: Tree = {
        "services": _read_resource("onecard.sim.services", "catalogue.toml"),
        "places": _read_resource("onecard.sim.places", "places.toml"),
    }
    for layer in reversed(layers):
        merged = merge(merged, layer)
    return merged, origin


def _read(name_or_path: str) -> tuple[Tree, str]:
    if name_or_path in built_in_names():
        return _read_resource("onecard.scenarios", "built_in", f"{name_or_path}.toml"), name_or_path
    path = Path(name_or_path)
    if not name_or_path.endswith(".toml") and "/" not in name_or_path:
        raise InputError(
            "unknown scenario",
            value=name_or_path,
            allowed=", ".join(built_in_names()) + ", or the path of a .toml file",
        )
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), str(path)
    except OSError as error:
        raise InputError(f"cannot read the scenario ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=str(path)) from error


def _read_resource(package: str, *parts: str) -> Tree:
    return tomllib.loads(resources.files(package).joinpath(*parts).read_text(encoding="utf-8"))


def merge(lower: Tree, upper: Mapping[str, Any]) -> Tree:
    """Lay ``upper`` over ``lower``: tables merge key by key, everything else is replaced."""
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        result[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _profile_of(overrides: Sequence[str]) -> str | None:
    chosen = [text.partition("=")[2].strip("\"'") for text in overrides if text.startswith("profile=")]
    return chosen[-1] if chosen else None


def _apply_profile(tree: Tree, profile: object, origin: str) -> Tree:
    profiles = tree.get("profiles", {})
    if not isinstance(profiles, dict) or not isinstance(profile, str) or profile not in profiles:
        known = list(profiles) if isinstance(profiles, dict) else []
        raise unknown_name("profile", str(profile), known, where=origin)
    overlay = profiles[profile]
    if not isinstance(overlay, dict):
        raise InputError("a profile is a table", where=f"profiles.{profile}", value=overlay)
    return merge(tree, {**overlay, "profile": profile})


def _apply_override(tree: Tree, override: str) -> None:
    path, equals, text = override.partition("=")
    if not equals or not path:
        raise InputError("--set wants path.to.field=value", where="--set", value=override)
    *tables, leaf = path.split(".")
    _check_names(tree, path.split("."), override)
    table: Any = tree
    walked: list[str] = []
    for step in tables:
        walked.append(step)
        table = table.setdefault(step, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            raise InputError("no such table", where="--set " + ".".join(walked), value=override)
    table[leaf] = _parse_value(text)


NAMED_TABLES = {"stops": "stop", "services": "service", "places": "place", "profiles": "profile"}
"""Tables whose keys are names: an override may change what a name stands for, but not invent a name."""


def _check_names(tree: Tree, path: list[str], override: str) -> None:
    table, name = tree.get(path[0]), path[1] if len(path) > 1 else None
    kind = NAMED_TABLES.get(path[0])
    if kind is None or name is None or not isinstance(table, dict) or name in table:
        return
    raise unknown_name(kind, f"{path[0]}.{name}", list(table), where=f"--set {override}")


def _parse_value(text: str) -> object:
    """Read a value as TOML does; what TOML does not know is a plain string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
