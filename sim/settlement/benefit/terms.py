"""The figures of a policy that one case meets, as integers ready for computation.

A policy's file speaks of levels, stays and filings; by the time of computation these are chosen, and what is
left is a deductible, bands with effective ratios, caps (:class:`Terms`), and what protects the person beyond
the basic insurance (:class:`Cover`). Ratios are millionths, so that a permille ratio times a permille
reduction is exact. No cap is :data:`UNLIMITED_FEN`, so that scalar and vectorised forms share one rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import msgspec

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Case

__all__ = [
    "LARGEST_BILL_FEN",
    "LARGEST_YEAR_FEN",
    "PERIODS",
    "UNLIMITED_FEN",
    "WHOLE",
    "Aid",
    "Band",
    "Cover",
    "Critical",
    "Period",
    "Terms",
    "window_of",
]

Period = Literal["year", "year-top-up", "stay", "quarter", "month", "90-days"]
"""What a deductible is charged once for (settlement.md §6.1 step 3).

``year``: the first standard of the year that applied is the year's; ``year-top-up``: at a higher level the
difference is charged; ``stay``; ``quarter`` and ``month`` of the calendar; ``90-days`` of one stay.
"""
PERIODS: tuple[Period, ...] = get_args(Period)

WHOLE = 1_000_000
"""Ratios are in parts of this."""
LARGEST_BILL_FEN = 10**10
LARGEST_YEAR_FEN = 10**12
UNLIMITED_FEN = 4 * 10**12
"""Stands for no cap: above every sum of a year, and a million times of it still fits into 63 bits."""


class Band(msgspec.Struct, frozen=True, array_like=True):
    """An interval of an axis of amounts: from the band before up to ``upper_fen`` this ratio is paid."""

    upper_fen: int
    ratio_millionths: int
    large: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Basic insurance and large-amount fund for one case.

    Attributes:
        period: what the deductible is charged once for.
        yearly_bands: the bands' axis is the in-scope amount of the year, not of the deductible's period.
        standard_fen: standard deductible (起付线).
        bands: ascending, with effective ratios.
        pool_cap_fen: cap of the year on the pool, by kind of visit.
        over_ratio_millionths: what the large-amount fund pays of the rest beyond that cap.
        large_cap_fen: cap of the year on the large-amount fund.
        burden: whether the person's share counts towards critical illness, aid and supplements.
    """

    period: Period
    yearly_bands: bool
    standard_fen: int
    bands: tuple[Band, ...]
    pool_cap_fen: int = UNLIMITED_FEN
    over_ratio_millionths: int = 0
    large_cap_fen: int = UNLIMITED_FEN
    burden: bool = True


class Critical(msgspec.Struct, frozen=True, kw_only=True):
    """Critical-illness insurance: bands on the personal burden of the year above a threshold."""

    threshold_fen: int
    bands: tuple[Band, ...]
    cap_fen: int = UNLIMITED_FEN
    counts_preselfpay: bool = False


class Aid(msgspec.Struct, frozen=True, kw_only=True):
    """Medical aid: a ratio of what is left of the burden above a threshold, with a cap of the year."""

    threshold_fen: int
    ratio_millionths: int
    cap_fen: int = UNLIMITED_FEN


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """What protects a person beyond the basic insurance; ratios are of what is left at their turn."""

    critical: Critical | None = None
    aid: Aid | None = None
    cvlserv_millionths: int = 0
    hifes_millionths: int = 0
    hifdm_millionths: int = 0


def window_of(terms: Terms, case: Case) -> int | None:
    """Return the number of the deductible's period that a case falls into; None where it is the year."""
    if terms.period == "stay":
        return case.stay
    if terms.period == "90-days":
        return case.window
    if terms.period == "quarter":
        return case.quarter
    return case.month if terms.period == "month" else None
