"""From the rows of a policy file to integers: which figure counts at a level, and in fen and millionths."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from onecard.sim.settlement.benefit.schema import BandFigure, DeductibleFigure
from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN, Aid, Band, Critical, Terms
from onecard.sim.units.money import yuan_to_fen

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Filing
    from onecard.sim.settlement.benefit.schema import AidRow, BenefitRow, Cap, CriticalRow, Segment

__all__ = ["aid_of", "at_level", "critical_of", "permille", "terms_of_row"]

_PERMILLE = 1_000

_Levelled = TypeVar("_Levelled", DeductibleFigure, BandFigure)


def at_level(level: int, figures: tuple[_Levelled, ...]) -> tuple[_Levelled, ...]:
    """Return the figures for a level; a community centre takes level 1 where it has none of its own."""
    found = tuple(figure for figure in figures if level in figure.levels)
    return at_level(1, figures) if level == 0 and not found else found


def permille(percent: str) -> int:
    """Turn a percentage with at most one decimal into permille."""
    whole, _, tenth = percent.partition(".")
    return int(whole) * 10 + int(tenth or "0")


def terms_of_row(
    row: BenefitRow,
    level: int,
    stay: int,
    filing: Filing,
    *,
    multiplier_permille: int,
    points_permille: int,
) -> Terms:
    """Return the figures of a row for one institution, stay and filing, its ratios reduced (§6.4).

    Args:
        row: of basic insurance.
        level: institution level, 0 to 3.
        stay: number of the stay in the year, from 1.
        filing: where the care takes place.
        multiplier_permille: what the ratios are multiplied with.
        points_permille: what is then taken off, not below zero.
    """

    def ratio(percent: str) -> int:
        return max(0, permille(percent) * multiplier_permille - points_permille * _PERMILLE)

    return Terms(
        period=row.period,
        yearly_bands=row.bands_over == "year" or row.period.startswith("year"),
        standard_fen=_standard(row, level, stay, filing),
        bands=tuple(
            Band(_upper(figure), ratio(figure.percent), figure.fund == "large")
            for figure in at_level(level, row.bands)
        ),
        pool_cap_fen=_cap(row.cap),
        over_ratio_millionths=0 if row.over_cap is None else ratio(row.over_cap.percent),
        large_cap_fen=_cap(row.large_cap),
        burden=row.burden,
    )


def critical_of(row: CriticalRow) -> Critical:
    """Return a row of critical illness as integers."""
    return Critical(
        threshold_fen=yuan_to_fen(row.threshold.yuan),
        bands=tuple(Band(_upper(band), permille(band.percent) * _PERMILLE) for band in row.bands),
        cap_fen=_cap(row.cap),
        counts_preselfpay=row.counts_preselfpay,
    )


def aid_of(row: AidRow) -> Aid:
    """Return a row of medical aid as integers."""
    return Aid(
        threshold_fen=yuan_to_fen(row.threshold.yuan),
        ratio_millionths=permille(row.ratio.percent) * _PERMILLE,
        cap_fen=_cap(row.cap),
    )


def _standard(row: BenefitRow, level: int, stay: int, filing: Filing) -> int:
    """Return the standard deductible; figures for the filing go before the general ones."""
    special = tuple(figure for figure in row.deductible if filing in figure.filings)
    general = tuple(figure for figure in row.deductible if not figure.filings)
    reached = [figure for figure in at_level(level, special or general) if figure.from_stay <= stay]
    latest = max(reached, key=lambda figure: figure.from_stay, default=None)
    return 0 if latest is None else yuan_to_fen(latest.yuan)


def _cap(cap: Cap | None) -> int:
    return UNLIMITED_FEN if cap is None else yuan_to_fen(cap.yuan)


def _upper(band: BandFigure | Segment) -> int:
    return UNLIMITED_FEN if band.up_to_yuan is None else yuan_to_fen(band.up_to_yuan)
