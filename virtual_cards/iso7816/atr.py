"""Answer to reset: contact ATR, contactless ATS, and the ATR by which PC/SC presents the contactless face.

All three carry the same 13 historical bytes T1…TD (facts: card.md §8): chip provider (2), COS (3), card
maker (2), the first four digits of the issuing area (2) and four bytes that are unique within the area.
The last eight, T6…TD, are the card's key-diversification factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

__all__ = [
    "HISTORICAL_SIZE",
    "HistoricalBytes",
    "answer_to_select",
    "card_factor",
    "contact_atr",
    "contactless_atr",
    "historical_bytes_of",
    "parse_ats",
]

HISTORICAL_SIZE = 13
FACTOR_SIZE = 8

_CONTACT_PREFIX = bytes.fromhex("3B6D0000")
_ATS_PREFIX = bytes.fromhex("127880A002")
_TD1_PRESENT = 0x80


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


def card_factor(historical: bytes) -> bytes:
    """Return the card's diversification factor T6…TD, 8 bytes (card.md §9.3)."""
    return historical[-FACTOR_SIZE:]


def contact_atr(historical: bytes) -> bytes:
    """Build the contact ATR: direct convention, TB1 and TC1 zero, T=0 only, no TCK (card.md §8.1)."""
    return _CONTACT_PREFIX + historical


def answer_to_select(historical: bytes) -> bytes:
    """Build the ATS: frames of 256 bytes, 106 kbit/s, FWI 10, CID supported (card.md §8.2)."""
    return _ATS_PREFIX + historical


def contactless_atr(historical: bytes) -> bytes:
    """Build the pseudo-ATR of PC/SC part 3 for an ATS with these historical bytes (card.md §8.2)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(lambda left, right: left ^ right, body),))


def parse_ats(ats: bytes) -> bytes:
    """Return the historical bytes of an ATS (ISO/IEC 14443-4 §5.2); ``ValueError`` if it is broken."""
    if len(ats) < 2 or ats[0] != len(ats):
        raise ValueError(f"ATS: length byte does not fit: {ats.hex()}")
    return ats[2 + (ats[1] >> 4 & 0x07).bit_count() :]


def historical_bytes_of(atr: bytes) -> bytes:
    """Return the historical bytes of any ATR, contact or PC/SC pseudo-ATR (ISO/IEC 7816-3 §8.2).

    Raises:
        ValueError: the ATR ends before its historical bytes do, or TCK is wrong.
    """
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        raise ValueError(f"ATR: must start with 3B or 3F and a format byte: {atr.hex()}")
    count, at, indicator, protocols = atr[1] & 0x0F, 2, atr[1], set[int]()
    while True:
        at += (indicator >> 4).bit_count()
        if not indicator & _TD1_PRESENT:
            break
        if at > len(atr):
            raise ValueError(f"ATR: ends inside its interface bytes: {atr.hex()}")
        indicator = atr[at - 1]
        protocols.add(indicator & 0x0F)
    end = at + count
    checked = bool(protocols - {0})
    if len(atr) != end + checked:
        raise ValueError(f"ATR: {len(atr)} bytes, {end + checked} expected: {atr.hex()}")
    if checked and reduce(lambda left, right: left ^ right, atr[1:]):
        raise ValueError(f"ATR: check byte TCK is wrong: {atr.hex()}")
    return atr[at:end]
