"""Inpatient stay before the settlement: 2301, 2302, 2401 to 2405 (settlement.md §2.3).

A return of fees is a line with negative quantity and amount whose ``init_feedetl_sn`` names the original.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Amount,
    Code3,
    Code6,
    DateTime,
    Extension,
    Message,
    Node,
    Optional6,
    Optional30,
    Optional50,
    Optional100,
    Optional500,
    Optional1000,
    OptionalCode3,
    OptionalCode6,
    OptionalDate,
    OptionalDateTime,
    Price,
    Quantity,
    Text20,
    Text30,
    Text50,
    Text100,
    Text150,
    Text200,
    Text300,
    Whole2,
    Whole3,
)
from onecard.sim.settlement.messages.outpatient import MAX_FEE_LINES

__all__ = [
    "Admission",
    "AdmissionChange",
    "AdmissionChangeInput",
    "AdmissionInput",
    "AdmissionOutput",
    "AdmissionResult",
    "Discharge",
    "DischargeInput",
    "InpatientDiagnosis",
    "InpatientFeeCancellation",
    "InpatientFeeCancellationInput",
    "InpatientFeeInput",
    "InpatientFeeLine",
    "StayDiagnosis",
    "StayReference",
    "StayReferenceInput",
]


class InpatientFeeLine(Node, kw_only=True):
    """2301 ``feedetail`` row."""

    feedetl_sn: Text30
    init_feedetl_sn: Optional30 = None
    mdtrt_id: Text30
    drord_no: Optional30 = None
    psn_no: Text30
    med_type: Code6
    fee_ocur_time: DateTime
    med_list_codg: Text50
    medins_list_codg: Text150
    det_item_fee_sumamt: Amount
    cnt: Quantity
    pric: Price
    bilg_dept_codg: Text30
    bilg_dept_name: Text100
    bilg_dr_codg: Text30
    bilg_dr_name: Text50
    acord_dept_codg: Optional30 = None
    acord_dept_name: Optional100 = None
    orders_dr_code: Optional30 = None
    orders_dr_name: Optional50 = None
    hosp_appr_flag: OptionalCode3 = None
    tcmdrug_used_way: OptionalCode6 = None
    etip_flag: OptionalCode3 = None
    etip_hosp_code: Optional30 = None
    dscg_tkdrug_flag: OptionalCode3 = None
    matn_fee_flag: OptionalCode6 = None
    memo: Optional500 = None
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class InpatientFeeInput(Message):
    """Input of 2301."""

    feedetail: Annotated[list[InpatientFeeLine], Meta(min_length=1, max_length=MAX_FEE_LINES)]


class InpatientFeeCancellation(Node, kw_only=True):
    """2302 ``data`` row; ``feedetl_sn`` ``"0000"`` means every unsettled line."""

    feedetl_sn: Text30
    mdtrt_id: Text30
    psn_no: Text30


class InpatientFeeCancellationInput(Message):
    """Input of 2302."""

    data: Annotated[list[InpatientFeeCancellation], Meta(min_length=1, max_length=MAX_FEE_LINES)]


class Admission(Node, kw_only=True):
    """2401 ``mdtrtinfo``."""

    psn_no: Text30
    insutype: Code6
    coner_name: Optional50 = None
    tel: Optional50 = None
    begntime: DateTime
    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    med_type: Code6
    ipt_no: Text30
    medrcdno: Optional30 = None
    atddr_no: Text30
    chfpdr_name: Text50
    adm_diag_dscr: Text200
    adm_dept_codg: Text30
    adm_dept_name: Text100
    adm_bed: Text30
    dscg_maindiag_code: Text20
    dscg_maindiag_name: Text300
    main_cond_dscr: Optional1000 = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    oprn_oprt_code: Optional30 = None
    oprn_oprt_name: Optional500 = None
    fpsc_no: Optional50 = None
    matn_type: OptionalCode6 = None
    birctrl_type: OptionalCode6 = None
    latechb_flag: OptionalCode3 = None
    geso_val: Whole2 | None = None
    fetts: Whole3 | None = None
    fetus_cnt: Whole3 | None = None
    pret_flag: OptionalCode3 = None
    birctrl_matn_date: OptionalDate = None
    dise_type_code: Optional6 = None
    expContent: Extension = None  # noqa: N815


class InpatientDiagnosis(Node, kw_only=True):
    """2401 ``diseinfo`` row."""

    psn_no: Text30
    diag_type: Code3
    maindiag_flag: Code3
    diag_srt_no: Whole2
    diag_code: Text20
    diag_name: Text100
    adm_cond: Optional500 = None
    diag_dept: Text50
    dise_dor_no: Text30
    dise_dor_name: Text50
    diag_time: DateTime


class StayDiagnosis(InpatientDiagnosis, kw_only=True):
    """2402 and 2403 ``diseinfo`` row: the visit is known by then."""

    mdtrt_id: Text30


class AdmissionInput(Message):
    """Input of 2401."""

    mdtrtinfo: Admission
    diseinfo: Annotated[list[InpatientDiagnosis], Meta(min_length=1, max_length=100)]


class AdmissionResult(Node, kw_only=True):
    """2401 ``result``."""

    mdtrt_id: Text30


class AdmissionOutput(Message, kw_only=True):
    """Output of 2401."""

    result: AdmissionResult


class Discharge(Node, kw_only=True):
    """2402 ``dscginfo``; ``endtime`` is the discharge time."""

    mdtrt_id: Text30
    psn_no: Text30
    insutype: Code6
    endtime: DateTime
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    oprn_oprt_code: Optional30 = None
    oprn_oprt_name: Optional500 = None
    fpsc_no: Optional50 = None
    matn_type: OptionalCode6 = None
    birctrl_type: OptionalCode6 = None
    latechb_flag: OptionalCode3 = None
    geso_val: Whole2 | None = None
    fetts: Whole3 | None = None
    fetus_cnt: Whole3 | None = None
    pret_flag: OptionalCode3 = None
    birctrl_matn_date: OptionalDate = None
    cop_flag: OptionalCode3 = None
    dscg_dept_codg: Text30
    dscg_dept_name: Text100
    dscg_bed: Optional30 = None
    dscg_way: Code3
    die_date: OptionalDate = None
    expContent: Extension = None  # noqa: N815


class DischargeInput(Message):
    """Input of 2402."""

    dscginfo: Discharge
    diseinfo: Annotated[list[StayDiagnosis], Meta(min_length=1, max_length=100)]


class AdmissionChange(Node, kw_only=True):
    """2403 ``adminfo``: the fields of 2401 without insurance and credential number, for a known visit."""

    mdtrt_id: Text30
    psn_no: Text30
    coner_name: Optional50 = None
    tel: Optional50 = None
    begntime: DateTime
    endtime: OptionalDateTime = None
    mdtrt_cert_type: Code3
    med_type: Code6
    ipt_otp_no: Text30
    medrcdno: Optional30 = None
    atddr_no: Text30
    chfpdr_name: Text50
    adm_diag_dscr: Text200
    adm_dept_codg: Text30
    adm_dept_name: Text100
    adm_bed: Text30
    dscg_maindiag_code: Text20
    dscg_maindiag_name: Text300
    main_cond_dscr: Optional1000 = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    oprn_oprt_code: Optional30 = None
    oprn_oprt_name: Optional500 = None
    fpsc_no: Optional50 = None
    matn_type: OptionalCode6 = None
    birctrl_type: OptionalCode6 = None
    latechb_flag: OptionalCode3 = None
    geso_val: Whole2 | None = None
    fetts: Whole3 | None = None
    fetus_cnt: Whole3 | None = None
    pret_flag: OptionalCode3 = None
    birctrl_matn_date: OptionalDate = None
    dise_type_code: Optional6 = None
    expContent: Extension = None  # noqa: N815


class AdmissionChangeInput(Message):
    """Input of 2403."""

    adminfo: AdmissionChange
    diseinfo: Annotated[list[StayDiagnosis], Meta(min_length=1, max_length=100)]


class StayReference(Node, kw_only=True):
    """2404 and 2405 ``data``: cancel admission, cancel discharge."""

    mdtrt_id: Text30
    psn_no: Text30


class StayReferenceInput(Message):
    """Input of 2404 and 2405."""

    data: StayReference
