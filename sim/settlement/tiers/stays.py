"""What both places read off the settlements of a stay (settlement.md §2.2 ST-4, ST-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["FINAL", "INTERIM", "in_force", "is_finally_settled", "later_in_force"]

FINAL, INTERIM = "0", "1"
"""``mid_setl_flag``: the settlement that ends a stay, and one before."""


def in_force(city: CityTier, mdtrt_id: str) -> list[SettlementRow]:
    """Return the settlements of a visit that were not taken back, oldest first."""
    rows = city.settlements_of(mdtrt_id)
    return [row for row in rows if not row.init_setl_id and row.vali_flag == "1"]


def is_finally_settled(city: CityTier, mdtrt_id: str) -> bool:
    """Return whether a stay has the settlement that ends it."""
    return any(row.mid_setl_flag == FINAL for row in in_force(city, mdtrt_id))


def later_in_force(city: CityTier, mdtrt_id: str, setl_id: str) -> bool:
    """Return whether a settlement in force was made after another one of the same visit."""
    made = [row.setl_id for row in city.settlements_of(mdtrt_id) if not row.init_setl_id]
    later = made[made.index(setl_id) + 1 :] if setl_id in made else []
    return any(row.setl_id in later for row in in_force(city, mdtrt_id))
