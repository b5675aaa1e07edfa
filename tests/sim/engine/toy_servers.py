"""Servers of one thought each, for the tests of the network that hosts them."""

from collections.abc import Callable, Generator

import msgspec
from simpy import Environment

from onecard.sim.actors import Ask, Serving
from onecard.sim.engine.conditions import Disturbances
from onecard.sim.engine.network import Caller, Network
from onecard.sim.services import Duration

SECOND = 1_000_000


class Latency(msgspec.Struct):
    latency_minimum_ms: float = 100.0
    latency_mean_ms: float = 100.0


class Book:
    """Keeps the messages that a network records."""

    def __init__(self) -> None:
        self.rows: list[tuple[int | str, ...]] = []

    def message(self, *row: int | str) -> None:
        self.rows.append(row)


def message(number: int) -> bytes:
    """Write an envelope as far as the network looks at it."""
    return msgspec.json.encode({"infno": "2207", "msgid": str(number)})


def answer(text: str) -> bytes:
    return msgspec.json.encode({"infcode": 0, "output": text, "refmsg_time": "", "respond_time": ""})


class Echo:
    """Answers at once with its name and the time."""

    def __init__(self, address: str) -> None:
        self.address = address

    def handle(self, _request: bytes, now_us: int) -> bytes:
        return answer(f"{self.address} at {now_us}")


class Relay:
    """Asks somebody else first, and says what it heard."""

    def __init__(self, address: str, asks: str, *, timeout_us: int = 60 * SECOND) -> None:
        self.address, self._asks, self._timeout_us = address, asks, timeout_us
        self.closed = 0

    def serve(self, request: bytes, _now_us: int) -> Serving:
        try:
            heard = yield Ask(address=self._asks, request=request, timeout_us=self._timeout_us)
        except GeneratorExit:
            self.closed += 1
            raise
        return heard.reply or answer("nothing heard")


def network(
    *actors: Echo | Relay,
    servers: int = 1,
    computation: Duration | None = None,
    disturbances: Disturbances | None = None,
    holds_servers: bool = False,
) -> tuple[Environment, Network, Book]:
    """Host actors on links of a tenth of a second, each step computing a second."""
    env, book = Environment(initial_time=0), Book()
    hosting = Network(env, Latency(), 7, book, disturbances=disturbances, holds_servers=holds_servers)
    for actor in actors:
        hosting.host(actor, servers=servers, computation=computation or Duration(mean_s=1.0))
    return env, hosting, book


def calling(
    env: Environment,
    hosting: Network,
    visit: int,
    address: str,
    *,
    at_us: int = 0,
    timeout_us: int = 100 * SECOND,
    heard: Callable[[int, bytes | None, int], None],
) -> None:
    """Let a visit send one message, and tell what it heard and when."""

    def call() -> Generator[object, object, None]:
        yield env.timeout(at_us)
        caller = Caller(visit, f"desk/{visit}")
        reply = yield from hosting.call_within(caller, address, message(visit), timeout_us=timeout_us)
        heard(visit, reply, int(env.now))

    env.process(call())
