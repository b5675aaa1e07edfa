"""The tables of a tier, as data; names of settlement.md §5.7 where they exist there."""

from __future__ import annotations

from onecard.sim.settlement.store import rows, rows_filing, rows_office
from onecard.sim.settlement.store.schema_money import MONEY_TABLES
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
        name="HOT_LIST", row=rows_office.HotListRow, key="card", title=("hot list of cards", "社保卡黑名单")
    ),
    TableSpec(
        name="SIGN_IN_D",
        row=rows_office.SignInRow,
        key="sign_no",
        title=("sign-ins of operators", "签到信息"),
    ),
    TableSpec(
        name="HILIST_MAP_D",
        row=rows_office.MappingRow,
        key="mapping",
        indexes=("item",),
        title=("catalogue mappings", "目录对照信息"),
    ),
    TableSpec(
        name="FILE_D",
        row=rows_office.FileRow,
        key="file_qury_no",
        indexes=("fixmedins_code",),
        title=("files of institutions", "文件信息"),
    ),
    TableSpec(
        name="TRANSID_D",
        row=rows_office.TransactionIdRow,
        key="scope",
        title=("last call of generation A of each visit", "一代接口交易流水号"),
    ),
    TableSpec(
        name="OUT_APPY_EVT_C",
        row=rows_filing.OutsideFilingRow,
        key="trt_dcla_detl_sn",
        indexes=("psn_no",),
        title=("filings of long-term and temporary care elsewhere", "异地就医备案"),
    ),
    TableSpec(
        name="REFL_APPY_EVT_C",
        row=rows_filing.TransferRow,
        key="trt_dcla_detl_sn",
        indexes=("psn_no",),
        title=("filings of transfers", "转院备案"),
    ),
    *MONEY_TABLES,
)
"""Every table of every tier; a tier leaves empty what it has no use for."""
