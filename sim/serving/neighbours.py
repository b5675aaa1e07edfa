"""Tiers in other processes, asked over HTTP with connections that are kept.

Everything that is no readable answer in time is no answer: the asker treats it as uncertain (settlement.md
§5.3 UR-1). Measured over loopback with 16 connections, aiohttp carries several times what httpx does per
core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from onecard.sim.errors import InputError
from onecard.sim.serving.door import tier_headers
from onecard.sim.serving.host import Answer
from onecard.sim.serving.http_app import JSON_TYPE, SERVICE_PATH, TRACE_HEADER, read_trace

if TYPE_CHECKING:
    from onecard.sim.serving.keys import KeyRing

__all__ = ["HttpNeighbour", "read_route"]

LONGEST_ANSWER_BYTES = 4 * 1024 * 1024


def read_route(text: str) -> tuple[str, str]:
    """Read ``ADDRESS=URL``; a URL without a path means entry style a.

    Raises:
        InputError: it is no such thing.
    """
    address, _, url = text.partition("=")
    parts = urlsplit(url)
    if not address or parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("not a route", where="--route", value=text, allowed="ADDRESS=http://HOST:PORT")
    return address, url if parts.path.strip("/") else url.rstrip("/") + SERVICE_PATH


class HttpNeighbour:
    """A tier behind a URL.

    Args:
        url: where it takes messages.
        session: keeps the connections.
        keys: with which the asker signs.
    """

    def __init__(self, url: str, session: aiohttp.ClientSession, keys: KeyRing) -> None:
        self._url = url
        self._session = session
        self._keys = keys

    async def ask(self, sender: str, request: bytes, timeout_s: float) -> Answer | None:
        """Carry a question; None when no readable answer came in time."""
        headers = {"content-type": JSON_TYPE.decode()} | tier_headers(sender, request, self._keys)
        try:
            async with self._session.post(
                self._url, data=request, headers=headers, timeout=aiohttp.ClientTimeout(total=timeout_s)
            ) as response:
                if response.status != 200:
                    return None
                reply = await response.content.read(LONGEST_ANSWER_BYTES + 1)
                while len(reply) <= LONGEST_ANSWER_BYTES and not response.content.at_eof():
                    reply += await response.content.read(LONGEST_ANSWER_BYTES + 1)
                trace = read_trace(response.headers.get(TRACE_HEADER.decode(), ""))
        except (aiohttp.ClientError, TimeoutError):
            return None
        if len(reply) > LONGEST_ANSWER_BYTES or b"\\u0000" in reply:
            return None
        return Answer(reply, trace)
