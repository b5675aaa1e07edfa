"""Actors: bytes in, bytes out, and questions in between.

A settlement tier, a bank, the card authority, the e-card service are plain objects that turn a request into a
reply. They hold no socket, clock, thread, file or random source: the time is handed in, and so is what they
keep their books in. A host (the simulated world, a fault search, an HTTP server) carries the bytes.

Theory of operation. A simple actor answers at once (:class:`Actor`). A tier of the settlement network may
have to ask its neighbour before it can answer, and the answer may never come; so its :meth:`Server.serve` is
a generator that yields :class:`Ask` and is sent :class:`Heard`, and returns the reply. Each stretch between
two yields is one *step*. A step is atomic: no other message of the same actor runs inside it. Whatever a step
wrote must be durable before what it emits (a durable question, or the reply) leaves; that is the host's one
duty. A host that drops a suspended generator has simulated a crash, or has crashed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

import msgspec

__all__ = ["Actor", "Ask", "Heard", "Server", "Serving", "answer_at_once"]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question of an actor to another one.

    Attributes:
        address: whom.
        request: the message.
        timeout_us: how long the asker waits; then it hears nothing.
        durable: what was written so far must be committed before the question leaves.
    """

    address: str
    request: bytes
    timeout_us: int
    durable: bool = False


class Heard(msgspec.Struct, frozen=True):
    """What came of a question: the reply, or None when there was none in time, and the time now."""

    reply: bytes | None
    now_us: int


Serving = Generator[Ask, Heard, bytes]
"""A message being served: yields questions, is sent what was heard, returns the reply."""


class Actor(Protocol):
    """Something that answers messages at once."""

    address: str
    """Where messages to this actor go: ``"authority/310000"``, ``"bank/01"``; unique in a world."""

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


class Server(Protocol):
    """Something that may ask others before it answers."""

    address: str
    """Where messages to this actor go: ``"city/310000"``, ``"ministry"``; unique in a world."""

    def serve(self, request: bytes, now_us: int) -> Serving:
        """Serve one message; see the theory of operation above."""
        ...


def answer_at_once(serving: Serving, ask: Callable[[Ask], bytes | None], now_us: int) -> bytes:
    """Drive a message to its reply when all questions are answered within the instant.

    Args:
        serving: what :meth:`Server.serve` returned.
        ask: carries a question; None means that no answer came.
        now_us: the time of all its steps.
    """
    try:
        question = next(serving)
        while True:
            question = serving.send(Heard(ask(question), now_us))
    except StopIteration as stop:
        reply: bytes = stop.value
        return reply
