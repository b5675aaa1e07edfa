"""Who, where and entitled to what: 1101, 1201, 2001 (settlement.md §2.3)."""

from __future__ import annotations

import msgspec

from onecard.sim.settlement.messages.fields import (
    AgeText,
    AmountText,
    Code3,
    Code6,
    CodeUpto3,
    CodeUpto6,
    Date,
    DateOrEmpty,
    DateTime,
    Extension,
    Message,
    Node,
    Optional30,
    Optional32,
    Optional50,
    Optional200,
    Optional500,
    OptionalCode3,
    OptionalCode6,
    OptionalDate,
    OptionalDateTime,
    Text6,
    Text30,
    Text50,
    Text200,
    Upto200,
    Upto500,
)

__all__ = [
    "BaseInfo",
    "IdentityInfo",
    "InstitutionInfo",
    "InstitutionOutput",
    "InstitutionQuery",
    "InstitutionQueryInput",
    "InsuranceInfo",
    "PersonOutput",
    "PersonQuery",
    "PersonQueryInput",
    "TreatmentCheck",
    "TreatmentCheckInput",
    "TreatmentOutput",
    "TreatmentResult",
]


class PersonQuery(Node, kw_only=True):
    """1101 ``data``: person information."""

    mdtrt_cert_type: Code3
    mdtrt_cert_no: Text50
    card_sn: Optional32 = None
    begntime: OptionalDateTime = None
    psn_cert_type: OptionalCode6 = None
    certno: Optional50 = None
    psn_name: Optional50 = None


class PersonQueryInput(Message):
    """Input of 1101."""

    data: PersonQuery


class BaseInfo(Node, kw_only=True, omit_defaults=False):
    """1101 ``baseinfo``."""

    psn_no: Text30
    psn_cert_type: Code6
    certno: Text50
    psn_name: Text50
    gend: Code6
    naty: CodeUpto3 = ""
    brdy: DateOrEmpty = ""
    age: AgeText
    expContent: Extension = None  # noqa: N815 - the interface's own spelling


class InsuranceInfo(Node, kw_only=True, omit_defaults=False):
    """1101 ``insuinfo`` row, one per insurance of the person."""

    balc: AmountText
    insutype: Code6
    psn_type: Code6
    psn_insu_stas: CodeUpto6 = ""
    psn_insu_date: OptionalDate = None
    paus_insu_date: OptionalDate = None
    cvlserv_flag: Code3
    insuplc_admdvs: Text6
    emp_name: Upto200 = ""


class IdentityInfo(Node, kw_only=True):
    """1101 ``idetinfo`` row: a special identity, used by medical aid."""

    psn_idet_type: Code3
    psn_type_lv: OptionalCode3 = None
    memo: Optional500 = None
    begntime: DateTime
    endtime: OptionalDateTime = None


class PersonOutput(Message, kw_only=True, omit_defaults=False):
    """Output of 1101."""

    baseinfo: BaseInfo
    insuinfo: list[InsuranceInfo]
    idetinfo: list[IdentityInfo] = msgspec.field(default_factory=list)


class InstitutionQuery(Node, kw_only=True):
    """1201 ``medinsinfo``; the name is searched for as a part."""

    fixmedins_type: Code6
    fixmedins_name: Optional200 = None
    fixmedins_code: Optional30 = None


class InstitutionQueryInput(Message):
    """Input of 1201."""

    medinsinfo: InstitutionQuery


class InstitutionInfo(Node, kw_only=True):
    """1201 ``medinsinfo`` row."""

    fixmedins_code: Text30
    fixmedins_name: Text200
    uscc: Text50
    fixmedins_type: Code6
    hosp_lv: OptionalCode6 = None


class InstitutionOutput(Message):
    """Output of 1201."""

    medinsinfo: list[InstitutionInfo]


class TreatmentCheck(Node, kw_only=True):
    """2001 ``data``: is the person entitled for this kind of visit now."""

    psn_no: Text30
    insutype: Code6
    fixmedins_code: Text30
    med_type: Code6
    begntime: DateTime
    endtime: OptionalDateTime = None
    dise_codg: Optional30 = None
    dise_name: Optional500 = None
    oprn_oprt_code: Optional30 = None
    oprn_oprt_name: Optional500 = None
    matn_type: OptionalCode6 = None
    birctrl_type: OptionalCode6 = None


class TreatmentCheckInput(Message):
    """Input of 2001."""

    data: TreatmentCheck


class TreatmentResult(Node, kw_only=True, omit_defaults=False):
    """2001 ``trtinfo`` row; the reason is in ``trt_chk_rslt`` when not entitled."""

    psn_no: Text30
    trt_chk_type: Code6
    fund_pay_type: Code6
    trt_enjymnt_flag: Code3
    begndate: Date
    enddate: OptionalDate = None
    trt_chk_rslt: Upto500 = ""


class TreatmentOutput(Message, kw_only=True):
    """Output of 2001; the node's name is not in the facts [?]."""

    trtinfo: list[TreatmentResult]
