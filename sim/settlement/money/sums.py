"""Sums and digests of settlement rows: what two tiers compare (settlement.md §5.5).

Groups are those of a city's back office: insurance type, person type and medical category, and the divisions
of insurance and treatment. Amounts are signed, a refund is a negative row; ``hifob_pay`` is compared too. The
digest of a row covers every column but ``vali_flag``, which each tier works out for itself; the digest of a
group is the exclusive or of its rows', so it does not depend on their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow

__all__ = ["AMOUNTS", "GROUP", "Totals", "groups_of", "person_times", "row_digest", "totals_of"]

AMOUNTS = (
    "medfee_sumamt",
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "othfund_pay",
    "acct_pay",
    "cash_payamt",
    "hifdm_pay",
    "acct_mulaid_pay",
    "ownpay_hosp_part",
)
"""Columns that are summed up and compared (settlement.md §5.5)."""

GROUP = ("insu_admdvs", "mdtrtarea_admvs", "insutype", "psn_type", "med_type")
"""Columns that rows are grouped by."""

_amounts_of = attrgetter(*AMOUNTS)
_first = itemgetter(0)


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a group of rows adds up to.

    Attributes:
        rows: rows of both signs.
        person_times: settlements less refunds.
        persons: distinct certificate numbers.
        amounts: sums in fen, in the order of :data:`AMOUNTS`.
        digest: of all rows.
    """

    rows: int = 0
    person_times: int = 0
    persons: int = 0
    amounts: tuple[int, ...] = (0,) * len(AMOUNTS)
    digest: str = "0" * 16

    @property
    def medfee_sumamt_fen(self) -> int:
        """The total of medical fees."""
        return self.amounts[0]

    @property
    def values(self) -> tuple[int, ...]:
        """Person-times and sums, to be compared between three sides."""
        return (self.person_times, *self.amounts)


def person_times(row: SettlementRow) -> int:
    """Return 1, or -1 for a refund that has an original settlement (settlement.md §5.5)."""
    return -1 if row.refd_setl_flag == "1" and row.init_setl_id else 1


def row_digest(row: SettlementRow) -> str:
    """Return 16 hexadecimal digits over all columns but ``vali_flag``."""
    same = row if row.vali_flag == "1" else msgspec.structs.replace(row, vali_flag="1")
    return hashlib.blake2b(msgspec.json.encode(same), digest_size=8).hexdigest()


def totals_of(rows: Iterable[SettlementRow]) -> Totals:
    """Add rows up."""
    listed = list(rows)
    if not listed:
        return Totals()
    mixed = 0
    for row in listed:
        mixed ^= int(row_digest(row), 16)
    return Totals(
        rows=len(listed),
        person_times=sum(map(person_times, listed)),
        persons=len({row.certno for row in listed}),
        amounts=tuple(map(sum, zip(*map(_amounts_of, listed), strict=True))),
        digest=f"{mixed:016x}",
    )


def groups_of(rows: Iterable[SettlementRow], by: tuple[str, ...] = GROUP) -> dict[tuple[str, ...], Totals]:
    """Add rows up group by group, in the order of the groups' keys.

    Args:
        rows: landed rows.
        by: two or more columns; a city's records add ``fixmedins_code`` (settlement.md §5.5).
    """
    key = attrgetter(*by)
    groups: dict[tuple[str, ...], list[SettlementRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: totals_of(members) for name, members in sorted(groups.items(), key=_first)}
