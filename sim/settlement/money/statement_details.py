"""An institution's file against the city's rows, settlement by settlement: 3202 (settlement.md §2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.statement_files import ResultRow, UploadRow
from onecard.sim.settlement.money.statement import (
    CONTENTS_DIFFER,
    EQUAL,
    INSTITUTION_HAS_MORE,
    PLATFORM_HAS_MORE,
)
from onecard.sim.settlement.money.sums import person_times

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import SettlementRow

__all__ = ["compare_files"]


def compare_files(rows: Iterable[SettlementRow], stated: Iterable[UploadRow]) -> list[ResultRow]:
    """Compare an institution's file with the platform's rows, settlement by settlement.

    A refund may carry its own number or that of the settlement that it takes back. Every row of either side
    gets a result, the platform's first, in their order; a row that is stated twice is one that the
    institution has more.
    """
    left: dict[tuple[str, str], list[UploadRow]] = {}
    for row in stated:
        left.setdefault((row.setl_id, _sign(row)), []).append(row)
    results = [_result(row, left) for row in rows]
    return results + [_surplus(row) for remaining in left.values() for row in remaining]


def _result(row: SettlementRow, left: dict[tuple[str, str], list[UploadRow]]) -> ResultRow:
    refund = "1" if person_times(row) < 0 else "0"
    numbers = (row.setl_id, row.init_setl_id) if refund == "1" else (row.setl_id,)
    candidates = [each for number in numbers for each in left.get((number, refund), ())]
    exact = [each for each in candidates if _amounts(each) == _amounts_of(row) and each.psn_no == row.psn_no]
    result, memo = PLATFORM_HAS_MORE, ""
    if candidates:
        found = (exact or candidates)[0]
        left[found.setl_id, refund].remove(found)
        result, memo = (EQUAL, "") if exact else (CONTENTS_DIFFER, _told(found))
    return ResultRow(
        psn_no=row.psn_no,
        mdtrt_id=row.mdtrt_id,
        setl_id=row.setl_id,
        msgid=row.medins_setl_id,
        stmt_rslt=result,
        refd_setl_flag=refund,
        memo=memo,
        medfee_sumamt_fen=row.medfee_sumamt,
        fund_pay_sumamt_fen=row.fund_pay_sumamt,
        acct_pay_fen=row.acct_pay,
    )


def _sign(row: UploadRow) -> str:
    return "1" if row.refd_setl_flag == "1" or row.medfee_sumamt_fen < 0 else "0"


def _amounts(row: UploadRow) -> tuple[int, int, int]:
    return row.medfee_sumamt_fen, row.fund_pay_sumamt_fen, row.acct_pay_fen


def _amounts_of(row: SettlementRow) -> tuple[int, int, int]:
    return row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay


def _told(row: UploadRow) -> str:
    return f"institution states {' / '.join(map(fen_to_yuan, _amounts(row)))} for psn_no {row.psn_no}"


def _surplus(row: UploadRow) -> ResultRow:
    return ResultRow(
        psn_no=row.psn_no,
        mdtrt_id=row.mdtrt_id,
        setl_id=row.setl_id,
        msgid="",
        stmt_rslt=INSTITUTION_HAS_MORE,
        refd_setl_flag=row.refd_setl_flag,
        medfee_sumamt_fen=row.medfee_sumamt_fen,
        fund_pay_sumamt_fen=row.fund_pay_sumamt_fen,
        acct_pay_fen=row.acct_pay_fen,
    )
