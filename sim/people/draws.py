"""The draws of a person: named streams, two attributes to a draw.

Drawing 64 bits is the dearest step of building a person, so most streams serve two attributes: one takes the
high, one the low 32 bits. A share becomes a threshold of 32 bits once; everything after that is comparing
integers, the same for one person and for a million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onecard.sim.draws import Stream

if TYPE_CHECKING:
    from onecard.sim.people.pyramid import Int64Array

__all__ = ["ONE", "Streams", "lanes", "lanes_array", "threshold"]

ONE = 1 << 32
"""Threshold of certainty."""
_LOW = ONE - 1


class Streams(NamedTuple):
    """A person's streams; the comment names what the high and the low bits decide."""

    origin: Stream  # ethnic group, chronic disease
    insurance: Stream  # scheme, person category
    card: Stream  # holds a card, generation and expiry
    finance: Stream  # financial function, electronic card
    issue: Stream  # day of issue, bank
    status: Stream  # status, mislaid
    pin: Stream  # the PIN, still the initial one
    memory: Stream  # forgets the PIN

    @classmethod
    def of(cls, seed: int) -> Streams:
        """Open the streams of a population."""
        return cls(*(Stream(seed, f"people/{name}") for name in cls._fields))


def threshold(share: float) -> int:
    """Turn a probability into a bound: 32 bits are below it with that probability."""
    return min(ONE, max(0, round(share * ONE)))


def lanes(stream: Stream, index: int) -> tuple[int, int]:
    """Draw the high and the low 32 bits of one person."""
    bits = stream.bits(index)
    return bits >> 32, bits & _LOW


def lanes_array(stream: Stream, indices: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Array form of :func:`lanes`."""
    bits = stream.bits_array(indices)
    return (bits >> np.uint64(32)).astype(np.int64), (bits & np.uint64(_LOW)).astype(np.int64)
