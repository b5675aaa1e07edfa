"""From a name or a path, a profile and ``--set`` overrides to a checked scenario.

One mechanism everywhere: an overlay is a tree of the same shape, merged key by key. The catalogue, the
places and the people of the world are the lowest layer, then the file that ``extends`` names, the file
itself, the chosen profile; an override replaces one field. The digest is over the checked scenario, defaults
spelt out, so it says what is run, however it was put together.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.scenarios.checks import check_scenario
from onecard.scenarios.files import Tree, built_in_names, read_layers, read_resource
from onecard.scenarios.model import Scenario
from onecard.scenarios.overrides import Override, apply, parse_override
from onecard.sim.errors import InputError
from onecard.sim.people import PopulationParameters
from onecard.sim.quantities import Name
from onecard.sim.recording.canonical import digest_of, tree_of
from onecard.sim.validation import convert, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LoadedScenario", "load_scenario", "lowest_layer", "merge"]

YEARS = (2000, 2100)
"""Years for which the population has ages."""


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A checked scenario and how it was put together."""

    scenario: Scenario
    origin: str
    """``"built-in"`` or ``"file"``."""
    overrides: tuple[str, ...]
    profiles: tuple[str, ...]
    """Names of the demand profiles that could have been chosen."""
    sha256: str
    """Of the scenario's canonical JSON."""


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
    parsed = [parse_override(text) for text in overrides]
    _check_given_once(parsed, given)
    tree = lowest_layer()
    for layer in reversed(read_layers(name_or_path)):
        tree = merge(tree, layer)
    profiles = _profiles(tree.pop("profiles", {}))
    chosen = next((each.value for each in reversed(parsed) if each.path == ("profile",)), profile)
    tree = _with_profile(tree, profiles, chosen)
    for override in parsed:
        tree = apply(tree, override)
    tree |= given
    _check_complete(tree, name_or_path)
    scenario = convert(_ordered(_with_date(tree)), Scenario)
    check_scenario(scenario)
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


def lowest_layer() -> Tree:
    """Return what every scenario has without saying it: catalogue, places, people of April 2019."""
    people: Tree = tree_of(PopulationParameters())
    del people["as_of"]
    return {
        "services": read_resource("onecard.sim.services", "catalogue.toml"),
        "places": read_resource("onecard.sim.places", "places.toml"),
        "population": people,
    }


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


def _check_complete(tree: Tree, name_or_path: str) -> None:
    """Refuse a file that neither extends a scenario nor is one."""
    required = [field.name for field in msgspec.structs.fields(Scenario) if field.required]
    missing = [name for name in required if name not in tree]
    if missing:
        raise InputError(
            f"not a whole scenario: {', '.join(missing)} missing",
            where=name_or_path,
            allowed=f'extends = "{built_in_names()[0]}" for what the file does not say, or all of them',
        )


def _with_date(tree: Tree) -> Tree:
    """Put the scenario's date into the population: people are as old as on the day that is simulated."""
    date, population = tree["date"], tree["population"]
    if not isinstance(date, str) or not isinstance(population, dict):
        return tree  # the types of the fields say what is wrong
    if not _is_date(date):
        raise InputError(
            "not a date of these years",
            where="date",
            value=date,
            allowed=f"YYYY-MM-DD from {YEARS[0]} to {YEARS[1]}",
        )
    as_of = population.get("as_of", date)
    if as_of != date:
        raise InputError(
            "people are as old as on the scenario's date", where="population.as_of", value=as_of, allowed=date
        )
    return {**tree, "population": {**population, "as_of": date}}


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
