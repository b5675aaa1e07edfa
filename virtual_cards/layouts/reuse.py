"""Records of a 1.00 card that hold an item of 2.00: the ``EE`` rule (facts: card.md §6.6).

A card of version 1.00 keeps its structure for life, but some of its tags got another meaning in 2.00. The
new value is written into the old record and filled up with ``EE``; a record that ends in ``EE`` is therefore
read as the item of 2.00, cut to that item's length. Some items have the same length in both versions and
cannot show it themselves: their meaning follows that of another record of the file, their *leader*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.layouts.encoding import encode_value

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import Item

__all__ = ["REUSE_FILLER", "as_written", "encode_reused", "is_reused"]

REUSE_FILLER = b"\xee"


def is_reused(item: Item, field: bytes) -> bool:
    """Tell whether a record's value is that of the item of 2.00, by its own end.

    Args:
        item: the item of 1.00.
        field: the record's value.
    """
    return item.reused is not None and not item.leader and field.endswith(REUSE_FILLER)


def as_written(
    item: Item, field: bytes, leader: Item | None = None, leader_field: bytes | None = None
) -> tuple[Item, bytes]:
    """Return the item that a record holds, and its field.

    Args:
        item: the item that the card's own version has there.
        field: the record's value.
        leader: the item with tag ``item.leader``, for an item that has one.
        leader_field: that record's value; ``None`` when it was not read: the card's own version counts.

    Returns:
        Item of 2.00 and the field cut to its length, or both as they are.
    """
    if item.reused is None:
        return item, field
    if item.leader:
        follows = leader is not None and leader_field is not None and is_reused(leader, leader_field)
        return (item.reused, field) if follows else (item, field)
    if not is_reused(item, field):
        return item, field
    return item.reused, _cut(item.reused, field)


def _cut(reused: Item, field: bytes) -> bytes:
    """Cut to the item's length; a half byte that a writer filled with ``E`` is a filler too."""
    field = field[: reused.length]
    if reused.kind == "cn" and field[-1:] and field[-1] & 0x0F == 0x0E:
        return field[:-1] + bytes((field[-1] | 0x0F,))
    return field


def encode_reused(item: Item, value: str) -> bytes:
    """Encode a value of the item of 2.00 into the record of the item of 1.00.

    Args:
        item: the item of 1.00.
        value: text of the item of 2.00 (see ``encoding``).

    Raises:
        ValueError: the item holds none of 2.00, or the value does not fit.
    """
    if item.reused is None:
        raise ValueError(f"item {item.tag:02X} has one meaning only")
    if item.leader:
        return encode_value(item.reused.kind, value, item.length)
    field = encode_value(item.reused.kind, value, item.reused.length)
    return field.ljust(item.length, REUSE_FILLER)
