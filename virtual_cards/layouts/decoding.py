"""From the bytes of a card's file to what they say: text, and the meaning of codes in both languages.

Pure functions over the layout's items. They take what they find: an item that is not in the layout, or a
value that is not well formed, is shown in hexadecimal instead of being refused, because whoever looks at a
card wants to see the odd ones above all. A record of a 1.00 card that ends in ``EE`` is read as the item
of 2.00 that it holds (card.md §6.6, see ``reuse``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.code_tables import meaning
from onecard.virtual_cards.iso7816.tlv import iterate_simple, simple, split_simple
from onecard.virtual_cards.layouts.encoding import decode_value
from onecard.virtual_cards.layouts.layout import Item
from onecard.virtual_cards.layouts.reuse import as_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["DecodedItem", "decode_cyclic", "decode_item", "decode_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedItem:
    """What one item's field says."""

    item: Item
    """The item that it was read as; on a card of 1.00 this may be the item of 2.00 (card.md §6.6)."""
    text: str
    """The value as text, ``""`` when empty; hexadecimal for ``b``, ``B-TLV`` and what is not well formed."""
    english: str | None = None
    """What the code means; ``None`` for a value that is no code, is empty, or is not in its table."""
    chinese: str | None = None
    inner: tuple[DecodedItem, ...] = ()
    """Inner items of a ``B-TLV`` as they stand in it, or the parts of a composite value."""


def decode_item(item: Item, field: bytes) -> DecodedItem:
    """Say what an item's field holds.

    Args:
        item: from the layout: of a linear record, a cyclic record's field, or an inner item.
        field: the value without tag and length; of another length than the layout's it is read all the same.
    """
    item, field = as_written(item, field)
    if item.inner:
        return DecodedItem(item=item, text=field.hex().upper(), inner=_inner(item, field))
    text = decode_value(item.kind, field)
    if item.parts:
        return _composite(item, text)
    english, chinese = _meaning(item.codes, text)
    return DecodedItem(item=item, text=text, english=english, chinese=chinese)


def decode_records(file: ElementaryFile, records: Sequence[bytes]) -> tuple[DecodedItem, ...]:
    """Say what the records of a linear file hold, one by one.

    Args:
        file: from the layout.
        records: tag, length, value each, all of the file or only those that were read. On a card of 1.00 a
            record whose meaning follows another one's needs that one among them.
    """
    values = [_split(record) for record in records]
    by_tag = dict(pair for pair in reversed(values) if pair)
    decoded = []
    for record, pair in zip(records, values, strict=True):
        item = file.item(pair[0]) if pair else None
        if pair is None or item is None:
            decoded.append(_unknown(record))
        else:
            leader = file.item(item.leader) if item.leader else None
            decoded.append(decode_item(*as_written(item, pair[1], leader, by_tag.get(item.leader))))
    return tuple(decoded)


def decode_cyclic(file: ElementaryFile, record: bytes) -> tuple[DecodedItem, ...]:
    """Say what the fields of one record of a cyclic file hold; those beyond its end are left out."""
    decoded, at = [], 0
    for item in file.items:
        if at < len(record):
            decoded.append(decode_item(item, record[at : at + item.length]))
        at += item.length
    return tuple(decoded)


def _inner(item: Item, field: bytes) -> tuple[DecodedItem, ...]:
    """Decode the inner TLVs; none when they are not well formed."""
    by_tag = {inner.tag: inner for inner in item.inner}
    try:
        found = list(iterate_simple(field))
    except ValueError:
        return ()
    return tuple(
        decode_item(by_tag[tag], value) if tag in by_tag else _unknown(simple(tag, value))
        for tag, value in found
    )


def _composite(item: Item, text: str) -> DecodedItem:
    """Take a composite value apart; its meaning names each part that has one."""
    inner, at = [], 0
    for part in item.parts:
        piece = text[at : at + part.length]
        english, chinese = _meaning(part.codes, piece)
        inner.append(DecodedItem(item=part, text=piece, english=english, chinese=chinese))
        at += part.length
    known = [piece for piece in inner if piece.english is not None]
    return DecodedItem(
        item=item,
        text=text,
        english="; ".join(f"{piece.item.english}: {piece.english}" for piece in known) or None,
        chinese="；".join(f"{piece.item.chinese}：{piece.chinese}" for piece in known) or None,
        inner=tuple(inner),
    )


def _meaning(codes: str, text: str) -> tuple[str | None, str | None]:
    """Look a code up, and without a leading zero too: packed items hold one-digit codes in two digits."""
    if not codes or not text:
        return None, None
    found = meaning(codes, text)
    if found is None and text.startswith("0"):
        found = meaning(codes, text[1:])
    return found or (None, None)


def _split(record: bytes) -> tuple[int, bytes] | None:
    """Take a record apart into tag and value; ``None`` when it is not one TLV."""
    try:
        return split_simple(record)
    except ValueError:
        return None


def _unknown(record: bytes) -> DecodedItem:
    """Show a record that the layout does not know, or that is no TLV, in hexadecimal."""
    pair = _split(record)
    tag, value = pair or (0, record)
    item = Item(
        tag=tag,
        kind="b",
        length=len(value),
        english="not in the layout" if pair else "not well formed",
        chinese="未定义数据项" if pair else "格式错误",
        mark="?",
    )
    return DecodedItem(item=item, text=value.hex().upper())
