"""Where people live: the county-level units of 2019 with a weight, and how a region names some of them.

A prefecture without county-level units (Dongguan, Zhongshan, Jiayuguan, Danzhou, Sansha) is an area of its
own. The population of a province is spread evenly over its counties, less what those prefectures have
[assumption].
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple

from onecard.sim import facts
from onecard.sim.errors import InputError

__all__ = ["Area", "areas", "areas_of", "by_code"]

_MUNICIPALITIES = ("11", "12", "31", "50")


class Area(NamedTuple):
    """A county-level unit, or a prefecture that has none."""

    code: str
    county: str
    """Empty for a prefecture without counties."""
    prefecture: str
    province: str
    people: int
    """Weight: residents at the end of 2018, as far as known."""

    @property
    def prefecture_code(self) -> str:
        """Prefecture, ``"460100"``."""
        return self.code[:4] + "00"

    @property
    def province_code(self) -> str:
        """Province, ``"460000"``."""
        return self.code[:2] + "0000"

    @property
    def city_code(self) -> str:
        """Area that issues cards and insures: prefecture, municipality, or directly administered county."""
        if self.code[:2] in _MUNICIPALITIES:
            return self.province_code
        return self.code if self.code[2:4] == "90" else self.prefecture_code

    @property
    def full_name(self) -> str:
        """Names from the province down, without the placeholders of municipalities and direct counties."""
        prefecture = "" if self.code[:2] in _MUNICIPALITIES or self.code[2:4] == "90" else self.prefecture
        return self.province + prefecture + self.county


@cache
def areas() -> tuple[Area, ...]:
    """Return the 2 851 areas in the order of their codes."""
    text = resources.files(__package__).joinpath("counties_2019.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    alone = {row["code"]: _people_alone(row["code"]) for row in rows if not row["county"]}
    each = {province.code: _people_each(province, rows, alone) for province in facts.provinces()}
    return tuple(
        Area(
            row["code"], row["county"], row["prefecture"], row["province"], alone.get(code) or each[code[:2]]
        )
        for row in rows
        for code in (row["code"],)
    )


def _people_alone(code: str) -> int:
    return int(facts.value(f"population.prefecture-without-counties.{code}"))


def _people_each(province: facts.Province, rows: list[dict[str, str]], alone: dict[str, int]) -> int:
    """Residents of one ordinary county of the province."""
    counties = sum(1 for row in rows if row["county"] and row["code"].startswith(province.code))
    rest = province.population_10k * 10_000 - sum(
        people for code, people in alone.items() if code.startswith(province.code)
    )
    return rest // counties


@cache
def by_code() -> dict[str, Area]:
    """Return the areas by their code."""
    return {area.code: area for area in areas()}


def areas_of(region: str | None) -> tuple[Area, ...]:
    """Return the areas of a region.

    Args:
        region: province (``"46"`` or ``"460000"``), prefecture (``"460100"``), county (``"460105"``), or
            None for the nation.

    Raises:
        InputError: no area of 2019 is in the region.
    """
    prefix = "" if region is None else _prefix(region)
    found = tuple(area for area in areas() if area.code.startswith(prefix))
    if not found:
        raise InputError(
            "no such region in 2019",
            where="region",
            value=region,
            allowed='a GB/T 2260 code of mainland China: "46", "460000", "460100", "460105"',
        )
    return found


def _prefix(region: str) -> str:
    if len(region) not in (2, 6) or not (region.isascii() and region.isdigit()):
        raise InputError(
            "not a region code", where="region", value=region, allowed='2 or 6 digits, "46" or "460100"'
        )
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if len(region) == 6 and region.endswith("00") else region
