"""A station: equal servers behind one queue, first come, first served, with a defined order of ties.

SimPy serves simultaneous requests in the order in which the processes happened to be created. The rule of
the engines is (time, entity) instead, so that another engine can give the same answer. Arrivals of one
instant are therefore only noted; a dispatch scheduled after all ordinary events of that instant grants the
free servers in the order of the rule.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from simpy.events import Event, EventPriority

if TYPE_CHECKING:
    from simpy import Environment

__all__ = ["StationQueue"]

AFTER_ORDINARY_EVENTS = EventPriority(2)
"""SimPy priority below URGENT (0) and NORMAL (1): runs after them at the same instant."""


class StationQueue:
    """The queue and the servers of one station of one place.

    Args:
        env: the SimPy environment (integer microseconds).
        servers: how many are served at once.
    """

    __slots__ = (
        "_dispatching",
        "_env",
        "_free",
        "_waiting",
        "busy_us",
        "last_left_us",
        "longest",
        "served",
        "servers",
    )

    def __init__(self, env: Environment, servers: int) -> None:
        self._env = env
        self._free = servers
        self._waiting: list[tuple[int, int, Event]] = []
        self._dispatching = False
        self.servers = servers
        self.served = 0
        self.busy_us = 0
        self.last_left_us = 0
        self.longest = 0
        """Longest queue seen, not counting those being served."""

    def enter(self, entity: int) -> Event:
        """Queue up; the event succeeds when a server is free for this entity."""
        granted = Event(self._env)
        heapq.heappush(self._waiting, (int(self._env.now), entity, granted))
        self._dispatch_later()
        return granted

    def leave(self, started_us: int) -> None:
        """Free the server that was granted at ``started_us``."""
        self._free += 1
        self.served += 1
        self.busy_us += int(self._env.now) - started_us
        self.last_left_us = int(self._env.now)
        self._dispatch_later()

    def _dispatch_later(self) -> None:
        if self._dispatching:
            return
        self._dispatching = True
        dispatch = Event(self._env)
        dispatch._ok = True
        dispatch._value = None
        dispatch.callbacks.append(self._dispatch)
        self._env.schedule(dispatch, priority=AFTER_ORDINARY_EVENTS)

    def _dispatch(self, _event: Event) -> None:
        self._dispatching = False
        while self._free and self._waiting:
            _arrived_us, _entity, granted = heapq.heappop(self._waiting)
            self._free -= 1
            granted.succeed()
        self.longest = max(self.longest, len(self._waiting))
