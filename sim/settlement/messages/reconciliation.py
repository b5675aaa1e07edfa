"""Reversal and daily reconciliation: 2601, 3201, 3202 (settlement.md §2.3, §5.3, §5.5).

2601 has no output; its effect is seen in the next reconciliation (UR-5). The details of 3202 travel as files
(:mod:`onecard.sim.settlement.messages.statement_files`).
"""

from __future__ import annotations

from onecard.sim.settlement.messages.fields import (
    Amount,
    Code6,
    Date,
    DateTime,
    Message,
    Node,
    OptionalCode3,
    OptionalCode6,
    Text6,
    Text30,
    Text200,
    Upto6,
    Upto200,
    Whole10,
)

__all__ = [
    "DetailStatement",
    "DetailStatementInput",
    "DetailStatementOutput",
    "Reversal",
    "ReversalInput",
    "StatementFile",
    "StatementResult",
    "TotalStatement",
    "TotalStatementInput",
    "TotalStatementOutput",
]


class Reversal(Node, kw_only=True):
    """2601 ``data``: the message to undo; ``oinfno`` has 4 characters in V1.0, 5 later."""

    psn_no: Text30
    omsgid: Text30
    oinfno: Text6


class ReversalInput(Message):
    """Input of 2601."""

    data: Reversal


class TotalStatement(Node, kw_only=True):
    """3201 ``data``: what the institution has; ``setl_optins`` is the ``clr_optins`` of the settlements."""

    insutype: Code6
    clr_type: Code6
    setl_optins: Text6
    stmt_begndate: Date
    stmt_enddate: Date
    medfee_sumamt: Amount
    fund_pay_sumamt: Amount
    acct_pay: Amount
    fixmedins_setl_cnt: Whole10
    refd_setl_flag: OptionalCode6 = None


class TotalStatementInput(Message):
    """Input of 3201."""

    data: TotalStatement


class StatementResult(Node, kw_only=True):
    """3201 ``stmtinfo``."""

    setl_optins: Upto6 = ""
    stmt_rslt: Code6
    stmt_rslt_dscr: Upto200 = ""


class TotalStatementOutput(Message, kw_only=True):
    """Output of 3201."""

    stmtinfo: StatementResult


class DetailStatement(Node, kw_only=True):
    """3202 ``data``; ``file_qury_no`` is of the file that 9101 took."""

    clr_type: OptionalCode6 = None
    setl_optins: Text6
    file_qury_no: Text30
    stmt_begndate: Date
    stmt_enddate: Date
    medfee_sumamt: Amount
    fund_pay_sumamt: Amount
    cash_payamt: Amount
    fixmedins_setl_cnt: Whole10
    refd_setl_flag: OptionalCode3 = None


class DetailStatementInput(Message):
    """Input of 3202."""

    data: DetailStatement


class StatementFile(Node, kw_only=True):
    """3202 ``fileinfo``: the result file, to be fetched with 9102."""

    file_qury_no: Text30
    filename: Text200
    dld_endtime: DateTime


class DetailStatementOutput(Message, kw_only=True):
    """Output of 3202."""

    fileinfo: StatementFile
