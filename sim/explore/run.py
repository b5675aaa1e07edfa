"""One seed: first anything may break, then everything heals, then the books are held against each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from onecard.sim.draws import Stream
from onecard.sim.explore.audit import Audited, audit
from onecard.sim.explore.book import Book
from onecard.sim.explore.defects import DEFECTS
from onecard.sim.explore.errands import errand
from onecard.sim.explore.faults import FAULTS
from onecard.sim.explore.institutions import visit
from onecard.sim.explore.monitor import Event, Monitor
from onecard.sim.explore.nation import stage
from onecard.sim.explore.plan import FAULTY_US, Plan
from onecard.sim.explore.world import World
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address
from onecard.sim.units.time import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.explore.defects import Defect
    from onecard.sim.explore.nation import Stage
    from onecard.sim.nation import Nation
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["BOUND_US", "SeedOptions", "SeedResult", "run_seed"]

BOUND_US = 900_000_000
"""Everything must be over this long after the faults have ended."""
_MESSAGES_PER_SETTLEMENT = 8
_EXPECTED = frozenset(
    (Reason.AUTHORITY_SILENT, Reason.VISIT_BUSY, Reason.LATE_MESSAGE, Reason.FUND_EXHAUSTED)
)
"""What a sound network may answer a sound institution while things break."""


class SeedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a seed is run with.

    Attributes:
        faults: names of the faults that may take part.
        settlements: visits; each settles once, some of them again.
        defect: name of a defect, or empty.
        only_faults: keys of the injections that stay switched on; None for all.
        only_visits: numbers of the visits that take place; None for all.
        tracing: keep a timeline.
    """

    faults: tuple[str, ...] = tuple(FAULTS)
    settlements: int = 40
    defect: str = ""
    only_faults: frozenset[str] | None = None
    only_visits: tuple[int, ...] | None = None
    tracing: bool = False


class SeedResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a seed showed.

    Attributes:
        seed: the seed.
        findings: broken invariants and differences, one line each; none in a sound network.
        settlements: settlements that took effect.
        in_force: settlements in force in the end.
        messages: messages on links.
        events: events of the loop.
        injected: fault → how often it was injected.
        uncertain: results that an institution did not know for a time.
        reversals: reversals that institutions sent.
        crashes: nodes that died.
        refusals: final refusals by reason.
        lost_fen: missing in the end in funds, accounts and claims.
        doubled_fen: too much there.
        differences: what did not reconcile.
        healed_us: how long after the last fault everything was over.
        keys: keys of the injections that took place.
        timeline: what happened, when tracing.
    """

    seed: int
    findings: tuple[str, ...]
    settlements: int
    in_force: int
    messages: int
    events: int
    injected: dict[str, int]
    uncertain: int
    reversals: int
    crashes: int
    refusals: dict[str, int]
    lost_fen: int
    doubled_fen: int
    differences: int
    healed_us: int
    keys: tuple[str, ...] = ()
    timeline: tuple[Event, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything was found."""
        return bool(self.findings)


def run_seed(seed: int, options: SeedOptions) -> SeedResult:
    """Run a seed: the same seed and options give the same result, to the last event."""
    common = stage()
    defect = DEFECTS.get(options.defect)
    book = Book()
    monitor = Monitor(book, tracing=options.tracing)
    plan = Plan(
        seed=seed,
        faults=options.faults,
        messages=options.settlements * _MESSAGES_PER_SETTLEMENT,
        only=options.only_faults,
    )
    make = partial(_tier, common.tiers(authentication=_authentication(seed)), defect)
    world = World(
        tiers=make,
        addresses=common.nation.addresses,
        authorities=dict(common.authorities),
        plan=plan,
        observer=monitor,
        start_us=_start_us(seed),
        reply_first=defect is not None and defect.reply_first,
    )
    monitor.watch(world)
    world.apply(plan.on_nodes(common.nation.addresses, _links(common)))
    numbers = options.only_visits if options.only_visits is not None else range(options.settlements)
    running = set(numbers)
    over_us = 0

    def done(number: int) -> None:
        nonlocal over_us
        running.discard(number)
        over_us = world.now_us

    for number in numbers:
        wanted = errand(common, seed, number)
        procedure = visit(common, wanted, book, monitor.acknowledged)
        world.spawn(f"{wanted.institution.fixmedins_code}", procedure, partial(done, number))
    world.loop.run(FAULTY_US + BOUND_US)
    enough = options.settlements <= min(len(people) for people in common.people.values())
    _check_convergence(monitor, book, running, _EXPECTED if enough else _EXPECTED | {Reason.ADMITTED})
    audited = audit(common, book, _restarted(world, make), monitor, now_us=world.clock_us)
    return _result(seed, world, monitor, book, plan, audited, over_us)


def _authentication(seed: int) -> Literal["first", "on-the-way"]:
    """Return when the cards of a seed are authenticated; the ministry does it on the way in every fourth."""
    return "first" if Stream(seed, "explore/authentication").below(4, 0) else "on-the-way"


def _tier(nation: Nation, defect: Defect | None, address: str) -> Tier:
    tier = nation.tier(address)
    if defect is not None:
        defect.break_tier(tier)
    return tier


def _start_us(seed: int) -> int:
    """Return when a seed begins: in the morning, or shortly before midnight of the year's last day."""
    stream = Stream(seed, "explore/start")
    if stream.below(2, 0):
        return 9 * HOUR + stream.below(HOUR, 1)
    return DAY - stream.below(FAULTY_US, 1)


def _links(common: Stage) -> list[tuple[str, str]]:
    """Return the links between tiers, which a partition can cut."""
    directory = common.nation.directory
    cities = [(city_address(city), province_address(city[:2])) for city in directory.cities]
    return cities + [(province_address(province), MINISTRY) for province in directory.provinces]


def _check_convergence(monitor: Monitor, book: Book, running: set[int], expected: frozenset[Reason]) -> None:
    """Look for visits that did not end, and for refusals that no fault explains."""
    for number in sorted(running):
        monitor.find(f"visit {number} is not over {BOUND_US // 1_000_000} s after everything healed")
    for number in book.unresolved:
        monitor.find(f"the outcome of visit {number} never became certain")
    for reason in sorted(book.refusals.keys() - expected):
        monitor.find(f"a sound message was refused: {reason or 'without a reason'}")


def _restarted(world: World, make: Callable[[str], Tier]) -> dict[str, Tier]:
    """Start every tier anew from what is durable: the audit sees what a restart would leave."""
    tiers = {}
    for address, node in world.nodes.items():
        tiers[address] = make(address)
        tiers[address].restore(node.rows())
    return tiers


def _result(
    seed: int, world: World, monitor: Monitor, book: Book, plan: Plan, audited: Audited, over_us: int
) -> SeedResult:
    return SeedResult(
        seed=seed,
        findings=tuple(monitor.findings),
        settlements=monitor.settlements,
        in_force=len(book.live),
        messages=world.links.messages,
        events=world.loop.events,
        injected=dict(plan.injected),
        uncertain=book.uncertain,
        reversals=book.reversals,
        crashes=world.crashes,
        refusals=dict(book.refusals),
        lost_fen=audited.lost_fen,
        doubled_fen=audited.doubled_fen,
        differences=audited.differences,
        healed_us=max(0, over_us - FAULTY_US),
        keys=tuple(plan.keys),
        timeline=tuple(monitor.events),
    )
