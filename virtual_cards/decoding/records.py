"""Records and fields named by the layout's items, with their values decoded (facts: card.md §4, §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.decoding.explanation import Explanation, hexadecimal, malformed
from onecard.virtual_cards.decoding.tag_values import explain_objects
from onecard.virtual_cards.iso7816.tlv import iterate_simple, simple
from onecard.virtual_cards.layouts.decoding import DecodedItem, decode_cyclic, decode_records

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["explain_item", "explain_records"]

_RECORD = ("record", "记录")


def explain_records(
    data: bytes, file: ElementaryFile | None, *, objects: bool = False
) -> tuple[Explanation, ...]:
    """Explain one record, or several in one answer.

    Args:
        data: the bytes of READ RECORD's answer or UPDATE RECORD's data.
        file: the EF; ``None`` if it is not known: then tags are shown without names.
        objects: records are BER-TLV, as in the payment application.
    """
    if objects or (file is not None and not file.items and data[:1] in (b"\x61", b"\x70")):
        return explain_objects(data)
    if file is not None and file.cyclic:
        return _cyclic_records(data, file)
    try:
        pairs = tuple(iterate_simple(data))
    except ValueError as error:
        return (malformed(*_RECORD, data, str(error).partition(":")[0]),)
    if file is None:
        return tuple(_unnamed(tag, value) for tag, value in pairs)
    records = [simple(tag, value) for tag, value in pairs]
    decoded = decode_records(file, records)
    return tuple(
        explain_item(item, record, tag=record[0]) for item, record in zip(decoded, records, strict=True)
    )


def explain_item(decoded: DecodedItem, raw: bytes = b"", *, tag: int = 0) -> Explanation:
    """Explain a decoded item and what is inside it.

    Args:
        decoded: from ``layouts.decode_item``.
        raw: its bytes, shown when there is no text.
        tag: as it stands on the card; ``0`` for fields without one.
    """
    shown_tag = tag or decoded.item.tag
    return Explanation(
        english=f"{shown_tag:02X} {decoded.item.english}" if shown_tag else decoded.item.english,
        chinese=decoded.item.chinese,
        raw=raw,
        value="" if decoded.item.inner and decoded.inner else decoded.text or "– (empty 空)",
        meaning=(decoded.english or "", decoded.chinese or ""),
        parts=tuple(explain_item(inner) for inner in decoded.inner) if decoded.item.inner else (),
    )


def _cyclic_records(data: bytes, file: ElementaryFile) -> tuple[Explanation, ...]:
    if not data or len(data) % file.size:
        return (malformed(*_RECORD, data, f"{len(data)} bytes, a record of {file.name} has {file.size}"),)
    starts = range(0, len(data), file.size)
    return tuple(_cyclic_record(data[at : at + file.size], file) for at in starts)


def _cyclic_record(record: bytes, file: ElementaryFile) -> Explanation:
    fields = tuple(explain_item(field) for field in decode_cyclic(file, record))
    return Explanation(english=_RECORD[0], chinese=_RECORD[1], raw=record, parts=fields)


def _unnamed(tag: int, value: bytes) -> Explanation:
    return Explanation(english=f"{tag:02X} item", chinese="数据项", raw=value, value=hexadecimal(value))
