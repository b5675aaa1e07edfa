"""Tables of reconciliation, clearing and prepayment (settlement.md §5.5, §5.6)."""

from __future__ import annotations

from onecard.sim.settlement.store import rows_money as rows
from onecard.sim.settlement.store.table import TableSpec

__all__ = ["MONEY_TABLES"]

MONEY_TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="STMT_D",
        row=rows.StatementRow,
        key="statement",
        title=("daily reconciliations with neighbours", "日对账记录"),
    ),
    TableSpec(
        name="TRIPARTY_STMT_D",
        row=rows.TripartyRow,
        key="triparty",
        indexes=("day",),
        title=("tri-party daily data", "三方对账数据"),
    ),
    TableSpec(
        name="CLR_APPY_EVT_C",
        row=rows.ClearingApplicationRow,
        key="clr_appy_evt_id",
        indexes=("fixmedins_code",),
        title=("clearing applications", "清算申请"),
    ),
    TableSpec(
        name="CLR_CNFM_D",
        row=rows.ConfirmationRow,
        key="confirmation",
        indexes=("transid", "setl_id", "fixmedins_code"),
        title=("confirmed out-of-area settlements", "异地清分确认"),
    ),
    TableSpec(
        name="CLR_TAB_D",
        row=rows.ClearingTableRow,
        key="line",
        indexes=("month",),
        title=("clearing tables", "清算表"),
    ),
    TableSpec(
        name="CLR_NOTICE_D",
        row=rows.ClearingNoticeRow,
        key="notice",
        indexes=("issuer", "recipient"),
        title=("payment and collection notices", "付款和收款通知书"),
    ),
    TableSpec(
        name="CLR_MONTH_D", row=rows.ClearingMonthRow, key="month", title=("cleared months", "已清算月份")
    ),
    TableSpec(
        name="PREPAY_D", row=rows.PrepaymentRow, key="insured", title=("prepayments", "异地就医预付金")
    ),
    TableSpec(
        name="PREPAY_ALARM_D",
        row=rows.PrepaymentAlarmRow,
        key="alarm",
        indexes=("insured",),
        title=("prepayment alarms", "预付金预警"),
    ),
    TableSpec(
        name="PREPAY_YEAR_D",
        row=rows.PrepaymentYearRow,
        key="year_of",
        indexes=("insured",),
        title=("closed years of prepayments", "预付金年度清算"),
    ),
)
"""Every table that money needs beside settlements and postings."""
