"""How an item's value becomes the bytes of its field, and back (facts: card.md §4).

====== =============================================== =================== ==============
type   value as text                                   bytes               empty
====== =============================================== =================== ==============
cn     digits (hexadecimal digits occur in numbers)    packed, left, ``F`` all ``F``
an     characters, Chinese in GBK                      left, ``00``        all ``00``
b      hexadecimal                                     exactly as long     all ``00``
====== =============================================== =================== ==============

Reading is tolerant: ``an`` loses trailing ``00`` and ``FF`` (§21 Q19), and half a Chinese character at the
end of a field is dropped. ``EE`` at the end of a re-used V1 field is the caller's matter (§6.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FILLERS", "ItemType", "decode_value", "encode_value", "split_text"]

ItemType = str
FILLERS = {"cn": b"\xff", "an": b"\x00", "b": b"\x00", "B-TLV": b"\x00"}

_ENCODING = "gbk"


def encode_value(kind: ItemType, value: str, length: int) -> bytes:
    """Encode a value into a field.

    Args:
        kind: ``"cn"``, ``"an"`` or ``"b"``.
        value: the text form of the table above; empty text gives an empty field.
        length: bytes of the field.

    Raises:
        ValueError: the value does not fit the field or its type.
    """
    try:
        field = _ENCODERS[kind](value, length)
    except ValueError as error:
        raise ValueError(f"{kind} value {value!r} cannot be encoded: {error}") from None
    if len(field) != length:
        raise ValueError(f"{kind} value {value!r} takes {len(field)} bytes, the field has {length}")
    return field


def _encode_cn(value: str, length: int) -> bytes:
    return bytes.fromhex(value.ljust(2 * length, "F"))


def _encode_an(value: str, length: int) -> bytes:
    return value.encode(_ENCODING).ljust(length, b"\x00")


def _encode_b(value: str, length: int) -> bytes:
    return bytes.fromhex(value) if value else bytes(length)


_ENCODERS: dict[ItemType, Callable[[str, int], bytes]] = {"cn": _encode_cn, "an": _encode_an, "b": _encode_b}


def decode_value(kind: ItemType, field: bytes) -> str:
    """Decode a field into its text form (``B-TLV`` like ``b``: as hexadecimal)."""
    if kind == "cn":
        return field.hex().upper().rstrip("F")
    if kind == "an":
        return field.rstrip(b"\x00\xff").decode(_ENCODING, errors="ignore")
    return field.hex().upper()


def split_text(value: str, length: int) -> tuple[str, str]:
    """Split text into what fits ``length`` bytes and the rest, between characters (card.md §4: ``4E``)."""
    fits = value.encode(_ENCODING)[:length].decode(_ENCODING, errors="ignore")
    return fits, value[len(fits) :]
