"""Code lists of the interface, loaded as data (settlement.md §3)."""

from __future__ import annotations

from importlib import resources

import msgspec

__all__ = ["CODES", "unknown_codes"]


def _load() -> dict[str, dict[str, tuple[str, str]]]:
    data = resources.files(__package__).joinpath("codes.toml").read_bytes()
    lists: dict[str, dict[str, str | list[str]]] = msgspec.toml.decode(data)
    return {
        name: {code: (label[0], label[1]) for code, label in values.items() if code != "source"}
        for name, values in lists.items()
    }


CODES = _load()
"""Field → code → (English, Chinese)."""

_CODED: dict[type[msgspec.Struct], tuple[str, ...]] = {}


def unknown_codes(node: msgspec.Struct) -> str:
    """Name the dictionary fields of an input node whose values are not in the lists.

    Provinces add values of their own, so this makes a ``warn_msg``, never a refusal. Children of a national
    code, such as ``140104`` of ``14``, are known by their first two digits.
    """
    kind = type(node)
    fields = _CODED.get(kind)
    if fields is None:
        fields = _CODED[kind] = tuple(name for name in kind.__struct_fields__ if name in CODES)
    unknown = []
    for field in fields:
        value = getattr(node, field)
        if value is not None and value not in CODES[field] and value[:2] not in CODES[field]:
            unknown.append(f"{field} {value}")
    return f"unknown code: {', '.join(unknown)}" if unknown else ""
