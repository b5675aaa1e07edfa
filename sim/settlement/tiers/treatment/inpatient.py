"""2401 to 2405 at the place of treatment: admission, change, discharge, and what takes them back.

Checks come before the insured place is asked, rows are written when it has agreed; which states of a stay
allow which transaction is in :mod:`~onecard.sim.settlement.tiers.rules`.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import VisitRow
from onecard.sim.settlement.tiers.call import date_of, says_emergency
from onecard.sim.settlement.tiers.kinds import kind_of_visit
from onecard.sim.settlement.tiers.rules import check_visit
from onecard.sim.settlement.tiers.treatment.visits import number_of

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.outputs import AdmissionOutput
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "admission_cancelled",
    "admitted",
    "change_admission",
    "check_stay",
    "discharge_cancelled",
    "discharged",
    "prepare_admission",
    "prepare_discharge",
    "stay_visit",
]

_CLOCKS_APART = datetime.timedelta(days=1)
"""How far the clock of an institution may be ahead of the platform's, at most (a choice of this project)."""
_EMERGENCY = ("13", "24")
"""Medical categories that are emergencies: outpatient, and turned inpatient (settlement.md §3.2)."""


def stay_visit(city: CityTier, call: Call, mdtrt_id: str, psn_no: str) -> VisitRow:
    """Return the stay that a message names, in a state that allows the message."""
    visit = city.visit(call, mdtrt_id, psn_no)
    if visit.kind != "inpatient":
        raise RefusedError(Reason.KIND_OF_VISIT, f"{mdtrt_id} is no stay")
    check_visit(city, call.request.infno, visit)
    return visit


def prepare_admission(city: CityTier, call: Call) -> Any:
    """Check 2401 before the insured place is asked."""
    data = call.node.mdtrtinfo
    _check_category(data.med_type)
    date_of(data.begntime, "begntime")
    earlier = city.visits_numbered(number_of(call, "inpatient", data.ipt_no))
    if earlier and earlier[-1].vali_flag == "1":
        raise RefusedError(Reason.VISIT_EXISTS, f"ipt_no {data.ipt_no}")
    return call.node


def _check_year(city: CityTier, call: Call, endtime: str) -> None:
    """Refuse a discharge in a year to come: its deductible and caps are not to be had yet (§10 Q-24)."""
    if date_of(endtime, "endtime").year > (city.calendar.on(call.now_us) + _CLOCKS_APART).year:
        raise RefusedError(Reason.OUT_OF_RANGE, f"the year of endtime {endtime} has not begun")


def _check_category(med_type: str) -> None:
    if kind_of_visit(med_type) not in ("inpatient", None):
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {med_type}")


def admitted(city: CityTier, call: Call, output: AdmissionOutput, _rows: object) -> AdmissionOutput:
    """Keep the stay under the number that the insured place gave."""
    data = call.node.mdtrtinfo
    city.put_visit(
        VisitRow(
            mdtrt_id=output.result.mdtrt_id,
            kind="inpatient",
            number=number_of(call, "inpatient", data.ipt_no),
            psn_no=data.psn_no,
            insutype=data.insutype,
            insu_admdvs=call.request.insuplc_admdvs or "",
            fixmedins_code=call.here.fixmedins_code,
            ipt_otp_no=data.ipt_no,
            mdtrt_cert_type=data.mdtrt_cert_type,
            mdtrt_cert_no=data.mdtrt_cert_no,
            inhosp_stas="1",
            year=city.year(call.now_us),
            **_described(call.node, data),
        )
    )
    return output


def _described(node: Any, data: Any) -> dict[str, Any]:
    """Return the columns that 2401 gives and 2403 changes."""
    return {
        "begntime": data.begntime,
        "med_type": data.med_type,
        "dise_codg": data.dise_codg or "",
        "dscg_maindiag_code": data.dscg_maindiag_code,
        "adm_dept_codg": data.adm_dept_codg,
        "adm_bed": data.adm_bed,
        "diagnoses": len(node.diseinfo),
        "emergency": data.med_type[:2] in _EMERGENCY or says_emergency(data.expContent),
    }


def change_admission(city: CityTier, call: Call) -> None:
    """Answer 2403; what matters for the benefit goes to the insured place with the settlement."""
    data = call.node.adminfo
    _check_category(data.med_type)
    date_of(data.begntime, "begntime")
    visit = stay_visit(city, call, data.mdtrt_id, data.psn_no)
    if data.ipt_otp_no != visit.ipt_otp_no:
        raise RefusedError(Reason.VISIT_UNKNOWN, f"ipt_otp_no {data.ipt_otp_no}")
    city.put_visit(msgspec.structs.replace(visit, **_described(call.node, data)))


def prepare_discharge(city: CityTier, call: Call) -> Any:
    """Check 2402 before the insured place is asked."""
    data = call.node.dscginfo
    visit = stay_visit(city, call, data.mdtrt_id, data.psn_no)
    if data.insutype != visit.insutype:
        raise RefusedError(Reason.INSURANCE_DIFFERS, data.insutype)
    _check_year(city, call, data.endtime)
    if data.endtime < visit.begntime:
        raise RefusedError(Reason.MALFORMED, f"endtime {data.endtime} is before begntime {visit.begntime}")
    return call.node


def discharged(city: CityTier, call: Call, _output: object, _rows: object) -> None:
    """Keep the discharge."""
    data = call.node.dscginfo
    visit = city.visit_row(data.mdtrt_id)
    if visit is not None:
        main = [row.diag_code for row in call.node.diseinfo if row.maindiag_flag == "1"]
        city.put_visit(
            msgspec.structs.replace(
                visit,
                endtime=data.endtime,
                dscg_way=data.dscg_way,
                dscg_maindiag_code=main[0] if main else visit.dscg_maindiag_code,
                inhosp_stas="0",
            )
        )


def check_stay(city: CityTier, call: Call) -> Any:
    """Check 2404 and 2405: only the state of the stay matters (ST-4)."""
    stay_visit(city, call, call.node.data.mdtrt_id, call.node.data.psn_no)
    return call.node


def admission_cancelled(city: CityTier, call: Call, _output: object, _rows: object) -> None:
    """Close a stay whose admission was cancelled; its inpatient number can be used again."""
    _change(city, call, vali_flag="0", inhosp_stas="0")


def discharge_cancelled(city: CityTier, call: Call, _output: object, _rows: object) -> None:
    """Open a stay whose discharge was cancelled."""
    _change(city, call, endtime="", dscg_way="", inhosp_stas="1")


def _change(city: CityTier, call: Call, **columns: str) -> None:
    visit = city.visit_row(call.node.data.mdtrt_id)
    if visit is not None:
        city.put_visit(msgspec.structs.replace(visit, **columns))
