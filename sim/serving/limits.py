"""What a serving process bears, and what happens at each limit."""

from __future__ import annotations

import msgspec

__all__ = ["Limits"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits.

    Attributes:
        body_bytes: longest body; a longer one is refused (``too-large``) and not read. An input may have
            40 000 characters (settlement.md §1.1), which is at most 160 000 bytes beside the envelope.
        head_bytes: longest request line with headers; a longer one is answered with HTTP status 431.
        head_s: how long a client may take to send them; then the connection is closed with status 408.
        body_s: how long a client may take to send the body; then it is refused (``malformed``).
        idle_s: how long a connection may be kept open without a request.
        connections: how many at the same time, on all ports; one more is answered with status 503 (``busy``).
        pending: how many messages may wait for their answer; one more is refused (``busy``).
        discard_s: how long the rest of a refused body is thrown away before the connection is closed, so
            that a client which sends first and reads then still sees the answer.
        drain_s: how long a stopping process waits for messages under way.
    """

    body_bytes: int = 1024 * 1024
    head_bytes: int = 32 * 1024
    head_s: float = 10.0
    body_s: float = 20.0
    idle_s: int = 75
    connections: int = 2_000
    pending: int = 1_000
    discard_s: float = 5.0
    drain_s: float = 10.0
