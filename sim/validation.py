"""From raw TOML or JSON data to typed structures; errors name the field, the value and what is allowed.

msgspec checks the whole quickly but does not name the key of a table inside a dictionary. When it refuses,
:func:`convert` walks the same types again, field by field, to find the first culprit and say it in one line.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from onecard.sim.errors import InputError

__all__ = ["convert", "is_text", "unknown_name"]

T = TypeVar("T")

TYPE_NAMES: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    dict: "a table",
    list: "an array",
    tuple: "an array",
}


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
    except (msgspec.ValidationError, InputError) as error:
        culprit = _find(raw, kind, where)
        raise culprit or InputError(str(error), where=where) from None


def is_text(value: str) -> bool:
    """Whether a string can be written as UTF-8; half a surrogate pair and undecodable bytes cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def unknown_name(what: str, name: str, known: list[str], *, where: str = "") -> InputError:
    """Build the error for a name that is not in a closed list."""
    return InputError(f"unknown {what}", where=where, value=name, allowed=", ".join(sorted(known)))


def _find(raw: object, kind: Any, where: str) -> InputError | None:
    """Return the error of the first wrong field below ``raw``, or None if all of it fits ``kind``."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _find_in_struct(raw, kind, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is dict and isinstance(raw, dict):
        return _find_in_dict(raw, arguments, where)
    if origin in (list, tuple) and isinstance(raw, (list, tuple)):
        return _find_in_array(raw, kind, where)
    if origin in (types.UnionType, Union) and isinstance(raw, dict):
        structs = [arm for arm in arguments if isinstance(arm, type) and issubclass(arm, msgspec.Struct)]
        if len(structs) == 1:
            return _find_in_struct(raw, structs[0], where)
    return _refusal(raw, kind, where)


def _find_in_dict(raw: dict[Any, Any], arguments: tuple[Any, ...], where: str) -> InputError | None:
    for key, value in raw.items():
        error = _refusal(key, arguments[0], where) or _find(value, arguments[1], _join(where, key))
        if error:
            return error
    return None


def _find_in_array(raw: list[Any] | tuple[Any, ...], kind: Any, where: str) -> InputError | None:
    kinds = get_args(kind)
    if get_origin(kind) is list or kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(raw)
    if len(kinds) != len(raw):
        return InputError(f"{len(raw)} values", where=where, allowed=f"{len(kinds)} values")
    found = (
        _find(value, each, f"{where}[{at}]") for at, (value, each) in enumerate(zip(raw, kinds, strict=True))
    )
    return next((error for error in found if error), None)


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
    return _refusal(raw, kind, where)


def _refusal(raw: object, kind: Any, where: str) -> InputError | None:
    """Return what msgspec, or the structure itself, has against a value that is not looked into further."""
    try:
        msgspec.convert(raw, kind)
    except InputError as error:
        return InputError(
            error.what, where=_join(where, error.where), value=error.value, allowed=error.allowed
        )
    except msgspec.ValidationError as error:
        what = str(error).split(" - at ")[0]
        value = None if isinstance(raw, dict) else raw
        allowed = _allowed(kind)
        return InputError(_plainer(what) if allowed else what, where=where, value=value, allowed=allowed)
    return None


def _plainer(what: str) -> str:
    """Say msgspec's complaint without repeating what the allowed values say."""
    return "wrong value" if what.startswith(("Expected", "Invalid enum", "Number out")) else what


def _allowed(kind: Any) -> str:
    """Describe the values of a type; empty if there is no short way to say it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(map(str, arguments))
    if origin in (types.UnionType, Union):
        return " or ".join(filter(None, (_allowed(arm) for arm in arguments if arm is not type(None))))
    if origin is Annotated:
        metas = [meta for meta in arguments[1:] if isinstance(meta, Meta)]
        described = [meta.description for meta in metas if meta.description]
        return described[0] if described else _allowed(arguments[0]) + "".join(map(_range, metas))
    return TYPE_NAMES.get(origin or kind, "")


def _range(meta: Meta) -> str:
    bounds = (("from", meta.ge), ("above", meta.gt), ("to", meta.le), ("below", meta.lt))
    parts = [f"{word} {_number(bound)}" for word, bound in bounds if bound is not None]
    if meta.max_length is not None:
        parts.append(f"of {meta.min_length or 0} to {meta.max_length} characters")
    return "".join(f" {part}" for part in parts)


def _number(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) else str(bound)


def _join(where: str, key: object) -> str:
    return ".".join(filter(None, (where, str(key))))
