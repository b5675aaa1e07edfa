"""Running a settlement network with SimPy, from the first midnight until the last month is cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy.core import Infinity

from onecard.sim.engine.settlement.closing import Closing
from onecard.sim.engine.settlement.world import SettlementWorld
from onecard.sim.errors import DefectError, InputError
from onecard.sim.settlement.money.boundaries import SETTLEMENT_TABLES
from onecard.sim.units.time import DAY, MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy import Event

    from onecard.sim.engine.settlement.model import SettlementNetwork
    from onecard.sim.recording.recorder import SettlementRecorder

__all__ = ["run_settlement_network"]

SLICE = 10 * MINUTE
"""Progress is told after each slice of simulated time."""
DRAIN = 2 * DAY
"""Nobody may still be treated so long after the last day: a load that does not drain is an error."""


def run_settlement_network(
    model: SettlementNetwork,
    seed: int,
    recorder: SettlementRecorder,
    progress: Callable[[float, int], None],
) -> SettlementWorld:
    """Run the days of a settlement network.

    Args:
        model: the scenario.
        seed: the world's seed.
        recorder: takes everything that happens; not closed here.
        progress: called with the share of the treatments that have ended (0 to 1) and their number.

    Returns:
        The world as the days left it, for questions that the record does not answer.

    Raises:
        InputError: the load of the scenario does not drain.
        DefectError: the book of a tier does not balance.
    """
    world = SettlementWorld(model, seed, recorder)
    closing = Closing(world)
    world.send_out()
    world.env.process(closing.nights())
    _step_through(world, progress)
    world.env.process(_at_once(closing))
    world.env.run()
    _close(world)
    progress(1.0, world.ended_count)
    return world


def _at_once(closing: Closing) -> Generator[Event, object, None]:
    yield from closing.end()


def _step_through(world: SettlementWorld, progress: Callable[[float, int], None]) -> None:
    """Process events until no treatment and no night is left; tell the progress after each slice."""
    env, limit_us = world.env, world.model.days * DAY + DRAIN
    slice_end_us, planned = SLICE, max(1, len(world.treatments))
    while (at_us := env.peek()) != Infinity:
        if at_us >= slice_end_us:
            if at_us > limit_us:
                raise InputError(
                    "the load does not drain: people are still being treated",
                    value=clock(limit_us),
                    allowed="fewer treatments, more servers, shorter outages, or fewer repeats",
                )
            slice_end_us = (int(at_us) // SLICE + 1) * SLICE
            progress(world.ended_count / planned, world.ended_count)
        env.step()


def _close(world: SettlementWorld) -> None:
    """Record what the tiers landed and did, and audit their books."""
    _record_cities(world)
    _record_outages(world)
    for address, host in world.hosts.items():
        queue = host.queue
        open_us = world.model.days * DAY
        kind = address.partition("/")[0]
        world.recorder.station(
            kind, address, queue.servers, open_us, queue.busy_us, queue.served, queue.longest
        )
    for address, tier in world.tiers.items():
        _record_landed(world, address)
        audit = tier.book.ledger.audit()
        if not audit.clean:
            raise DefectError(
                f"the book of {address} does not balance: {audit.total_fen} fen, overdrawn {audit.overdrawn}"
            )


def _record_cities(world: SettlementWorld) -> None:
    for city in world.nation.model.cities:
        world.recorder.city(
            city.admdvs, city.admdvs[:2], city.policy, city.people, city.hospitals, city.pharmacies
        )


def _record_outages(world: SettlementWorld) -> None:
    for span in world.outages.spans:
        outage = span.outage
        world.recorder.outage(span.name, outage.what, outage.where, outage.peer, span.begins_us, span.ends_us)


def _record_landed(world: SettlementWorld, address: str) -> None:
    tables = world.tiers[address].store.tables
    for name in SETTLEMENT_TABLES:
        for row in tables[name]:
            world.recorder.landed(
                address,
                name,
                row.setl_id,
                row.init_setl_id,
                row.clr_day,
                row.insu_admdvs,
                row.mdtrtarea_admvs,
                row.insutype,
                row.med_type,
                row.medfee_sumamt,
                row.fund_pay_sumamt,
                row.acct_pay,
                row.acct_mulaid_pay,
                row.cash_payamt,
                int(row.vali_flag == "1" and not row.init_setl_id),
                row.opt_time_us,
            )
