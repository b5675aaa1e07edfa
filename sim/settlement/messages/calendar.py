"""Calendar form of simulated time, as the messages write it.

The world counts microseconds since the scenario's start; only messages and reports know dates. The text of
a day is remembered, because nearly all messages of a run fall on the same few days.
"""

from __future__ import annotations

import datetime

from onecard.sim.units.time import DAY

__all__ = ["Calendar"]


class Calendar:
    """Turns the world's time into dates and times of the settlement messages.

    Args:
        start: the date on which the scenario starts, at midnight.
    """

    __slots__ = ("_days", "start")

    def __init__(self, start: datetime.date) -> None:
        self.start = start
        self._days: dict[int, tuple[str, str]] = {}

    def _day(self, day: int) -> tuple[str, str]:
        texts = self._days.get(day)
        if texts is None:
            date = self.start + datetime.timedelta(days=day)
            texts = self._days[day] = (date.isoformat(), date.strftime("%Y%m%d"))
        return texts

    def on(self, now_us: int) -> datetime.date:
        """Return the date of a time."""
        return self.start + datetime.timedelta(days=now_us // DAY)

    def date(self, now_us: int) -> str:
        """Write ``yyyy-MM-dd``."""
        return self._day(now_us // DAY)[0]

    def datetime(self, now_us: int) -> str:
        """Write ``yyyy-MM-dd HH:mm:ss`` (settlement.md §0.1)."""
        day, in_day_us = divmod(now_us, DAY)
        seconds = in_day_us // 1_000_000
        return f"{self._day(day)[0]} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    def stamp(self, now_us: int) -> str:
        """Write ``yyyyMMddHHmmss``, the time inside message identifiers (settlement.md §1.1)."""
        day, in_day_us = divmod(now_us, DAY)
        seconds = in_day_us // 1_000_000
        return f"{self._day(day)[1]}{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"

    def millis(self, now_us: int) -> str:
        """Write ``yyyyMMddHHmmssSSS``, the time of receipt and of answer (settlement.md §1.2)."""
        return f"{self.stamp(now_us)}{now_us // 1000 % 1000:03d}"
