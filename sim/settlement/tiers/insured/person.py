"""1101 person information and 2001 benefit check: queries, which never ask for card authentication (CA-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.benefit import IDENTITIES, Case
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.outputs import (
    BaseInfo,
    IdentityInfo,
    InsuranceInfo,
    PersonOutput,
    TreatmentOutput,
    TreatmentResult,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.insured.amounts import age_on
from onecard.sim.settlement.tiers.insured.funds import pool_type
from onecard.sim.settlement.tiers.kinds import kind_of_visit

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

_ANY_LEVEL = 3
"""Level for a benefit check out of area: whether there is a policy does not depend on it."""

__all__ = ["benefit_check", "check_credential", "home_of_credential", "person_information"]


def check_credential(city: CityTier, mdtrt_cert_type: str, mdtrt_cert_no: str, psn_no: str) -> None:
    """Refuse a credential that is not the person's own (settlement.md §5.2 CA-4, §9 C-28)."""
    owner = city.registry.by_credential(mdtrt_cert_type, mdtrt_cert_no)
    if owner is None or owner.psn_no != psn_no:
        raise RefusedError(Reason.CREDENTIAL_DIFFERS, f"mdtrt_cert_no, type {mdtrt_cert_type}")


def home_of_credential(city: CityTier, call: Call) -> str | None:
    """Say where the owner of a 1101's credential is insured.

    A card says where it was issued; card numbers alone are unique in one city only. Others are looked for
    here, then where the envelope says; None leaves it to the ministry's index.
    """
    query = call.node.data
    if query.mdtrt_cert_type == "03" and not query.card_sn:
        raise RefusedError(Reason.CARD_SN_MISSING, "card_sn")
    if city.authority:
        return city.admdvs
    if query.mdtrt_cert_type == "03":
        return str(query.card_sn)[:6]
    if city.registry.by_credential(query.mdtrt_cert_type, query.mdtrt_cert_no) is not None:
        return city.admdvs
    return call.request.insuplc_admdvs or None


def person_information(city: CityTier, call: Call) -> PersonOutput:
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
        idetinfo=[_identity(city, code) for code in person.identities],
    )


def _identity(city: CityTier, code: str) -> IdentityInfo:
    """Write a special identity; the registry knows no dates, so it is in force since the year began."""
    return IdentityInfo(
        psn_idet_type=code,
        memo=IDENTITIES.get(code),
        begntime=f"{city.calendar.start.year}-01-01 00:00:00",
    )


def benefit_check(city: CityTier, call: Call) -> TreatmentOutput:
    """Answer 2001: whether the person is entitled for this kind of visit now."""
    query = call.node.data
    person = city.person(call, query.psn_no)
    visit = kind_of_visit(query.med_type)
    why = ""
    if person.insutype != query.insutype:
        why = Reason.INSURANCE_DIFFERS
    elif person.psn_insu_stas != "1":
        why = Reason.NOT_INSURED
    elif visit is None:
        why = Reason.KIND_OF_VISIT
    else:
        case = Case(
            insutype=person.insutype,
            psn_type=person.psn_type,
            age=age_on(person.brdy, city.calendar.on(call.now_us)),
            visit=visit,
            level=call.institution.level if call.institution is not None else _ANY_LEVEL,
        )
        why = "" if city.policy.terms(case) is not None else Reason.NO_POLICY
    return TreatmentOutput(
        trtinfo=[
            TreatmentResult(
                psn_no=person.psn_no,
                trt_chk_type="01",
                fund_pay_type=pool_type(person.insutype),
                trt_enjymnt_flag="0" if why else "1",
                begndate=query.begntime[:10],
                trt_chk_rslt=RefusedError(Reason(why)).text if why else "",
            )
        ]
    )
