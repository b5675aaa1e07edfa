"""Output nodes of the transactions (settlement.md §2.3). Amounts are texts with two decimals (§9 C-05)."""

from __future__ import annotations

import msgspec

__all__ = [
    "BaseInfo",
    "FeeResult",
    "FeesOutput",
    "FundDetail",
    "InsuranceInfo",
    "PersonOutput",
    "PurchaseOutput",
    "RegistrationOutput",
    "RegistrationResult",
    "SettlementInfo",
    "SettlementOutput",
    "TreatmentOutput",
    "TreatmentResult",
]


class _Node(msgspec.Struct, kw_only=True):
    pass


class BaseInfo(_Node, kw_only=True):
    """1101 ``baseinfo``."""

    psn_no: str
    psn_cert_type: str
    certno: str
    psn_name: str
    gend: str
    naty: str = ""
    brdy: str = ""
    age: str = "0.0"
    expContent: str | None = None  # noqa: N815


class InsuranceInfo(_Node, kw_only=True):
    """1101 ``insuinfo`` row."""

    balc: str
    insutype: str
    psn_type: str
    psn_insu_stas: str
    psn_insu_date: str | None = None
    paus_insu_date: str | None = None
    cvlserv_flag: str
    insuplc_admdvs: str
    emp_name: str = ""


class PersonOutput(_Node, kw_only=True):
    """Output of 1101."""

    baseinfo: BaseInfo
    insuinfo: list[InsuranceInfo]
    idetinfo: list[dict[str, str]]


class TreatmentResult(_Node, kw_only=True):
    """2001 ``trtinfo`` row."""

    psn_no: str
    trt_chk_type: str
    fund_pay_type: str
    trt_enjymnt_flag: str
    begndate: str
    enddate: str | None = None
    trt_chk_rslt: str = ""


class TreatmentOutput(_Node, kw_only=True):
    """Output of 2001."""

    trtinfo: list[TreatmentResult]


class RegistrationResult(_Node, kw_only=True):
    """2201 ``data``."""

    mdtrt_id: str
    psn_no: str
    ipt_otp_no: str


class RegistrationOutput(_Node, kw_only=True):
    """Output of 2201."""

    data: RegistrationResult


class FeeResult(_Node, kw_only=True):
    """2204 ``result`` row (pharmacy: ``detlcutinfo`` row)."""

    feedetl_sn: str
    det_item_fee_sumamt: str
    cnt: str
    pric: str
    pric_uplmt_amt: str
    selfpay_prop: str
    fulamt_ownpay_amt: str
    overlmt_amt: str
    preselfpay_amt: str
    inscp_scp_amt: str
    chrgitm_lv: str
    med_chrgitm_type: str
    lmt_used_flag: str
    memo: str = ""


class FeesOutput(_Node, kw_only=True):
    """Output of 2204."""

    result: list[FeeResult]


class FundDetail(_Node, kw_only=True):
    """``setldetail`` row: what one fund pays."""

    fund_pay_type: str
    inscp_scp_amt: str
    crt_payb_lmt_amt: str
    fund_payamt: str
    fund_pay_type_name: str = ""
    setl_proc_info: str = ""


class SettlementInfo(_Node, kw_only=True, omit_defaults=True):
    """``setlinfo`` of 2206, 2207, 2208, 2101, 2102, 2103; person fields are absent in a cancellation."""

    mdtrt_id: str
    setl_id: str | None = None
    psn_no: str | None = None
    psn_name: str | None = None
    psn_cert_type: str | None = None
    certno: str | None = None
    gend: str | None = None
    naty: str | None = None
    brdy: str | None = None
    age: str | None = None
    insutype: str | None = None
    psn_type: str | None = None
    cvlserv_flag: str | None = None
    setl_time: str
    mdtrt_cert_type: str | None = None
    med_type: str | None = None
    medfee_sumamt: str
    fulamt_ownpay_amt: str
    overlmt_selfpay: str
    preselfpay_amt: str
    inscp_scp_amt: str
    act_pay_dedc: str
    hifp_pay: str
    pool_prop_selfpay: str
    cvlserv_pay: str
    hifes_pay: str
    hifmi_pay: str
    hifob_pay: str
    maf_pay: str
    hosp_part_amt: str
    oth_pay: str
    fund_pay_sumamt: str
    psn_part_amt: str
    acct_pay: str
    psn_cash_pay: str
    pdn_cash_pay: str | None = None
    """The cash field of a cancellation as V1.0 misspells it; sent beside the right spelling."""
    balc: str
    acct_mulaid_pay: str
    medins_setl_id: str
    clr_optins: str
    clr_way: str | None = None
    clr_type: str


class SettlementOutput(_Node, kw_only=True):
    """Output of 2206, 2207, 2208, 2103."""

    setlinfo: SettlementInfo
    setldetail: list[FundDetail]


class PurchaseOutput(_Node, kw_only=True):
    """Output of 2101 and 2102 [?]."""

    setlinfo: SettlementInfo
    setldetail: list[FundDetail]
    detlcutinfo: list[FeeResult]
