"""From raw TOML data to typed structures, with errors that name the field, the value and what is allowed.

msgspec checks the whole quickly but does not name the key of a table inside a dictionary. When it refuses,
:func:`convert` walks the same types again, field by field, to find the first culprit and say it in one line.
"""

from __future__ import annotations

import types
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from onecard.sim.errors import InputError

__all__ = ["convert", "unknown_name"]

T = TypeVar("T")


def convert(raw: object, kind: type[T], *, where: str = "", strict: bool = True) -> T:
    """Turn raw data into ``kind``.

    Args:
        raw: what a TOML or JSON reader returned.
        kind: a msgspec structure or any type msgspec knows.
        where: prefix of the field names in errors, usually the file.

    Raises:
        InputError: names the field, the value and what is allowed.
    """
    try:
        return msgspec.convert(raw, kind, strict=strict)
    except msgspec.ValidationError as error:
        culprit = _find(raw, kind, where)
        raise culprit or InputError(str(error), where=where) from None


def unknown_name(what: str, name: str, known: list[str], *, where: str = "") -> InputError:
    """Build the error for a name that is not in a closed list."""
    return InputError(f"unknown {what}", where=where, value=name, allowed=", ".join(sorted(known)))


def _find(raw: object, kind: Any, where: str) -> InputError | None:
    """Return the error of the first wrong field below ``raw``, or None if all of it fits ``kind``."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _find_in_struct(raw, kind, where)
    origin = get_origin(kind)
    if origin is dict and isinstance(raw, dict):
        found = (_find(value, get_args(kind)[1], _join(where, key)) for key, value in raw.items())
        return next((error for error in found if error), None)
    if origin in (list, tuple) and isinstance(raw, (list, tuple)) and get_args(kind)[-1] is Ellipsis:
        found = (_find(value, get_args(kind)[0], f"{where}[{at}]") for at, value in enumerate(raw))
        return next((error for error in found if error), None)
    if origin in (types.UnionType, Any) and isinstance(raw, dict):
        structs = [arm for arm in get_args(kind) if isinstance(arm, type) and issubclass(arm, msgspec.Struct)]
        if len(structs) == 1:
            return _find_in_struct(raw, structs[0], where)
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        shown = raw if not isinstance(raw, (dict, list)) else type(raw).__name__
        return InputError(str(error).split(" - at ")[0], where=where, value=shown)
    return None


def _find_in_struct(raw: object, kind: type[msgspec.Struct], where: str) -> InputError | None:
    if not isinstance(raw, dict):
        return InputError("expected a table", where=where, value=raw)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    hints = get_type_hints(kind, include_extras=True)
    for key, value in raw.items():
        if key not in fields:
            return InputError("unknown field", where=_join(where, key), allowed=", ".join(sorted(fields)))
        error = _find(value, hints[fields[key].name], _join(where, key))
        if error:
            return error
    missing = [name for name, field in fields.items() if field.required and name not in raw]
    if missing:
        return InputError(f"missing field {missing[0]!r}", where=where)
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        return InputError(str(error).split(" - at ")[0], where=where)
    return None


def _join(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)
