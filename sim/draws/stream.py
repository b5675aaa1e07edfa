"""A stream: one purpose of randomness ("visits/go", "people/sex") under one seed.

Each method takes who draws (``entity``) and for the how-manieth time (``occurrence``). Methods that need
two uniform numbers take their second from the stream's own second lane, so that an occurrence number
means the same in every method. Integer methods have an array form that returns the same values.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onecard.sim.draws import maths
from onecard.sim.draws.hashing import UInt64Array, draw, draw_array, stream_base

__all__ = ["Stream"]

_TWO_PI = 6.283185307179586
_UNIT = 1.0 / (1 << 53)


class Stream:
    """Draws for one purpose.

    Args:
        seed: the world's seed.
        name: the purpose, unique in the project, by room and word: ``"people/birth-day"``.
    """

    __slots__ = ("_base", "_second", "name")

    def __init__(self, seed: int, name: str) -> None:
        self.name = name
        self._base = stream_base(seed, name)
        self._second = stream_base(seed, name + "#2")

    def bits(self, entity: int, occurrence: int = 0) -> int:
        """Draw 64 uniform bits."""
        return draw(self._base, entity, occurrence)

    def bits_array(self, entities: npt.ArrayLike, occurrence: npt.ArrayLike = 0) -> UInt64Array:
        """Array form of :meth:`bits`."""
        return draw_array(self._base, entities, occurrence)

    def random_bytes(self, size: int, entity: int, occurrence: int = 0) -> bytes:
        """Draw up to 16 bytes, for challenges and serial numbers."""
        words = (draw(self._base, entity, occurrence) << 64) | draw(self._second, entity, occurrence)
        return words.to_bytes(16, "big")[:size]

    def below(self, bound: int, entity: int, occurrence: int = 0) -> int:
        """Draw an integer from 0 to ``bound - 1`` (bias below 2**-32 for bounds below 2**32)."""
        return ((draw(self._base, entity, occurrence) >> 32) * bound) >> 32

    def below_array(
        self, bound: int, entities: npt.ArrayLike, occurrence: npt.ArrayLike = 0
    ) -> npt.NDArray[np.int64]:
        """Array form of :meth:`below`."""
        high = self.bits_array(entities, occurrence) >> np.uint64(32)
        return ((high * np.uint64(bound)) >> np.uint64(32)).astype(np.int64)

    def uniform(self, entity: int, occurrence: int = 0) -> float:
        """Draw a float in [0, 1) with 53 bits."""
        return (draw(self._base, entity, occurrence) >> 11) * _UNIT

    def uniform_array(
        self, entities: npt.ArrayLike, occurrence: npt.ArrayLike = 0
    ) -> npt.NDArray[np.float64]:
        """Array form of :meth:`uniform`."""
        return (self.bits_array(entities, occurrence) >> np.uint64(11)).astype(np.float64) * _UNIT

    def happens(self, probability: float, entity: int, occurrence: int = 0) -> bool:
        """Draw whether an event of this probability happens."""
        return self.uniform(entity, occurrence) < probability

    def exponential(self, mean: float, entity: int, occurrence: int = 0) -> float:
        """Draw from the exponential distribution."""
        return -mean * maths.log(1.0 - self.uniform(entity, occurrence))

    def normal(self, entity: int, occurrence: int = 0) -> float:
        """Draw from the standard normal distribution (Box and Muller 1958)."""
        radius = maths.sqrt(-2.0 * maths.log(1.0 - self.uniform(entity, occurrence)))
        angle = _TWO_PI * ((draw(self._second, entity, occurrence) >> 11) * _UNIT)
        return radius * maths.cos(angle)

    def log_normal(self, mean: float, variation: float, entity: int, occurrence: int = 0) -> float:
        """Draw from the log-normal distribution with this mean and coefficient of variation."""
        variance = maths.log(1.0 + variation * variation)
        location = maths.log(mean) - variance / 2.0
        return maths.exp(location + maths.sqrt(variance) * self.normal(entity, occurrence))
