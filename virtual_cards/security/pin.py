"""The PIN as the card takes it: packed digits, odd counts filled with a nibble ``F`` (facts: card.md §10)."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["PIN_LENGTHS", "decode_pin", "encode_pin", "is_packed_pin"]

PIN_LENGTHS = range(4, 13)
"""Digits that a PIN may have (card.md §21 Q13)."""


@lru_cache(maxsize=64)
def encode_pin(digits: str) -> bytes:
    """Pack a PIN.

    Args:
        digits: 4 to 12 decimal digits, or empty for "no PIN set".

    Raises:
        ValueError: other characters, or another number of them.
    """
    if not digits:
        return b""
    if len(digits) not in PIN_LENGTHS or not digits.isdecimal() or not digits.isascii():
        raise ValueError(
            f"PIN of {len(digits)} characters: 4 to 12 decimal digits are allowed, or none at all"
        )
    return bytes.fromhex(digits + "F" * (len(digits) % 2))


def decode_pin(packed: bytes) -> str:
    """Unpack a PIN into its digits."""
    return packed.hex().upper().removesuffix("F")


def is_packed_pin(packed: bytes) -> bool:
    """Tell whether these bytes are a PIN of 4 to 12 digits in its packed form."""
    digits = decode_pin(packed)
    return len(digits) in PIN_LENGTHS and digits.isdecimal()
