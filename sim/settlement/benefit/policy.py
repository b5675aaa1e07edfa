"""A benefit policy: the figures of one region and period, and which of them one case meets.

The first row that fits a person, a visit and a filing counts, so a file lists the special before the general.
Level 0 is a community centre (社区); where a row has no figure for it, level 1 applies. A case is answered
with :class:`Terms` and :class:`Cover`, which are kept, since many cases meet the same ones.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from onecard.sim.settlement.benefit import calculation
from onecard.sim.settlement.benefit.case import Filing, Group, Visit, group_of
from onecard.sim.settlement.benefit.consistency import check_policy
from onecard.sim.settlement.benefit.figures import figures_of
from onecard.sim.settlement.benefit.schema import BandFigure, BenefitRow, DeductibleFigure, PolicyFile
from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN, Aid, Band, Cover, Critical, Terms, window_of
from onecard.sim.units.money import yuan_to_fen

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Case
    from onecard.sim.settlement.benefit.schema import AidRow, Cap, CriticalRow, Segment, SupplementFund

__all__ = ["Policy", "Visit", "aid_of", "critical_of", "permille"]

_PERMILLE = 1_000


class Policy:
    """The benefit policy of one region and period, all insurances.

    Attributes:
        name: the file's name without suffix.
        region: division code of the region.
        english: title.
        chinese: title.
        valid_from: first day.
        valid_until: last day, None for no end.
        fund_includes_account: ``fund_pay_sumamt`` includes ``acct_pay`` (settlement.md §10 Q-3).
        account_separate: ``acct_mulaid_pay`` is beside ``acct_pay`` (Q-4).
        figures: every figure with mark and source.
        file: the rows.
    """

    def __init__(self, name: str, file: PolicyFile) -> None:
        self.name = name
        self.file = file
        self.region = file.region or ""
        self.english = file.english or ""
        self.chinese = file.chinese or ""
        self.valid_from = file.valid_from or datetime.date.min
        self.valid_until = file.valid_until
        self.fund_includes_account = bool(file.fund_includes_account)
        self.account_separate = bool(file.account_separate)
        self.last_stay = max(
            [figure.from_stay for row in file.benefit for figure in row.deductible], default=1
        )
        """From this stay of the year on, the deductible no longer changes."""
        self._rows: dict[tuple[str, str, Visit, int], int | None] = {}
        self._terms: dict[tuple[int, int, int, Filing, bool], Terms] = {}
        self._covers: dict[tuple[str, str, str, tuple[str, ...]], Cover] = {}
        check_policy(self)
        self.figures = figures_of(name, file)

    def terms(self, case: Case) -> Terms | None:
        """Return the figures of basic insurance for a case, or None if the policy has no row for it."""
        number = self._row(case.insutype, case.psn_type, case.visit, case.age)
        if number is None:
            return None
        return self.terms_of(
            number, level=case.level, stay=case.stay, filing=case.filing, same_province=case.same_province
        )

    def terms_of(self, number: int, *, level: int, stay: int, filing: Filing, same_province: bool) -> Terms:
        """Return the figures of one row of the file; see :class:`Case` for the arguments."""
        key = (number, level, min(stay, self.last_stay), filing, same_province)
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = self._build(
                self.file.benefit[number], level, min(stay, self.last_stay), filing, same_province
            )
        return found

    def cover(self, case: Case) -> Cover:
        """Return what protects the person of a case beyond the basic insurance."""
        key = (case.insutype, case.psn_type[:2], case.cvlserv_flag, case.identities)
        found = self._covers.get(key)
        if found is None:
            found = self._covers[key] = self._protect(case)
        return found

    def window(self, case: Case) -> int | None:
        """Return the number of the deductible's period that a case falls into; None where it is the year."""
        terms = self.terms(case)
        return None if terms is None else window_of(terms, case)

    def rule(
        self, *, insutype: str, psn_type: str, age: int, visit: Visit, level: int, stay: int = 1
    ) -> calculation.Rule | None:
        """Return the local figures in the form of :func:`onecard.sim.settlement.benefit.benefit`.

        That form knows deductibles by year and by stay only; other periods count as a stay.
        """
        number = self._row(insutype, psn_type, visit, age)
        if number is None:
            return None
        terms = self.terms_of(number, level=level, stay=stay, filing="local", same_province=True)
        over = terms.over_ratio_millionths
        return calculation.Rule(
            period="year" if terms.period.startswith("year") else "stay",
            deductible_fen=terms.standard_fen,
            bands=tuple(
                calculation.Band(
                    None if band.upper_fen == UNLIMITED_FEN else band.upper_fen,
                    band.ratio_millionths // _PERMILLE,
                    "large" if band.large else "pool",
                )
                for band in terms.bands
            ),
            pool_cap_fen=None if terms.pool_cap_fen == UNLIMITED_FEN else terms.pool_cap_fen,
            over_cap=calculation.Band(None, over // _PERMILLE, "large") if over else None,
        )

    def _row(self, insutype: str, psn_type: str, visit: Visit, age: int) -> int | None:
        key = (insutype, psn_type[:2], visit, age)
        if key not in self._rows:
            self._rows[key] = self._find(insutype, group_of(psn_type), visit, age)
        return self._rows[key]

    def _find(self, insutype: str, group: Group | None, visit: Visit, age: int) -> int | None:
        for number, row in enumerate(self.file.benefit):
            matches = row.insutype == insutype and row.visit == visit and group in row.people
            if matches and row.age_from <= age < row.age_below:
                return number
        return None

    def _build(self, row: BenefitRow, level: int, stay: int, filing: Filing, same_province: bool) -> Terms:
        multiplier, points = self._reduction(row.insutype, filing, same_province)

        def ratio(percent: str) -> int:
            return max(0, permille(percent) * multiplier - points * _PERMILLE)

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

    def _reduction(self, insutype: str, filing: Filing, same_province: bool) -> tuple[int, int]:
        """Return multiplier and points in permille."""
        for row in self.file.reduction:
            fits = insutype in row.insutypes and filing in row.filings
            if fits and row.same_province in (None, same_province):
                return permille(row.multiplier_percent), permille(row.points)
        return _PERMILLE, 0

    def _protect(self, case: Case) -> Cover:
        group, identities = group_of(case.psn_type), set(case.identities)
        critical = next(
            (
                row
                for row in self.file.critical
                if row.insutype == case.insutype
                and group in row.people
                and (not row.identities or identities & set(row.identities))
            ),
            None,
        )
        aid = next((row for row in self.file.aid if identities & set(row.identities)), None)
        return Cover(
            critical=None if critical is None else critical_of(critical),
            aid=None if aid is None else aid_of(aid),
            cvlserv_millionths=self._supplement("cvlserv", case),
            hifes_millionths=self._supplement("hifes", case),
            hifdm_millionths=self._supplement("hifdm", case),
        )

    def _supplement(self, fund: SupplementFund, case: Case) -> int:
        for row in self.file.supplement:
            flagged = fund != "cvlserv" or case.cvlserv_flag == "1"
            named = not row.identities or set(row.identities) & set(case.identities)
            if row.fund == fund and row.insutype == case.insutype and flagged and named:
                return permille(row.ratio.percent) * _PERMILLE
        return 0


_Levelled = TypeVar("_Levelled", DeductibleFigure, BandFigure)


def at_level(level: int, figures: tuple[_Levelled, ...]) -> tuple[_Levelled, ...]:
    """Return the figures for a level; a community centre takes level 1 where it has none of its own."""
    found = tuple(figure for figure in figures if level in figure.levels)
    return at_level(1, figures) if level == 0 and not found else found


def permille(percent: str) -> int:
    """Turn a percentage with at most one decimal into permille."""
    whole, _, tenth = percent.partition(".")
    return int(whole) * 10 + int(tenth or "0")


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
