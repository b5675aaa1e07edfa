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
from onecard.sim.settlement.store.rows import PostingRow, SettlementRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.book import Book

__all__ = ["Landed", "land", "landed_us", "post_landed", "put_right", "read_landing", "with_landing"]

Entries = tuple[tuple[str, int], ...]


class Landed(msgspec.Struct):
    """The part of a tier's answer that is for tiers only."""

    landing: tuple[SettlementRow, ...] = ()


_LANDED = msgspec.json.Decoder(Landed)
_SETTLED, _TAKEN_BACK, _CORRECTED = "settlement", "settlement-taken-back", "settlement-corrected"


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
            post_landed(book, row, entries_of(row), now_us=now_us)
            _revalue(table, row.setl_id)
            if row.init_setl_id:
                _revalue(table, row.init_setl_id)


def put_right(
    table: Table[SettlementRow], row: SettlementRow, *, book: Book, entries: Entries, now_us: int
) -> None:
    """Put the right row in the place of a wrong one, and make the book say what the row says."""
    known = table.get(row.setl_id)
    table.put(row)
    post_landed(book, row, entries, now_us=now_us)
    for setl_id in {row.setl_id, row.init_setl_id, "" if known is None else known.init_setl_id} - {""}:
        _revalue(table, setl_id)


def post_landed(book: Book, row: SettlementRow, entries: Entries, *, now_us: int) -> None:
    """Post what the book lacks of a row: all of it, or the difference to what was posted before.

    The difference is taken from the postings and not from the row that was here, so a row that was lost or
    spoilt without its posting is repaired without moving money.
    """
    before = _postings(book, row.setl_id)
    if before:
        missing = dict(entries)
        for posting in before:
            for account, amount_fen in posting.entries:
                missing[account] = missing.get(account, 0) - amount_fen
        entries = tuple((account, amount_fen) for account, amount_fen in missing.items() if amount_fen)
        corrected = sum(posting.purpose.startswith(_CORRECTED) for posting in before)
        purpose = f"{_CORRECTED} {corrected + 1}"
    else:
        purpose = _TAKEN_BACK if row.init_setl_id else _SETTLED
    if entries:
        book.post(Posting(now_us, row.setl_id, purpose, entries))


def landed_us(book: Book, setl_id: str) -> int | None:
    """Return when a row was landed out of another tier's answer, or None."""
    return min((posting.time_us for posting in _postings(book, setl_id)), default=None)


def _postings(book: Book, setl_id: str) -> list[PostingRow]:
    found = [book.posted(setl_id, purpose) for purpose in (_SETTLED, _TAKEN_BACK)]
    if any(found):  # corrections are numbered without a gap
        while (posting := book.posted(setl_id, f"{_CORRECTED} {len(found) - 1}")) is not None:
            found.append(posting)
    return [posting for posting in found if posting is not None]


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
