"""Stays at the insured place: admission, discharge, and both taken back (settlement.md §2.2 ST-4, ST-7).

The insured place knows of all stays of its people, wherever they are, so it is the one to refuse a second
open admission. It notes the discharge, because late filings and the year of deductible and caps depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.outputs import AdmissionOutput, AdmissionResult
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.insured.person import check_credential
from onecard.sim.settlement.tiers.insured.visits import insured_visit, open_insured_visit
from onecard.sim.settlement.tiers.stays import is_finally_settled

if TYPE_CHECKING:
    from onecard.sim.settlement.store.rows import InsuredVisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["admit", "cancel_admission", "cancel_discharge", "discharge"]


def admit(city: CityTier, call: Call) -> AdmissionOutput:
    """Answer 2401 at the insured place: person, insurance and credential are right, no other open stay."""
    data = call.node.mdtrtinfo
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    _check_not_admitted(city, data.psn_no)
    mdtrt_id = open_insured_visit(
        city,
        call,
        kind="inpatient",
        psn_no=person.psn_no,
        insutype=data.insutype,
        begntime=data.begntime,
        number=data.ipt_no,
    )
    return AdmissionOutput(result=AdmissionResult(mdtrt_id=mdtrt_id))


def _check_not_admitted(city: CityTier, psn_no: str) -> None:
    """Refuse while the person has an open admission anywhere (ST-7)."""
    for row in city.insured_visits.by("psn_no", psn_no):
        if row.kind == "inpatient" and row.vali_flag == "1" and not row.endtime:
            raise RefusedError(Reason.ADMITTED, f"ST-7 {row.mdtrt_id} in {row.mdtrtarea_admvs}")


def _stay(city: CityTier, mdtrt_id: str, psn_no: str) -> InsuredVisitRow:
    visit = insured_visit(city, mdtrt_id, psn_no)
    if visit.kind != "inpatient":
        raise RefusedError(Reason.KIND_OF_VISIT, f"{mdtrt_id} is a visit of kind {visit.kind}")
    return visit


def discharge(city: CityTier, call: Call) -> None:
    """Answer 2402 at the insured place: note the end."""
    data = call.node.dscginfo
    visit = _stay(city, data.mdtrt_id, data.psn_no)
    if visit.endtime:
        raise RefusedError(Reason.DISCHARGED, f"ST-4 {data.mdtrt_id}")
    if data.insutype != visit.insutype:
        raise RefusedError(Reason.INSURANCE_DIFFERS, data.insutype)
    city.insured_visits.put(msgspec.structs.replace(visit, endtime=data.endtime))


def cancel_discharge(city: CityTier, call: Call) -> None:
    """Answer 2405 at the insured place: the stay is open again, unless there is another one by now."""
    data = call.node.data
    visit = _stay(city, data.mdtrt_id, data.psn_no)
    if not visit.endtime:
        raise RefusedError(Reason.NOT_DISCHARGED, f"ST-4 {data.mdtrt_id}")
    if is_finally_settled(city, data.mdtrt_id):
        raise RefusedError(Reason.SETTLEMENT_EXISTS, f"ST-4 {data.mdtrt_id}")
    _check_not_admitted(city, data.psn_no)
    city.insured_visits.put(msgspec.structs.replace(visit, endtime=""))


def cancel_admission(city: CityTier, call: Call) -> None:
    """Answer 2404 at the insured place: close the stay."""
    data = call.node.data
    visit = _stay(city, data.mdtrt_id, data.psn_no)
    if visit.live_settlements:
        raise RefusedError(Reason.SETTLEMENT_EXISTS, f"ST-4 {data.mdtrt_id}")
    if visit.endtime:
        raise RefusedError(Reason.DISCHARGED, f"ST-4 {data.mdtrt_id}")
    city.insured_visits.put(msgspec.structs.replace(visit, is_open=False, vali_flag="0"))
