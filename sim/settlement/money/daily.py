"""The daily reconciliation of a whole network, over the stores of its tiers (settlement.md §5.5, §9 C-30).

For a day: every city with its province, and for every pair of provinces the tri-party data: what the insured
province, the ministry and the province of treatment have; then every tier that has rows which do not belong
there. Linear in the rows of the day. The same comparison
goes over messages in :mod:`onecard.sim.settlement.tiers.between.daily`; this form is for a host that has all
tiers in one process (a scenario, a fault search).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.money.boundaries import (
    SETTLEMENT_TABLES,
    astray_on,
    landed_on,
    neighbours,
    pair_of,
    rows_at,
)
from onecard.sim.settlement.money.differences import BoundaryResult, Difference, compare_rows
from onecard.sim.settlement.money.sums import totals_of
from onecard.sim.settlement.tiers.directory import MINISTRY, province_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["days_landed", "reconcile_all", "reconcile_day"]


def days_landed(tiers: Mapping[str, Tier]) -> list[str]:
    """Return every day of which some tier has a row, in order."""
    return sorted(
        {
            row.clr_day
            for tier in tiers.values()
            for name in SETTLEMENT_TABLES
            for row in tier.store.tables[name]
        }
    )


def reconcile_day(tiers: Mapping[str, Tier], day: str) -> list[BoundaryResult]:
    """Compare the rows of a day at every boundary.

    Args:
        tiers: address → tier; an isolated city has no boundary.
        day: ``yyyy-MM-dd``.

    Returns:
        One result for each city with its province, then one for each pair of provinces that has a row, then
        one for each tier with rows that do not belong there.
    """
    return [*_city_results(tiers, day), *_pair_results(tiers, day), *_astray_results(tiers, day)]


def reconcile_all(tiers: Mapping[str, Tier]) -> list[BoundaryResult]:
    """Compare every day that has a row; return the results that are not equal."""
    return [result for day in days_landed(tiers) for result in reconcile_day(tiers, day) if not result.equal]


def _city_results(tiers: Mapping[str, Tier], day: str) -> Iterable[BoundaryResult]:
    for address, tier in tiers.items():
        if not address.startswith("city/"):
            continue
        for peer in neighbours(tier):
            yield compare_rows(
                day, {address: rows_at(tier, peer, day), peer: rows_at(tiers[peer], address, day)}
            )


def _pair_results(tiers: Mapping[str, Tier], day: str) -> Iterable[BoundaryResult]:
    provinces = [address for address in tiers if address.startswith("province/")]
    by_side = {
        address: _by_pair(tiers[address], day) for address in (*provinces, MINISTRY) if address in tiers
    }
    for pair in sorted({pair for pairs in by_side.values() for pair in pairs}):
        insured, treatment = map(province_address, pair)
        yield compare_rows(
            day, {side: by_side.get(side, {}).get(pair, []) for side in (insured, MINISTRY, treatment)}
        )


def _by_pair(tier: Tier, day: str) -> dict[tuple[str, str], list[SettlementRow]]:
    pairs: dict[tuple[str, str], list[SettlementRow]] = {}
    for row in landed_on(tier, day):
        pair = pair_of(row)
        if pair[0] != pair[1]:
            pairs.setdefault(pair, []).append(row)
    return pairs


def _astray_results(tiers: Mapping[str, Tier], day: str) -> Iterable[BoundaryResult]:
    for address, tier in tiers.items():
        rows = astray_on(tier, day)
        if rows:
            yield BoundaryResult(
                day=day,
                boundary=address,
                sides={address: totals_of(rows)},
                differences=tuple(Difference(setl_id=row.setl_id, astray_at=address) for row in rows),
            )
