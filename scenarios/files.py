"""Scenario files: a tree of tables in TOML or JSON, which may extend another file or a built-in scenario.

A file is read with limits on its size and depth, and comes out as plain data: tables, arrays, texts, finite
numbers. A TOML date becomes its text, so that ``date = 2019-04-23`` means what it looks like.
"""

from __future__ import annotations

import datetime
import json
import math
import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onecard.sim.errors import InputError
from onecard.sim.validation import is_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Tree", "built_in_names", "plain", "read_layers", "read_resource"]

Tree = dict[str, Any]

MAXIMUM_BYTES = 4 << 20
MAXIMUM_DEPTH = 16
"""Tables and arrays inside each other."""
MAXIMUM_EXTENDS = 8
"""How many files may extend each other in a row."""


def built_in_names() -> list[str]:
    """Return the names of the built-in scenarios, sorted."""
    folder = resources.files("onecard.scenarios") / "built_in"
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def read_resource(package: str, *parts: str) -> Tree:
    """Read one of the project's own TOML files."""
    text = resources.files(package).joinpath(*parts).read_text(encoding="utf-8")
    return _tables(tomllib.loads(text), "/".join(parts))


def read_layers(name_or_path: str) -> list[Tree]:
    """Read a scenario and what it extends, the topmost first.

    Args:
        name_or_path: a built-in name, or the path of a file: ends in ``.toml`` or ``.json``, or has a slash.

    Raises:
        InputError: unknown name, unreadable file, not TOML or JSON, too large or deep, a cycle.
    """
    layers: list[Tree] = []
    chain: list[str] = []
    current, folder = name_or_path, Path()
    while True:
        place = _locate(current, folder)
        _extend_chain(chain, place if isinstance(place, str) else os.path.realpath(place))
        layer = _read_built_in(place) if isinstance(place, str) else _read(place)
        layers.append(layer)
        base = layer.pop("extends", None)
        if base is None:
            return layers
        if not isinstance(base, str):
            raise InputError(
                "not the name of a scenario",
                where=f"{place}: extends",
                value=base,
                allowed=_scenarios_allowed(),
            )
        current, folder = base, Path() if isinstance(place, str) else place.parent


def _extend_chain(chain: list[str], key: str) -> None:
    """Add a scenario to those that extend each other, if it is not one of them."""
    if key in chain:
        cycle = " extends ".join([*chain[chain.index(key) :], key])
        raise InputError(f"the files extend each other in a cycle: {cycle}", where=f"{chain[-1]}: extends")
    if len(chain) == MAXIMUM_EXTENDS:
        raise InputError(
            "too many files extend each other",
            where=f"{chain[-1]}: extends",
            allowed=f"at most {MAXIMUM_EXTENDS} in a row",
        )
    chain.append(key)


def _scenarios_allowed() -> str:
    return ", ".join(built_in_names()) + ", or the path of a .toml or .json file"


def _locate(name_or_path: str, folder: Path) -> str | Path:
    """Return the name of a built-in scenario, or the path of a file, relative to the folder."""
    if name_or_path in built_in_names():
        return name_or_path
    is_path = name_or_path.endswith((".toml", ".json")) or "/" in name_or_path
    if not is_path or "\0" in name_or_path:
        raise InputError("unknown scenario", value=name_or_path, allowed=_scenarios_allowed())
    return folder / name_or_path


def _read_built_in(name: str) -> Tree:
    return read_resource("onecard.scenarios", "built_in", f"{name}.toml")


def _read(path: Path) -> Tree:
    kind, parse = ("JSON", _parse_json) if path.suffix == ".json" else ("TOML", tomllib.loads)
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the scenario ({error.strerror})", where=str(path)) from error
    if len(content) > MAXIMUM_BYTES:
        raise InputError("the file is too large", where=str(path), allowed=f"at most {MAXIMUM_BYTES} bytes")
    return _tables(_parse(content, kind, parse, path), str(path))


def _parse(content: bytes, kind: str, parse: Callable[[str], object], path: Path) -> object:
    try:
        return parse(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except RecursionError:
        raise InputError(
            "tables or arrays too deep inside each other", where=str(path), allowed=f"at most {MAXIMUM_DEPTH}"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not a {kind} file: not UTF-8 text ({error})", where=str(path)) from None
    except ValueError as error:  # the errors of both parsers, and integers of thousands of digits
        raise InputError(f"not a {kind} file: {error}", where=str(path)) from None


def _parse_json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_no_duplicates)


def _no_duplicates(pairs: list[tuple[str, object]]) -> Tree:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return tree


def _tables(content: object, where: str) -> Tree:
    if not isinstance(content, dict):
        raise InputError("not a table", where=where, allowed="a table of the fields of a scenario")
    tree: Tree = plain(content, where)
    return tree


def plain(value: object, where: str, depth: int = 0) -> Any:
    """Return parsed content as plain data: dates as texts, everything finite and printable as UTF-8.

    Raises:
        InputError: too deep, a number that is not finite, half a character; names the place.
    """
    if depth > MAXIMUM_DEPTH:
        raise InputError(
            "tables or arrays too deep inside each other", where=where, allowed=f"at most {MAXIMUM_DEPTH}"
        )
    if isinstance(value, dict):
        return {
            plain(key, where): plain(entry, f"{where}.{key}" if depth else f"{where}: {key}", depth + 1)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [plain(entry, f"{where}[{at}]", depth + 1) for at, entry in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError("not a finite number", where=where, value=value, allowed="a finite number")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, str) and not is_text(value):
        raise InputError("not text: half a character", where=where, value=value, allowed="UTF-8 text")
    return value
