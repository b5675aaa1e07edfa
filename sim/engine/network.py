"""The network between the actors of the simulated world: links with latency, questions with time-outs.

Theory of operation. A request travels its link, waits for one of the tier's servers, and its first step runs
at the moment at which that step's computation ends (:mod:`~onecard.sim.engine.hosting`). Where the step asks
another tier, the question travels in the same way; meanwhile the asker's server serves others (an
asynchronous server; the switch ``holds_servers`` makes it wait). What is heard, the answer or nothing in
time, makes the message queue again for its next step. The reply travels back. A simple actor has one step.

A question has the time-out that its asker sets; who asks without one waits as long as it takes. Tiers may go
down, links be cut, either be slow, clocks be wrong: see :mod:`~onecard.sim.engine.conditions`.

Every message is recorded once per hop, with what its sender heard. Latencies and computation times are drawn
by the hop's identity (:mod:`~onecard.sim.engine.hops`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import msgspec
from simpy.events import Event

from onecard.sim.draws import Stream
from onecard.sim.engine.conditions import Disturbances
from onecard.sim.engine.hops import Caller, Hop
from onecard.sim.engine.hosting import Host, Served, Waiting, serving_of
from onecard.sim.engine.sampling import sample_duration_us
from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.units.time import MILLISECOND

if TYPE_CHECKING:
    from simpy import Environment

    from onecard.sim.actors import Actor, Ask, Server
    from onecard.sim.engine.conditions import Latency, MessageRecord
    from onecard.sim.services import Duration

__all__ = ["NO_ANSWER", "Caller", "Network", "result_code"]

NO_ANSWER = "no-answer"
"""Result of a hop whose sender heard nothing in time."""


class Network:
    """Carries messages between places and actors.

    Args:
        env: SimPy environment, in integer microseconds.
        model: the links' latency.
        seed: the world's seed.
        record: where messages are recorded.
        disturbances: what is out of order when.
        holds_servers: whether a server is held while its message waits for another tier.
        on_served: called when a tier has answered a message.
    """

    def __init__(
        self,
        env: Environment,
        model: Latency,
        seed: int,
        record: MessageRecord,
        *,
        disturbances: Disturbances | None = None,
        holds_servers: bool = False,
        on_served: Callable[[Served], None] | None = None,
    ) -> None:
        self._env = env
        self._model = model
        self._record = record
        self._disturbances = disturbances or Disturbances()
        self._holds_servers = holds_servers
        self._on_served = on_served
        self._latency = Stream(seed, "network/latency")
        self._computation = Stream(seed, "network/computation")
        self._hosts: dict[str, Host] = {}
        self._current: Hop | None = None
        self._nested = 0
        self._nested_us = 0

    def host(
        self,
        actor: Actor | Server,
        *,
        servers: int,
        computation: Duration,
        resumption: Duration | None = None,
    ) -> Host:
        """Put an actor on the network.

        Args:
            actor: answers at once, or may ask others.
            servers: how many messages it works on at once.
            computation: of a message's first step.
            resumption: of its steps after an answer; by default as the first one.
        """
        host = self._hosts[actor.address] = Host(
            self._env,
            self,
            address=actor.address,
            serve=serving_of(actor),
            servers=servers,
            computation=computation,
            resumption=resumption or computation,
            holds_servers=self._holds_servers,
        )
        return host

    def call(
        self,
        caller: Caller,
        address: str,
        request: bytes,
        *,
        kind: str,
        result_of: Callable[[bytes], str],
    ) -> Generator[Event, object, bytes]:
        """Send a request and wait for the reply, however long it takes (a SimPy process step).

        Args:
            caller: the visit that asks.
            address: the actor.
            request: the message.
            kind: what is asked, for the record: a transaction number or a business.
            result_of: reads the result code out of the reply, for the record.
        """
        hop = caller.next_hop()
        sent_us = int(self._env.now)
        reply = yield from self._carry(hop, caller.address, address, request, kind)
        self._write(sent_us, hop, caller.address, address, kind, request, reply, result_of)
        return reply or b""

    def call_within(self, caller: Caller, address: str, request: bytes, *, timeout_us: int) -> Waiting:
        """Send a request in the envelope of the settlement network, and wait for the reply in time.

        Returns:
            The reply; None when there was none in time.
        """
        hop = caller.next_hop()
        return (yield from self._ask(hop, caller.address, address, request, timeout_us=timeout_us))

    def notify(self, caller: Caller, sender: str, address: str, request: bytes, *, timeout_us: int) -> None:
        """Let an actor send a message on its own account; nobody waits for the answer.

        Args:
            caller: the visit that gave occasion to it, for the draws.
            sender: the actor.
            address: whom it tells.
            request: the message.
            timeout_us: after which the record says that no answer came.
        """
        self._env.process(self._ask(caller.next_hop(), sender, address, request, timeout_us=timeout_us))

    def _ask(self, hop: Hop, sender: str, address: str, request: bytes, *, timeout_us: int) -> Waiting:
        sent_us, kind = int(self._env.now), _kind_of(request)
        heard = Event(self._env)
        self._env.process(self._tell(heard, self._carry(hop, sender, address, request, kind)))
        self._env.timeout(timeout_us).callbacks.append(lambda _end: _hear(heard, None))
        yield heard
        reply: bytes | None = heard.value
        self._write(sent_us, hop, sender, address, kind, request, reply, result_code)
        return reply

    def _tell(self, heard: Event, carrying: Waiting) -> Generator[Event, object, None]:
        """Tell the waiting one of the reply; a lost one is not told."""
        reply = yield from carrying
        if reply is not None:
            _hear(heard, reply)

    def _carry(self, hop: Hop, sender: str, address: str, request: bytes, kind: str) -> Waiting:
        """Take a request to its actor and the reply back; None if either is lost on the way."""
        host = self._hosts[address]
        arrived = yield from self._travel(hop, 0, sender, address)
        if not arrived or host.is_down:
            return None
        reply = yield from host.serve(hop, request, kind)
        if reply is None:
            return None
        arrived = yield from self._travel(hop, 1, address, sender)
        return reply if arrived else None

    def _travel(self, hop: Hop, way: int, sender: str, recipient: str) -> Generator[Event, object, bool]:
        """Travel a link; return whether it arrived."""
        disturbances, sent_us = self._disturbances, int(self._env.now)
        if disturbances.is_cut(sender, recipient, sent_us):
            return False
        if disturbances.loses(hop, way, sender, recipient, sent_us):
            return False
        yield self._env.timeout(self._latency_us(hop, way))
        return not disturbances.is_cut(sender, recipient, int(self._env.now))

    def _write(
        self,
        sent_us: int,
        hop: Hop,
        sender: str,
        address: str,
        kind: str,
        request: bytes,
        reply: bytes | None,
        result_of: Callable[[bytes], str],
    ) -> None:
        self._record.message(
            sent_us,
            hop.visit,
            sender,
            address,
            kind,
            NO_ANSWER if reply is None else result_of(reply),
            len(request),
            len(reply or b""),
            int(self._env.now) - sent_us,
        )

    # ---- what the hosts need

    def question(self, hop: Hop, sender: str, ask: Ask) -> Waiting:
        """Carry the question of a tier."""
        return self._ask(hop, sender, ask.address, ask.request, timeout_us=ask.timeout_us)

    def computing_us(self, hop: Hop, host: Host, step: int) -> int:
        """Draw how long a step computes."""
        duration = host.resumption if step else host.computation
        drawn_us = sample_duration_us(duration, self._computation, hop.visit, hop.step(step))
        return round(drawn_us * self._disturbances.slowness(host.address, int(self._env.now)))

    def time_us(self, address: str) -> int:
        """Tell the time by a tier's own clock."""
        now_us = int(self._env.now)
        return now_us + self._disturbances.skew_us(address, now_us)

    def run_step(self, hop: Hop, step: Callable[[], Ask]) -> Ask:
        """Run a step at this instant; what it asks within the instant is counted to it."""
        self._current, self._nested, self._nested_us = hop, 0, 0
        try:
            return step()
        finally:
            self._current = None

    def extra_us(self) -> int:
        """Tell what the last step's questions within the instant would have taken."""
        return self._nested_us

    def was_served(self, served: Served) -> None:
        """Note that a message was answered."""
        if self._on_served is not None:
            self._on_served(served)

    def ask_from(
        self, sender: str, *, kind: str, result_of: Callable[[bytes], str]
    ) -> Callable[[str, bytes], bytes]:
        """Return the function with which a simple actor asks another simple one while it handles a message.

        The answer is that instant's; its server is held for as long as the question would have travelled.
        """

        def ask(address: str, request: bytes) -> bytes:
            host, sent_us = self._hosts[address], int(self._env.now)
            hop = self._current
            reply = _at_once(host, request, sent_us)
            elapsed_us = 0
            if hop is not None:
                self._nested += 1
                asked = hop.question(self._nested)
                elapsed_us = self._latency_us(asked, 0) + self._latency_us(asked, 1)
                elapsed_us += self.computing_us(asked, host, 0)
                self._nested_us += elapsed_us
            self._record.message(
                sent_us,
                -1 if hop is None else hop.visit,
                sender,
                address,
                kind,
                result_of(reply),
                len(request),
                len(reply),
                elapsed_us,
            )
            return reply

        return ask

    def _latency_us(self, hop: Hop, way: int) -> int:
        above_ms = self._model.latency_mean_ms - self._model.latency_minimum_ms
        drawn_ms = self._latency.exponential(above_ms, hop.visit, 2 * hop.path + way) if above_ms > 0 else 0.0
        return round((self._model.latency_minimum_ms + drawn_ms) * MILLISECOND)


def result_code(reply: bytes) -> str:
    """Read the infcode out of a reply, for the record."""
    return str(decode_reply(reply).infcode)


class _Probe(msgspec.Struct):
    infno: str = ""


_PROBE = msgspec.json.Decoder(_Probe)


def _kind_of(request: bytes) -> str:
    """Read the transaction out of a request, for the record; empty for text that is no message."""
    try:
        return _PROBE.decode(request).infno
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _hear(heard: Event, reply: bytes | None) -> None:
    """Hear the first thing that comes: the reply, or the end of the time."""
    if not heard.triggered:
        heard.succeed(reply)


def _at_once(host: Host, request: bytes, now_us: int) -> bytes:
    serving = host.begin(request, now_us)
    try:
        next(serving)
    except StopIteration as stop:
        reply: bytes = stop.value
        return reply
    raise TypeError(f"{host.address} asks before it answers, and so cannot be asked within an instant")
