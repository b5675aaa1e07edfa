"""What a person has from their area: codes, issuing city, the district's letter, the mix of ethnic groups."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from onecard.sim import facts
from onecard.sim.people.draws import ONE, threshold

if TYPE_CHECKING:
    from onecard.sim.people.counties import Area
    from onecard.sim.people.pyramid import Int64Array

__all__ = ["EthnicMix", "Home", "ethnic_mixes", "homes_of"]

_HAN = "01"


class EthnicMix(NamedTuple):
    """Cumulative thresholds of a province's ethnic groups; the last one, certainty, is Han."""

    thresholds: tuple[int, ...]
    groups: tuple[str, ...]


class Home(NamedTuple):
    """An area as its people see it."""

    county_code: str
    prefecture_code: str
    province_code: str
    city_code: str
    district: int
    """Number of the area inside its city."""
    city_start: int
    """Rank of the first person of the city."""


def homes_of(region: tuple[Area, ...], first_ranks: Int64Array) -> list[Home]:
    """Return the home of each area.

    Args:
        region: areas in the order of their codes, so that a city's areas are neighbours.
        first_ranks: rank of the first person of each area.
    """
    homes: list[Home] = []
    city, district, start = "", 0, 0
    for area, first in zip(region, first_ranks.tolist(), strict=False):
        if area.city_code != city:
            city, district, start = area.city_code, 0, first
        homes.append(Home(area.code, area.prefecture_code, area.province_code, city, district, start))
        district += 1
    return homes


@cache
def ethnic_mixes() -> dict[str, EthnicMix]:
    """Return the mix of each province, by its two-digit code."""
    mixes = {}
    for province in facts.provinces():
        bounds, running = [], 0.0
        for share in province.ethnic_shares.values():
            running += share
            bounds.append(threshold(running))
        mixes[province.code] = EthnicMix((*bounds, ONE), (*province.ethnic_shares, _HAN))
    return mixes
