"""A tier in the simulated world: its servers, its queue, what it is serving, whether it is up.

Each message is one SimPy process here. It queues for a server, its step's computation takes its time, then
the step runs at one instant. After a question it queues again, unless the server was held. A tier that goes
down drops what it is serving: the suspended steps are closed, and a process that wakes up in another life of
its tier leaves without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simpy.events import Event

from onecard.sim.actors import Heard, Serving
from onecard.sim.engine.station import StationQueue

if TYPE_CHECKING:
    from simpy import Environment

    from onecard.sim.actors import Actor, Ask, Server
    from onecard.sim.engine.hops import Hop
    from onecard.sim.services import Duration

__all__ = ["Carrier", "Host", "Served", "Waiting", "serving_of"]

Waiting = Generator[Event, object, bytes | None]
"""A SimPy process step that ends in a reply, or in None when there is none."""


@dataclass(slots=True)
class Served:
    """What serving one message took at one tier, in microseconds.

    Attributes:
        visit: on whose behalf.
        address: the tier.
        kind: what was asked.
        arrived_us: when it arrived.
        steps: how many steps it took.
        waited_us: in the queue, over all steps.
        computed_us: computing, over all steps.
        asked_us: between questions and answers.
    """

    visit: int
    address: str
    kind: str
    arrived_us: int
    steps: int = 0
    waited_us: int = 0
    computed_us: int = 0
    asked_us: int = 0


class Carrier(Protocol):
    """What a tier needs of the network."""

    def computing_us(self, hop: Hop, host: Host, step: int) -> int:
        """Draw how long a step computes."""
        ...

    def time_us(self, address: str) -> int:
        """Tell the time by a tier's own clock."""
        ...

    def run_step(self, hop: Hop, step: Callable[[], Ask]) -> Ask:
        """Run a step at this instant."""
        ...

    def extra_us(self) -> int:
        """Tell what the last step's questions within the instant would have taken."""
        ...

    def question(self, hop: Hop, sender: str, ask: Ask) -> Waiting:
        """Carry a question; the answer, or None when there was none in time."""
        ...

    def was_served(self, served: Served) -> None:
        """Note that a message was answered."""
        ...


class Host:
    """One actor on the network.

    Args:
        env: SimPy environment.
        carrier: the network.
        address: the actor's address.
        serve: begins to serve a message.
        servers: how many messages it works on at once.
        computation: of a message's first step.
        resumption: of its steps after an answer.
        holds_servers: whether a server waits with its message for the answer.
    """

    def __init__(
        self,
        env: Environment,
        carrier: Carrier,
        *,
        address: str,
        serve: Callable[[bytes, int], Serving],
        servers: int,
        computation: Duration,
        resumption: Duration,
        holds_servers: bool,
    ) -> None:
        self.address = address
        self.computation, self.resumption = computation, resumption
        self.queue = StationQueue(env, servers)
        self.is_down = False
        self.begin = serve
        self._env = env
        self._carrier = carrier
        self._holds_servers = holds_servers
        self._lives = 0
        self._live: dict[Hop, Serving] = {}

    def take_down(self) -> None:
        """Go down, and drop what is being served."""
        self.is_down = True
        self._lives += 1
        for serving in self._live.values():
            serving.close()
        self._live.clear()

    def bring_up(self) -> None:
        """Come back, with everything that the steps have written."""
        self.is_down = False

    def serve(self, hop: Hop, request: bytes, kind: str) -> Waiting:
        """Serve a message to its reply; None if the tier went down over it."""
        served = Served(hop.visit, self.address, kind, int(self._env.now))
        lives, heard = self._lives, None
        started_us = yield from self._enter(hop, served)
        while True:
            if lives == self._lives:
                yield from self._compute(hop, served)
            if lives != self._lives:
                self.queue.leave(started_us)
                return None
            outcome = self._step(hop, request, heard)
            served.steps += 1
            if isinstance(outcome, bytes):
                break
            if not self._holds_servers:
                self.queue.leave(started_us)
            asked_us = int(self._env.now)
            heard = yield from self._carrier.question(hop.question(served.steps), self.address, outcome)
            served.asked_us += int(self._env.now) - asked_us
            if not self._holds_servers:
                started_us = yield from self._enter(hop, served)
        if extra_us := self._carrier.extra_us():
            yield self._env.timeout(extra_us)
        self.queue.leave(started_us)
        self._carrier.was_served(served)
        return outcome

    def _enter(self, hop: Hop, served: Served) -> Generator[Event, object, int]:
        """Queue for a server; return when it was granted."""
        queued_us = int(self._env.now)
        yield self.queue.enter(hop.order(served.steps))
        served.waited_us += int(self._env.now) - queued_us
        return int(self._env.now)

    def _compute(self, hop: Hop, served: Served) -> Generator[Event, object, None]:
        computing_us = self._carrier.computing_us(hop, self, served.steps)
        served.computed_us += computing_us
        yield self._env.timeout(computing_us)

    def _step(self, hop: Hop, request: bytes, heard: bytes | None) -> Ask | bytes:
        """Run one step at this instant; return its question, or the reply."""
        now_us = self._carrier.time_us(self.address)
        serving = self._live.get(hop)
        try:
            if serving is None:
                serving = self._live[hop] = self.begin(request, now_us)
                return self._carrier.run_step(hop, serving.__next__)
            resumed = serving
            return self._carrier.run_step(hop, lambda: resumed.send(Heard(heard, now_us)))
        except StopIteration as stop:
            del self._live[hop]
            reply: bytes = stop.value
            return reply


def serving_of(actor: Actor | Server) -> Callable[[bytes, int], Serving]:
    """Return how an actor begins to serve a message; one that answers at once never asks."""
    serve: Callable[[bytes, int], Serving] | None = getattr(actor, "serve", None)
    if serve is not None:
        return serve

    def answer(request: bytes, now_us: int) -> Serving:
        yield from ()
        return actor.handle(request, now_us)  # type: ignore[union-attr] # it has no serve

    return answer
