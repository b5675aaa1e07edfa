"""The counter-based hash under every random choice of the world.

Theory of operation. A draw is a pure function of (seed, stream, entity, occurrence): who draws, what for,
and for the how-manieth time. There is no generator object whose state could depend on who asked first, so
threads, chunks, engines and machines cannot change a draw, and a new component does not disturb the draws
of the others. The mixing step is the finaliser of splitmix64 (Steele, Lea, Flood 2014, "Fast splittable
pseudorandom number generators"); each identity component enters between two full mixes.

The scalar and the array form are the same integer arithmetic modulo 2**64, so they agree on every machine.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["draw", "draw_array", "stream_base", "stream_identifier"]

UInt64Array = npt.NDArray[np.uint64]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MULTIPLIER_1 = 0xBF58476D1CE4E5B9
_MULTIPLIER_2 = 0x94D049BB133111EB


def _mix(word: int) -> int:
    word = ((word ^ (word >> 30)) * _MULTIPLIER_1) & _MASK
    word = ((word ^ (word >> 27)) * _MULTIPLIER_2) & _MASK
    return word ^ (word >> 31)


def _mix_array(words: UInt64Array) -> UInt64Array:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_MULTIPLIER_1)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_MULTIPLIER_2)
    mixed: UInt64Array = words ^ (words >> np.uint64(31))
    return mixed


@lru_cache(maxsize=1024)
def stream_identifier(name: str) -> int:
    """Return the 64-bit identifier of a stream name (first eight bytes of its SHA-256)."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def stream_base(seed: int, name: str) -> int:
    """Mix seed and stream once; the result stands for both in :func:`draw`."""
    return _mix((_mix((seed + _GOLDEN) & _MASK) + stream_identifier(name)) & _MASK)


def draw(base: int, entity: int, occurrence: int = 0) -> int:
    """Draw 64 bits for one entity and occurrence.

    Args:
        base: from :func:`stream_base`.
        entity: who draws, 0 to 2**64 - 1.
        occurrence: for the how-manieth time, 0 to 2**64 - 1.
    """
    word = _mix((base + entity * _GOLDEN + _GOLDEN) & _MASK)
    return _mix((word + occurrence * _GOLDEN + _GOLDEN) & _MASK)


def draw_array(base: int, entities: npt.ArrayLike, occurrence: npt.ArrayLike = 0) -> UInt64Array:
    """Array form of :func:`draw`: same values, ``entities`` and ``occurrence`` broadcast."""
    golden = np.uint64(_GOLDEN)
    with np.errstate(over="ignore"):
        words = np.uint64(base) + np.asarray(entities).astype(np.uint64) * golden + golden
        words = _mix_array(np.atleast_1d(words)) + np.asarray(occurrence).astype(np.uint64) * golden + golden
        return _mix_array(words)
