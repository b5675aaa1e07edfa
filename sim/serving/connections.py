"""Connections: how many, how long a head, how slow a client.

The HTTP server has no bound on the time or the length of a request's head, and refuses too many connections
only when their request is there. So its protocol is given what is missing; the limit on bodies is the
application's.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.serving.limits import Limits

__all__ = ["Guard", "guarded"]

BUSY, SLOW, LONG = b"503 Service Unavailable", b"408 Request Timeout", b"431 Request Header Fields Too Large"


class Guard:
    """What the connections of all ports share.

    Attributes:
        connections: how many are open.
        busy: the body of the answer to one too many.
    """

    def __init__(self, limits: Limits, busy: Callable[[], bytes]) -> None:
        self.limits = limits
        self.busy = busy
        self.connections = 0


class GuardedProtocol(HttpToolsProtocol):
    """The server's protocol with the limits."""

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count a connection; refuse one too many."""
        super().connection_made(transport)
        self._guard.connections += 1
        if self._guard.connections > self._guard.limits.connections:
            self._refuse(BUSY, self._guard.busy())
        else:
            self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it off."""
        self._guard.connections -= 1
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head."""
        if self._deadline is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > self._guard.limits.head_bytes:
            self._refuse(LONG)

    def on_message_begin(self) -> None:
        """Start the clock: a head begins."""
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop the clock: the head is whole."""
        self._end_head()
        super().on_headers_complete()

    def _begin_head(self) -> None:
        if self._deadline is None:
            self._head_bytes = 0
            self._deadline = self.loop.call_later(self._guard.limits.head_s, self._refuse, SLOW)

    def _end_head(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: bytes, body: bytes = b"") -> None:
        self._end_head()
        if self.transport.is_closing():
            return
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: %d\r\n"
        self.transport.write(head % (status, len(body)) + b"connection: close\r\n\r\n" + body)
        self.transport.close()


def guarded(guard: Guard) -> Any:
    """Return what makes a protocol for each connection."""
    return partial(GuardedProtocol, guard=guard)
