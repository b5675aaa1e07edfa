"""Serving within a test: the counting tiers in this process, or in one of their own that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from counting_tiers import CITY, START, two_tiers

from onecard.sim.serving.host import Host
from onecard.sim.serving.http_app import SERVICE_PATH
from onecard.sim.serving.server import Served, ServeOptions, serve

Reply = dict[str, Any]
SERVER = Path(__file__).with_name("counting_server.py")


class Response(msgspec.Struct):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Tier:
    """A served tier, and a client of it."""

    def __init__(self, served: Served, host: Host, session: aiohttp.ClientSession) -> None:
        self.served = served
        self.host = host
        self.session = session
        self.base = served.url.removesuffix(SERVICE_PATH)

    async def post(self, body: bytes, path: str = SERVICE_PATH, **headers: str) -> Reply:
        """Send a message; return the decoded answer."""
        decoded: Reply = msgspec.json.decode((await self.post_raw(body, path, **headers)).body)
        return decoded

    async def post_raw(self, body: bytes, path: str = SERVICE_PATH, **headers: str) -> Response:
        """Send a message; return the whole response."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.base + path, data=body, headers=names) as response:
            return Response(response.status, response.headers, await response.read())

    async def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page."""
        async with self.session.get(self.base + path) as response:
            return response.status, await response.text()

    async def until(self, is_so: Callable[[], Awaitable[bool]], bound_s: float = 20) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(bound_s):
            while not await is_so():
                await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def serving(database: str, **options: Any) -> AsyncIterator[Tier]:
    """Serve the counting tiers; gives the first one."""
    given: dict[str, Any] = {
        "tiers": (CITY,),
        "build": two_tiers,
        "start": START,
        "world": "counting",
        "seed": 1,
        "message_clock": True,
    }
    wanted = ServeOptions(database=database, **(given | options))
    async with serve(wanted) as (served, host), aiohttp.ClientSession() as session:
        yield Tier(served[0], host, session)


def run(scenario: Callable[[Tier], Awaitable[None]], database: str, **options: Any) -> None:
    """Serve, play a scenario, stop."""

    async def play() -> None:
        async with serving(database, **options) as tier:
            await scenario(tier)

    asyncio.run(play())


def reason(reply: Reply) -> str:
    """Return the reason of a refusal; empty for a success."""
    return "" if reply["infcode"] == 0 else str(reply["err_msg"]).partition(":")[0]


@contextlib.contextmanager
def server_process(database: str, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], Served]]:
    """Serve in a process of its own; it is killed at the end if it still runs."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), database], stdout=subprocess.PIPE, stderr=errors
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        yield process, msgspec.json.decode(line, type=Served)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
