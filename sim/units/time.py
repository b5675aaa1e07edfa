"""Simulated time: integer microseconds since the scenario's start; the calendar only at the edge.

Integer time makes arithmetic independent of order, so that two engines can agree to the bit. A sampled
duration is rounded once, right after sampling, by :func:`from_seconds`.
"""

from __future__ import annotations

import re

__all__ = [
    "DAY",
    "HOUR",
    "MICROSECOND",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "clock",
    "from_seconds",
    "parse_clock",
]

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_CLOCK = re.compile(r"(\d{2}):(\d{2})")


def from_seconds(seconds: float) -> int:
    """Round a duration in seconds to whole microseconds (half to even)."""
    return round(seconds * SECOND)


def parse_clock(text: str) -> int:
    """Turn ``"07:30"`` into microseconds since midnight.

    Raises:
        ValueError: not ``HH:MM`` between 00:00 and 24:00.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"time of day {text!r} is not HH:MM")
    hours, minutes = int(match[1]), int(match[2])
    time_us = hours * HOUR + minutes * MINUTE
    if minutes > 59 or time_us > DAY:
        raise ValueError(f"time of day {text!r} is outside 00:00 to 24:00")
    return time_us


def clock(time_us: int) -> str:
    """Show a time of day as ``HH:MM:SS``."""
    seconds = time_us // SECOND
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
