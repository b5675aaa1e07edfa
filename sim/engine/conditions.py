"""What a network is told of its surroundings: how long links take, what is out of order, where to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from onecard.sim.engine.hops import Hop

__all__ = ["Disturbances", "Latency", "MessageRecord"]


class Latency(Protocol):
    """How long a link takes: a minimum, and exponential above it up to the mean, in milliseconds."""

    @property
    def latency_minimum_ms(self) -> float:
        """The least."""
        ...

    @property
    def latency_mean_ms(self) -> float:
        """The mean."""
        ...


class MessageRecord(Protocol):
    """Where messages are written down."""

    def message(self, *row: int | str) -> None:
        """Write: sent at, visit, sender, recipient, kind, result, bytes of both, elapsed."""
        ...


class Disturbances:
    """What is out of order when; nothing by default."""

    def is_cut(self, sender: str, recipient: str, now_us: int) -> bool:
        """Whether what leaves or arrives now on this link is lost."""
        return False

    def loses(self, hop: Hop, way: int, sender: str, recipient: str, now_us: int) -> bool:
        """Whether this message (way 0) or its reply (way 1) gets lost on a link that is not cut."""
        return False

    def slowness(self, address: str, now_us: int) -> float:
        """By how much longer a tier computes now; 1 in order."""
        return 1.0

    def skew_us(self, address: str, now_us: int) -> int:
        """How far ahead a tier's clock is now."""
        return 0
