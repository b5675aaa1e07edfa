"""What happens at night and after the last treatment: reconciliation, clearing, the audit of all books.

At half past midnight the tiers reconcile the day before with their neighbours, by messages, and fetch from
them what they lack (settlement.md §5.5). When the last treatment has ended all days are reconciled once more,
and on the 21st of the next month each month is cleared (§5.6). After that nothing may differ: the findings of
the last comparison are the run's verdict.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from onecard.sim.engine.network import Caller
from onecard.sim.settlement.money.agreement import books_agree
from onecard.sim.settlement.money.boundaries import SETTLEMENT_TABLES
from onecard.sim.settlement.money.daily import days_landed, reconcile_day
from onecard.sim.settlement.money.sums import AMOUNTS
from onecard.sim.settlement.tiers.between.jobs import daily_jobs, monthly_jobs
from onecard.sim.settlement.tiers.directory import city_address
from onecard.sim.units.time import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from simpy import Event

    from onecard.sim.engine.settlement.treatments import Treatment
    from onecard.sim.engine.settlement.world import SettlementWorld
    from onecard.sim.settlement.money.differences import BoundaryResult
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["Closing"]

NIGHTLY = 30 * MINUTE
"""Daily records are made at 00:30 for the day before (settlement.md §5.5)."""
CLEARING_DAY = 21
"""Day of the next month on which a month is cleared (settlement.md §5.6, §10 Q-14)."""
JOB_TIMEOUT = HOUR
FUNDS = tuple(
    name
    for name in AMOUNTS
    if name not in ("medfee_sumamt", "acct_pay", "cash_payamt", "acct_mulaid_pay", "ownpay_hosp_part")
)
"""Columns of what funds pay."""
OFFICE = 1 << 40
"""Visit number of the first office job: above those of all treatments."""


class Closing:
    """The offices of all tiers.

    Args:
        world: the world.
    """

    def __init__(self, world: SettlementWorld) -> None:
        self._world, self._env = world, world.env
        self._jobs = 0

    def nights(self) -> Generator[Event, object, None]:
        """Reconcile every day in the night after it (a SimPy process)."""
        for day in range(self._world.model.days):
            yield self._env.timeout((day + 1) * DAY + NIGHTLY - self._env.now)
            self._compare("evening", self._date(day))
            yield from self._reconcile(self._date(day))
            self._compare("night", self._date(day))

    def end(self) -> Generator[Event, object, None]:
        """Reconcile all days once more and clear all months (a SimPy process)."""
        days = days_landed(self._world.tiers)
        for day in days:
            yield from self._reconcile(day)
        for day in days:
            self._compare("final", day)
        self._compare_institutions()
        self._find("before-clearing")
        for month in sorted({day[:7].replace("-", "") for day in days}):
            yield self._env.timeout(max(0, self._clearing_us(month) - int(self._env.now)))
            directory, calendar = self._world.nation.directory, self._world.calendar
            yield from self._send(
                monthly_jobs(directory, month, calendar=calendar, now_us=int(self._env.now))
            )
        self._find("final")

    def _reconcile(self, day: str) -> Generator[Event, object, None]:
        directory, calendar = self._world.nation.directory, self._world.calendar
        yield from self._send(daily_jobs(directory, day, calendar=calendar, now_us=int(self._env.now)))

    def _send(self, jobs: list[tuple[str, bytes]]) -> Generator[Event, object, None]:
        """Send the jobs one after the other, as they travel."""
        for address, request in jobs:
            caller = Caller(OFFICE + self._jobs, address)
            self._jobs += 1
            yield from self._world.network.call_within(caller, address, request, timeout_us=JOB_TIMEOUT)

    def _compare(self, run: str, day: str) -> None:
        """Record what each side of each boundary has of a day."""
        for result in reconcile_day(self._world.tiers, day):
            self._record(run, result)

    def _record(self, run: str, result: BoundaryResult) -> None:
        for side, totals in result.sides.items():
            amounts = dict(zip(AMOUNTS, totals.amounts, strict=True))
            self._world.recorder.reconciliation(
                run,
                int(self._env.now),
                result.day,
                result.boundary,
                side,
                totals.rows,
                totals.person_times,
                totals.medfee_sumamt_fen,
                sum(amounts[name] for name in FUNDS),
                amounts["acct_pay"],
                len(result.differences),
            )

    def _compare_institutions(self) -> None:
        """Record what the institutions of each city believe to be settled, and what the city has in force."""
        for city in self._world.nation.directory.cities:
            believed = _believed(self._world.treatments, city)
            in_force = _in_force(self._world.tiers[city_address(city)], city)
            differing = {key for key in {*believed, *in_force} if believed.get(key) != in_force.get(key)}
            for side, book in (("institutions", believed), (city_address(city), in_force)):
                sums = [sum(column) for column in zip(*book.values(), strict=True)] or [0, 0, 0]
                self._world.recorder.reconciliation(
                    "final",
                    int(self._env.now),
                    "",
                    f"institutions | {city_address(city)}",
                    side,
                    len(book),
                    len(book),
                    *sums,
                    len(differing),
                )

    def _find(self, run: str) -> None:
        for finding in books_agree(self._world.tiers):
            self._world.recorder.finding(run, finding)

    def _date(self, day: int) -> str:
        return (self._world.nation.start + datetime.timedelta(days=day)).isoformat()

    def _clearing_us(self, month: str) -> int:
        """Return nine in the morning of the day on which a month is cleared."""
        year, number = divmod(int(month[:4]) * 12 + int(month[4:]), 12)
        date = datetime.date(year, number + 1, CLEARING_DAY)
        return (date - self._world.nation.start).days * DAY + 9 * HOUR


Book = dict[str, tuple[int, int, int]]
"""Settlement → total, paid by funds, paid by the account, in fen."""


def _believed(treatments: Iterable[Treatment], city: str) -> Book:
    """Return what the institutions of a city hold for settled."""
    settled = [treatment.client.result for treatment in treatments if treatment.planned.treated == city]
    return {
        result.setl_id: (result.medfee_sumamt_fen, result.fund_pay_sumamt_fen, result.acct_pay_fen)
        for result in settled
        if result is not None
    }


def _in_force(tier: Tier, city: str) -> Book:
    """Return the settlements of a city's institutions that are in force, cancellations left out."""
    return {
        row.setl_id: (row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay)
        for name in SETTLEMENT_TABLES
        for row in tier.store.tables[name]
        if row.vali_flag == "1" and not row.init_setl_id and row.mdtrtarea_admvs == city
    }
