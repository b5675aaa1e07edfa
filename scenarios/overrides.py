"""``--set path.to.field=value``: the left side is a TOML key, the right side a TOML value.

The field's type decides what a value means: a field of texts takes the text as it was typed, so that
``date=2019-04-23`` and ``city=310000`` need no quotes inside the shell's.
"""

from __future__ import annotations

import datetime
import tomllib
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from onecard.scenarios.files import Tree, plain
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Override", "apply", "parse_override"]

MAXIMUM_EQUALS = 8
"""How many equals signs may stand in a quoted key."""


@dataclass(frozen=True, slots=True)
class Override:
    """One parsed override."""

    path: tuple[str, ...]
    value: Any
    text: str
    """As it was given."""

    @property
    def where(self) -> str:
        """The field, as errors name it."""
        return ".".join(self.path)


def parse_override(text: str, structure: type[msgspec.Struct]) -> Override:
    """Read one override of a scenario of this type.

    Raises:
        InputError: not ``key=value`` on one line, or a field that no scenario has.
    """
    path, typed = _split(text)
    kind = _type_at(path, structure)
    value = _text_value(typed) if _takes_text(kind) else _parsed(typed, typed)
    return Override(path, plain(value, f"--set {'.'.join(path)}"), text)


def apply(tree: Tree, override: Override, named_tables: Mapping[str, str]) -> Tree:
    """Return the tree with one field replaced; the tree itself stays as it is.

    Args:
        tree: the scenario.
        override: the field and its value.
        named_tables: tables whose keys are names, and what a key names: an override may change what a name
            stands for, but not invent a name.
    """
    table = tree.get(override.path[0])
    kind = named_tables.get(override.path[0])
    if kind is not None and len(override.path) > 1 and isinstance(table, dict):
        name = override.path[1]
        if name not in table:
            raise unknown_name(
                kind, f"{override.path[0]}.{name}", list(table), where=f"--set {override.text}"
            )
    return _replaced(tree, override.path, override)


def _replaced(tree: Tree, path: tuple[str, ...], override: Override) -> Tree:
    head, rest = path[0], path[1:]
    if not rest:
        return {**tree, head: override.value}
    below = tree.get(head)
    if below is not None and not isinstance(below, dict):
        raise InputError(f"{head} is not a table", where=f"--set {override.where}", value=override.text)
    return {**tree, head: _replaced(below or {}, rest, override)}


def _split(text: str) -> tuple[tuple[str, ...], str]:
    """Split at the first equals sign that has a whole TOML key before it."""
    wanted = "path.to.field=value on one line, the path a TOML key"
    if "\n" in text or "\r" in text:
        raise InputError("more than one line", where="--set", value=text, allowed=wanted)
    at = -1
    for _ in range(MAXIMUM_EQUALS):
        at = text.find("=", at + 1)
        if at < 0:
            break
        key = _keys(text[:at])
        if key:
            return key, text[at + 1 :].strip()
    raise InputError("not an override", where="--set", value=text, allowed=wanted)


def _keys(text: str) -> tuple[str, ...]:
    """Read a dotted TOML key: ``population.generation_mix."3.00"``; empty if it is none."""
    try:
        tree: Any = tomllib.loads(f"{text} = 0")
    except (ValueError, RecursionError):
        return ()
    path: list[str] = []
    while isinstance(tree, dict):
        if len(tree) != 1:
            return ()
        ((name, tree),) = tree.items()
        path.append(name)
    return tuple(path)


def _parsed(text: str, otherwise: object) -> object:
    """Read a value as TOML does; what TOML does not know is something else."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return otherwise


def _text_value(text: str) -> str:
    """Return the text as typed; a text in TOML's quotes is what it says."""
    value = _parsed(text, text)
    return value if isinstance(value, str) else text


def _type_at(path: tuple[str, ...], structure: type[msgspec.Struct]) -> Any:
    """Walk the types of a scenario down a path."""
    kind: Any = structure
    for at, step in enumerate(path):
        arms = [arm for arm in _arms(kind) if get_origin(arm) is dict or _is_struct(arm)]
        if not arms:
            raise InputError("not a table", where=".".join(path[:at]), value=".".join(path))
        if _is_struct(arms[0]):
            hints = get_type_hints(arms[0], include_extras=True)
            if step not in hints:
                known = ", ".join(sorted(hints))
                raise InputError("unknown field", where=".".join(path[: at + 1]), allowed=known)
            kind = hints[step]
        else:
            kind = get_args(arms[0])[1]
    return kind


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _arms(kind: Any) -> list[Any]:
    """Return the types that a value may have, without None and limits."""
    if get_origin(kind) is Annotated:
        return _arms(get_args(kind)[0])
    if get_origin(kind) in (types.UnionType, Union):
        return [arm for each in get_args(kind) if each is not type(None) for arm in _arms(each)]
    return [kind]


def _takes_text(kind: Any) -> bool:
    return all(arm in (str, datetime.date) or get_origin(arm) is Literal for arm in _arms(kind))
