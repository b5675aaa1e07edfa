"""What the insured place keeps of its people's visits, wherever they are: numbers, stays, open or not.

A visit elsewhere has the number of settlement.md §2.4: ``S``, the insured city, the day, a sequence.
Numbers of visits here are derived from who, where and the message that opened it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.outputs import RegistrationOutput, RegistrationResult
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import InsuredVisitRow
from onecard.sim.settlement.tiers.insured.person import check_credential
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel_registration", "insured_visit", "open_insured_visit", "register", "visit_number"]


def visit_number(city: CityTier, call: Call, *parts: str) -> str:
    """Give a visit its number."""
    day = city.short_day(call.now_us)
    if city.serves(call.request.mdtrtarea_admvs):
        return identifier(city.admdvs, day, 18, *parts)
    return f"S{city.admdvs}{day}{city.sequence(f'visit {day}'):07d}"


def open_insured_visit(
    city: CityTier,
    call: Call,
    *,
    kind: str,
    psn_no: str,
    insutype: str,
    begntime: str,
    number: str,
) -> str:
    """Open a visit of a person insured here; return its ``mdtrt_id``.

    Args:
        city: the insured city.
        call: what opens it.
        kind: outpatient, inpatient or pharmacy.
        psn_no: the person.
        insutype: insurance type.
        begntime: when it begins.
        number: the institution's own number of it.
    """
    code = call.request.fixmedins_code
    mdtrt_id = visit_number(city, call, code, number, psn_no, call.request.msgid)
    city.insured_visits.put(
        InsuredVisitRow(
            mdtrt_id=mdtrt_id,
            psn_no=psn_no,
            insutype=insutype,
            kind=kind,
            mdtrtarea_admvs=call.request.mdtrtarea_admvs,
            fixmedins_code=code,
            begntime=begntime,
            year=city.year(call.now_us),
        )
    )
    return mdtrt_id


def insured_visit(city: CityTier, mdtrt_id: str, psn_no: str) -> InsuredVisitRow:
    """Return an open visit of a person insured here.

    Raises:
        RefusedError: there is none, or it was cancelled.
    """
    visit = city.insured_visits.get(mdtrt_id)
    if visit is None or visit.psn_no != psn_no:
        raise RefusedError(Reason.VISIT_UNKNOWN, f"ST-1 {mdtrt_id}")
    if not visit.is_open:
        raise RefusedError(Reason.VISIT_CLOSED, f"ST-1 {mdtrt_id}")
    return visit


def register(city: CityTier, call: Call) -> RegistrationOutput:
    """Answer 2201 at the insured place: person, insurance and credential are right; open the visit."""
    data = call.node.data
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    mdtrt_id = open_insured_visit(
        city,
        call,
        kind="outpatient",
        psn_no=person.psn_no,
        insutype=data.insutype,
        begntime=data.begntime,
        number=data.ipt_otp_no,
    )
    result = RegistrationResult(mdtrt_id=mdtrt_id, psn_no=person.psn_no, ipt_otp_no=data.ipt_otp_no)
    return RegistrationOutput(data=result)


def cancel_registration(city: CityTier, call: Call) -> None:
    """Answer 2202 at the insured place: close the visit."""
    data = call.node.data
    visit = insured_visit(city, data.mdtrt_id, data.psn_no)
    if visit.live_settlements:
        raise RefusedError(Reason.SETTLEMENT_EXISTS, f"ST-2 {data.mdtrt_id}")
    city.insured_visits.put(msgspec.structs.replace(visit, is_open=False, vali_flag="0"))
