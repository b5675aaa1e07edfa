"""The world of one seed: tiers that crash, links that misbehave, and a clock, in one loop of events.

Theory of operation. An event is (time, sequence, action, arguments); the loop takes them in that order, so a
seed has one course and no other. A tier is driven as :mod:`onecard.sim.actors` asks for: each step of a
served message is atomic; what it wrote becomes durable after the commit's latency, in the order of the steps;
the reply, or a durable question, leaves when it is. So a crash can fall before the commit (the step never
was) or after it (the reply is lost, the step stays).

A node that dies loses its suspended messages and what is not durable. It starts again as a new tier that
takes over its image: the durable rows, one per key, as a database would have them.

Links carry bytes. What happens to a message is the plan's business (:mod:`onecard.sim.explore.plan`); this
module does it. After :data:`~onecard.sim.explore.plan.FAULTY_US` nothing new happens; what is still under
way arrives.
"""

from __future__ import annotations

import heapq
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from onecard.sim.actors import Ask, Heard
from onecard.sim.explore.plan import FAULTY_US, HEAD_BYTES
from onecard.sim.settlement.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from onecard.sim.actors import Actor, Serving
    from onecard.sim.explore.plan import Injection, NodeInjection, Plan
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["COMMIT_US", "LATENCY_US", "Node", "Observer", "World"]

LATENCY_US = 3_000
"""How long a message takes on a link."""
COMMIT_US = 2_000
"""How long a commit takes."""


class Observer(Protocol):
    """Who watches the world: invariants, and the timeline."""

    def committed(self, node: Node, changes: list[Change]) -> None:
        """Rows have become durable."""
        ...

    def restarted(self, node: Node) -> None:
        """A node has taken over its image."""
        ...

    def note(self, where: str, what: str, message: bytes = b"") -> None:
        """Something happened that a timeline shows; called only when :attr:`tracing` is set."""
        ...

    tracing: bool


class Node:
    """A tier on a machine that can die.

    Attributes:
        address: its address.
        tier: the actor; another one after each restart.
        image: table → key → durable row.
        up: whether it runs.
        generation: number of its starts; what an earlier one began is void.
        skew_us: how far its clock is ahead.
        durable_us: when all it has written so far is durable.
    """

    __slots__ = ("address", "durable_us", "generation", "image", "skew_us", "tier", "up")

    def __init__(self, address: str, tier: Tier) -> None:
        self.address = address
        self.tier = tier
        self.image: dict[str, dict[str, Any]] = {name: {} for name in tier.store.tables}
        self.up = True
        self.generation = 0
        self.skew_us = 0
        self.durable_us = 0

    def rows(self) -> list[Change]:
        """Return the image as changes, for a new tier."""
        return [Change(table, key, row) for table, rows in self.image.items() for key, row in rows.items()]


class _Question:
    """A message on its way and the one who waits for its answer."""

    __slots__ = ("head", "link", "occurrence", "open", "receiver", "request", "resume", "sender")

    def __init__(
        self,
        link: int,
        ends: tuple[str, str],
        request: bytes,
        occurrence: int,
        resume: Callable[[bytes | None], None],
    ) -> None:
        self.link = link
        self.sender, self.receiver = ends
        self.request = request
        self.head = request[:HEAD_BYTES]
        self.occurrence = occurrence
        self.open = True
        self.resume = resume


class World:
    """Nodes, links and the loop.

    Args:
        tiers: makes the tier of an address, with nothing in its store.
        addresses: of the tiers.
        authorities: address → card authority; they answer at once and never die.
        plan: the faults of the seed.
        observer: who watches.
        start_us: time of the day at which the seed begins; the loop counts from zero.
        reply_first: the host answers before it commits (a defect; correct hosts do not).
    """

    def __init__(
        self,
        *,
        tiers: Callable[[str], Tier],
        addresses: tuple[str, ...],
        authorities: dict[str, Actor],
        plan: Plan,
        observer: Observer,
        start_us: int,
        reply_first: bool = False,
    ) -> None:
        self.now_us = 0
        self.events = 0
        self.messages = 0
        self.crashes = 0
        self.start_us = start_us
        self._tiers = tiers
        self.nodes = {address: Node(address, tiers(address)) for address in addresses}
        self._authorities = authorities
        self._plan = plan
        self._observer = observer
        self._reply_first = reply_first
        self._queue: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._sequence = 0
        self._links: dict[tuple[str, str], int] = {}
        self._crossed: dict[tuple[int, bytes], int] = {}
        self._cut: dict[frozenset[str], int] = {}
        self._held: dict[int, list[tuple[Callable[..., None], tuple[Any, ...]]]] = {}
        self._answers: dict[tuple[int, bytes], bytes] = {}
        self.at(FAULTY_US, self._heal)

    # ---- time

    def at(self, time_us: int, action: Callable[..., None], *arguments: Any) -> None:
        """Do something at a time."""
        self._sequence += 1
        heapq.heappush(self._queue, (time_us, self._sequence, action, arguments))

    def run(self, until_us: int) -> None:
        """Let time pass, until nothing is left to happen or this time."""
        queue, pop = self._queue, heapq.heappop
        while queue and queue[0][0] <= until_us:
            time_us, _, action, arguments = pop(queue)
            self.now_us = time_us
            self.events += 1
            action(*arguments)

    @property
    def clock_us(self) -> int:
        """The time of the day by a right clock."""
        return self.start_us + self.now_us

    @property
    def faulty(self) -> bool:
        """Whether faults still happen."""
        return self.now_us < FAULTY_US

    # ---- links

    def ask(
        self,
        sender: str,
        receiver: str,
        request: bytes,
        timeout_us: int,
        resume: Callable[[bytes | None], None],
    ) -> None:
        """Send a message and hear its answer, or None: once, whatever happens.

        Args:
            sender: who asks.
            receiver: whom.
            request: the message.
            timeout_us: how long the asker waits.
            resume: called with the answer, or with None.
        """
        self.messages += 1
        link = self._links.get((sender, receiver))
        if link is None:
            link = self._links[sender, receiver] = link_number(sender, receiver)
        crossing = (link, request[:HEAD_BYTES])
        occurrence = self._crossed.get(crossing, 0)
        self._crossed[crossing] = occurrence + 1
        question = _Question(link, (sender, receiver), request, occurrence, resume)
        self.at(self.now_us + timeout_us, self._expired, question)
        if self._observer.tracing:
            self._observer.note(f"{sender} > {receiver}", "asks", request)
        if self._severed(sender, receiver):
            return
        injection = None
        if self.faulty:
            injection = self._plan.on_message(link, question.head, occurrence, reply=False)
        if injection is None:
            self._carry(link, self._deliver, (question, request, None), LATENCY_US)
        else:
            self._harm_request(question, injection)

    def _severed(self, sender: str, receiver: str) -> bool:
        return bool(self._cut) and self._cut.get(frozenset((sender, receiver)), 0) > self.now_us

    def _carry(
        self, link: int, action: Callable[..., None], arguments: tuple[Any, ...], latency_us: int
    ) -> None:
        """Bring a message over a link, and after it the ones that it overtakes."""
        self.at(self.now_us + latency_us, action, *arguments)
        for held_action, held in self._held.pop(link, ()):
            self.at(self.now_us + latency_us, held_action, *held)

    def _hold(
        self, link: int, action: Callable[..., None], arguments: tuple[Any, ...], longest_us: int
    ) -> None:
        """Keep a message back until another one has passed, or for the longest time."""
        entry = (action, arguments)
        self._held.setdefault(link, []).append(entry)
        self.at(self.now_us + longest_us, self._release, link, entry)

    def _release(self, link: int, entry: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
        if entry in self._held.get(link, ()):
            self._held[link].remove(entry)
            entry[0](*entry[1])

    def _harm_request(self, question: _Question, injection: Injection) -> None:
        """Do to a request what the plan says."""
        self._injected(injection, question.receiver, question.request)
        name, link, request = injection.fault.name, question.link, question.request
        whole = (question, request, None)
        if name == "drop":
            return
        if name == "reset":
            self.at(self.now_us + 2 * LATENCY_US, self._answered, question, None)
            if injection.variant % 2:
                self._carry(link, self._deliver, whole, LATENCY_US)
        elif name == "duplicate":
            self._carry(link, self._deliver, whole, LATENCY_US)
            self.at(self.now_us + LATENCY_US + injection.duration_us, self._deliver, *whole)
        elif name == "reorder":
            self._hold(link, self._deliver, whole, injection.duration_us)
        elif name == "crash":
            self._carry(link, self._deliver, (question, request, injection), LATENCY_US)
        elif name in ("truncate", "corrupt"):
            self._carry(link, self._deliver, (question, _harmed(request, injection), None), LATENCY_US)
        else:  # delay, split, stall
            self._carry(link, self._deliver, whole, LATENCY_US + injection.duration_us)

    def _reply(self, question: _Question, reply: bytes) -> None:
        """Send an answer back over its link."""
        link, head = question.link, question.head
        if self._observer.tracing:
            self._observer.note(f"{question.receiver} > {question.sender}", "answers", reply)
        if self._severed(question.sender, question.receiver):
            return
        injection = None
        if self.faulty:
            injection = self._plan.on_message(link, head, question.occurrence, reply=True)
        if injection is None:
            self._carry(link, self._answered, (question, reply), LATENCY_US)
        else:
            self._harm_reply(question, reply, injection)
        self._answers.setdefault((link, head), reply)

    def _harm_reply(self, question: _Question, reply: bytes, injection: Injection) -> None:
        """Do to an answer what the plan says."""
        name, link = injection.fault.name, question.link
        earlier = self._answers.get((link, question.head))
        if name == "stale-reply" and (earlier is None or earlier == reply):
            self._carry(link, self._answered, (question, reply), LATENCY_US)
            return
        self._injected(injection, f"{question.receiver} > {question.sender}", reply)
        if name == "reply-lost-after-commit":
            return
        if name == "reset":
            self.at(self.now_us + LATENCY_US, self._answered, question, None)
        elif name == "reorder":
            self._hold(link, self._answered, (question, reply), injection.duration_us)
        elif name == "stale-reply":
            self._carry(link, self._answered, (question, earlier), LATENCY_US)
        elif name in ("truncate", "corrupt"):
            self._carry(link, self._answered, (question, _harmed(reply, injection)), LATENCY_US)
        else:  # delay, split, stall
            self._carry(link, self._answered, (question, reply), LATENCY_US + injection.duration_us)

    def _answered(self, question: _Question, reply: bytes | None) -> None:
        """Bring an answer, or the news that the connection broke, to the one who still waits."""
        if question.open:
            question.open = False
            question.resume(reply)

    def _expired(self, question: _Question) -> None:
        if question.open:
            if self._observer.tracing:
                self._observer.note(
                    f"{question.receiver} > {question.sender}", "no answer in time", question.request
                )
            question.open = False
            question.resume(None)

    # ---- nodes

    def _deliver(self, question: _Question, request: bytes, injection: Injection | None) -> None:
        """Hand a message to the node it has reached."""
        authority = self._authorities.get(question.receiver)
        if authority is not None:
            self._reply(question, authority.handle(request, self.clock_us))
            return
        node = self.nodes[question.receiver]
        moment = injection.moment if injection is not None else ""
        if moment == "on-arrival" and node.up:
            self._crash(node, injection)
        if not node.up:
            self._answered(question, None)  # connection refused
            return
        serving = node.tier.serve(request, self.clock_us + node.skew_us)
        self._step(node, node.generation, serving, None, question, injection)

    def _step(
        self,
        node: Node,
        generation: int,
        serving: Serving,
        heard: Heard | None,
        question: _Question,
        injection: Injection | None,
    ) -> None:
        """Run one step of a served message; its effect leaves when what it needs is durable."""
        emission: Ask | bytes
        try:
            emission = next(serving) if heard is None else serving.send(heard)
        except StopIteration as stop:
            emission = stop.value
        changes = node.tier.store.take_changes()
        if injection is not None and injection.later_step and not isinstance(emission, bytes):
            strikes = None  # it dies at the step that answers
        else:
            strikes = injection
        durable = type(emission) is bytes or emission.durable  # type: ignore[union-attr]
        waits = bool(changes) or (durable and node.durable_us > self.now_us)
        if not waits:
            self._emit(node, generation, serving, emission, question, injection)
            return
        early = not durable or self._reply_first
        node.durable_us = max(node.durable_us, self.now_us + COMMIT_US)
        if strikes is not None and strikes.moment == "before-commit":
            self.at(self.now_us + COMMIT_US // 2, self._crash_if, node, generation, strikes)
        self.at(
            node.durable_us,
            self._commit,
            (node, generation, changes),
            None if early else (serving, emission, question, injection),
            strikes,
        )
        if early:
            self._emit(node, generation, serving, emission, question, injection)

    def _commit(
        self,
        written: tuple[Node, int, list[Change]],
        then: tuple[Serving, Ask | bytes, _Question, Injection | None] | None,
        strikes: Injection | None,
    ) -> None:
        """Make what a step wrote durable; then its effect leaves."""
        node, generation, changes = written
        if generation != node.generation:
            return
        if changes:
            self._observer.committed(node, changes)
            image = node.image
            for change in changes:
                image[change.table][change.key] = change.row
        if strikes is not None and strikes.moment == "after-commit":
            self._crash(node, strikes)
        elif then is not None:
            self._emit(node, generation, *then)

    def _emit(
        self,
        node: Node,
        generation: int,
        serving: Serving,
        emission: Ask | bytes,
        question: _Question,
        injection: Injection | None,
    ) -> None:
        """Let a reply or a question leave a node."""
        if isinstance(emission, bytes):
            self._reply(question, emission)
            if injection is not None and injection.moment == "after-reply":
                self._crash(node, injection)
            return

        def resume(reply: bytes | None) -> None:
            if generation == node.generation:
                heard = Heard(reply, self.clock_us + node.skew_us)
                self._step(node, generation, serving, heard, question, injection)

        self.ask(node.address, emission.address, emission.request, emission.timeout_us, resume)

    # ---- nodes that die

    def _crash_if(self, node: Node, generation: int, injection: Injection) -> None:
        if generation == node.generation and node.up:
            self._crash(node, injection)

    def _crash(self, node: Node, injection: Injection | None) -> None:
        """Kill a node: everything in memory is gone."""
        duration_us = injection.duration_us if injection is not None else 0
        self.crashes += 1
        if self._observer.tracing:
            self._observer.note(node.address, f"dies, back in {duration_us / 1e6:.1f} s")
        node.up = False
        node.generation += 1
        node.durable_us = 0
        self.at(max(self.now_us + 1, min(self.now_us + duration_us, FAULTY_US)), self._restart, node)

    def _restart(self, node: Node) -> None:
        node.tier = self._tiers(node.address)
        node.tier.restore(node.rows())
        node.up = True
        if self._observer.tracing:
            self._observer.note(node.address, "is back")
        self._observer.restarted(node)

    # ---- faults of nodes and links

    def apply(self, injections: list[NodeInjection]) -> None:
        """Schedule the faults of nodes and links."""
        for each in injections:
            self.at(each.begin_us, self._begin, each)

    def _begin(self, injection: NodeInjection) -> None:
        self._plan.count(injection.fault.name, injection.key)
        if self._observer.tracing:
            self._observer.note(
                " | ".join(injection.nodes), f"{injection.fault.name} until {injection.end_us / 1e6:.1f} s"
            )
        if injection.fault.name == "partition":
            self._cut[frozenset(injection.nodes)] = injection.end_us
        else:
            node = self.nodes[injection.nodes[0]]
            node.skew_us = max(injection.offset_us, -self.start_us)
            self.at(injection.end_us, self._right_clock, node)

    def _right_clock(self, node: Node) -> None:
        node.skew_us = 0

    def _heal(self) -> None:
        """End the faulty phase: no cuts, right clocks; nodes that are down are back by now."""
        self._cut.clear()
        for node in self.nodes.values():
            node.skew_us = 0
        if self._observer.tracing:
            self._observer.note("everything", "heals")

    # ---- the timeline

    def _injected(self, injection: Injection, where: str, message: bytes) -> None:
        self._plan.count(injection.fault.name, injection.key)
        if self._observer.tracing:
            moment = f" {injection.moment}" if injection.fault.name == "crash" else ""
            self._observer.note(where, f"FAULT {injection.fault.name}{moment}", message)

    def spawn(self, name: str, procedure: Generator[Any, Heard, Any], done: Callable[[Any], None]) -> None:
        """Drive a procedure of an institution: it yields questions and waits.

        Args:
            name: where its messages come from.
            procedure: the generator.
            done: called with what it returns.
        """

        def resume(reply: bytes | None) -> None:
            try:
                wish = procedure.send(Heard(reply, self.clock_us))
            except StopIteration as stop:
                done(stop.value)
                return
            self._wish(name, wish, resume)

        try:
            wish = next(procedure)
        except StopIteration as stop:
            done(stop.value)
            return
        self._wish(name, wish, resume)

    def _wish(self, name: str, wish: Any, resume: Callable[[bytes | None], None]) -> None:
        if isinstance(wish, Ask):
            self.ask(name, wish.address, wish.request, wish.timeout_us, resume)
        else:
            self.at(self.now_us + wish.duration_us, resume, None)


def link_number(sender: str, receiver: str) -> int:
    """Return the number of a link, which depends on its ends alone."""
    return zlib.crc32(f"{sender}>{receiver}".encode())


def _harmed(message: bytes, injection: Injection) -> bytes:
    """Cut a message off, or damage it so that nobody can read it."""
    place = injection.variant % max(1, len(message) - 1)
    if injection.fault.name == "truncate":
        return message[:place]
    return message[:place] + b"\xff" + message[place + 1 : -1]
