"""Clearing: monthly application 3203, 3204, and out-of-area details 3260 to 3262 (settlement.md §2.5).

Silent facts, marked [?]: every field of 3203 is required; the node of 3204 is ``data``; 3261 answers
``result.transid``, which 3262 sends as ``otransid``.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Amount,
    AmountText,
    Code3,
    Code30,
    Date,
    DateTime,
    Message,
    Month,
    MonthOfYear,
    Node,
    Text6,
    Text18,
    Text20,
    Text22,
    Text30,
    Whole6,
    Whole12,
    WholeText12,
    Year,
)

__all__ = [
    "MAX_CLEARING_ROWS",
    "ClearingApplication",
    "ClearingApplicationInput",
    "ClearingApplicationOutput",
    "ClearingApplicationResult",
    "ClearingCancellation",
    "ClearingCancellationInput",
    "ClearingConfirmation",
    "ClearingConfirmationInput",
    "ClearingConfirmationOutput",
    "ClearingConfirmationResult",
    "ClearingConfirmationRow",
    "ClearingDetail",
    "ClearingDetailsOutput",
    "ClearingQuery",
    "ClearingQueryInput",
    "ClearingRollback",
    "ClearingRollbackInput",
]

MAX_CLEARING_ROWS = 100
"""Rows of one 3260 answer and of one 3261 call (settlement.md §2.5)."""


class ClearingApplication(Node, kw_only=True):
    """3203 ``data``; ``med_sumfee`` is the recognised fee, ``fund_appy_sum`` what the fund shall pay."""

    clr_type: Code30
    clr_way: Code30
    setlym: MonthOfYear
    psntime: Whole6
    medfee_sumamt: Amount
    med_sumfee: Amount
    fund_appy_sum: Amount
    cash_payamt: Amount
    acct_pay: Amount
    begndate: Date
    enddate: Date


class ClearingApplicationInput(Message):
    """Input of 3203."""

    data: ClearingApplication


class ClearingApplicationResult(Node, kw_only=True):
    """3203 ``result``."""

    clr_appy_evt_id: Text30


class ClearingApplicationOutput(Message, kw_only=True):
    """Output of 3203."""

    result: ClearingApplicationResult


class ClearingCancellation(Node, kw_only=True):
    """3204 ``data``."""

    clr_appy_evt_id: Text30


class ClearingCancellationInput(Message):
    """Input of 3204."""

    data: ClearingCancellation


class ClearingQuery(Node, kw_only=True):
    """3260 ``data``; ``startrow`` is the number of the first row wanted, from 1."""

    trt_year: Year
    trt_month: Month
    startrow: Whole12


class ClearingQueryInput(Message):
    """Input of 3260."""

    data: ClearingQuery


class ClearingDetail(Node, kw_only=True):
    """3260 ``data`` row of the answer: one settlement of the month."""

    seqno: WholeText12
    mdtrtarea: Text6
    medins_no: Text22
    certno: Text18
    mdtrt_id: Text20
    mdtrt_setl_time: DateTime
    setl_sn: Text30
    fulamt_advpay_flag: Code3
    medfee_sumamt: AmountText
    optins_pay_sumamt: AmountText


class ClearingDetailsOutput(Message, kw_only=True):
    """Output of 3260, a page."""

    data: Annotated[list[ClearingDetail], Meta(max_length=MAX_CLEARING_ROWS)]


class ClearingConfirmation(Node, kw_only=True):
    """3261 ``data``; ``totalrow`` is the number of rows of this call."""

    trt_year: Year
    trt_month: Month
    totalrow: Whole12


class ClearingConfirmationRow(Node, kw_only=True):
    """3261 ``detail`` row."""

    certno: Text18
    mdtrt_id: Text20
    mdtrt_setl_time: DateTime
    setl_sn: Text30
    medfee_sumamt: Amount
    optins_pay_sumamt: Amount
    cnfm_flag: Code3


class ClearingConfirmationInput(Message):
    """Input of 3261."""

    data: ClearingConfirmation
    detail: Annotated[list[ClearingConfirmationRow], Meta(min_length=1, max_length=MAX_CLEARING_ROWS)]


class ClearingConfirmationResult(Node, kw_only=True):
    """3261 ``result`` [?]."""

    transid: Text30


class ClearingConfirmationOutput(Message, kw_only=True):
    """Output of 3261 [?]."""

    result: ClearingConfirmationResult


class ClearingRollback(Node, kw_only=True):
    """3262 ``data``."""

    trt_year: Year
    trt_month: Month
    otransid: Text30


class ClearingRollbackInput(Message):
    """Input of 3262."""

    data: ClearingRollback
