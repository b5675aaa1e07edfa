"""What time it is, for the hosts: microseconds since the start of the tiers' calendar.

The only place of the project's library that looks at a clock on the wall. Dates are those of China (UTC+8).
"""

from __future__ import annotations

import datetime
import time
from typing import Protocol

__all__ = ["CHINA", "Clock", "MessageClock", "WallClock"]

CHINA = datetime.timezone(datetime.timedelta(hours=8))
MICROSECOND = datetime.timedelta(microseconds=1)


class Clock(Protocol):
    """What a host asks for the time."""

    follows_messages: bool
    """Whether messages say what time it is."""

    def now_us(self) -> int:
        """Return the time now."""
        ...

    def hear(self, inf_time: str) -> int:
        """Take note of a message's time ``yyyy-MM-dd HH:mm:ss``; return the time at which it is served."""
        ...

    def read(self, inf_time: str) -> int | None:
        """Return the time that a message says, or None if it is none."""
        ...

    def from_unix(self, seconds: int) -> int:
        """Return a time given in seconds since 1970."""
        ...


class _Calendar:
    def __init__(self, start: datetime.date) -> None:
        self._midnight = datetime.datetime.combine(start, datetime.time(), CHINA)

    def read(self, inf_time: str) -> int | None:
        """Return the time that a message says, or None if it is none."""
        try:
            moment = datetime.datetime.strptime(inf_time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        except ValueError:
            return None
        return (moment - self._midnight) // MICROSECOND

    def from_unix(self, seconds: int) -> int:
        """Return a time given in seconds since 1970."""
        return (seconds - int(self._midnight.timestamp())) * 1_000_000


class WallClock(_Calendar):
    """The time of day, and never backwards."""

    follows_messages = False

    def __init__(self, start: datetime.date) -> None:
        super().__init__(start)
        elapsed = datetime.datetime.now(CHINA) - self._midnight
        self._offset_us = elapsed // MICROSECOND - time.monotonic_ns() // 1000

    def now_us(self) -> int:
        """Return the time now."""
        return time.monotonic_ns() // 1000 + self._offset_us

    def hear(self, inf_time: str) -> int:
        """Return the time now, whatever a message says."""
        return self.now_us()


class MessageClock(_Calendar):
    """The time of the last message: for replays, whose answers must not depend on when they run."""

    follows_messages = True

    def __init__(self, start: datetime.date) -> None:
        super().__init__(start)
        self._now_us = 0
        self._said = ""

    def now_us(self) -> int:
        """Return the time of the last message."""
        return self._now_us

    def hear(self, inf_time: str) -> int:
        """Set the clock to a message's time; one that cannot be read leaves it as it is."""
        if inf_time != self._said:  # many messages say the same second
            self._said, said_us = inf_time, self.read(inf_time)
            if said_us is not None:
                self._now_us = max(0, said_us)
        return self._now_us
