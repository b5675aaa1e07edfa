"""Who lives where, born when, as which sex: three systematic samples in integers.

Theory of operation. An index becomes a rank by an affine permutation whose step is near the golden section of
the size, so any run of indices is a fair sample of the whole. Ranks are ordered by county and inside a county
by day of birth:

* rank ``p`` of ``n`` lives in the area that holds part ``(p * W + phase) // n`` of the ``W`` residents;
* position ``q`` of the ``m`` people of an area has part ``(q * SCALE + phase) // m`` of the pyramid;
* person ``j`` of those born on one day there is male when ``(j * male + phase)`` crosses a whole number.

Each is a systematic sample: every group has its exact share, rounded down or up by less than one person.
The phases come from the seed (sex: from area and day too), so that few people are not always the median.
All three can be inverted, so (area, day, j) is unique and nothing is stored. Everything stays below 2**63.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from onecard.sim.draws import Stream
from onecard.sim.errors import InputError
from onecard.sim.people.counties import Area, areas
from onecard.sim.people.digits import BLOCK
from onecard.sim.people.pyramid import SCALE, Int64Array, Pyramid

__all__ = ["LARGEST", "MALES", "Arrangement", "Place", "Places"]

LARGEST = 2_000_000_000
"""Largest population: its arithmetic fits into 63 bits."""
MALES = 1_000_000
"""Denominator of the male share."""

_GOLDEN = 0.6180339887498949
_GOLDEN_PART = 61_803_399
_ODD_NUMBERS, _EVEN_NUMBERS = 500, 499
"""Sequences 001 to 999 of an identity number: odd for males, even for females."""


class Place(NamedTuple):
    """Where a person stands in the arrangement."""

    rank: int
    area: int
    """Index into the areas of the region."""
    age: int
    day: int
    """Days from birth to the day that the population is as of."""
    male: bool
    earlier: int
    """People of the same area, day of birth and sex before this one."""


class Places(NamedTuple):
    """Array form of :class:`Place`."""

    rank: Int64Array
    area: Int64Array
    age: Int64Array
    day: Int64Array
    male: np.ndarray[tuple[int], np.dtype[np.bool_]]
    earlier: Int64Array


class Arrangement:
    """The order of a population.

    Args:
        size: number of people.
        seed: the population's seed.
        region: areas that they live in, in the order of their codes.
        ages: the pyramid.
        male_share: share of males.

    Raises:
        InputError: more people than identity numbers could be given to.
    """

    def __init__(
        self, size: int, seed: int, *, region: tuple[Area, ...], ages: Pyramid, male_share: float
    ) -> None:
        self.size, self.region, self.ages = size, region, ages
        self.males = round(male_share * MALES)
        stream = Stream(seed, "people/order")
        self._step = _golden_step(size)
        self._offset = stream.below(size, 0)
        self._births = Stream(seed, "people/birth-order")
        codes = np.fromiter((int(area.code) for area in region), dtype=np.int64, count=len(region))
        self._codes = codes
        self._first_ranks = _first_ranks(size, region, stream)
        self._phases = _phases(region, stream)
        self._check_capacity()
        self._lists = (self._first_ranks.tolist(), self._phases.tolist(), codes.tolist())
        self._starts = np.array(ages.starts, dtype=np.int64)
        self._first_days = np.array(ages.first_days, dtype=np.int64)

    @property
    def first_ranks(self) -> Int64Array:
        """Rank of the first person of each area; one more entry is the size."""
        return self._first_ranks

    def place(self, index: int) -> Place:
        """Find one person's place."""
        first_ranks, phases, codes = self._lists
        starts, first_days = self.ages.starts, self.ages.first_days
        rank = (self._step * index + self._offset) % self.size
        area = bisect_right(first_ranks, rank) - 1
        position = rank - first_ranks[area]
        people = first_ranks[area + 1] - first_ranks[area]
        phase = phases[area]
        part = (position * SCALE + phase) // people
        age = bisect_right(starts, part) - 1
        parts, days = starts[age + 1] - starts[age], first_days[age + 1] - first_days[age]
        of_year = ((part - starts[age]) * days) // parts
        first_part = starts[age] + -(-of_year * parts // days)
        first = -((phase - first_part * people) // SCALE)
        day = first_days[age] + of_year
        turn = self._births.below(MALES, codes[area] * 100_000_000 + self.ages.date_list[day])
        order = position - first
        before = (order * self.males + turn) // MALES
        male = ((order + 1) * self.males + turn) // MALES > before
        return Place(rank, area, age, day, male, before if male else order - before)

    def places(self, indices: Int64Array) -> Places:
        """Find many people's places, block by block, so that the intermediate arrays stay in the cache."""
        if len(indices) <= BLOCK:
            return self._block(indices)
        blocks = [self._block(indices[at : at + BLOCK]) for at in range(0, len(indices), BLOCK)]
        return Places(*(np.concatenate(columns) for columns in zip(*blocks, strict=True)))

    def _block(self, indices: Int64Array) -> Places:
        starts, first_days = self._starts, self._first_days
        rank = (self._step * indices + self._offset) % self.size
        area = np.searchsorted(self._first_ranks, rank, side="right") - 1
        position = rank - self._first_ranks[area]
        people = np.diff(self._first_ranks)[area]
        phase = self._phases[area]
        part = (position * SCALE + phase) // people
        age = np.searchsorted(starts, part, side="right") - 1
        start = starts[age]
        parts, days = np.diff(starts)[age], np.diff(first_days)[age]
        of_year = ((part - start) * days) // parts
        first_part = start + -(-of_year * parts // days)
        first = -((phase - first_part * people) // SCALE)
        day = first_days[age] + of_year
        turn = self._births.below_array(MALES, self._codes[area] * 100_000_000 + self.ages.dates[day])
        order = position - first
        before = (order * self.males + turn) // MALES
        male = ((order + 1) * self.males + turn) // MALES > before
        return Places(rank, area, age, day, male, np.where(male, before, order - before))

    def _check_capacity(self) -> None:
        """Refuse a population in which one day of birth of one county could need too many numbers."""
        people = int(np.diff(self._first_ranks).max())
        most = people * self.ages.widest_day() // SCALE + 1
        room = _room(self.males)
        if most > room:
            densest = self.region[int(np.diff(self._first_ranks).argmax())]
            raise InputError(
                f"{densest.full_name} ({densest.code}) would need up to {most} identity numbers for one day"
                f" of birth, and there are {room}",
                where="size",
                value=self.size,
                allowed=f"about {self.size * (room - 1) // most} people in this region, or a larger region",
            )


def _golden_step(size: int) -> int:
    step = max(1, int(size * _GOLDEN))
    while math.gcd(step, size) != 1:
        step += 1
    return step


def _first_ranks(size: int, region: tuple[Area, ...], stream: Stream) -> Int64Array:
    weights = np.fromiter((area.people for area in region), dtype=np.int64, count=len(region))
    whole = int(weights.sum())
    phase = stream.below(whole, 1)
    ends = np.concatenate(([0], np.cumsum(weights)))
    first: Int64Array = -((phase - ends * size) // whole)
    first[0] = 0
    return first


def _phases(region: tuple[Area, ...], stream: Stream) -> Int64Array:
    """Phases that spread evenly over the areas of the nation, so that few people per area cover all ages."""
    ordinals = {area.code: ordinal for ordinal, area in enumerate(areas())}
    mine = np.fromiter((ordinals[area.code] for area in region), dtype=np.int64, count=len(region))
    phases: Int64Array = (stream.below(SCALE, 2) + mine * _GOLDEN_PART) % SCALE
    return phases


def _room(males: int) -> int:
    """Most people of one area and day of birth for whom both kinds of sequence numbers surely suffice."""
    by_males = _ODD_NUMBERS * MALES // males if males else LARGEST
    by_females = _EVEN_NUMBERS * MALES // (MALES - males) if males < MALES else LARGEST
    return min(by_males, by_females)
