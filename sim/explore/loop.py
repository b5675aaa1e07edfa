"""Virtual time: a queue of events, taken by time and, at one time, in the order of their scheduling."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Loop"]


class Loop:
    """The loop of one seed.

    Attributes:
        now_us: the time, from zero.
        events: how many events there were.
    """

    def __init__(self) -> None:
        self.now_us = 0
        self.events = 0
        self._queue: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._sequence = 0

    def after(self, delay_us: int, action: Callable[..., None], *arguments: Any) -> None:
        """Do something after a while."""
        self.at(self.now_us + delay_us, action, *arguments)

    def at(self, time_us: int, action: Callable[..., None], *arguments: Any) -> None:
        """Do something at a time."""
        self._sequence += 1
        heapq.heappush(self._queue, (time_us, self._sequence, action, arguments))

    def run(self, until_us: int) -> None:
        """Let time pass until nothing is left to happen, or until a time."""
        queue, pop = self._queue, heapq.heappop
        while queue and queue[0][0] <= until_us:
            self.now_us, _, action, arguments = pop(queue)
            self.events += 1
            action(*arguments)
