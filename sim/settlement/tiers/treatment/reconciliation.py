"""3201 and 3202: an institution's statement against the city's rows (settlement.md §2.3, §5.5, C-19, C-20).

Choices where the facts are silent: ``refd_setl_flag`` 1 asks for the refunds alone, 0 for the rest, absent
for all; ``stmt_rslt`` follows the number of settlements, and 000103 stands for equal numbers with other
amounts; the result file of 3202 has a row for every row of either side, equal ones too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.messages.outputs import (
    DetailStatementOutput,
    StatementFile,
    StatementResult,
    TotalStatementOutput,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.messages.statement_files import StatementFileError, read_upload, write_result
from onecard.sim.settlement.money.statement import (
    institution_rows,
    statement_result,
    statement_totals,
)
from onecard.sim.settlement.money.statement_details import compare_files
from onecard.sim.settlement.money.sums import person_times
from onecard.sim.settlement.tiers.call import amount_fen, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.sim.settlement.messages.inputs import DetailStatement, TotalStatement
    from onecard.sim.settlement.messages.statement_files import UploadRow
    from onecard.sim.settlement.store.rows import SettlementRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["reconcile_details", "reconcile_totals"]


def _rows(city: CityTier, call: Call, data: TotalStatement | DetailStatement) -> list[SettlementRow]:
    """Return the city's rows of a statement.

    Raises:
        RefusedError: its period is not possible.
    """
    try:
        rows = list(
            institution_rows(city, call.here.fixmedins_code, begin=data.stmt_begndate, end=data.stmt_enddate)
        )
    except ValueError as error:
        raise RefusedError(Reason.STATEMENT_PERIOD, f"stmt_enddate: {error}") from None
    refund = {"1": -1, "0": 1}.get(data.refd_setl_flag or "")
    return [
        row
        for row in rows
        if row.clr_optins == data.setl_optins
        and (not data.clr_type or row.clr_type == data.clr_type)
        and (refund is None or person_times(row) == refund)
    ]


def _count(city: CityTier, rows: int, times: int) -> int:
    return rows if city.options.money.count == "rows" else times


def reconcile_totals(city: CityTier, call: Call) -> TotalStatementOutput:
    """Answer 3201."""
    data: TotalStatement = call.node.data
    found = statement_totals(row for row in _rows(city, call, data) if row.insutype == data.insutype)
    platform = (
        _count(city, found.rows, found.person_times),
        found.medfee_sumamt,
        found.fund_pay_sumamt,
        found.acct_pay,
    )
    stated = (
        whole(data.fixmedins_setl_cnt, "fixmedins_setl_cnt"),
        *(amount_fen(getattr(data, name), name) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")),
    )
    result, text = statement_result(platform, stated)
    return TotalStatementOutput(
        stmtinfo=StatementResult(setl_optins=data.setl_optins, stmt_rslt=result, stmt_rslt_dscr=text)
    )


def reconcile_details(city: CityTier, call: Call) -> DetailStatementOutput:
    """Answer 3202: compare the uploaded file row by row, and keep the result for 9102."""
    data: DetailStatement = call.node.data
    file = city.files.get(data.file_qury_no, fixmedins_code=call.here.fixmedins_code, now_us=call.now_us)
    rows = _rows(city, call, data)
    try:
        stated = read_upload(file.content)
    except StatementFileError as error:
        raise RefusedError(Reason.STATEMENT_FILE, str(error)) from None
    _check_stated(city, data, stated)
    number = data.file_qury_no
    result = city.files.put(
        fixmedins_code=call.here.fixmedins_code,
        filename=f"{number}_result.zip",
        content=write_result(compare_files(rows, stated), filename=f"{number}_result.txt"),
        now_us=call.now_us,
    )
    return DetailStatementOutput(
        fileinfo=StatementFile(
            file_qury_no=result.file_qury_no, filename=result.filename, dld_endtime=result.dld_endtime
        )
    )


def _check_stated(city: CityTier, data: DetailStatement, rows: Sequence[UploadRow]) -> None:
    """Refuse a file that is not what the message says of it; cash is not in the file."""
    times = sum(-1 if row.refd_setl_flag == "1" or row.medfee_sumamt_fen < 0 else 1 for row in rows)
    sums = {
        "medfee_sumamt": sum(row.medfee_sumamt_fen for row in rows),
        "fund_pay_sumamt": sum(row.fund_pay_sumamt_fen for row in rows),
    }
    for name, total in sums.items():
        if amount_fen(getattr(data, name), name) != total:
            raise RefusedError(Reason.STATEMENT_FILE, f"{name} is not the sum of the file's rows")
    if whole(data.fixmedins_setl_cnt, "fixmedins_setl_cnt") != _count(city, len(rows), times):
        raise RefusedError(Reason.STATEMENT_FILE, "fixmedins_setl_cnt is not the number of the file's rows")
