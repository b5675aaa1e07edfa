"""What is out of order when, by the scenario: tiers down or slow, links cut or lossy, clocks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.conditions import Disturbances
from onecard.sim.units.time import DAY, from_seconds, parse_clock

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from simpy import Environment, Event

    from onecard.sim.engine.hops import Hop
    from onecard.sim.engine.hosting import Host
    from onecard.sim.engine.settlement.model import Outage

__all__ = ["LINK_OUTAGES", "Outages", "Span"]

LINK_OUTAGES = ("cut", "lossy")
"""Outages that are of a link, not of a tier."""


@dataclass(frozen=True, slots=True)
class Span:
    """An outage and when it is, in microseconds since the start of the first day."""

    name: str
    outage: Outage
    begins_us: int
    ends_us: int

    def holds(self, now_us: int) -> bool:
        """Whether it is out of order now."""
        return self.begins_us <= now_us < self.ends_us


class Outages(Disturbances):
    """The outages of a scenario.

    Args:
        outages: by name.
        seed: the world's seed.
    """

    def __init__(self, outages: Mapping[str, Outage], seed: int) -> None:
        self._loss = Stream(seed, "settlement/loss")
        self.spans = tuple(_span(name, outage) for name, outage in sorted(outages.items()))
        self._links: dict[tuple[str, str, str], list[Span]] = {}
        self._at: dict[tuple[str, str], list[Span]] = {}
        for span in self.spans:
            outage = span.outage
            if outage.what in LINK_OUTAGES:
                for link in ((outage.where, outage.peer), (outage.peer, outage.where)):
                    self._links.setdefault((outage.what, *link), []).append(span)
            else:
                self._at.setdefault((outage.what, outage.where), []).append(span)

    def is_cut(self, sender: str, recipient: str, now_us: int) -> bool:
        """Whether the link is cut now."""
        spans = self._links.get(("cut", sender, recipient))
        return spans is not None and any(span.holds(now_us) for span in spans)

    def loses(self, hop: Hop, way: int, sender: str, recipient: str, now_us: int) -> bool:
        """Whether a lossy link loses this one; drawn by the hop."""
        spans = self._links.get(("lossy", sender, recipient))
        if spans is None:
            return False
        return any(
            span.holds(now_us) and self._loss.happens(span.outage.loss, hop.visit, 2 * hop.path + way)
            for span in spans
        )

    def slowness(self, address: str, now_us: int) -> float:
        """By how much longer a tier computes now."""
        factor = 1.0
        for span in self._at.get(("slow", address), ()):
            if span.holds(now_us):
                factor *= span.outage.factor
        return factor

    def skew_us(self, address: str, now_us: int) -> int:
        """How far ahead a tier's clock is now."""
        spans = self._at.get(("skew", address), ())
        return sum(from_seconds(span.outage.skew_s) for span in spans if span.holds(now_us))

    def run(self, env: Environment, hosts: Mapping[str, Host]) -> None:
        """Let tiers go down and come back when the table says so."""
        for span in self.spans:
            if span.outage.what == "down":
                env.process(_down(env, hosts[span.outage.where], span))


def _span(name: str, outage: Outage) -> Span:
    day_us = (outage.day - 1) * DAY
    return Span(name, outage, day_us + parse_clock(outage.begins), day_us + parse_clock(outage.ends))


def _down(env: Environment, host: Host, span: Span) -> Generator[Event, object, None]:
    yield env.timeout(span.begins_us)
    host.take_down()
    yield env.timeout(span.ends_us - span.begins_us)
    host.bring_up()
