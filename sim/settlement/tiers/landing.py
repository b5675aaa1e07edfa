"""Data landing: the same rows at every tier that a settlement passes (settlement.md §5.7, §9 C-29).

The insured city writes the row of a settlement once; the answer carries it back through the chain, beside the
interface's own nodes, and every tier puts it into its table and posts it in its book. Answers may overtake
each other (a reversal's that of its settlement), so landing does not depend on order: a row is put once,
and whether it is in force follows from the rows that take others back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.ledger import Posting
from onecard.sim.settlement.store.rows import SettlementRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.book import Book

__all__ = ["Landed", "land", "read_landing", "with_landing"]

Entries = tuple[tuple[str, int], ...]


class Landed(msgspec.Struct):
    """The part of a tier's answer that is for tiers only."""

    landing: tuple[SettlementRow, ...] = ()


_LANDED = msgspec.json.Decoder(Landed)


def with_landing(output: bytes, rows: Iterable[SettlementRow]) -> bytes:
    """Add rows to an encoded output object."""
    inner = output[1:] if output not in (b"null", b"{}") else b"}"
    comma = b"" if inner == b"}" else b","
    return b'{"landing":' + msgspec.json.encode(tuple(rows)) + comma + inner


def read_landing(output: bytes) -> tuple[SettlementRow, ...]:
    """Read the rows out of an encoded output; none where there are none."""
    return _LANDED.decode(output).landing if output[:1] == b"{" else ()


def land(
    table: Table[SettlementRow],
    rows: Iterable[SettlementRow],
    *,
    book: Book,
    entries_of: Callable[[SettlementRow], Entries],
    now_us: int,
) -> None:
    """Put settlement rows that are not there yet, and post them.

    Args:
        table: where they belong at this tier.
        rows: as the insured city wrote them.
        book: the tier's book.
        entries_of: the tier's posting for a row; the amounts of a row that takes another back are negative,
            so its posting is the original's turned round.
        now_us: time of the posting.
    """
    for row in rows:
        if table.get(row.setl_id) is None:
            table.put(row)
            entries = entries_of(row)
            if entries:
                book.post(
                    Posting(
                        now_us,
                        row.setl_id,
                        "settlement" if not row.init_setl_id else "settlement-taken-back",
                        entries,
                    )
                )
            _revalue(table, row.setl_id)
            if row.init_setl_id:
                _revalue(table, row.init_setl_id)


def _revalue(table: Table[SettlementRow], setl_id: str) -> None:
    """Set whether a row is in force: it is unless a row in force takes it back."""
    row = table.get(setl_id)
    if row is None:
        return
    taken_back = any(later.vali_flag == "1" for later in table.by("init_setl_id", setl_id))
    flag = "0" if taken_back else "1"
    if row.vali_flag != flag:
        table.put(msgspec.structs.replace(row, vali_flag=flag))
        if row.init_setl_id:
            _revalue(table, row.init_setl_id)
