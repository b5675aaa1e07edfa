"""Tag, length, value: the simple TLV of records and the little of BER-TLV that an FCI needs.

Simple TLV (facts: card.md §4): one tag byte ``01``–``FE``, one length byte, the value. BER-TLV here:
tags of one or two bytes, lengths up to 255 (ISO/IEC 7816-4 §5.2.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ber", "find_ber", "iterate_ber", "iterate_simple", "simple", "split_simple"]

_MORE_TAG_BYTES = 0x1F
_CONSTRUCTED = 0x20
_ONE_LENGTH_BYTE_FOLLOWS = 0x81


def simple(tag: int, value: bytes) -> bytes:
    """Build a simple TLV.

    Args:
        tag: ``0x01`` to ``0xFE``.
        value: up to 254 bytes.
    """
    return bytes((tag, len(value))) + value


def split_simple(record: bytes) -> tuple[int, bytes]:
    """Take one simple TLV apart into tag and value; ``ValueError`` when the length does not fit."""
    if len(record) < 2 or record[1] != len(record) - 2:
        raise ValueError(f"not one simple TLV: {record.hex()}")
    return record[0], record[2:]


def iterate_simple(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each simple TLV; ``ValueError`` where one does not fit."""
    at = 0
    while at < len(content):
        end = at + 2 + content[at + 1] if at + 1 < len(content) else len(content) + 1
        if end > len(content):
            raise ValueError(f"simple TLV at offset {at} runs beyond {len(content)} bytes: {content.hex()}")
        yield content[at], content[at + 2 : end]
        at = end


def ber(tag: int, value: bytes) -> bytes:
    """Build a BER-TLV.

    Args:
        tag: one byte, or two bytes as in ``0x9F0C``.
        value: up to 255 bytes.
    """
    tag_bytes = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((_ONE_LENGTH_BYTE_FOLLOWS, len(value)))
    return tag_bytes + length + value


def iterate_ber(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each BER-TLV at this level; ``ValueError`` where one does not fit."""
    at = 0
    while at < len(content):
        tag, length, start = _ber_head(content, at)
        at = start + length
        if at > len(content):
            raise ValueError(f"BER-TLV {tag:X} runs beyond {len(content)} bytes: {content.hex()}")
        yield tag, content[start:at]


def find_ber(content: bytes, tag: int) -> bytes | None:
    """Return the value of the first object with this tag, at any depth of templates; ``None`` if absent."""
    for found, value in iterate_ber(content):
        if found == tag:
            return value
        if _is_constructed(found):
            inner = find_ber(value, tag)
            if inner is not None:
                return inner
    return None


def _is_constructed(tag: int) -> bool:
    """Tell templates; ``9F0C`` is primitive by its bits and holds a template all the same (card.md §3.2)."""
    return tag == 0x9F0C or bool((tag >> 8 or tag) & _CONSTRUCTED)


def _ber_head(content: bytes, at: int) -> tuple[int, int, int]:
    """Return tag, length and start of the value at ``at``."""
    padded = content[at : at + 4].ljust(4, b"\xff")
    size = 2 if padded[0] & _MORE_TAG_BYTES == _MORE_TAG_BYTES else 1
    tag = int.from_bytes(padded[:size], "big")
    if padded[size] == _ONE_LENGTH_BYTE_FOLLOWS:
        return tag, padded[size + 1], at + size + 2
    if padded[size] >= 0x80:
        raise ValueError(f"BER-TLV length at offset {at + size} is not 0 to 255: {content.hex()}")
    return tag, padded[size], at + size + 1
