"""Field tables read off the message structures, so that code, documentation and tests cannot disagree.

A message is a structure of nodes; a node is a structure of fields or a list of such rows. A few transactions
have fields at the top, without a node.
"""

from __future__ import annotations

from functools import cache

import msgspec
from msgspec import inspect

__all__ = ["FieldRow", "NodeRow", "field_rows", "node_rows"]


class FieldRow(msgspec.Struct, frozen=True):
    """One row of a field table.

    Attributes:
        node: the node, with ``[]`` for the rows of a list; empty at the top.
        field: name in the message.
        type: ``str``, ``num``, ``date``, ``datetime``, ``year``, ``month``, ``yearmonth``, ``bytes``.
        length: characters, ``p,s`` of a number, bytes; empty if unlimited.
        required: must be there.
        dictionary: the value comes from a code list.
    """

    node: str
    field: str
    type: str
    length: str
    required: bool
    dictionary: bool


class NodeRow(msgspec.Struct, frozen=True):
    """One node of a message; ``max_rows`` is None for a single node and for a list without limit."""

    node: str
    is_list: bool
    required: bool
    max_rows: int | None = None


def _bare(kind: inspect.Type) -> inspect.Type:
    """Take annotations and the null off a type."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType) and len(_arms(kind)) == 1:
            kind = _arms(kind)[0]
        else:
            return kind


def _arms(kind: inspect.UnionType) -> list[inspect.Type]:
    return [arm for arm in kind.types if not isinstance(arm, inspect.NoneType)]


def _extra(kind: inspect.Type) -> dict[str, object]:
    if isinstance(kind, inspect.Metadata):
        return _extra(kind.type) | (kind.extra or {})
    if isinstance(kind, inspect.UnionType):
        return {name: value for arm in kind.types for name, value in _extra(arm).items()}
    return {}


def _type_and_length(kind: inspect.Type) -> tuple[str, str]:
    extra = _extra(kind)
    if "type" in extra:
        return str(extra["type"]), str(extra["length"])
    bare = _bare(kind)
    arms = _arms(bare) if isinstance(bare, inspect.UnionType) else [bare]
    for arm in map(_bare, arms):
        if isinstance(arm, inspect.BytesType):
            return "bytes", str(arm.max_length or "")
        if isinstance(arm, inspect.StrType):
            return "str", str(arm.max_length or "")
    return "json", ""


def _field_row(node: str, field: inspect.Field) -> FieldRow:
    kind, length = _type_and_length(field.type)
    return FieldRow(
        node, field.encode_name, kind, length, field.required, bool(_extra(field.type).get("dictionary"))
    )


def _struct(kind: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - what type_info returns for a structure
    return info


@cache
def _rows(kind: type[msgspec.Struct]) -> tuple[FieldRow, ...]:
    rows: list[FieldRow] = []
    for field in _struct(kind).fields:
        bare = _bare(field.type)
        item = _bare(bare.item_type) if isinstance(bare, inspect.ListType) else bare
        if isinstance(item, inspect.StructType):
            node = field.encode_name + ("[]" if item is not bare else "")
            rows += [_field_row(node, each) for each in item.fields]
        else:
            rows.append(_field_row("", field))
    return tuple(rows)


def field_rows(kind: type[msgspec.Struct]) -> list[FieldRow]:
    """Return the field table of a message structure, in the order of the interface."""
    return list(_rows(kind))


def node_rows(kind: type[msgspec.Struct]) -> list[NodeRow]:
    """Return the nodes of a message structure; fields at the top are none."""
    nodes = []
    for field in _struct(kind).fields:
        bare = _bare(field.type)
        if isinstance(bare, inspect.ListType):
            nodes.append(NodeRow(field.encode_name, True, field.required, bare.max_length))
        elif isinstance(bare, inspect.StructType):
            nodes.append(NodeRow(field.encode_name, False, field.required))
    return nodes
