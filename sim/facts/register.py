"""The register: loads the rows once, finds them by identifier, refuses what is not tagged."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from onecard.sim.errors import InputError
from onecard.sim.facts.model import Fact, Province
from onecard.sim.validation import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["all_facts", "fact", "parse", "provinces", "value", "values"]

_FILES = ("population", "cards", "insurance", "day", "health", "failures")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


def parse(raw: Mapping[str, Any], *, where: str) -> dict[str, Fact]:
    """Check the rows of one file.

    Args:
        raw: what a TOML reader returned: ``{"fact": [row, …]}``.
        where: the file, for errors.

    Raises:
        InputError: a row lacks a field, has an unknown tag, or repeats an identifier.
    """
    rows: dict[str, Fact] = {}
    for row in convert(raw.get("fact", []), list[dict[str, Any]], where=where):
        found = convert(row, Fact, where=f"{where}: {row.get('id', 'row without id')}")
        if found.id in rows:
            raise InputError("the identifier appears twice", where=where, value=found.id)
        rows[found.id] = found
    return rows


@cache
def all_facts() -> Mapping[str, Fact]:
    """Return every fact by identifier, in the order of the files."""
    rows: dict[str, Fact] = {}
    for file in _FILES:
        for identifier, row in parse(_read(f"{file}.toml"), where=f"{file}.toml").items():
            if identifier in rows:
                raise InputError("the identifier appears twice", where=f"{file}.toml", value=identifier)
            rows[identifier] = row
    return rows


def fact(identifier: str) -> Fact:
    """Return one fact with its unit, year, tag and source.

    Raises:
        InputError: there is no such fact; names the nearest ones.
    """
    found = all_facts().get(identifier)
    if found is None:
        near = difflib.get_close_matches(identifier, all_facts(), n=3, cutoff=0.4)
        raise InputError("unknown fact", value=identifier, allowed=", ".join(near) or "see sim/facts/*.toml")
    return found


def value(identifier: str) -> float:
    """Return the number of a fact.

    Raises:
        InputError: there is no such fact, or it is not a number.
    """
    number = fact(identifier).value
    if not isinstance(number, int | float):
        raise InputError("the fact is not a number", where=identifier, value=number)
    return number


def values(identifier: str) -> tuple[float, ...]:
    """Return the numbers of a fact that is a series, such as an hour curve.

    Raises:
        InputError: there is no such fact, or it is not a series.
    """
    series = fact(identifier).value
    if not isinstance(series, list):
        raise InputError("the fact is not a series", where=identifier, value=series)
    return tuple(series)


@cache
def provinces() -> tuple[Province, ...]:
    """Return the 31 provinces of mainland China in the order of their codes."""
    raw = _read("provinces.toml")
    return tuple(convert(row, Province, where=f"provinces.toml: {row['name']}") for row in raw["province"])
