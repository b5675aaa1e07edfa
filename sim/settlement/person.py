"""1101 person information and 2001 benefit check: queries, which never ask the card authority (CA-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.city import age_on
from onecard.sim.settlement.funds import FUND_PAY_TYPES
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.outputs import (
    BaseInfo,
    InsuranceInfo,
    PersonOutput,
    TreatmentOutput,
    TreatmentResult,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.policy import Visit
    from onecard.sim.settlement.city import Call, City


__all__ = ["VISIT_BY_MED_TYPE", "benefit_check", "person_information"]

VISIT_BY_MED_TYPE: dict[str, Visit] = {
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "19", "51", "53"), "outpatient"),
    **dict.fromkeys(("21", "22", "23", "24", "26", "28", "52"), "inpatient"),
    "41": "pharmacy",
}
"""First two digits of ``med_type`` → kind of visit (settlement.md §3.2)."""


def person_information(city: City, call: Call) -> PersonOutput:
    """Answer 1101: who the credential belongs to, insurance and balance."""
    query = call.node.data
    if query.mdtrt_cert_type == "03" and not query.card_sn:
        raise RefusedError(Reason.CARD_SN_MISSING, "card_sn")
    person = city.registry.by_credential(query.mdtrt_cert_type, query.mdtrt_cert_no)
    if person is None:
        raise RefusedError(Reason.PERSON_UNKNOWN, f"credential type {query.mdtrt_cert_type}")
    stated = ((query.certno, person.certno), (query.psn_name, person.psn_name))
    if any(given and given != known for given, known in stated):
        raise RefusedError(Reason.CREDENTIAL_DIFFERS, "certno or psn_name")
    if query.mdtrt_cert_type == "03" and query.card_sn != person.card_sn:
        raise RefusedError(Reason.CREDENTIAL_DIFFERS, "card_sn")
    return PersonOutput(
        baseinfo=BaseInfo(
            psn_no=person.psn_no,
            psn_cert_type=person.psn_cert_type,
            certno=person.certno,
            psn_name=person.psn_name,
            gend=person.gend,
            naty=person.naty,
            brdy=person.brdy,
            age=f"{age_on(person.brdy, city.calendar.on(call.now_us))}.0",
        ),
        insuinfo=[
            InsuranceInfo(
                balc=fen_to_yuan(city.balance_fen(person)),
                insutype=person.insutype,
                psn_type=person.psn_type,
                psn_insu_stas=person.psn_insu_stas,
                cvlserv_flag=person.cvlserv_flag,
                insuplc_admdvs=person.insuplc_admdvs,
                emp_name=person.emp_name,
            )
        ],
        idetinfo=[],
    )


def benefit_check(city: City, call: Call) -> TreatmentOutput:
    """Answer 2001: whether the person is entitled for this kind of visit now."""
    query = call.node.data
    person = city.person(call, query.psn_no)
    visit = VISIT_BY_MED_TYPE.get(query.med_type[:2])
    why = ""
    if person.insutype != query.insutype:
        why = Reason.INSURANCE_DIFFERS
    elif person.psn_insu_stas != "1":
        why = Reason.NOT_INSURED
    elif visit is None:
        why = Reason.KIND_OF_VISIT
    else:
        age = age_on(person.brdy, city.calendar.on(call.now_us))
        rule = city.policy.rule(
            insutype=person.insutype,
            psn_type=person.psn_type,
            age=age,
            visit=visit,
            level=call.institution.level,
        )
        why = "" if rule is not None else Reason.NO_POLICY
    return TreatmentOutput(
        trtinfo=[
            TreatmentResult(
                psn_no=person.psn_no,
                trt_chk_type="01",
                fund_pay_type=FUND_PAY_TYPES[person.insutype == "310", "pool"],
                trt_enjymnt_flag="0" if why else "1",
                begndate=query.begntime[:10],
                trt_chk_rslt=RefusedError(Reason(why)).text if why else "",
            )
        ]
    )
