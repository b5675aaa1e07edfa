"""The world of one seed: nodes, links, card authorities, institutions, and one clock.

An event follows the other in one order (:mod:`onecard.sim.explore.loop`), so a seed has one course and no
other. After :data:`~onecard.sim.explore.plan.FAULTY_US` nothing new goes wrong: cuts end, clocks are right,
nodes are back; what is still under way arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onecard.sim.actors import Ask, Heard
from onecard.sim.explore.links import Links
from onecard.sim.explore.loop import Loop
from onecard.sim.explore.nodes import Nodes
from onecard.sim.explore.plan import FAULTY_US

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from onecard.sim.actors import Actor
    from onecard.sim.explore.links import Question
    from onecard.sim.explore.nodes import Node
    from onecard.sim.explore.observer import Observer
    from onecard.sim.explore.plan import Injection, NodeInjection, Plan
    from onecard.sim.settlement.clients.recovery import Wait
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["World"]


class World:
    """A world.

    Args:
        tiers: makes the tier of an address, with nothing in its store.
        addresses: of the tiers.
        authorities: address → card authority; they answer at once and never die.
        plan: the faults of the seed.
        observer: who watches.
        start_us: time of the day at time zero.
        reply_first: the host answers before it commits (a defect; correct hosts do not).

    Attributes:
        loop: time.
        links: what carries messages.
        nodes: address → node.
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
        self.loop = Loop()
        self.links = Links(self.loop, plan, observer, self._deliver)
        self._hosts = Nodes(
            self.loop,
            tiers=tiers,
            addresses=addresses,
            observer=observer,
            start_us=start_us,
            reply_first=reply_first,
        )
        self._hosts.links = self.links
        self.nodes: dict[str, Node] = self._hosts.by_address
        self._authorities = authorities
        self._plan = plan
        self._observer = observer
        self._start_us = start_us
        self.loop.at(FAULTY_US, self._heal)

    @property
    def now_us(self) -> int:
        """The time since the seed began."""
        return self.loop.now_us

    @property
    def clock_us(self) -> int:
        """The time of the day by a right clock."""
        return self._start_us + self.loop.now_us

    @property
    def crashes(self) -> int:
        """How often a node died."""
        return self._hosts.crashes

    def _deliver(self, question: Question, request: bytes, crash: Injection | None) -> None:
        authority = self._authorities.get(question.receiver)
        if authority is None:
            self._hosts.deliver(question, request, crash)
        else:
            self.links.reply(question, authority.handle(request, self.clock_us))

    # ---- faults of nodes and links

    def apply(self, injections: list[NodeInjection]) -> None:
        """Schedule the faults of nodes and links."""
        for each in injections:
            self.loop.at(each.begin_us, self._begin, each)

    def _begin(self, injection: NodeInjection) -> None:
        name = injection.fault.name
        self._plan.count(name, injection.key)
        if self._observer.tracing:
            until = f"FAULT {name} until {injection.end_us / 1e6:.1f} s"
            self._observer.note(" | ".join(injection.nodes), until)
        if name == "partition":
            self.links.cut(injection.nodes, injection.end_us)
        else:
            node = self.nodes[injection.nodes[0]]
            node.skew_us = max(injection.offset_us, -self._start_us)
            self.loop.at(injection.end_us, self._right_clock, node)

    @staticmethod
    def _right_clock(node: Node) -> None:
        node.skew_us = 0

    def _heal(self) -> None:
        self.links.heal()
        for node in self.nodes.values():
            self._right_clock(node)
        if self._observer.tracing:
            self._observer.note("everything", "heals")

    # ---- institutions

    def spawn(
        self, name: str, procedure: Generator[Ask | Wait, Heard, None], done: Callable[[], None]
    ) -> None:
        """Drive a procedure of an institution, which yields questions and waits.

        Args:
            name: where its messages come from.
            procedure: the generator.
            done: called when it is over.
        """

        def resume(reply: bytes | None) -> None:
            go_on(lambda: procedure.send(Heard(reply, self.clock_us)))

        def go_on(step: Callable[[], Any]) -> None:
            try:
                wish = step()
            except StopIteration:
                done()
                return
            if isinstance(wish, Ask):
                self.links.ask(name, wish.address, wish.request, wish.timeout_us, resume)
            else:
                self.loop.after(wish.duration_us, resume, None)

        go_on(lambda: next(procedure))
