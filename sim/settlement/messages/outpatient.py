"""Outpatient visit before the settlement: 2201 to 2205 (settlement.md §2.3).

The rows that a platform answers to uploaded fees serve the inpatient stay (2301) and the pharmacy too.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Amount,
    AmountText,
    Code3,
    Code6,
    CodeUpto3,
    DateTime,
    Days,
    Extension,
    Message,
    Node,
    Optional30,
    Optional50,
    Optional100,
    Optional200,
    Optional500,
    Optional1000,
    OptionalCode3,
    OptionalCode6,
    OptionalDate,
    Price,
    PriceText,
    Quantity,
    QuantityText,
    RatioText,
    Text20,
    Text30,
    Text50,
    Text100,
    Text150,
    Upto500,
    Whole2,
)

__all__ = [
    "MAX_FEE_LINES",
    "Diagnosis",
    "FeeCancellation",
    "FeeCancellationInput",
    "FeeInput",
    "FeeLine",
    "FeeResult",
    "FeesOutput",
    "Registration",
    "RegistrationCancellation",
    "RegistrationCancellationInput",
    "RegistrationInput",
    "RegistrationOutput",
    "RegistrationResult",
    "VisitInformation",
    "VisitInformationInput",
]

MAX_FEE_LINES = 1000
"""Lines of one upload; places were seen that allow 300 or 500 (settlement.md §2.6)."""


class Registration(Node, kw_only=True):
    """2201 ``data``: outpatient registration."""

    psn_no: Text30
    insutype: Code6
    begntime: DateTime
    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    ipt_otp_no: Text30
    atddr_no: Text30
    dr_name: Text50
    dept_code: Text30
    dept_name: Text100
    caty: Code6


class RegistrationInput(Message):
    """Input of 2201."""

    data: Registration


class RegistrationResult(Node, kw_only=True):
    """2201 ``data`` of the answer."""

    mdtrt_id: Text30
    psn_no: Text30
    ipt_otp_no: Text30


class RegistrationOutput(Message, kw_only=True):
    """Output of 2201."""

    data: RegistrationResult


class RegistrationCancellation(Node, kw_only=True):
    """2202 ``data``."""

    psn_no: Text30
    mdtrt_id: Text30
    ipt_otp_no: Text30


class RegistrationCancellationInput(Message):
    """Input of 2202."""

    data: RegistrationCancellation


class VisitInformation(Node, kw_only=True):
    """2203 and 2203A ``mdtrtinfo``; ``matn_type``, ``geso_val`` and ``expContent`` came with 2203A."""

    mdtrt_id: Text30
    psn_no: Text30
    med_type: Code6
    begntime: DateTime
    main_cond_dscr: Optional1000 = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    birctrl_type: OptionalCode6 = None
    birctrl_matn_date: OptionalDate = None
    matn_type: OptionalCode6 = None
    geso_val: Whole2 | None = None
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class Diagnosis(Node, kw_only=True):
    """2203 ``diseinfo`` row."""

    diag_type: Code3
    diag_srt_no: Whole2
    diag_code: Text20
    diag_name: Text100
    diag_dept: Text50
    dise_dor_no: Text30
    dise_dor_name: Text50
    diag_time: DateTime
    vali_flag: Code3


class VisitInformationInput(Message):
    """Input of 2203 and 2203A."""

    mdtrtinfo: VisitInformation
    diseinfo: Annotated[list[Diagnosis], Meta(min_length=1, max_length=100)]


class FeeLine(Node, kw_only=True):
    """2204 ``feedetail`` row."""

    feedetl_sn: Text30
    mdtrt_id: Text30
    psn_no: Text30
    chrg_bchno: Text30
    dise_codg: Optional30 = None
    rxno: Optional30 = None
    rx_circ_flag: Code3
    fee_ocur_time: DateTime
    med_list_codg: Text50
    medins_list_codg: Text150
    det_item_fee_sumamt: Amount
    cnt: Quantity
    pric: Price
    sin_dos_dscr: Optional200 = None
    used_frqu_dscr: Optional200 = None
    prd_days: Days | None = None
    medc_way_dscr: Optional200 = None
    bilg_dept_codg: Text30
    bilg_dept_name: Text100
    bilg_dr_codg: Text30
    bilg_dr_name: Text50
    acord_dept_codg: Optional30 = None
    acord_dept_name: Optional100 = None
    orders_dr_code: Optional30 = None
    orders_dr_name: Optional50 = None
    hosp_appr_flag: Code3
    tcmdrug_used_way: OptionalCode6 = None
    etip_flag: OptionalCode3 = None
    etip_hosp_code: Optional30 = None
    dscg_tkdrug_flag: OptionalCode3 = None
    matn_fee_flag: OptionalCode6 = None
    expContent: Extension = None  # noqa: N815


class FeeInput(Message):
    """Input of 2204."""

    feedetail: Annotated[list[FeeLine], Meta(min_length=1, max_length=MAX_FEE_LINES)]


class FeeResult(Node, kw_only=True):
    """2204 and 2301 ``result`` row (pharmacy: ``detlcutinfo`` row)."""

    feedetl_sn: Text30
    det_item_fee_sumamt: AmountText
    cnt: QuantityText
    pric: PriceText
    pric_uplmt_amt: PriceText
    selfpay_prop: RatioText = ""
    fulamt_ownpay_amt: AmountText = ""
    overlmt_amt: AmountText = ""
    preselfpay_amt: AmountText = ""
    inscp_scp_amt: AmountText = ""
    chrgitm_lv: Code3
    med_chrgitm_type: Code6
    bas_medn_flag: CodeUpto3 = ""
    hi_nego_drug_flag: CodeUpto3 = ""
    chld_medc_flag: CodeUpto3 = ""
    list_sp_item_flag: CodeUpto3 = ""
    lmt_used_flag: Code3
    drt_reim_flag: CodeUpto3 = ""
    memo: Upto500 = ""


class FeesOutput(Message, kw_only=True):
    """Output of 2204 and 2301, a row per line."""

    result: list[FeeResult]


class FeeCancellation(Node, kw_only=True):
    """2205 ``data``; ``chrg_bchno`` ``"0000"`` means every unsettled line."""

    mdtrt_id: Text30
    chrg_bchno: Text30
    psn_no: Text30


class FeeCancellationInput(Message):
    """Input of 2205."""

    data: FeeCancellation
