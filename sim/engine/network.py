"""The host of the actors in the simulated world: links with latency, servers with queues.

An actor computes its reply in one step; what the world adds is when. A request travels its link, waits for
one of the actor's servers, is handled at the moment its computation ends, and the reply travels back. An
actor that asks another one while it handles a message (the settlement platform asks the card authority)
holds its server for as long as that question travels; the answer itself is that instant's.

Every message and its reply is recorded. Latencies and computation times are drawn by (visit, how-manieth
call of the visit), so they do not depend on what others do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.engine.station import StationQueue
from onecard.sim.units.time import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy import Environment, Event

    from onecard.sim.actors import Actor
    from onecard.sim.engine.model import Network as NetworkModel
    from onecard.sim.recording.recorder import Recorder
    from onecard.sim.services import Duration

__all__ = ["Caller", "Network"]


@dataclass(slots=True)
class Caller:
    """On whose behalf messages are sent: gives each call of a visit its number."""

    visit: int
    address: str
    calls: int = 0


@dataclass(slots=True)
class _Hosted:
    actor: Actor
    computation: Duration
    queue: StationQueue


@dataclass(slots=True)
class Network:
    """Carries messages between places and actors.

    Args:
        env: SimPy environment.
        model: latencies, servers, computation times.
        seed: the world's seed.
        recorder: where messages are recorded.
    """

    env: Environment
    model: NetworkModel
    seed: int
    recorder: Recorder
    _hosted: dict[str, _Hosted] = field(default_factory=dict)
    _current: Caller | None = None
    _nested_us: int = 0
    _latency: Stream = field(init=False)
    _computation: Stream = field(init=False)

    def __post_init__(self) -> None:
        self._latency = Stream(self.seed, "network/latency")
        self._computation = Stream(self.seed, "network/computation")

    def host(self, actor: Actor, *, servers: int, computation: Duration) -> None:
        """Put an actor on the network with its servers."""
        self._hosted[actor.address] = _Hosted(actor, computation, StationQueue(self.env, servers))

    def call(
        self, caller: Caller, address: str, request: bytes, *, kind: str, result_of: Callable[[bytes], str]
    ) -> Generator[Event, object, bytes]:
        """Send a request and wait for the reply (a SimPy process step).

        Args:
            caller: the visit that asks.
            address: the actor.
            request: the message.
            kind: what is asked, for the record: a transaction number or a business.
            result_of: reads the result code out of the reply, for the record.
        """
        hosted = self._hosted[address]
        sent_us = int(self.env.now)
        number = caller.calls
        caller.calls += 1
        yield self.env.timeout(self._latency_us(caller.visit, 2 * number))
        yield hosted.queue.enter(caller.visit)
        started_us = int(self.env.now)
        yield self.env.timeout(
            sample_duration_us(hosted.computation, self._computation, caller.visit, number)
        )
        self._current, self._nested_us = caller, 0
        reply = hosted.actor.handle(request, int(self.env.now))
        nested_us, self._current = self._nested_us, None
        if nested_us:
            yield self.env.timeout(nested_us)
        hosted.queue.leave(started_us)
        yield self.env.timeout(self._latency_us(caller.visit, 2 * number + 1))
        self.recorder.message(
            sent_us,
            caller.visit,
            caller.address,
            address,
            kind,
            result_of(reply),
            len(request),
            len(reply),
            int(self.env.now) - sent_us,
        )
        return reply

    def ask_from(
        self, sender: str, *, kind: str, result_of: Callable[[bytes], str]
    ) -> Callable[[str, bytes], bytes]:
        """Return the function with which an actor asks another one while it handles a message."""

        def ask(address: str, request: bytes) -> bytes:
            hosted = self._hosted[address]
            now_us = int(self.env.now)
            reply = hosted.actor.handle(request, now_us)
            visit, elapsed_us = -1, 0
            if self._current is not None:
                caller = self._current
                visit, number = caller.visit, caller.calls
                caller.calls += 1
                elapsed_us = self._latency_us(visit, 2 * number) + self._latency_us(visit, 2 * number + 1)
                elapsed_us += sample_duration_us(hosted.computation, self._computation, visit, number)
                self._nested_us += elapsed_us
            self.recorder.message(
                now_us, visit, sender, address, kind, result_of(reply), len(request), len(reply), elapsed_us
            )
            return reply

        return ask

    def _latency_us(self, visit: int, occurrence: int) -> int:
        above_ms = self.model.latency_mean_ms - self.model.latency_minimum_ms
        drawn_ms = self._latency.exponential(above_ms, visit, occurrence) if above_ms > 0 else 0.0
        return round((self.model.latency_minimum_ms + drawn_ms) * MILLISECOND)
