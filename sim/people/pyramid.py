"""Ages: a cumulative pyramid in integers, so that a share of the way through it is a day of birth.

Theory of operation. ``SCALE`` parts are dealt to the single years of age 0 to 100: first to the groups 0-15,
16-59, 60-64 and 65+, whose shares are published, then inside a group in proportion to a shape. Everything
is integer arithmetic from there, so the scalar and the array form cannot differ.
A day is counted backwards from the day that the population is as of: 0 is a child born on that day.
"""

from __future__ import annotations

import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from onecard.sim import facts

__all__ = ["OLDEST", "SCALE", "Pyramid", "pyramid", "years_before"]

SCALE = 100_000_000
"""Parts of the whole pyramid."""
OLDEST = 100

Int64Array = npt.NDArray[np.int64]

_BANDS = [(low, low + 4) for low in range(0, 100, 5)] + [(100, 100)]


class Pyramid(NamedTuple):
    """The pyramid as of one day."""

    as_of: datetime.date
    starts: tuple[int, ...]
    """Cumulative parts: people of age ``a`` are parts ``starts[a]`` to ``starts[a + 1] - 1``."""
    first_days: tuple[int, ...]
    """Days before ``as_of`` on which the youngest of age ``a`` was born; one more entry ends the last."""
    dates: Int64Array
    """Day -> date of birth as the number YYYYMMDD."""
    date_list: tuple[int, ...]
    """The same dates, faster to look up one by one."""

    def share(self, lowest: int, highest: int = OLDEST) -> float:
        """Share of people from the lowest to the highest age, both included."""
        return (self.starts[highest + 1] - self.starts[lowest]) / SCALE

    def widest_day(self) -> int:
        """Most parts that one day of birth takes."""
        return max(
            -(-(self.starts[age + 1] - self.starts[age]) // (self.first_days[age + 1] - self.first_days[age]))
            for age in range(OLDEST + 1)
        )


def years_before(day: datetime.date, years: int) -> datetime.date:
    """Return the same calendar day earlier (later if negative); 29 February becomes 28 February."""
    year = day.year - years
    if (day.month, day.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return day.replace(year=year, day=28)
    return day.replace(year=year)


@cache
def weights() -> tuple[int, ...]:
    """Parts of each single year of age, 0 to 100; they sum to ``SCALE``."""
    old = facts.value("population.age-share.65-plus")
    groups = [
        (0, 15, facts.value("population.age-share.0-15")),
        (16, 59, facts.value("population.age-share.16-59")),
        (60, 64, facts.value("population.age-share.60-plus") - old),
        (65, OLDEST, old),
    ]
    shape = [0.0] * (OLDEST + 1)
    for low, high in _BANDS:
        share = facts.value(f"population.age-shape.{low:02d}-{high:02d}")
        for age in range(low, high + 1):
            shape[age] = share / (high - low + 1)
    parts: list[int] = []
    for low, high, share in groups:
        parts += _deal(round(share * SCALE), shape[low : high + 1])
    return tuple(parts)


def _deal(total: int, shape: list[float]) -> list[int]:
    """Split ``total`` in proportion to the shape by rounding its cumulative sum: nothing is lost."""
    whole = sum(shape)
    parts, before, running = [], 0, 0.0
    for weight in shape[:-1]:
        running += weight
        here = round(total * running / whole)
        parts.append(here - before)
        before = here
    return [*parts, total - before]


@cache
def pyramid(as_of: datetime.date) -> Pyramid:
    """Build the pyramid as of a day; kept, since building the calendar takes a few milliseconds."""
    starts = (0, *np.cumsum(weights()).tolist())
    first_days = tuple((as_of - years_before(as_of, age)).days for age in range(OLDEST + 2))
    days = np.datetime64(as_of, "D") - np.arange(first_days[-1]).astype("timedelta64[D]")
    dates = _as_numbers(days)
    return Pyramid(as_of, starts, first_days, dates, tuple(dates.tolist()))


def _as_numbers(days: npt.NDArray[np.datetime64]) -> Int64Array:
    years = days.astype("datetime64[Y]")
    months = days.astype("datetime64[M]")
    year = years.astype(np.int64) + 1970
    month = (months - years).astype(np.int64) + 1
    day = (days - months).astype(np.int64) + 1
    numbers: Int64Array = year * 10_000 + month * 100 + day
    return numbers
