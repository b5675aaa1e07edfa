"""Input nodes of the transactions, field by field as the interface names them (settlement.md §2.3).

Required fields are required, lengths are limits, dictionary fields are texts whose values
:mod:`onecard.sim.settlement.messages.codes` knows. Unknown extra fields are ignored, because provinces add
their own. The tables of the pharmacy transactions 2101 to 2103 are not in the facts; their nodes follow the
pattern of the outpatient ones [?].
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim.settlement.messages.amounts import Number
from onecard.sim.settlement.messages.envelope import (
    Code1,
    Date,
    DateTime,
    Extension,
    Optional6,
    Optional30,
    Optional32,
    Optional50,
    Optional100,
    Optional200,
    Optional500,
    Optional1000,
    Text3,
    Text6,
    Text20,
    Text30,
    Text50,
    Text100,
    Text150,
)

__all__ = [
    "Cancellation",
    "CancellationInput",
    "Diagnosis",
    "DrugDetail",
    "DrugInfo",
    "DrugPurchaseInput",
    "FeeCancellation",
    "FeeCancellationInput",
    "FeeInput",
    "FeeLine",
    "PersonQuery",
    "PersonQueryInput",
    "Registration",
    "RegistrationCancellation",
    "RegistrationCancellationInput",
    "RegistrationInput",
    "Settlement",
    "SettlementInput",
    "TreatmentCheck",
    "TreatmentCheckInput",
    "VisitInformation",
    "VisitInformationInput",
]


class _Node(msgspec.Struct, kw_only=True, omit_defaults=True):
    pass


class PersonQuery(_Node, kw_only=True):
    """1101 ``data``: person information."""

    mdtrt_cert_type: Text3
    mdtrt_cert_no: Text50
    card_sn: Optional32 = None
    begntime: DateTime | None = None
    psn_cert_type: Optional6 = None
    certno: Optional50 = None
    psn_name: Optional50 = None


class TreatmentCheck(_Node, kw_only=True):
    """2001 ``data``: is the person entitled for this kind of visit now."""

    psn_no: Text30
    insutype: Text6
    fixmedins_code: Text30
    med_type: Text6
    begntime: DateTime
    endtime: DateTime | None = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    oprn_oprt_code: Optional30 = None
    oprn_oprt_name: Optional500 = None
    matn_type: Optional6 = None
    birctrl_type: Optional6 = None


class Registration(_Node, kw_only=True):
    """2201 ``data``: outpatient registration."""

    psn_no: Text30
    insutype: Text6
    begntime: DateTime
    mdtrt_cert_type: Text3
    mdtrt_cert_no: Text50
    ipt_otp_no: Text30
    atddr_no: Text30
    dr_name: Text50
    dept_code: Text30
    dept_name: Text100
    caty: Text6


class RegistrationCancellation(_Node, kw_only=True):
    """2202 ``data``."""

    psn_no: Text30
    mdtrt_id: Text30
    ipt_otp_no: Text30


class VisitInformation(_Node, kw_only=True):
    """2203 and 2203A ``mdtrtinfo``."""

    mdtrt_id: Text30
    psn_no: Text30
    med_type: Text6
    begntime: DateTime
    main_cond_dscr: Optional1000 = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    birctrl_type: Optional6 = None
    birctrl_matn_date: Date | None = None
    matn_type: Optional6 = None
    geso_val: Number | None = None
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class Diagnosis(_Node, kw_only=True):
    """2203 ``diseinfo`` row."""

    diag_type: Text3
    diag_srt_no: Number
    diag_code: Text20
    diag_name: Text100
    diag_dept: Text50
    dise_dor_no: Text30
    dise_dor_name: Text50
    diag_time: DateTime
    vali_flag: Text3


class FeeLine(_Node, kw_only=True):
    """2204 ``feedetail`` row."""

    feedetl_sn: Text30
    mdtrt_id: Text30
    psn_no: Text30
    chrg_bchno: Text30
    dise_codg: Optional30 = None
    rxno: Optional30 = None
    rx_circ_flag: Text3
    fee_ocur_time: DateTime
    med_list_codg: Text50
    medins_list_codg: Text150
    det_item_fee_sumamt: Number
    cnt: Number
    pric: Number
    sin_dos_dscr: Optional200 = None
    used_frqu_dscr: Optional200 = None
    prd_days: Number | None = None
    medc_way_dscr: Optional200 = None
    bilg_dept_codg: Text30
    bilg_dept_name: Text100
    bilg_dr_codg: Text30
    bilg_dr_name: Text50
    acord_dept_codg: Optional30 = None
    acord_dept_name: Optional100 = None
    orders_dr_code: Optional30 = None
    orders_dr_name: Optional50 = None
    hosp_appr_flag: Text3
    tcmdrug_used_way: Optional6 = None
    etip_flag: Optional6 = None
    etip_hosp_code: Optional30 = None
    dscg_tkdrug_flag: Optional6 = None
    matn_fee_flag: Optional6 = None
    expContent: Extension = None  # noqa: N815


class FeeCancellation(_Node, kw_only=True):
    """2205 ``data``; ``chrg_bchno`` ``"0000"`` means every unsettled line."""

    mdtrt_id: Text30
    chrg_bchno: Text30
    psn_no: Text30


class Settlement(_Node, kw_only=True):
    """2206 and 2207 ``data``; 2206 has no split amounts, and the card fields are for cards (§2.1)."""

    psn_no: Text30
    mdtrt_cert_type: Text3
    mdtrt_cert_no: Text50
    med_type: Text6
    medfee_sumamt: Number
    psn_setlway: Text6
    mdtrt_id: Text30
    chrg_bchno: Text30
    insutype: Text6
    acct_used_flag: Code1
    invono: Annotated[str, Meta(max_length=20)] | None = None
    fulamt_ownpay_amt: Number | None = None
    overlmt_selfpay: Number | None = None
    preselfpay_amt: Number | None = None
    inscp_scp_amt: Number | None = None
    card_sn: Optional32 = None
    psn_cert_type: Optional6 = None
    certno: Optional50 = None
    psn_name: Optional50 = None
    expContent: Extension = None  # noqa: N815


class Cancellation(_Node, kw_only=True):
    """2208 and 2103 ``data``."""

    setl_id: Text30
    mdtrt_id: Text30
    psn_no: Text30
    expContent: Extension = None  # noqa: N815


class DrugInfo(_Node, kw_only=True):
    """2101 and 2102 ``druginfo`` [?]."""

    psn_no: Text30
    mdtrt_cert_type: Text3
    mdtrt_cert_no: Text50
    begntime: DateTime
    medfee_sumamt: Number
    invono: Annotated[str, Meta(max_length=20)] | None = None
    insutype: Text6
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    acct_used_flag: Code1
    med_type: Text6
    card_sn: Optional32 = None
    certno: Optional50 = None
    psn_name: Optional50 = None
    expContent: Extension = None  # noqa: N815


class DrugDetail(_Node, kw_only=True):
    """2101 and 2102 ``drugdetail`` row [?]."""

    feedetl_sn: Text30
    rxno: Optional30 = None
    rx_circ_flag: Text3
    fee_ocur_time: DateTime
    med_list_codg: Text50
    medins_list_codg: Text150
    det_item_fee_sumamt: Number
    cnt: Number
    pric: Number
    sin_dos_dscr: Optional200 = None
    used_frqu_dscr: Optional200 = None
    prd_days: Number | None = None
    medc_way_dscr: Optional200 = None
    bilg_dr_codg: Optional30 = None
    bilg_dr_name: Optional50 = None
    tcmdrug_used_way: Optional6 = None


_Lines = Annotated[list[FeeLine], Meta(min_length=1, max_length=1000)]
_Drugs = Annotated[list[DrugDetail], Meta(min_length=1, max_length=1000)]


class PersonQueryInput(msgspec.Struct):
    """Input of 1101."""

    data: PersonQuery


class TreatmentCheckInput(msgspec.Struct):
    """Input of 2001."""

    data: TreatmentCheck


class RegistrationInput(msgspec.Struct):
    """Input of 2201."""

    data: Registration


class RegistrationCancellationInput(msgspec.Struct):
    """Input of 2202."""

    data: RegistrationCancellation


class VisitInformationInput(msgspec.Struct):
    """Input of 2203 and 2203A."""

    mdtrtinfo: VisitInformation
    diseinfo: Annotated[list[Diagnosis], Meta(min_length=1, max_length=100)]


class FeeInput(msgspec.Struct):
    """Input of 2204."""

    feedetail: _Lines


class FeeCancellationInput(msgspec.Struct):
    """Input of 2205."""

    data: FeeCancellation


class SettlementInput(msgspec.Struct):
    """Input of 2206 and 2207."""

    data: Settlement


class CancellationInput(msgspec.Struct):
    """Input of 2208 and 2103."""

    data: Cancellation


class DrugPurchaseInput(msgspec.Struct):
    """Input of 2101 and 2102 [?]."""

    druginfo: DrugInfo
    drugdetail: _Drugs
