"""The tables of a tier, as data; names of settlement.md §5.7 where they exist there."""

from __future__ import annotations

from onecard.sim.settlement.store import rows
from onecard.sim.settlement.store.table import TableSpec

__all__ = ["SCHEMA"]

SCHEMA: tuple[TableSpec, ...] = (
    TableSpec(
        name="MESSAGE",
        row=rows.MessageRow,
        key="message",
        indexes=("msgid",),
        title=("messages and final answers", "报文及应答"),
    ),
    TableSpec(
        name="JOURNAL",
        row=rows.JournalRow,
        key="entry",
        resident=False,
        title=("requests and answers as they went", "报文日志"),
    ),
    TableSpec(name="REVERSED", row=rows.ReversedRow, key="omsgid", title=("reversed messages", "已冲正报文")),
    TableSpec(name="SEQUENCE", row=rows.SequenceRow, key="name", title=("sequences", "序列")),
    TableSpec(name="POSTING", row=rows.PostingRow, key="posting", title=("postings of the book", "记账分录")),
    TableSpec(
        name="MDTRT_D",
        row=rows.VisitRow,
        key="mdtrt_id",
        indexes=("number", "psn_no"),
        title=("visits of people insured here", "就诊信息"),
    ),
    TableSpec(
        name="OUTMED_MDTRT_D",
        row=rows.VisitRow,
        key="mdtrt_id",
        indexes=("number", "psn_no"),
        title=("visits of out-of-area patients", "异地就诊信息"),
    ),
    TableSpec(
        name="FEE_LIST_D", row=rows.FeeRow, key="line", indexes=("mdtrt_id",), title=("fee lines", "费用明细")
    ),
    TableSpec(
        name="OUTMED_FEE_LIST_D",
        row=rows.FeeRow,
        key="line",
        indexes=("mdtrt_id",),
        title=("fee lines of out-of-area patients", "异地费用明细"),
    ),
    TableSpec(
        name="SETL_D",
        row=rows.SettlementRow,
        key="setl_id",
        indexes=("mdtrt_id", "medins_setl_id", "init_setl_id", "clr_day"),
        title=("settlements of people insured here", "结算信息"),
    ),
    TableSpec(
        name="OUTMED_SETL_D",
        row=rows.SettlementRow,
        key="setl_id",
        indexes=("mdtrt_id", "medins_setl_id", "init_setl_id", "clr_day"),
        title=("settlements of out-of-area patients", "异地结算信息"),
    ),
    TableSpec(
        name="INSU_MDTRT_D",
        row=rows.InsuredVisitRow,
        key="mdtrt_id",
        indexes=("psn_no",),
        title=("visits anywhere of people insured here", "参保人就诊登记"),
    ),
    TableSpec(
        name="SETL_CALC_D", row=rows.CalculationRow, key="setl_id", title=("calculations", "结算计算过程")
    ),
    TableSpec(
        name="PSN_ACCUM_D",
        row=rows.AccumulationRow,
        key="accumulation",
        title=("accumulations of the year", "年度累计"),
    ),
    TableSpec(
        name="CARD_TAC_D",
        row=rows.CardTacRow,
        key="setl_id",
        title=("transaction check codes of cards", "社保卡交易验证码"),
    ),
    TableSpec(
        name="HOT_LIST", row=rows.HotListRow, key="card_no", title=("hot list of cards", "社保卡黑名单")
    ),
)
"""Every table of every tier; a tier leaves empty what it has no use for."""
