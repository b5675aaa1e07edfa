"""Nodes: tiers on machines that can die, and the rule by which what they wrote becomes durable.

Theory of operation. A tier is driven as :mod:`onecard.sim.actors` asks for: each step of a served message is
atomic; what it wrote becomes durable after the commit's latency, in the order of the steps; the reply, or a
durable question, leaves when all that was written before is. So a crash can fall before the commit (the step
never was) or after it (the step stays, and nobody hears of it).

A node that dies loses its suspended messages and what is not durable. It starts again as a new tier that
takes over its image: the durable rows, one per key, as a database would have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onecard.sim.actors import Ask, Heard
from onecard.sim.errors import DefectError
from onecard.sim.explore.plan import FAULTY_US
from onecard.sim.settlement.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.actors import Serving
    from onecard.sim.explore.links import Links, Question
    from onecard.sim.explore.loop import Loop
    from onecard.sim.explore.observer import Observer
    from onecard.sim.explore.plan import Injection
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["COMMIT_US", "Node", "Nodes"]

COMMIT_US = 2_000
"""How long a commit takes."""


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


class _Served:
    """A message that a node is serving.

    Attributes:
        node: where.
        generation: of the node when it began.
        serving: the suspended tier.
        question: what is answered.
        crash: the death that goes with the message, if one does.
    """

    __slots__ = ("crash", "generation", "node", "question", "serving")

    def __init__(self, node: Node, serving: Serving, question: Question, crash: Injection | None) -> None:
        self.node = node
        self.generation = node.generation
        self.serving = serving
        self.question = question
        self.crash = crash

    def dies(self, moment: str, *, answers: bool) -> bool:
        """Say whether the node dies at this moment of this step."""
        crash = self.crash
        return crash is not None and crash.moment == moment and (answers or not crash.later_step)


class Nodes:
    """All nodes of a world.

    Args:
        loop: time.
        tiers: makes the tier of an address, with nothing in its store.
        addresses: of the tiers.
        observer: who watches.
        start_us: time of the day at time zero.
        reply_first: the host answers before it commits (a defect; correct hosts do not).

    Attributes:
        by_address: address → node.
        crashes: how often a node died.
    """

    def __init__(
        self,
        loop: Loop,
        *,
        tiers: Callable[[str], Tier],
        addresses: tuple[str, ...],
        observer: Observer,
        start_us: int,
        reply_first: bool,
    ) -> None:
        self.by_address = {address: Node(address, tiers(address)) for address in addresses}
        self.crashes = 0
        self.links: Links
        self._loop = loop
        self._tiers = tiers
        self._observer = observer
        self._start_us = start_us
        self._reply_first = reply_first

    # ---- serving

    def deliver(self, question: Question, request: bytes, crash: Injection | None) -> None:
        """Hand a message to the node that it has reached."""
        node = self.by_address[question.receiver]
        if node.up and crash is not None and crash.moment == "on-arrival":
            self._die(node, crash)
        if not node.up:
            self.links.answer(question, None)  # connection refused
            return
        serving = node.tier.serve(request, self._clock_us(node))
        self._step(_Served(node, serving, question, crash), None)

    def _clock_us(self, node: Node) -> int:
        return self._start_us + self._loop.now_us + node.skew_us

    def _step(self, served: _Served, heard: Heard | None) -> None:
        """Run one step; its effect leaves when what it needs is durable."""
        node = served.node
        emission: Ask | bytes
        try:
            emission = next(served.serving) if heard is None else served.serving.send(heard)
        except StopIteration as stop:
            emission = stop.value
        except DefectError as error:
            node.tier.store.rollback()
            self._observer.broke(node, error)
            self.links.answer(served.question, None)
            return
        changes = node.tier.store.take_changes()
        answers = isinstance(emission, bytes)
        durable = answers or emission.durable  # type: ignore[union-attr] # a question
        if not changes and not (durable and node.durable_us > self._loop.now_us):
            self._emit(served, emission)
            return
        node.durable_us = max(node.durable_us, self._loop.now_us + COMMIT_US)
        if served.dies("before-commit", answers=answers):
            self._loop.after(COMMIT_US // 2, self._die_if, served)
        waits = durable and not self._reply_first
        self._loop.at(node.durable_us, self._commit, served, changes, emission, waits)
        if not waits:
            self._emit(served, emission)

    def _commit(self, served: _Served, changes: list[Change], emission: Ask | bytes, waits: bool) -> None:
        """Make what a step wrote durable; then its effect leaves, if it waited."""
        node = served.node
        if served.generation != node.generation:
            return
        if changes:
            self._observer.committed(node, changes)
            image = node.image
            for change in changes:
                image[change.table][change.key] = change.row
        if served.dies("after-commit", answers=isinstance(emission, bytes)):
            self._die_if(served)
        elif waits:
            self._emit(served, emission)

    def _emit(self, served: _Served, emission: Ask | bytes) -> None:
        """Let a reply or a question leave a node."""
        if isinstance(emission, bytes):
            self.links.reply(served.question, emission)
            if served.dies("after-reply", answers=True):
                self._die_if(served)
            return
        node = served.node

        def resume(reply: bytes | None) -> None:
            if served.generation == node.generation:
                self._step(served, Heard(reply, self._clock_us(node)))

        self.links.ask(node.address, emission.address, emission.request, emission.timeout_us, resume)

    # ---- dying

    def _die_if(self, served: _Served) -> None:
        """Kill a node unless it has died since."""
        if served.generation == served.node.generation and served.crash is not None:
            self._die(served.node, served.crash)

    def _die(self, node: Node, crash: Injection) -> None:
        """Kill a node: everything in memory is gone. All are back when the faulty phase ends."""
        self.crashes += 1
        if self._observer.tracing:
            self._observer.note(node.address, f"dies, for {crash.duration_us / 1e6:.1f} s")
        node.up = False
        node.generation += 1
        node.durable_us = 0
        now_us = self._loop.now_us
        self._loop.at(max(now_us + 1, min(now_us + crash.duration_us, FAULTY_US)), self._restart, node)

    def _restart(self, node: Node) -> None:
        node.tier = self._tiers(node.address)
        node.tier.restore(node.rows())
        node.up = True
        if self._observer.tracing:
            self._observer.note(node.address, "is back")
        self._observer.restarted(node)
