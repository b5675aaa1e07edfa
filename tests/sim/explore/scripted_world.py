"""Worlds whose faults are written down and not drawn: what happens to which message of which link."""

from __future__ import annotations

import zlib
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.explore.book import Book
from onecard.sim.explore.errands import errand
from onecard.sim.explore.faults import FAULTS, MOMENTS
from onecard.sim.explore.institutions import visit
from onecard.sim.explore.monitor import Monitor
from onecard.sim.explore.nation import stage
from onecard.sim.explore.plan import Injection
from onecard.sim.explore.world import World
from onecard.sim.units.time import HOUR

if TYPE_CHECKING:
    from onecard.sim.explore.errands import Errand

Script = dict[tuple[str, int, str], Injection]
"""(transaction, how-manieth message of it, "request" or "reply") on a link → what happens to it."""
Scripts = dict[tuple[str, str], Script]
"""(sender, receiver) → script."""


def inject(
    name: str, *, duration_us: int = 0, moment: str = "on-arrival", later_step: bool = False
) -> Injection:
    """Write an injection down."""
    variant = MOMENTS.index(moment) | (0x100 if later_step else 0)
    return Injection(name, FAULTS[name], duration_us, variant)


class ScriptedPlan:
    """A plan that does what is written, on the links that are written.

    Args:
        scripts: (sender, receiver) → script. Messages are counted per link and transaction.
    """

    def __init__(self, scripts: Scripts | None = None) -> None:
        self.scripts = {_link(*ends): script for ends, script in (scripts or {}).items()}
        self.seen: Counter[tuple[int, str]] = Counter()
        self.numbers: dict[tuple[int, bytes, int], int] = {}
        self.done: list[str] = []

    def on_message(self, link: int, head: bytes, occurrence: int, *, reply: bool) -> Injection | None:
        infno = head[10:].partition(b'"')[0].decode()
        if not reply:
            self.numbers[link, head, occurrence] = self.seen[link, infno]
            self.seen[link, infno] += 1
        number = self.numbers[link, head, occurrence]
        return self.scripts.get(link, {}).get((infno, number, "reply" if reply else "request"))

    def count(self, name: str, _key: str) -> None:
        self.done.append(name)


def _link(sender: str, receiver: str) -> int:
    return zlib.crc32(f"{sender}>{receiver}".encode())


class Scene:
    """A world with a scripted plan, and the institutions' book."""

    def __init__(
        self, scripts: dict[tuple[str, str], Script] | None = None, *, reply_first: bool = False
    ) -> None:
        self.stage = stage()
        self.book = Book()
        self.monitor = Monitor(self.book, tracing=True)
        self.plan = ScriptedPlan(scripts)
        self.world = World(
            tiers=self.stage.nation.tier,
            addresses=self.stage.nation.addresses,
            authorities=dict(self.stage.authorities),
            plan=self.plan,  # type: ignore[arg-type] # it draws nothing
            observer=self.monitor,
            start_us=9 * HOUR,
            reply_first=reply_first,
        )
        self.monitor.watch(self.world)
        self.over: list[int] = []

    def go(self, *wanted: Errand) -> None:
        """Let visits take place, and everything end."""
        for each in wanted:
            procedure = visit(self.stage, each, self.book, self.monitor.acknowledged)
            done = partial(self.over.append, each.number)
            self.world.spawn(each.institution.fixmedins_code, procedure, done)
        self.world.loop.run(2 * HOUR)

    def rows(self, address: str, table: str) -> list[Any]:
        """Return the durable rows of a table."""
        return list(self.world.nodes[address].image[table].values())

    def heard(self) -> list[str]:
        """Return the lines of the timeline."""
        return [f"{where}: {what}" for _, where, what in self.monitor.events]


def wanted(kind: str, city: str, insured_city: str, afterwards: str = "keep") -> Errand:
    """Return a visit of this kind and route, by a patient institution, that begins at once."""
    found = (errand(stage(), seed, number) for seed in range(1000) for number in range(1000))
    chosen = next(
        each
        for each in found
        if (each.kind, each.city, each.insured_city) == (kind, city, insured_city)
        and each.afterwards == afterwards
        and each.policy.repeats == 2
        and each.use_account
        and each.person.medical_opening_fen > 10_000
    )
    return msgspec.structs.replace(chosen, begins_us=0)
