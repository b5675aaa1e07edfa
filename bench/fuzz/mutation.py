"""Bytes that no terminal sends: random ones, and commands with something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

__all__ = ["mutated", "random_bytes"]

_LONGEST_RANDOM = 300
_CLASSES = b"\x00\x04\x80\x84\xb0"


def random_bytes(rng: Random) -> bytes:
    """Draw bytes of any length, mostly short ones, with a class byte that often is one of the card's."""
    data = rng.randbytes(int(rng.random() ** 3 * _LONGEST_RANDOM))
    if not data or rng.random() < 0.5:
        return data
    at = int(rng.random() * len(_CLASSES))
    return _CLASSES[at : at + 1] + data[1:]


def mutated(rng: Random, command: bytes) -> bytes:
    """Change a command: a byte, its length, its form (extended lengths), or its Le."""
    size = len(command)
    draw = rng.random()
    at = int(rng.random() * size)
    if draw < 0.45 and size:
        return command[:at] + bytes((int(rng.random() * 256),)) + command[at + 1 :]
    if draw < 0.6 and size:
        return command[:at] + bytes((command[at] ^ 1 << int(rng.random() * 8),)) + command[at + 1 :]
    if draw < 0.7:
        return command[:at]
    if draw < 0.8:
        return command + rng.randbytes(1 + int(rng.random() * 3))
    if draw < 0.9:
        # Extended length: Lc and Le of three and two bytes.
        return command[:4] + b"\x00" + max(size - 5, 0).to_bytes(2, "big") + command[5:] + b"\x00\x00"
    return command + b"\x00"
