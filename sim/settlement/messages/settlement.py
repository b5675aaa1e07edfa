"""Settlement and its cancellation: 2206 to 2208, 2303 to 2305 (settlement.md §2.3).

``setlinfo`` is one structure for all of them. Its optional amounts are empty texts where a platform leaves
them out, which is zero (ENV-5). The card fields of the inputs are required across provinces only (§2.1).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Amount,
    AmountText,
    Code1,
    Code3,
    Code6,
    DateTimeOrEmpty,
    Extension,
    Message,
    Node,
    Optional20,
    Optional30,
    Optional32,
    Optional50,
    OptionalAge,
    OptionalCode3,
    OptionalCode6,
    OptionalDate,
    RatioText,
    Text3,
    Text6,
    Text30,
    Text50,
    Text100,
    Upto6,
    Upto200,
    Upto4000,
)

__all__ = [
    "Cancellation",
    "CancellationInput",
    "DrugTrace",
    "FundDetail",
    "InpatientSettlement",
    "InpatientSettlementInput",
    "OutpatientSettlement",
    "OutpatientSettlementInput",
    "PresettledInfo",
    "PresettledOutput",
    "SettledInfo",
    "SettledOutput",
    "Settlement",
    "SettlementInfo",
    "SettlementInput",
    "SettlementOutput",
]


class Settlement(Node, kw_only=True):
    """2206 and 2207 ``data``; 2206 has no split amounts."""

    psn_no: Text30
    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    med_type: Code6
    medfee_sumamt: Amount
    psn_setlway: Code6
    mdtrt_id: Text30
    chrg_bchno: Text30
    insutype: Code6
    acct_used_flag: Code1
    invono: Optional20 = None
    fulamt_ownpay_amt: Amount | None = None
    overlmt_selfpay: Amount | None = None
    preselfpay_amt: Amount | None = None
    inscp_scp_amt: Amount | None = None
    card_sn: Optional32 = None
    psn_cert_type: OptionalCode6 = None
    certno: Optional50 = None
    psn_name: Optional50 = None
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class OutpatientSettlement(Settlement, kw_only=True):
    """2207 ``data``: the split amounts are the sums of the rows that 2204 answered."""

    fulamt_ownpay_amt: Amount
    overlmt_selfpay: Amount
    preselfpay_amt: Amount
    inscp_scp_amt: Amount


class DrugTrace(Node, kw_only=True):
    """2207 ``drug_trac_info`` row of later versions: trace code of a pack; lengths are ours [?]."""

    feedetl_sn: Text30
    drug_trac_codg: Text100
    trdn_flag: Text3
    min_prcunt_type: Text6


class SettlementInput(Message):
    """Input of 2206, and what a client writes for 2207."""

    data: Settlement
    drug_trac_info: Annotated[list[DrugTrace], Meta(max_length=1000)] | None = None


class OutpatientSettlementInput(SettlementInput):
    """Input of 2207 as a platform reads it."""

    data: OutpatientSettlement


class InpatientSettlement(Node, kw_only=True):
    """2303 and 2304 ``data``: the whole stay, so neither batch nor medical category."""

    psn_no: Text30
    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    medfee_sumamt: Amount
    psn_setlway: Code6
    mdtrt_id: Text30
    insutype: Code6
    acct_used_flag: Code1
    invono: Optional20 = None
    mid_setl_flag: Code3
    fulamt_ownpay_amt: Amount | None = None
    overlmt_selfpay: Amount | None = None
    preselfpay_amt: Amount | None = None
    inscp_scp_amt: Amount | None = None
    dscg_time: OptionalDate = None
    card_sn: Optional32 = None
    psn_cert_type: OptionalCode6 = None
    certno: Optional50 = None
    psn_name: Optional50 = None
    expContent: Extension = None  # noqa: N815


class InpatientSettlementInput(Message):
    """Input of 2303 and 2304."""

    data: InpatientSettlement


class Cancellation(Node, kw_only=True):
    """2103, 2208 and 2305 ``data``."""

    setl_id: Text30
    mdtrt_id: Text30
    psn_no: Text30
    expContent: Extension = None  # noqa: N815


class CancellationInput(Message):
    """Input of 2103, 2208 and 2305."""

    data: Cancellation


class FundDetail(Node, kw_only=True, omit_defaults=False):
    """``setldetail`` row: what one fund pays."""

    fund_pay_type: Code6
    inscp_scp_amt: AmountText
    crt_payb_lmt_amt: AmountText
    fund_payamt: AmountText
    fund_pay_type_name: Upto200 = ""
    setl_proc_info: Upto4000 = ""


class SettlementInfo(Node, kw_only=True):
    """``setlinfo`` of every settlement, before, after or cancelled; a cancellation has no person fields."""

    mdtrt_id: Text30
    setl_id: Optional30 = None
    psn_no: Optional30 = None
    psn_name: Optional50 = None
    psn_cert_type: OptionalCode6 = None
    certno: Optional50 = None
    gend: OptionalCode6 = None
    naty: OptionalCode3 = None
    brdy: OptionalDate = None
    age: OptionalAge = None
    insutype: OptionalCode6 = None
    psn_type: OptionalCode6 = None
    cvlserv_flag: OptionalCode3 = None
    setl_time: DateTimeOrEmpty = ""
    mdtrt_cert_type: OptionalCode3 = None
    med_type: OptionalCode6 = None
    medfee_sumamt: AmountText
    fulamt_ownpay_amt: AmountText
    overlmt_selfpay: AmountText
    preselfpay_amt: AmountText
    inscp_scp_amt: AmountText
    act_pay_dedc: AmountText = ""
    hifp_pay: AmountText
    pool_prop_selfpay: RatioText
    cvlserv_pay: AmountText
    hifes_pay: AmountText
    hifmi_pay: AmountText
    hifob_pay: AmountText
    hifdm_pay: AmountText = ""
    """Disabled soldiers' fund; later versions only."""
    maf_pay: AmountText
    hosp_part_amt: AmountText = ""
    oth_pay: AmountText
    fund_pay_sumamt: AmountText
    psn_part_amt: AmountText = ""
    acct_pay: AmountText
    psn_cash_pay: AmountText
    pdn_cash_pay: AmountText = ""
    """The cash field of a cancellation as V1.0 misspells it; we send it beside the right spelling."""
    balc: AmountText
    acct_mulaid_pay: AmountText
    medins_setl_id: Text30
    clr_optins: Upto6 = ""
    clr_way: OptionalCode6 = None
    clr_type: Code6


class SettlementOutput(Message, kw_only=True):
    """Output of a cancellation, 2208, 2305 and 2103; and what a platform writes for all the others."""

    setlinfo: SettlementInfo
    setldetail: list[FundDetail]


class PresettledInfo(SettlementInfo, kw_only=True):
    """``setlinfo`` of 2206 and 2303: about a person, and without ``setl_id``."""

    psn_no: Text30
    psn_name: Text50
    psn_cert_type: Code6
    certno: Text50
    psn_type: Code6
    cvlserv_flag: Code3
    med_type: Code6


class PresettledOutput(Message, kw_only=True):
    """Output of 2206 and 2303 as a client reads it."""

    setlinfo: PresettledInfo
    setldetail: list[FundDetail]


class SettledInfo(PresettledInfo, kw_only=True):
    """``setlinfo`` of 2207 and 2304."""

    setl_id: Text30


class SettledOutput(Message, kw_only=True):
    """Output of 2207 and 2304 as a client reads it."""

    setlinfo: SettledInfo
    setldetail: list[FundDetail]
