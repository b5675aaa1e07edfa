"""Code lists of the interface, loaded as data (settlement.md §3).

Provinces add values of their own, so a value that is not in its list makes a ``warn_msg``, never a refusal.
Children of a national code, such as ``140104`` of ``14``, are known by their first two digits.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec

__all__ = ["CODES", "FUND_PAY_TYPE_01", "fund_pay_type_00", "unknown_codes", "unknown_codes_in"]

_WARNED = 5
"""Values that a warning names at most; a thousand fee lines may share one mistake."""


def _load() -> tuple[dict[str, dict[str, tuple[str, str]]], dict[str, dict[str, str]]]:
    data = resources.files(__package__).joinpath("codes.toml").read_bytes()
    lists: dict[str, Any] = msgspec.toml.decode(data)
    maps: dict[str, dict[str, str]] = lists.pop("maps")
    return {
        name: {code: (label[0], label[1]) for code, label in values.items() if code != "source"}
        for name, values in lists.items()
    }, maps


CODES, _MAPS = _load()
"""Field → code → (English, Chinese)."""

FUND_PAY_TYPE_01 = _MAPS["fund_pay_type_01"]
"""``fund_pay_type`` in the form that ends in 00, the default → the form that ends in 01 (Q-5)."""

_FORM_00 = {code_01: code_00 for code_00, code_01 in FUND_PAY_TYPE_01.items()}
_KNOWN = {
    **CODES,
    "fund_pay_type": CODES["fund_pay_type"] | CODES["fund_pay_type_01"],
    "list_type": CODES["list_type"] | CODES["list_type_five_drugs"],
}
_CODED: dict[type[msgspec.Struct], tuple[str, ...]] = {}


def fund_pay_type_00(code: str) -> str:
    """Return a ``fund_pay_type`` of either form in the form that ends in 00."""
    return _FORM_00.get(code, code)


def _coded_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    fields = _CODED.get(kind)
    if fields is None:
        fields = _CODED[kind] = tuple(name for name in kind.__struct_fields__ if name in CODES)
    return fields


def _unknown(node: msgspec.Struct) -> list[str]:
    unknown = []
    for field in _coded_fields(type(node)):
        value = getattr(node, field)
        if value and value not in _KNOWN[field] and value[:2] not in _KNOWN[field]:
            unknown.append(f"{field} {value}")
    return unknown


def _warning(unknown: list[str]) -> str:
    named = list(dict.fromkeys(unknown))
    more = f" and {len(named) - _WARNED} more" if len(named) > _WARNED else ""
    return f"unknown code: {', '.join(named[:_WARNED])}{more}" if named else ""


def unknown_codes(node: msgspec.Struct) -> str:
    """Return a warning that names the fields of a node whose values are not in their lists, or ``""``."""
    return _warning(_unknown(node))


def unknown_codes_in(message: msgspec.Struct, nodes: tuple[str, ...]) -> str:
    """Return the warning for several nodes of a message, rows of lists included.

    Args:
        message: the decoded input.
        nodes: names of its nodes, as :attr:`TransactionSpec.coded_nodes` has them.
    """
    unknown: list[str] = []
    for name in nodes:
        node = getattr(message, name)
        for row in node if isinstance(node, list) else (node,):
            unknown += _unknown(row)
    return _warning(unknown)
