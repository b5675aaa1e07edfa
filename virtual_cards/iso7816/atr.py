"""Answer to reset: contact ATR, contactless ATS, and the ATR by which PC/SC presents the contactless face.

All three carry the same 13 historical bytes T1…TD (facts: card.md §8): chip provider (2), COS (3), card
maker (2), the first four digits of the issuing area (2) and four bytes that are unique within the area.
The last eight, T6…TD, are the card's key-diversification factor.

Around them stand interface bytes. T0, and every TDi, tells in its high nibble which of TA, TB, TC, TD come
next. :func:`parse_atr` reads any ATR that ISO/IEC 7816-3 allows; :func:`contact_breaches` says in what an ATR
departs from the narrower rules of a social security card.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "HISTORICAL_SIZE",
    "AnswerToReset",
    "HistoricalBytes",
    "answer_to_select",
    "card_factor",
    "contact_atr",
    "contact_breaches",
    "contactless_atr",
    "historical_bytes_of",
    "parse_atr",
    "parse_ats",
]

HISTORICAL_SIZE = 13
FACTOR_SIZE = 8

_CONVENTIONS = (0x3B, 0x3F)
_ATS_PREFIX = bytes.fromhex("127880A002")
_INTERFACE_NAMES = (("TA", 0x10), ("TB", 0x20), ("TC", 0x40), ("TD", 0x80))
_MORE = 0x80
_CONTACT_FORMATS = frozenset((0x2, 0x3, 0x6, 0x7, 0x8, 0x9, 0xC, 0xD))
"""High nibbles of T0 (card.md §8.1): TB1 or TD1, one of them, and maybe TA1 and TC1."""
_SUPPLY_BYTES = {"TD1": 0x80, "TD2": 0x1F}
_SUPPLY_CLASSES = (0x01, 0x02, 0x03)
_LONGEST_ATR = 33
"""TS and at most 32 characters after it."""


@dataclass(frozen=True, slots=True)
class HistoricalBytes:
    """The 13 historical bytes by field (card.md §8.1)."""

    chip_provider: bytes
    operating_system: bytes
    card_maker: bytes
    area_start: bytes
    """First four digits of the issuing area, packed BCD, 2 bytes."""
    unique: bytes
    """TA–TD: unique within the area, 4 bytes."""

    def encode(self) -> bytes:
        """Return T1…TD."""
        return self.chip_provider + self.operating_system + self.card_maker + self.area_start + self.unique

    @classmethod
    def decode(cls, historical: bytes) -> HistoricalBytes:
        """Take T1…TD apart; ``ValueError`` unless there are 13."""
        if len(historical) != HISTORICAL_SIZE:
            raise ValueError(f"historical bytes: {len(historical)} of them, 13 expected: {historical.hex()}")
        return cls(historical[:2], historical[2:5], historical[5:7], historical[7:9], historical[9:])


@dataclass(frozen=True, slots=True)
class AnswerToReset:
    """An ATR taken apart."""

    convention: int
    """TS: ``3B`` direct, ``3F`` inverse."""
    format: int
    """T0."""
    interface: Mapping[str, int]
    """TA1, TB1 … by name, in the order in which they were sent."""
    historical: bytes
    check: int | None
    """TCK; ``None``: only T=0 is offered, there is none."""


def card_factor(historical: bytes) -> bytes:
    """Return the card's diversification factor T6…TD, 8 bytes (card.md §9.3)."""
    return historical[-FACTOR_SIZE:]


def contact_atr(
    historical: bytes, *, ta1: int | None = None, tc1: int | None = 0, supply: int | None = None
) -> bytes:
    """Build a contact ATR: direct convention, T=0 (card.md §8.1).

    Args:
        historical: T1…TD.
        ta1: clock rate and baud rate factors; ``None``: the default ones.
        tc1: extra guard time; ``None``: absent.
        supply: TA3, clock stop and voltage class; ``None``: not told. If told, T=15 is present: TB1 is then
            absent, and the check byte TCK ends the ATR.
    """
    told = ((0x10, ta1), (0x20, 0x00 if supply is None else None), (0x40, tc1))
    bits = sum(bit for bit, value in told if value is not None) | (0 if supply is None else 0x80)
    body = bytes((bits | len(historical), *(value for _, value in told if value is not None)))
    if supply is None:
        return b"\x3b" + body + historical
    body += bytes((*_SUPPLY_BYTES.values(), supply)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


def answer_to_select(historical: bytes) -> bytes:
    """Build the ATS: frames of 256 bytes, 106 kbit/s, FWI 10, CID supported (card.md §8.2)."""
    return _ATS_PREFIX + historical


def contactless_atr(historical: bytes) -> bytes:
    """Build the pseudo-ATR of PC/SC part 3 for an ATS with these historical bytes (card.md §8.2)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


def parse_ats(ats: bytes) -> bytes:
    """Return the historical bytes of an ATS (ISO/IEC 14443-4 §5.2); ``ValueError`` if it is broken."""
    if not ats or ats[0] != len(ats):
        raise ValueError(f"ATS: length byte does not fit: {ats.hex()}")
    if len(ats) == 1:
        return b""
    start = 2 + (ats[1] >> 4 & 0x07).bit_count()
    if start > len(ats):
        raise ValueError(f"ATS: ends inside its interface bytes: {ats.hex()}")
    return ats[start:]


def parse_atr(atr: bytes) -> AnswerToReset:
    """Take any ATR apart, contact or PC/SC pseudo-ATR (ISO/IEC 7816-3 §8.2).

    Raises:
        ValueError: the ATR ends before its historical bytes do, or goes on after them, or TCK is wrong.
    """
    if len(atr) < 2 or atr[0] not in _CONVENTIONS:
        raise ValueError(f"ATR: must start with 3B or 3F and a format byte: {atr.hex()}")
    interface, at = _interface_bytes(atr)
    end = at + (atr[1] & 0x0F)
    checked = any(name[:2] == "TD" and value & 0x0F for name, value in interface.items())
    if len(atr) != end + checked:
        raise ValueError(f"ATR: {len(atr)} bytes, {end + checked} expected: {atr.hex()}")
    if checked and reduce(xor, atr[1:]):
        raise ValueError(f"ATR: check byte TCK is wrong: {atr.hex()}")
    check = atr[end] if checked else None
    return AnswerToReset(atr[0], atr[1], MappingProxyType(interface), atr[at:end], check)


def _interface_bytes(atr: bytes) -> tuple[dict[str, int], int]:
    """Return the interface bytes by name, and where the historical bytes begin."""
    interface: dict[str, int] = {}
    at, level, indicator = 2, 1, atr[1]
    while True:
        for name, bit in _INTERFACE_NAMES:
            if indicator & bit:
                if at >= len(atr):
                    raise ValueError(f"ATR: ends inside its interface bytes: {atr.hex()}")
                interface[f"{name}{level}"] = atr[at]
                at += 1
        if not indicator & _MORE:
            return interface, at
        indicator = interface[f"TD{level}"]
        level += 1


def historical_bytes_of(atr: bytes) -> bytes:
    """Return the historical bytes of any ATR (raises as :func:`parse_atr`)."""
    return parse_atr(atr).historical


def contact_breaches(atr: bytes) -> tuple[str, ...]:
    """Say in what a contact ATR breaks the rules of card.md §8.1; empty: in nothing.

    Args:
        atr: the answer of a card at its contacts. The inverse convention, which terminals must accept, is a
            breach of the card's.

    Raises:
        ValueError: it is no ATR at all (as :func:`parse_atr`).
    """
    parts = parse_atr(atr)
    interface = parts.interface
    offered = {value & 0x0F for name, value in interface.items() if name[:2] == "TD"}
    rules = {
        f"TS {parts.convention:02X}: 3B expected": parts.convention == _CONVENTIONS[0],
        f"T0 {parts.format:02X}: high nibble not allowed": parts.format >> 4 in _CONTACT_FORMATS,
        f"{len(parts.historical)} historical bytes: 13 expected": len(parts.historical) == HISTORICAL_SIZE,
        f"TB1 {interface.get('TB1', 0):02X}: 00 expected": not interface.get("TB1"),
        "a protocol other than T=0 is offered": offered <= {0, 15},
        "TD1, TD2, TA3 do not signal clock stop and class": not offered or _signals_supply(interface),
        f"{len(atr)} bytes: at most {_LONGEST_ATR}": len(atr) <= _LONGEST_ATR,
    }
    return tuple(text for text, kept in rules.items() if not kept)


def _signals_supply(interface: Mapping[str, int]) -> bool:
    told = {name: value for name, value in interface.items() if name not in ("TA1", "TB1", "TC1", "TA3")}
    return told == _SUPPLY_BYTES and interface.get("TA3", 0) & 0x3F in _SUPPLY_CLASSES
