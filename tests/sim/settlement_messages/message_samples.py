"""Messages made from the field tables: the smallest valid one, and values at and beyond each limit.

The values follow the table's types and lengths only, so a test that sends them looks at the structures from
the outside, as a client's programmer does who reads the interface.
"""

from __future__ import annotations

import copy
from typing import Any

from onecard.sim.settlement.messages.field_rows import FieldRow
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table, node_table

SIDES = [
    (infno, output)
    for infno, spec in TRANSACTIONS.items()
    for output in (False, True)
    if not output or spec.output is not None
]
"""Every input and every output: (transaction, is it the output)."""
IDS = [f"{infno}-{'output' if output else 'input'}" for infno, output in SIDES]

_PLAIN = {
    "date": "2024-02-29",
    "datetime": "2024-02-29 23:59:59",
    "year": "2024",
    "month": "12",
    "yearmonth": "202412",
    "bytes": "AAEC",
}
_WRONG = {
    "str": 7,
    "num": {"a": 1},
    "date": "2023-02-29",
    "datetime": "2024-02-29 24:00:00",
    "year": "24",
    "month": "13",
    "yearmonth": "202413",
    "bytes": "no base64!",
}


def whole_digits(row: FieldRow) -> int:
    """How many digits a number may have before the point."""
    total, _, decimals = row.length.partition(",")
    return int(total) - int(decimals or 0)


def value_of(row: FieldRow) -> str:
    """A short valid value."""
    if row.type == "num":
        return "1"
    return _PLAIN.get(row.type, "1")


def longest_of(row: FieldRow) -> str:
    """The longest valid value; lengths count characters, not bytes."""
    if row.type == "num":
        decimals = int(row.length.partition(",")[2] or 0)
        return "-" + "9" * whole_digits(row) + ("." + "9" * decimals if decimals else "")
    return "医" * int(row.length) if row.type == "str" else _PLAIN[row.type]


def too_long_of(row: FieldRow) -> str:
    """One character, or one digit before the point, more than allowed."""
    if row.type == "num":
        return "9" * (whole_digits(row) + 1)
    return "医" * (int(row.length) + 1) if row.type == "str" else _PLAIN[row.type] + "0"


def wrong_of(row: FieldRow) -> Any:
    """A value of another type or of another form."""
    return _WRONG[row.type]


def smallest(infno: str, *, output: bool = False) -> dict[str, Any]:
    """The smallest valid message: required fields only, one row in every list."""
    rows = [row for row in field_table(infno, output=output) if row.required]
    message: dict[str, Any] = {row.field: value_of(row) for row in rows if not row.node}
    for node in node_table(infno, output=output):
        if node.required:
            fields = {row.field: value_of(row) for row in rows if row.node.removesuffix("[]") == node.node}
            message[node.node] = [fields] if node.is_list else fields
    return message


def place_of(message: dict[str, Any], row: FieldRow) -> dict[str, Any]:
    """The object of a message that holds a field; made if the node is optional and missing."""
    if not row.node:
        return message
    name = row.node.removesuffix("[]")
    node = message.setdefault(name, [{}] if row.node.endswith("[]") else {})
    found: dict[str, Any] = node[0] if isinstance(node, list) else node
    return found


def full_node(infno: str, row: FieldRow, *, output: bool) -> dict[str, Any]:
    """The smallest valid message in which the field's node is there, with its required fields."""
    message = copy.deepcopy(smallest(infno, output=output))
    place = place_of(message, row)
    for other in field_table(infno, output=output):
        if other.node == row.node and other.required:
            place[other.field] = value_of(other)
    return message
