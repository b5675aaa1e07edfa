"""Tiers as HTTP servers: sockets, host and applications put together, and their life from start to stop.

Order at the start: the ports are taken first (the commonest mistake fails at once), then the database is
opened and the tiers are loaded, then the servers take connections. At the end the other way round: no new
connections, messages under way are answered within a bound, the last group is committed, the database is
closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import logging
import resource
import signal
import socket
import sys
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import uvicorn

from onecard.sim.errors import EnvironmentLacksError
from onecard.sim.serving.clock import Clock, MessageClock, WallClock
from onecard.sim.serving.connections import Guard, guarded
from onecard.sim.serving.database import Database
from onecard.sim.serving.door import Door, Gateway
from onecard.sim.serving.host import Host
from onecard.sim.serving.http_app import DIVISION_OF_MINISTRY, SERVICE_PATH, TierApp
from onecard.sim.serving.journal import Journal
from onecard.sim.serving.keys import KeyRing
from onecard.sim.serving.limits import Limits
from onecard.sim.serving.metrics import Metrics
from onecard.sim.serving.neighbours import HttpNeighbour
from onecard.sim.serving.refusals import refusal
from onecard.sim.settlement.messages.reasons import Reason

if TYPE_CHECKING:
    import datetime
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from onecard.sim.actors import Server

__all__ = ["ServeOptions", "Served", "run", "serve"]

BACKLOG = 2048
OTHER_FILES = 500
"""Files and connections beside those of clients."""
GC_THRESHOLDS = (50_000, 20, 100)
"""Rows are kept and hold no cycles; Python's defaults look for garbage far too often."""
SWITCH_INTERVAL_S = 0.0005
"""How long the thread that computes may keep the one that commits waiting; Python's default is 5 ms."""


class ServeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is served, and how.

    Attributes:
        tiers: addresses of the tiers that get a port; they must be among those that ``build`` makes.
        build: makes the tiers of this process, empty; others are asked as neighbours.
        start: the date of time zero.
        world: what the tiers are made of, for the database to compare.
        database: URL.
        host: name or number of the interface to listen at.
        port: of the first tier; the next ones follow; 0: any free ones.
        seed: of the published test keys; None: only the keys of the file.
        keys: TOML file of real keys.
        signatures_required: whether messages must be signed.
        x_tif: whether the headers of the x-tif gateway are wanted.
        message_clock: whether messages say what time it is.
        routes: address → URL of a tier in another process.
        limits: what is borne.
    """

    tiers: tuple[str, ...]
    build: Callable[[], Mapping[str, Server]]
    start: datetime.date
    world: str
    database: str
    host: str = "127.0.0.1"
    port: int = 0
    seed: int | None = None
    keys: Path | None = None
    signatures_required: bool = False
    x_tif: bool = False
    message_clock: bool = False
    routes: dict[str, str] = {}
    limits: Limits = Limits()


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A tier that takes messages.

    Attributes:
        tier: its address.
        url: where it takes messages of all kinds.
        port: where it listens.
    """

    tier: str
    url: str
    port: int


class _Uvicorn(uvicorn.Server):
    """Leaves signals alone: they end all servers of the process together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _ToJournal(logging.Handler):
    """Writes what the HTTP server has to say as lines like all others."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        self._journal.event(f"http: {record.getMessage()}")


def run(options: ServeOptions, announce: Callable[[Sequence[Served]], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        options: what, and how.
        announce: called once, when all tiers take messages.

    Raises:
        InputError: the database is another one's, or the keys are wrong.
        EnvironmentLacksError: a port is taken, or the database cannot be used.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    _allow_files(options.limits.connections + OTHER_FILES)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_signal(options, announce))


def _allow_files(wanted: int) -> None:
    """Let this process have as many files open as it may need, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop  # noqa: PLC0415 - not on every system

    return uvloop.new_event_loop


async def _until_signal(options: ServeOptions, announce: Callable[[Sequence[Served]], None]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serve(options) as (served, host):
        gc.freeze()  # the loaded rows stay; looking through them for garbage again and again would cost much
        gc.set_threshold(*GC_THRESHOLDS)
        announce(served)
        stopped = loop.create_task(stop.wait())
        await asyncio.wait((stopped, host.failure), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if host.failure.done():
            host.failure.result()


@contextlib.asynccontextmanager
async def serve(options: ServeOptions) -> AsyncIterator[tuple[list[Served], Host]]:
    """Serve within a block.

    Yields:
        What is served, and the host that serves it.

    Raises:
        InputError, EnvironmentLacksError: as :func:`run`.
    """
    loop = asyncio.get_running_loop()
    clock: Clock = (MessageClock if options.message_clock else WallClock)(options.start)
    journal = Journal(clock, soon=loop.call_soon)
    keys = KeyRing(seed=options.seed, file=options.keys)
    metrics = Metrics()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(journal.flush)
        sockets = [
            stack.enter_context(_listen(options.host, options.port + number if options.port else 0))
            for number, _ in enumerate(options.tiers)
        ]
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
        )
        first = options.build()
        kept = [tier for tier, server in first.items() if hasattr(server, "store")]
        builds = itertools.chain((lambda: first,), itertools.repeat(options.build))
        host = Host(
            build=lambda: next(builds)(),  # noqa: PLW0108 - another one each time
            database=Database(options.database, tiers=kept, world=options.world),
            clock=clock,
            neighbours={tier: HttpNeighbour(url, session, keys) for tier, url in options.routes.items()},
            metrics=metrics,
            report=journal.event,
        )
        await host.start()
        stack.push_async_callback(host.stop, options.limits.drain_s)
        guard = Guard(options.limits, lambda: _busy(options.start, clock))
        metrics.watch(pending=lambda: host.pending, connections=lambda: guard.connections)
        door = Door(
            keys,
            required=options.signatures_required,
            clock=clock,
            gateway=Gateway(keys, clock) if options.x_tif else None,
        )
        logger = logging.getLogger("uvicorn.error")
        handler = _ToJournal(journal)
        logger.addHandler(handler)
        stack.callback(logger.removeHandler, handler)
        servers = [
            _Uvicorn(_config(app, guard))
            for app in (
                TierApp(
                    address=tier,
                    host=host,
                    door=door,
                    clock=clock,
                    start=options.start,
                    limits=options.limits,
                    metrics=metrics,
                    journal=journal,
                )
                for tier in options.tiers
            )
        ]
        running = [
            loop.create_task(server.serve(sockets=[listening]))
            for server, listening in zip(servers, sockets, strict=True)
        ]
        stack.push_async_callback(_stop_servers, servers, running)
        await _started(servers, running)
        yield (
            [
                _served(tier, listening, options.host)
                for tier, listening in zip(options.tiers, sockets, strict=True)
            ],
            host,
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer is two writes
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise EnvironmentLacksError(
            f"cannot listen at {host}:{port}: {error.strerror}",
            remedy="choose another one: --port N, or --port 0 for any free one; --host ADDRESS",
        ) from error
    return listening


def _config(app: TierApp, guard: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=guarded(guard),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=guard.limits.idle_s,
        timeout_graceful_shutdown=max(1, round(guard.limits.drain_s)),
    )


async def _started(servers: Sequence[_Uvicorn], running: Sequence[asyncio.Task[None]]) -> None:
    """Wait until every server listens; raise what made one end."""
    while not all(server.started for server in servers):
        for task in running:
            if task.done():
                task.result()
        await asyncio.sleep(0)  # start-up is a few turns of the loop, without anything to wait for


async def _stop_servers(servers: Sequence[_Uvicorn], running: Sequence[asyncio.Task[None]]) -> None:
    """Take no more connections, and wait for the answers under way."""
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


def _served(tier: str, listening: socket.socket, host: str) -> Served:
    port: int = listening.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    return Served(tier=tier, url=f"http://{name}:{port}{SERVICE_PATH}", port=port)


def _busy(start: datetime.date, clock: Clock) -> bytes:
    """Return the envelope for a connection too many."""
    now_us = clock.now_us()
    return refusal(
        Reason.BUSY,
        "too many connections",
        division=DIVISION_OF_MINISTRY,
        start=start,
        received_us=now_us,
        now_us=now_us,
    )
