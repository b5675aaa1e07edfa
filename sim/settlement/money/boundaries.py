"""Which tiers stand beside each other, and which rows cross the boundary between them.

A row crosses the boundary between a tier and its neighbour if its message did: a city shares with its
province the rows of patients who are insured or treated elsewhere, a province with the ministry those between
two provinces. Both sides select by what the row says, so they select the same rows.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from onecard.sim.settlement.tiers.directory import MINISTRY, city_address, province_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["SETTLEMENT_TABLES", "astray_on", "crosses", "landed_on", "neighbours", "pair_of", "rows_at"]

SETTLEMENT_TABLES = ("SETL_D", "OUTMED_SETL_D")
"""Tables with landed rows; provinces and the ministry use the second alone."""


def pair_of(row: SettlementRow) -> tuple[str, str]:
    """Return insured province and province of treatment."""
    return row.insu_admdvs[:2], row.mdtrtarea_admvs[:2]


def landed_on(tier: Tier, day: str) -> list[SettlementRow]:
    """Return the rows of a day of reconciliation, ``yyyy-MM-dd``, at a tier."""
    tables = tier.store.tables
    return [row for name in SETTLEMENT_TABLES for row in tables[name].by("clr_day", day)]


def neighbours(tier: Tier) -> tuple[str, ...]:
    """Return the addresses of the tiers that a tier exchanges settlements with, the insured side's first."""
    kind, _, place = tier.address.partition("/")
    if kind == "city":
        isolated = getattr(tier, "authority", "")
        return () if isolated else (province_address(place[:2]),)
    directory = tier.directory  # type: ignore[attr-defined] # provinces and the ministry have one
    if tier.address == MINISTRY:
        return tuple(map(province_address, directory.provinces))
    own = tuple(city_address(city) for city in directory.cities if city[:2] == place)
    return (*own, MINISTRY) if len(directory.provinces) > 1 else own


def crosses(tier: Tier, peer: str) -> Callable[[SettlementRow], bool]:
    """Return what tells whether a row crosses the boundary between a tier and its neighbour."""
    kind = tier.address.partition("/")[0]
    place = peer.partition("/")[2]
    if kind == "city":
        serves = tier.serves  # type: ignore[attr-defined] # a city says what lies in it
        return lambda row: not (serves(row.insu_admdvs) and serves(row.mdtrtarea_admvs))
    if tier.address == MINISTRY:
        return lambda row: pair_of(row).count(place) == 1
    if peer == MINISTRY:
        return lambda row: row.insu_admdvs[:2] != row.mdtrtarea_admvs[:2]
    city_of = tier.directory.city_of  # type: ignore[attr-defined]
    lies_there = functools.cache(lambda admdvs: city_of(admdvs) == place)
    return lambda row: lies_there(row.insu_admdvs) != lies_there(row.mdtrtarea_admvs)


def rows_at(tier: Tier, peer: str, day: str) -> list[SettlementRow]:
    """Return the rows of a day that cross the boundary to a neighbour, as the tier has them."""
    return list(filter(crosses(tier, peer), landed_on(tier, day)))


def astray_on(tier: Tier, day: str) -> list[SettlementRow]:
    """Return the rows of a day that a tier has although its way does not lead here, or in a wrong table."""
    belongs = functools.cache(functools.partial(_belongs, tier))
    return [
        row
        for name in SETTLEMENT_TABLES
        for row in tier.store.tables[name].by("clr_day", day)
        if not belongs(name, row.insu_admdvs, row.mdtrtarea_admvs)
    ]


def _belongs(tier: Tier, table: str, insu_admdvs: str, mdtrtarea_admvs: str) -> bool:
    if tier.address.startswith("city/"):
        serves = tier.serves  # type: ignore[attr-defined] # a city says what lies in it
        insured_here = bool(serves(insu_admdvs))
        return (table == "SETL_D") == insured_here and (insured_here or bool(serves(mdtrtarea_admvs)))
    city_of = tier.directory.city_of  # type: ignore[attr-defined] # provinces and the ministry have one
    insured, treatment = (city_of(place) or place for place in (insu_admdvs, mdtrtarea_admvs))
    provinces = (insured[:2], treatment[:2])
    if tier.address == MINISTRY:
        return provinces[0] != provinces[1]
    return insured != treatment and tier.address[9:] in provinces
