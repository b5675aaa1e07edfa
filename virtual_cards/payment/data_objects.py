"""Data object lists and decimal values (EMV Book 3 §5.4; facts: card.md §15).

A data object list (DOL) is tags with lengths and no values: the card says what it wants to be told, the
terminal answers with the values one after another. Lengths must fit to the byte; what a value means is for
the card's risk management to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AMOUNT_SIZE", "MOST_FEN", "DataObjectList", "amount_digits", "amount_fen", "parse_dol"]

AMOUNT_SIZE = 6
MOST_FEN = 10 ** (2 * AMOUNT_SIZE) - 1

_MORE_TAG_BYTES = 0x1F


@dataclass(frozen=True, slots=True)
class DataObjectList:
    """Tags and lengths, in the order of the values."""

    entries: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """Bytes of all values together."""
        return sum(length for _, length in self.entries)

    def split(self, data: bytes) -> dict[int, bytes]:
        """Take values apart, by tag; ``ValueError`` when the length is not :attr:`size`."""
        if len(data) != self.size:
            raise ValueError(f"{len(data)} bytes of values, the list wants {self.size}: {data.hex()}")
        values, at = {}, 0
        for tag, length in self.entries:
            values[tag] = data[at : at + length]
            at += length
        return values

    def join(self, values: Mapping[int, bytes]) -> bytes:
        """Put values together; one that is absent becomes zeros, one that is longer is refused."""
        joined = b""
        for tag, length in self.entries:
            value = values.get(tag, b"")
            if len(value) > length:
                raise ValueError(f"{tag:X}: {value.hex()} is longer than {length} bytes")
            joined += value.rjust(length, b"\0")
        return joined


@lru_cache(maxsize=64)
def parse_dol(encoded: bytes) -> DataObjectList:
    """Read a list: tags of one or two bytes, each with one length byte; ``ValueError`` for anything else."""
    entries, at = [], 0
    while at < len(encoded):
        size = 2 if encoded[at] & _MORE_TAG_BYTES == _MORE_TAG_BYTES else 1
        if at + size >= len(encoded):
            raise ValueError(f"data object list ends inside an entry: {encoded.hex()}")
        entries.append((int.from_bytes(encoded[at : at + size], "big"), encoded[at + size]))
        at += size + 1
    return DataObjectList(tuple(entries))


def amount_digits(fen: int) -> bytes:
    """Write an amount of fen as twelve digits, six bytes; ``ValueError`` if it is negative or too large."""
    if not 0 <= fen <= MOST_FEN:
        raise ValueError(f"amount {fen} fen: 0 to {MOST_FEN} are allowed")
    return bytes.fromhex(f"{fen:012d}")


def amount_fen(digits: bytes) -> int | None:
    """Read an amount of twelve digits; ``None`` when a nibble is no digit."""
    text = digits.hex()
    return int(text) if text.isdecimal() else None
