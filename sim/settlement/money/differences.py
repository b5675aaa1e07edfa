"""Who lacks which row, and whose rows differ: the comparison of two or three sides (settlement.md §5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.sums import Totals, row_digest, totals_of

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow

__all__ = ["BoundaryResult", "Difference", "compare_rows", "difference_of", "digests_of"]

_UNCOMPARED = ("vali_flag",)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement on which the sides do not agree.

    Attributes:
        setl_id: which.
        lacks: the sides that do not have it.
        columns: (column, value at each side that has it) where they differ.
        astray_at: a tier that has it although it does not belong there.
    """

    setl_id: str
    lacks: tuple[str, ...] = ()
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    astray_at: str = ""

    @property
    def text(self) -> str:
        """What is wrong, in one line."""
        parts = [f"missing at {', '.join(self.lacks)}"] if self.lacks else []
        parts += [f"{column} is {' | '.join(values)}" for column, values in self.columns]
        parts += [f"does not belong at {self.astray_at}"] if self.astray_at else []
        return f"{self.setl_id}: {'; '.join(parts)}"


class BoundaryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The daily reconciliation at one boundary.

    Attributes:
        day: ``yyyy-MM-dd``.
        boundary: what it lies between, ``"city/310000 | province/31"``.
        sides: address → what its rows add up to.
        differences: settlements on which the sides do not agree.
    """

    day: str
    boundary: str
    sides: dict[str, Totals]
    differences: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether all sides have the same rows."""
        return not self.differences and len(set(self.sides.values())) == 1


def _shown(column: str, value: object) -> str:
    return (
        fen_to_yuan(value) if isinstance(value, int) and not column.endswith(("_e4", "_us")) else str(value)
    )


def difference_of(setl_id: str, sides: Mapping[str, SettlementRow | None]) -> Difference | None:
    """Compare what each side has of a settlement; None if it is the same row everywhere."""
    lacks = tuple(side for side, row in sides.items() if row is None)
    rows = [row for row in sides.values() if row is not None]
    columns = tuple(
        (column, tuple(_shown(column, getattr(row, column)) for row in rows))
        for column in (rows[0].__struct_fields__ if len(rows) > 1 else ())
        if column not in _UNCOMPARED and len({getattr(row, column) for row in rows}) > 1
    )
    if not lacks and not columns:
        return None
    return Difference(setl_id=setl_id, lacks=lacks, columns=columns)


def compare_rows(day: str, sides: Mapping[str, Iterable[SettlementRow]]) -> BoundaryResult:
    """Compare the rows of two or more sides.

    Args:
        day: whose rows they are.
        sides: address → its rows.
    """
    listed = {side: list(rows) for side, rows in sides.items()}
    totals = {side: totals_of(rows) for side, rows in listed.items()}
    boundary = " | ".join(listed)
    if len({(total.rows, total.digest) for total in totals.values()}) == 1:
        return BoundaryResult(day=day, boundary=boundary, sides=totals)
    by_id = {side: {row.setl_id: row for row in rows} for side, rows in listed.items()}
    names = sorted({setl_id for rows in by_id.values() for setl_id in rows})
    found = (difference_of(name, {side: rows.get(name) for side, rows in by_id.items()}) for name in names)
    return BoundaryResult(
        day=day,
        boundary=boundary,
        sides=totals,
        differences=tuple(each for each in found if each is not None),
    )


def digests_of(rows: Iterable[SettlementRow]) -> dict[str, str]:
    """Return settlement → digest of its row."""
    return {row.setl_id: row_digest(row) for row in rows}
