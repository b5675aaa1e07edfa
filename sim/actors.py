"""Actors: bytes in, bytes out.

A city platform, a bank, the card authority, the e-card service are plain objects that turn a request into
a reply. They hold no socket, clock, thread, file or random source: the time is handed in, and so is what
they keep their books in. A host (the simulated world, later an HTTP or TCP server) carries the bytes.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Actor"]


class Actor(Protocol):
    """Something that answers messages."""

    address: str
    """Where messages to this actor go: ``"city/310000"``, ``"bank/01"``; unique in a world."""

    def handle(self, request: bytes, now_us: int) -> bytes:
        """Answer one message.

        Args:
            request: the message as it crosses the boundary.
            now_us: the host's time, microseconds since the scenario's start.

        Returns:
            The reply. A request that cannot be understood gets a reply that says so: an actor never
            raises for what a peer sent.
        """
        ...
