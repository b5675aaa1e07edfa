"""A policy as int64 tables: every answer that :class:`Policy` can give, by number.

Theory of operation. A case selects figures through a few closed choices, so all answers fit into small tables
that are built once by asking the policy itself, and a million cases are a million look-ups. Rows of bands are
padded with empty ones, which pay nothing, so every case takes the same steps.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onecard.sim.settlement.benefit.arrays import identity_bits
from onecard.sim.settlement.benefit.case import FILINGS, GROUPS, VISITS, group_of
from onecard.sim.settlement.benefit.rows import aid_of, critical_of, permille
from onecard.sim.settlement.benefit.terms import PERIODS, UNLIMITED_FEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.sim.settlement.benefit.arrays import BoolArray, CaseArrays, IntArray
    from onecard.sim.settlement.benefit.policy import Policy
    from onecard.sim.settlement.benefit.schema import CriticalRow, SupplementFund
    from onecard.sim.settlement.benefit.terms import Band

__all__ = ["BandTable", "PolicyTables", "tables_of"]

_AGES = 200
_CATEGORIES = 100
_NOBODY = len(GROUPS)
_PERMILLE = 1_000


def _group_place(category: int) -> int:
    group = group_of(f"{category:02d}")
    return _NOBODY if group is None else GROUPS.index(group)


_GROUP_PLACE = np.array([_group_place(category) for category in range(_CATEGORIES)], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class BandTable:
    """Bands by place and set: ``upper_fen[place][number of the set]``."""

    upper_fen: list[IntArray]
    ratio_millionths: list[IntArray]
    large: list[BoolArray]

    @staticmethod
    def of(sets: Sequence[Sequence[Band]]) -> BandTable:
        """Build from sets of bands; a shorter set is padded with empty bands at its end."""
        table = BandTable([], [], [])
        for place in range(max([len(bands) for bands in sets], default=0)):
            upper = [bands[min(place, len(bands) - 1)].upper_fen if bands else 0 for bands in sets]
            ratio = [bands[place].ratio_millionths if place < len(bands) else 0 for bands in sets]
            large = [bands[place].large if place < len(bands) else False for bands in sets]
            table.upper_fen.append(np.array(upper, dtype=np.int64))
            table.ratio_millionths.append(np.array(ratio, dtype=np.int64))
            table.large.append(np.array(large, dtype=np.bool_))
        return table


class PolicyTables:
    """The tables of one policy.

    Attributes:
        period: place in ``PERIODS``, by terms.
        standard_fen: standard deductible, by terms; so the others up to ``burden``.
        bands: by terms.
        critical_bands: by row of critical illness; row 0 is nobody's, so the other ``critical`` tables.
        aid_ratio: by row of medical aid; row 0 is nobody's.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._build_rows()
        self._build_terms()
        self._build_cover()

    def rows(self, cases: CaseArrays) -> IntArray:
        """Return the row of the file for each case, -1 for none."""
        insutype = np.searchsorted(self._insutypes, cases.insutype).clip(max=len(self._insutypes) - 1)
        known = self._insutypes[insutype] == cases.insutype
        row = self._rows[insutype, _GROUP_PLACE[cases.psn_group], cases.visit, cases.age]
        return np.where(known, row, -1)

    def terms(self, row: IntArray, cases: CaseArrays) -> IntArray:
        """Return the number of the terms for each case that has a row."""
        stay = np.minimum(cases.stay, self._policy.last_stay) - 1
        choice = (row * 4 + cases.level) * self._policy.last_stay + stay
        number: IntArray = (choice * len(FILINGS) + cases.filing) * 2 + cases.same_province
        return number

    def critical(self, cases: CaseArrays) -> IntArray:
        """Return the row of critical illness for each case, 0 for none."""
        place = np.zeros(len(cases), dtype=np.int64)
        group = _GROUP_PLACE[cases.psn_group]
        for number in range(len(self._policy.file.critical), 0, -1):
            row = self._policy.file.critical[number - 1]
            fits = (cases.insutype == int(row.insutype)) & _members(row)[group]
            if row.identities:
                fits &= (cases.identities & identity_bits(row.identities)) != 0
            place[fits] = number
        return place

    def aid(self, cases: CaseArrays) -> IntArray:
        """Return the row of medical aid for each case, 0 for none."""
        place = np.zeros(len(cases), dtype=np.int64)
        for number in range(len(self._policy.file.aid), 0, -1):
            bits = identity_bits(self._policy.file.aid[number - 1].identities)
            place[(cases.identities & bits) != 0] = number
        return place

    def supplement(self, fund: SupplementFund, cases: CaseArrays) -> IntArray | None:
        """Return a supplement's ratio in millionths for each case; None where the policy has none at all."""
        rows = [row for row in self._policy.file.supplement if row.fund == fund]
        if not rows:
            return None
        ratio = np.zeros(len(cases), dtype=np.int64)
        for row in reversed(rows):
            fits = cases.insutype == int(row.insutype)
            if fund == "cvlserv":
                fits &= cases.cvlserv
            if row.identities:
                fits &= (cases.identities & identity_bits(row.identities)) != 0
            ratio[fits] = permille(row.ratio.percent) * _PERMILLE
        return ratio

    def _build_rows(self) -> None:
        rows = self._policy.file.benefit
        insutypes = sorted({int(row.insutype) for row in rows})
        self._insutypes = np.array(insutypes, dtype=np.int64)
        self._rows = np.full((len(insutypes), _NOBODY + 1, len(VISITS), _AGES), -1, dtype=np.int64)
        for number in range(len(rows) - 1, -1, -1):  # the first row that fits counts
            row = rows[number]
            for group in row.people:
                place = insutypes.index(int(row.insutype)), GROUPS.index(group), VISITS.index(row.visit)
                self._rows[(*place, slice(row.age_from, row.age_below))] = number

    def _build_terms(self) -> None:
        policy = self._policy
        choices = itertools.product(
            range(len(policy.file.benefit)),
            range(4),
            range(1, policy.last_stay + 1),
            FILINGS,
            (False, True),
        )
        terms = [
            policy.terms_of(number, level=level, stay=stay, filing=filing, same_province=same)
            for number, level, stay, filing, same in choices
        ]
        self.period = np.array([PERIODS.index(each.period) for each in terms], dtype=np.int64)
        self.yearly_bands = np.array([each.yearly_bands for each in terms], dtype=np.bool_)
        self.standard_fen = np.array([each.standard_fen for each in terms], dtype=np.int64)
        self.pool_cap_fen = np.array([each.pool_cap_fen for each in terms], dtype=np.int64)
        self.over_ratio = np.array([each.over_ratio_millionths for each in terms], dtype=np.int64)
        self.large_cap_fen = np.array([each.large_cap_fen for each in terms], dtype=np.int64)
        self.burden = np.array([each.burden for each in terms], dtype=np.bool_)
        self.bands = BandTable.of([each.bands for each in terms])

    def _build_cover(self) -> None:
        critical = [critical_of(row) for row in self._policy.file.critical]
        self.critical_bands = BandTable.of([(), *[each.bands for each in critical]])
        self.critical_threshold_fen = _column(UNLIMITED_FEN, [each.threshold_fen for each in critical])
        self.critical_cap_fen = _column(UNLIMITED_FEN, [each.cap_fen for each in critical])
        self.counts_preselfpay = _column(0, [int(each.counts_preselfpay) for each in critical])
        aid = [aid_of(row) for row in self._policy.file.aid]
        self.aid_ratio = _column(0, [each.ratio_millionths for each in aid])
        self.aid_threshold_fen = _column(UNLIMITED_FEN, [each.threshold_fen for each in aid])
        self.aid_cap_fen = _column(UNLIMITED_FEN, [each.cap_fen for each in aid])


@functools.lru_cache(maxsize=64)
def tables_of(policy: Policy) -> PolicyTables:
    """Return the tables of a policy, built on first use."""
    return PolicyTables(policy)


def _column(nobody: int, values: list[int]) -> IntArray:
    return np.array([nobody, *values], dtype=np.int64)


def _members(row: CriticalRow) -> BoolArray:
    return np.array([*[group in row.people for group in GROUPS], False], dtype=np.bool_)
