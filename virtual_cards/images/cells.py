"""Values of memory cells as JSON trees that people read, and back: driven by the types of the cells.

======================= ==========================================
type                    in the image
======================= ==========================================
bytes                   hexadecimal text
str, int, bool, None    as they are
tuple, frozenset        array (sets sorted)
msgspec structure       object with the names of its fields
mapping with path keys  object with ``"SSSE/EF05"`` as names
======================= ==========================================

Fields that hold keys are left out of the image and come back empty: whoever loads fills them in.
"""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from onecard.virtual_cards.images.errors import ImageError

__all__ = ["KEY_SUFFIX", "from_tree", "key_from_text", "key_to_text", "to_tree"]

KEY_SUFFIX = "_key"
"""Ending of the names of structure fields that hold keys."""
_SHOWN = 60
_NAMES = {bytes: "hexadecimal text", str: "a text", int: "a whole number", bool: "true or false"}


def to_tree(value: Any) -> Any:
    """Turn a cell's value into what JSON holds."""
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, tuple):
        return [to_tree(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return {name: to_tree(getattr(value, name)) for name in names if not name.endswith(KEY_SUFFIX)}
    return value


def from_tree(tree: Any, kind: Any, where: str) -> Any:
    """Turn JSON content into a value of a cell's type.

    Args:
        tree: what the image has there.
        kind: the type, from ``memory.CELLS``.
        where: place of the content, for errors.

    Raises:
        ImageError: it is of another type; names place, value and what is allowed.
    """
    if get_origin(kind) in (types.UnionType, Union):
        return _one_of(tree, get_args(kind), where)
    if kind is bytes:
        return _bytes(tree, where)
    if get_origin(kind) is tuple and isinstance(tree, list):
        return tuple(from_tree(each, get_args(kind)[0], f"{where}[{at}]") for at, each in enumerate(tree))
    if get_origin(kind) is frozenset and isinstance(tree, list):
        return frozenset(from_tree(each, get_args(kind)[0], f"{where}[{at}]") for at, each in enumerate(tree))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(tree, dict):
        return _structure(tree, kind, where)
    if isinstance(kind, type) and type(tree) is kind:
        return tree
    raise _wrong(tree, kind, where)


def key_to_text(key: Any) -> str:
    """Write the key of a mapping: a path as ``"SSSE/EF05"``."""
    return "/".join(key) if isinstance(key, tuple) else str(key)


def key_from_text(text: str, kind: Any, where: str) -> Any:
    """Read the key of a mapping (raises as :func:`from_tree`)."""
    if get_origin(kind) is not tuple:
        return text
    parts = tuple(text.split("/"))
    if len(parts) != len(get_args(kind)):
        raise ImageError(where, f"name {text[:_SHOWN]!r} is not a path like 'SSSE/EF05'")
    return parts


def _one_of(tree: Any, arms: tuple[Any, ...], where: str) -> Any:
    """Try the types of a union; the error is that of the arm that looks most like the content."""
    if tree is None and type(None) in arms:
        return None
    present = [arm for arm in arms if arm is not type(None)]
    for arm in present:
        if _looks_like(tree, arm):
            return from_tree(tree, arm, where)
    raise _wrong(tree, present[0], where)


def _looks_like(tree: Any, kind: Any) -> bool:
    if kind is bytes:
        return isinstance(tree, str)
    if get_origin(kind) in (tuple, frozenset):
        return isinstance(tree, list)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return isinstance(tree, dict)
    return type(tree) is kind


def _bytes(tree: Any, where: str) -> bytes:
    if isinstance(tree, str) and tree.isascii() and " " not in tree:
        try:
            return bytes.fromhex(tree)
        except ValueError:
            pass  # told below, with the value
    raise _wrong(tree, bytes, where)


def _structure(tree: dict[str, Any], kind: type[msgspec.Struct], where: str) -> msgspec.Struct:
    hints = get_type_hints(kind)
    names = [name for name in kind.__struct_fields__ if not name.endswith(KEY_SUFFIX)]
    unknown = sorted(set(tree) - set(names))
    if unknown:
        raise ImageError(f"{where}.{unknown[0][:_SHOWN]}", f"unknown field; allowed: {', '.join(names)}")
    missing = [name for name in names if name not in tree]
    if missing:
        raise ImageError(f"{where}.{missing[0]}", "is missing")
    given = {name: from_tree(tree[name], hints[name], f"{where}.{name}") for name in names}
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise ImageError(where, str(error)) from None


def _wrong(tree: Any, kind: Any, where: str) -> ImageError:
    shown = repr(tree)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    allowed = _NAMES.get(kind, "an array" if get_origin(kind) in (tuple, frozenset) else "an object")
    return ImageError(where, f"wrong type; got {shown}; allowed: {allowed}")
