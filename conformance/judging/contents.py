"""Forms of values: what ``RecordIs`` calls the content (facts: card.md §4, §6.3, §6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["fits"]

_PACKED = re.compile(r"[0-9]*F*")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_CARD_NUMBER = re.compile(rb"[A-Z][0-9A-Z]{7}[0-9X]")
_IDENTITY_NUMBER = re.compile(rb"[0-9]{17}[0-9X]")


def _is_packed(value: bytes) -> bool:
    return _PACKED.fullmatch(value.hex().upper()) is not None


def _is_text(value: bytes) -> bool:
    text = value.rstrip(b"\0\xff")
    try:
        return text.decode("gbk").isprintable()
    except UnicodeDecodeError:
        return False


def _is_records(value: bytes) -> bool:
    at = 0
    while at + 2 <= len(value):
        at += 2 + value[at + 1]
    return at == len(value)


def _is_date(value: bytes) -> bool:
    digits = value.hex().upper()
    return len(value) == 4 and (digits == "F" * 8 or _DATE.fullmatch(digits) is not None)


def _is_card_number(value: bytes) -> bool:
    if _CARD_NUMBER.fullmatch(value) is None:
        return False
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(chr(char), 36) for weight, char in zip(weights, value[:8], strict=True))
    return "0123456789X0"[11 - total % 11] == chr(value[8])


def _is_identity_number(value: bytes) -> bool:
    if _IDENTITY_NUMBER.fullmatch(value) is None:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * (char - 0x30) for weight, char in zip(weights, value[:17], strict=True))
    return "10X98765432"[total % 11] == chr(value[17])


_FORMS: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {
        "cn": _is_packed,
        "an": _is_text,
        "b": lambda _value: True,
        "B-TLV": _is_records,
        "date": _is_date,
        "card number": _is_card_number,
        "identity number": _is_identity_number,
    }
)


def fits(content: str, value: bytes) -> bool:
    """Tell whether a value has a form."""
    return _FORMS[content](value)
