"""After healing: the tiers are held against the institutions' books, row by row and fen by fen.

Theory of operation. The institutions' books are the truth. From the settlements in them follows, without
looking at any tier, what every fund, account and receivable must hold, which rows must be in force at every
tier of each route, and what one tier owes the next. The tiers are read from what is durable: each is started
anew from its image, so an audit also sees what a restart would lose.

Fen are counted where money really is: funds, personal accounts, institutions' claims. Too little is lost,
too much is doubled. Between tiers, what differs is a boundary that does not reconcile.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from onecard.sim.explore.statements import disagreements
from onecard.sim.settlement.money.agreement import books_agree
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address
from onecard.sim.settlement.tiers.money import clearing, prepayment, receivable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.explore.book import Believed, Book
    from onecard.sim.explore.monitor import Monitor
    from onecard.sim.explore.nation import Stage
    from onecard.sim.settlement.benefit import Used
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["Audited", "audit", "route_of"]

_MONEY = ("person-medical", "institution-receivable")


class Audited:
    """What an audit counted.

    Attributes:
        lost_fen: missing in funds, accounts and claims.
        doubled_fen: too much there.
        differences: rows, boundaries, visits and accumulations that do not agree.
    """

    def __init__(self) -> None:
        self.lost_fen = 0
        self.doubled_fen = 0
        self.differences = 0


def route_of(city: str, insured_city: str) -> tuple[str, ...]:
    """Return the tiers at which a settlement lands (settlement.md §5.1, §5.7)."""
    if city == insured_city:
        return (city_address(city),)
    ends = (city_address(city), province_address(city[:2]))
    if city[:2] == insured_city[:2]:
        return (*ends, city_address(insured_city))
    return (*ends, MINISTRY, province_address(insured_city[:2]), city_address(insured_city))


def audit(stage: Stage, book: Book, tiers: dict[str, Tier], monitor: Monitor, *, now_us: int) -> Audited:
    """Hold the tiers against the books; differences become findings of the monitor.

    Args:
        stage: the nation.
        book: what the institutions are certain of.
        tiers: address → tier, started anew from its durable rows.
        monitor: where findings go.
        now_us: the time of the day.
    """
    done = Audited()
    auditor = _Auditor(stage, book, tiers, monitor, done)
    auditor.run()
    for text in (*books_agree(tiers), *disagreements(stage, book, tiers, now_us)):
        auditor.differs(text)
    return done


class _Auditor:
    def __init__(
        self, stage: Stage, book: Book, tiers: dict[str, Tier], monitor: Monitor, done: Audited
    ) -> None:
        self.stage, self.book, self.tiers, self.monitor, self.done = stage, book, tiers, monitor, done
        self.live = list(book.live.values())
        self.rows = {address: _settlements(tier) for address, tier in tiers.items()}

    def run(self) -> None:
        self._check_force()
        self._check_landing()
        self._check_money()
        self._check_cities()

    def differs(self, text: str) -> None:
        """Count a difference and make it a finding."""
        self.done.differences += 1
        self.monitor.find(text)

    # ---- rows

    def _check_force(self) -> None:
        """In force: what the institutions have, at every tier of its route, and nothing else."""
        wanted: dict[str, set[str]] = {address: set() for address in self.tiers}
        for each in self.live:
            for address in route_of(each.city, each.insured_city):
                wanted[address].add(each.settled.setl_id)
        for address, rows in self.rows.items():
            found = {row.setl_id for row in rows.values() if row.vali_flag == "1" and not row.init_setl_id}
            for setl_id in sorted(wanted[address] - found):
                state = "is not in force" if setl_id in rows else "is missing"
                self.differs(f"{address}: settlement {setl_id} of an institution's book {state}")
            for setl_id in sorted(found - wanted[address]):
                self.differs(f"{address}: settlement {setl_id} is in force and in no institution's book")

    def _check_landing(self) -> None:
        """Every row of an insured city, taken back or not, is the same at all tiers of its route (C-29)."""
        told = {each.settled.setl_id: each for each in self.live}
        for city in self.stage.nation.directory.cities:
            for row in self.rows[city_address(city)].values():
                if row.insu_admdvs != city:
                    continue
                treated = self.stage.nation.directory.city_of(row.mdtrtarea_admvs) or ""
                for address in route_of(treated, city):
                    other = self.rows[address].get(row.setl_id)
                    if other != row:
                        self.differs(f"{address}: row {row.setl_id} {_compared(row, other)}")
                believed = told.get(row.setl_id)
                if believed is not None and _amounts(row) != _amounts_told(believed):
                    self.differs(
                        f"city/{city}: {row.setl_id} has other amounts than the institution was told"
                    )

    # ---- money

    def _check_money(self) -> None:
        expected = self._expected()
        for address, tier in self.tiers.items():
            actual = _balances(tier)
            for account in sorted(expected[address].keys() | actual.keys()):
                difference_fen = actual.get(account, 0) - expected[address].get(account, 0)
                if not difference_fen:
                    continue
                if account.startswith(("funds/", *_MONEY)):
                    self.done.lost_fen += max(0, -difference_fen)
                    self.done.doubled_fen += max(0, difference_fen)
                self.differs(f"{address}: {account} is {difference_fen:+} fen off the institutions' books")

    def _expected(self) -> dict[str, Counter[str]]:
        """Compute from the books alone how every balance has moved."""
        moved: dict[str, Counter[str]] = {address: Counter() for address in self.tiers}
        for each in self.live:
            paid = each.settled
            owed_fen = paid.fund_pay_sumamt_fen + paid.acct_pay_fen
            home, place = each.insured_city, each.city
            city = moved[city_address(home)]
            city[f"funds/{home}"] -= paid.fund_pay_sumamt_fen
            if paid.acct_pay_fen:
                city[f"person-medical/{paid.psn_no}"] -= paid.acct_pay_fen
            moved[city_address(place)][receivable(each.fixmedins_code)] += owed_fen
            if home == place:
                continue
            province, insured = place[:2], home[:2]
            city[clearing(home, insured)] += owed_fen
            moved[city_address(place)][clearing(place, province)] -= owed_fen
            moved[province_address(province)][clearing(province, place)] += owed_fen
            moved[province_address(insured)][clearing(insured, home)] -= owed_fen
            if province != insured:
                moved[province_address(province)][prepayment(province, insured)] -= owed_fen
                moved[province_address(insured)][clearing(insured, province)] += owed_fen
                moved[MINISTRY][clearing("ministry", insured)] -= owed_fen
                moved[MINISTRY][clearing("ministry", province)] += owed_fen
        return moved

    # ---- inside the cities

    def _check_cities(self) -> None:
        for city in self.stage.nation.directory.cities:
            tier = self.tiers[city_address(city)]
            assert isinstance(tier, CityTier)  # noqa: S101 - by its address
            self._check_accumulations(tier)
            self._check_visits(tier)

    def _check_accumulations(self, city: CityTier) -> None:
        """Hold what people used of the year against the sum over their settlements in force."""
        fresh = self.stage.nation.tier(city.address)
        assert isinstance(fresh, CityTier)  # noqa: S101 - by its address
        used: dict[str, Used] = {}
        for each in self.live:
            calculation = city.calculations.get(each.settled.setl_id)
            person = city.registry.person(each.settled.psn_no)
            if calculation is not None and person is not None:
                key = f"{person.psn_no}/{person.insutype}/{calculation.year}"
                before = used.get(key) or fresh.used(person, calculation.year)
                used[key] = before.plus(calculation.benefit)
        for row in city.accumulations:
            person = city.registry.person(row.psn_no)
            if person is not None:
                expected = used.pop(row.accumulation, None) or fresh.used(person, row.year)
                if row.used != expected:
                    self.differs(
                        f"{city.address}: accumulation {row.accumulation} is {row.used}, not {expected}"
                    )
        for key in used:
            self.differs(f"{city.address}: accumulation {key} is missing")

    def _check_visits(self, city: CityTier) -> None:
        """See that no visit waits for a message, and that visits count their settlements in force."""
        live = Counter(
            row.mdtrt_id
            for row in self.rows[city.address].values()
            if row.vali_flag == "1" and not row.init_setl_id
        )
        for table in ("MDTRT_D", "OUTMED_MDTRT_D"):
            for visit in city.store.tables[table]:
                if visit.pending:
                    self.differs(f"{city.address}: visit {visit.mdtrt_id} still waits for {visit.pending}")
                settled = {line.setl_id for line in city.lines(visit) if line.setl_id}
                if visit.live_settlements != live[visit.mdtrt_id] or len(settled) != live[visit.mdtrt_id]:
                    self.differs(
                        f"{city.address}: visit {visit.mdtrt_id} has {live[visit.mdtrt_id]} settlements,"
                        f" counts {visit.live_settlements}, and lines of {len(settled)}"
                    )
        for visit in city.insured_visits:
            if visit.live_settlements != live[visit.mdtrt_id]:
                self.differs(
                    f"{city.address}: insured visit {visit.mdtrt_id} has {live[visit.mdtrt_id]}"
                    f" settlements and counts {visit.live_settlements}"
                )


def _settlements(tier: Tier) -> dict[str, SettlementRow]:
    rows: Iterable[SettlementRow] = (*tier.store.tables["SETL_D"], *tier.store.tables["OUTMED_SETL_D"])
    return {row.setl_id: row for row in rows}


def _balances(tier: Tier) -> Counter[str]:
    """Return how the balances of a tier have moved since they were opened; its funds as one."""
    moved: Counter[str] = Counter()
    for posting in tier.store.tables["POSTING"]:
        if posting.purpose == "opening":
            continue
        for account, amount_fen in posting.entries:
            name = f"funds/{account.partition('/')[2]}" if account.startswith("fund-") else account
            moved[name] += amount_fen
    return moved


def _compared(row: SettlementRow, other: SettlementRow | None) -> str:
    if other is None:
        return "of the insured city is missing"
    names = [name for name in row.__struct_fields__ if getattr(row, name) != getattr(other, name)]
    return f"differs from the insured city's in {', '.join(names)}"


def _amounts(row: SettlementRow) -> tuple[int, ...]:
    return (row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay, row.cash_payamt, row.act_pay_dedc)


def _amounts_told(believed: Believed) -> tuple[int, ...]:
    told = believed.settled
    return (
        told.medfee_sumamt_fen,
        told.fund_pay_sumamt_fen,
        told.acct_pay_fen,
        told.psn_cash_pay_fen,
        told.act_pay_dedc_fen,
    )
