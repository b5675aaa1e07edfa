"""The plan of a seed: which faults are injected where, as a pure function of what they happen to.

Theory of operation. A message that crosses a link is known by the link, the direction, its first bytes (which
hold the transaction and the message number) and how often it has crossed before. One draw keyed by these says
whether a fault happens to it, and which. Node faults are drawn per node and slot of time. So nothing depends
on the order in which the world asks, and any set of injections can be switched off while the others stay as
they are: that is how a failing seed is made small.

Which faults take part and how often differs from seed to seed: a seed with two kinds of faults finds what one
with all of them buries (Groce, Zhang, Eide, Chen, Regehr 2012, "Swarm testing").
"""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.draws import Stream, maths
from onecard.sim.explore.faults import FAULTS, MESSAGE_FAULTS, MOMENTS, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FAULTY_US", "HEAD_BYTES", "Injection", "NodeInjection", "Plan"]

FAULTY_US = 120_000_000
"""How long faults are injected; afterwards everything heals."""
HEAD_BYTES = 60
"""Enough of a request to hold ``infno`` and ``msgid``, which come first."""
SLOT_US = 15_000_000
"""Length of a slot in which a node fault may begin."""

_RATES = (0.002, 0.01, 0.03, 0.08)
"""Share of the messages that something happens to, by seed."""
_CRASHES_PER_SEED = 12.0
"""Expected crashes in a seed at most: a restart reads everything that is durable again."""
_NODE_RATE = 0.04
_TWO_32 = 1 << 32
_MASK = (1 << 64) - 1


class Injection(msgspec.Struct, frozen=True):
    """A fault that happens to a message.

    Attributes:
        key: identifies it in the plan: fault, link and which message.
        fault: the row.
        duration_us: how long it takes, where it takes any.
        variant: a number from 0 to 65535 for choices inside the fault.
    """

    key: str
    fault: Fault
    duration_us: int
    variant: int

    @property
    def moment(self) -> str:
        """When a crash happens."""
        return MOMENTS[self.variant % len(MOMENTS)]

    @property
    def later_step(self) -> bool:
        """Whether a crash waits for the step that answers; otherwise the first one that writes."""
        return bool(self.variant & 0x100)


class NodeInjection(msgspec.Struct, frozen=True):
    """A fault that happens to a node, or between two, for a time."""

    key: str
    fault: Fault
    nodes: tuple[str, ...]
    begin_us: int
    end_us: int
    offset_us: int = 0


class Plan:
    """The faults of one seed.

    Args:
        seed: the seed.
        faults: names of the faults that may take part.
        messages: about how many messages the seed will have, to bound the number of crashes.
        only: keys of the injections that remain switched on; None for all.
    """

    def __init__(
        self, *, seed: int, faults: Sequence[str], messages: int, only: frozenset[str] | None = None
    ) -> None:
        self.seed = seed
        self.only = only
        self.injected: Counter[str] = Counter()
        self.keys: list[str] = []
        choice = Stream(seed, "explore/plan")
        wanted = [row for row in FAULTS.values() if row.name in faults]
        taking = [row for number, row in enumerate(wanted) if choice.happens(0.6, 1, number)]
        self.taking = tuple(taking or wanted)
        self.rate = _RATES[choice.below(len(_RATES), 2)]
        self._hits = Stream(seed, "explore/hits")
        self._parameters = Stream(seed, "explore/parameters")
        self._by_direction = (self._shares("request", messages), self._shares("reply", messages))

    def _shares(self, direction: str, messages: int) -> tuple[tuple[int, Fault], ...]:
        """Return the faults of a direction with the cumulated upper bounds of their draws."""
        rows = [row for row in MESSAGE_FAULTS if row in self.taking and row.place in (direction, "both")]
        weights = sum(row.weight for row in rows)
        bound, shares = 0.0, []
        for row in rows:
            rate = self.rate * row.weight / weights
            if row.name == "crash":
                rate = min(rate, _CRASHES_PER_SEED / max(1, messages))
            bound += rate
            shares.append((int(bound * _TWO_32), row))
        return tuple(shares)

    def on_message(self, link: int, head: bytes, occurrence: int, *, reply: bool) -> Injection | None:
        """Return what happens to a message, if anything.

        Args:
            link: number of the link.
            head: first bytes of the request that crosses it, or that the reply answers.
            occurrence: how often this message has crossed this link before.
            reply: whether the reply crosses, and not the request.
        """
        shares = self._by_direction[reply]
        if not shares:
            return None
        entity = (zlib.crc32(head) << 32 | link) << 1 & _MASK | reply
        bits = self._hits.bits(entity, occurrence)
        position = bits >> 32
        if position >= shares[-1][0]:
            return None
        fault = next(row for bound, row in shares if position < bound)
        key = f"{fault.name}/{link:08x}/{zlib.crc32(head):08x}/{occurrence}"
        if self.only is not None and key not in self.only:
            return None
        return Injection(key, fault, self._duration_us(fault, entity, occurrence), bits & 0xFFFF)

    def _duration_us(self, fault: Fault, entity: int, occurrence: int) -> int:
        """Draw a duration whose logarithm is uniform: short and long ones are both frequent."""
        if fault.longest_us <= fault.shortest_us:
            return fault.longest_us
        ratio = fault.longest_us / fault.shortest_us
        return int(fault.shortest_us * maths.pow(ratio, self._parameters.uniform(entity, occurrence)))

    def count(self, name: str, key: str) -> None:
        """Count an injection that took place."""
        self.injected[name] += 1
        self.keys.append(key)

    def on_nodes(self, nodes: Sequence[str], links: Sequence[tuple[str, str]]) -> list[NodeInjection]:
        """Return the faults of nodes and links, in the order of their beginning."""
        found = []
        for name, places in (("clock-skew", [(node,) for node in nodes]), ("partition", list(links))):
            if FAULTS[name] in self.taking:
                found += [each for place in places for each in self._slots(FAULTS[name], place)]
        return sorted(found, key=lambda each: (each.begin_us, each.key))

    def _slots(self, fault: Fault, place: tuple[str, ...]) -> list[NodeInjection]:
        stream = Stream(self.seed, f"explore/{fault.name}/{'-'.join(place)}")
        found = []
        for slot in range(FAULTY_US // SLOT_US):
            key = f"{fault.name}/{'-'.join(place)}/{slot}"
            if not stream.happens(_NODE_RATE, slot) or (self.only is not None and key not in self.only):
                continue
            begin_us = slot * SLOT_US + stream.below(SLOT_US, slot, 1)
            duration_us = self._duration_us(fault, stream.below(1 << 30, slot, 2), slot)
            ahead = 1 if stream.below(2, slot, 3) else -1
            end_us = min(begin_us + (SLOT_US if fault.name == "clock-skew" else duration_us), FAULTY_US)
            found.append(NodeInjection(key, fault, place, begin_us, end_us, ahead * duration_us))
        return found
