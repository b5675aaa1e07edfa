"""From a name or a path, a profile and ``--set`` overrides to a checked scenario.

One mechanism everywhere: an overlay is a tree of the same shape, merged key by key. What a kind of scenario
has without saying it (a city's day: the catalogue, the places and the people of the world) is the lowest
layer, then the file that ``extends`` names, the file itself, the chosen profile; an override replaces one
field. The digest is over the checked scenario, defaults
spelt out, so it says what is run, however it was put together.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.scenarios.files import Tree, built_in_names, read_layers
from onecard.scenarios.kinds import Kind, kind_of_layers
from onecard.scenarios.model import AnyScenario, Scenario
from onecard.scenarios.overrides import Override, apply, parse_override
from onecard.sim.errors import InputError
from onecard.sim.quantities import Name
from onecard.sim.recording.canonical import digest_of
from onecard.sim.validation import convert, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LoadedScenario", "load_scenario", "merge"]

YEARS = (2000, 2100)
"""Years for which the population has ages."""


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A checked scenario and how it was put together."""

    scenario: AnyScenario
    origin: str
    """``"built-in"`` or ``"file"``."""
    overrides: tuple[str, ...]
    profiles: tuple[str, ...]
    """Names of the demand profiles that could have been chosen."""
    sha256: str
    """Of the scenario's canonical JSON."""

    @property
    def city_day(self) -> Scenario:
        """The scenario, where it has to be a city's day.

        Raises:
            InputError: it is of another kind.
        """
        if not isinstance(self.scenario, Scenario):
            raise InputError("not a city's day", where="kind", value=self.scenario.kind, allowed="city-day")
        return self.scenario


def load_scenario(
    name_or_path: str,
    *,
    overrides: Sequence[str] = (),
    profile: str | None = None,
    values: Mapping[str, object] | None = None,
) -> LoadedScenario:
    """Load, overlay and check a scenario.

    Args:
        name_or_path: a built-in name, or the path of a TOML or JSON file (ends in ``.toml`` or ``.json``, or
            holds a slash).
        overrides: ``path.to.field=value`` strings, applied last.
        profile: demand profile; the scenario's own default if not given.
        values: top-level fields set by options of their own (``people``, ``seed``).

    Raises:
        InputError: unknown name, unreadable file, unknown or wrong field, contradiction between fields.
    """
    given = dict(values or {}) | ({"profile": profile} if profile is not None else {})
    layers = read_layers(name_or_path)
    kind = kind_of_layers(layers)
    parsed = [parse_override(text, kind.structure) for text in overrides]
    _check_given_once(parsed, given)
    tree = kind.lowest()
    for layer in reversed(layers):
        tree = merge(tree, layer)
    profiles = _profiles(tree.pop("profiles", {}))
    chosen = next((each.value for each in reversed(parsed) if each.path == ("profile",)), profile)
    tree = _with_profile(tree, profiles, chosen)
    for override in parsed:
        tree = apply(tree, override, kind.named_tables)
    tree |= given
    _check_complete(tree, name_or_path, kind)
    _check_date(tree)
    scenario: AnyScenario = convert(_ordered(kind.dated(tree)), kind.structure)  # type: ignore[assignment]
    kind.check(scenario)
    return LoadedScenario(
        scenario=scenario,
        origin="built-in" if name_or_path in built_in_names() else "file",
        overrides=tuple(overrides),
        profiles=tuple(profiles) or (scenario.profile,),
        sha256=digest_of(scenario),
    )


def merge(lower: Tree, upper: Mapping[str, Any]) -> Tree:
    """Lay ``upper`` over ``lower``: tables merge key by key, everything else is replaced."""
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        result[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _check_given_once(overrides: Sequence[Override], given: Mapping[str, object]) -> None:
    for override in overrides:
        if override.path[0] in given:
            raise InputError(
                f"given twice, by --set and by --{override.path[0]}",
                where=override.where,
                value=override.text,
                allowed="one of the two",
            )


def _profiles(profiles: object) -> dict[str, Tree]:
    return convert(profiles, dict[Name, dict[str, Any]], where="profiles")


def _with_profile(tree: Tree, profiles: Mapping[str, Tree], chosen: object) -> Tree:
    """Lay the chosen profile over the tree; a scenario without profiles is of the one that it names."""
    own = tree.get("profile", "none")
    known = list(profiles) or [str(own)]
    name = own if chosen is None else chosen
    if not isinstance(name, str) or name not in known:
        raise unknown_name("profile", str(name), known, where="profile")
    return merge(tree, {**profiles.get(name, {}), "profile": name})


def _check_complete(tree: Tree, name_or_path: str, kind: Kind) -> None:
    """Refuse a file that neither extends a scenario nor is one."""
    required = [field.name for field in msgspec.structs.fields(kind.structure) if field.required]
    missing = [name for name in required if name not in tree]
    if missing:
        raise InputError(
            f"not a whole scenario: {', '.join(missing)} missing",
            where=name_or_path,
            allowed=f'extends = "{kind.base}" for what the file does not say, or all of them',
        )


def _check_date(tree: Tree) -> None:
    date = tree["date"]
    if isinstance(date, str) and not _is_date(date):
        raise InputError(
            "not a date of these years",
            where="date",
            value=date,
            allowed=f"YYYY-MM-DD from {YEARS[0]} to {YEARS[1]}",
        )


def _is_date(text: str) -> bool:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return False
    try:
        return YEARS[0] <= datetime.date.fromisoformat(text).year <= YEARS[1]
    except ValueError:
        return False


def _ordered(tree: Tree) -> Tree:
    """Order the tables: stops by their hour, all others by name, so that the order in files says nothing."""
    result = {
        key: _ordered(value) if isinstance(value, dict) else value for key, value in sorted(tree.items())
    }
    stops = result.get("stops")
    if isinstance(stops, dict) and all(isinstance(stop, dict) for stop in stops.values()):
        result["stops"] = dict(sorted(stops.items(), key=lambda item: (str(item[1].get("hour")), item[0])))
    return result
