"""A benefit policy: the figures of one region and period, and which of them one case meets.

The first row that fits a person, a visit and a filing counts, so a file lists the special before the general.
Level 0 is a community centre (社区); where a row has no figure for it, level 1 applies. A case is answered
with :class:`Terms` and :class:`Cover`, which are kept, since many cases meet the same ones.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from onecard.sim.settlement.benefit.case import Filing, Group, Visit, group_of
from onecard.sim.settlement.benefit.consistency import check_policy
from onecard.sim.settlement.benefit.figures import figures_of
from onecard.sim.settlement.benefit.rows import aid_of, critical_of, permille, terms_of_row
from onecard.sim.settlement.benefit.terms import Cover, Terms, window_of

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Case
    from onecard.sim.settlement.benefit.schema import BenefitRow, PolicyFile, SupplementFund

__all__ = ["Policy", "Visit"]

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
        return terms_of_row(row, level, stay, filing, multiplier_permille=multiplier, points_permille=points)

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
