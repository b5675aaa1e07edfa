"""2201 to 2203 at the place of treatment: registration, its cancellation, visit information."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import VisitRow
from onecard.sim.settlement.tiers.kinds import kind_of_visit
from onecard.sim.settlement.tiers.rules import check_visit

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import RegistrationInput
    from onecard.sim.settlement.messages.outputs import RegistrationOutput
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "check_cancellation",
    "close_visit",
    "number_of",
    "open_outpatient_visit",
    "open_visit",
    "prepare_registration",
    "visit_information",
]


def number_of(call: Call, kind: str, number: str) -> str:
    """Return the key of an institution's own visit number: outpatient and inpatient numbers are apart."""
    return f"{call.here.fixmedins_code}/{kind}/{number}"


def prepare_registration(city: CityTier, call: Call) -> RegistrationInput:
    """Check 2201 before the insured place is asked."""
    number = number_of(call, "outpatient", call.node.data.ipt_otp_no)
    earlier = city.visits_numbered(number)
    if earlier and earlier[-1].vali_flag == "1":
        raise RefusedError(Reason.VISIT_EXISTS, call.node.data.ipt_otp_no)
    node: RegistrationInput = call.node
    return node


def open_visit(city: CityTier, call: Call, output: RegistrationOutput, _rows: object) -> RegistrationOutput:
    """Keep the visit under the number that the insured place gave."""
    data = call.node.data
    city.put_visit(
        VisitRow(
            mdtrt_id=output.data.mdtrt_id,
            kind="outpatient",
            number=number_of(call, "outpatient", data.ipt_otp_no),
            psn_no=data.psn_no,
            insutype=data.insutype,
            insu_admdvs=call.request.insuplc_admdvs or "",
            fixmedins_code=call.here.fixmedins_code,
            ipt_otp_no=data.ipt_otp_no,
            begntime=data.begntime,
            mdtrt_cert_type=data.mdtrt_cert_type,
            mdtrt_cert_no=data.mdtrt_cert_no,
            year=city.year(call.now_us),
        )
    )
    return output


def check_cancellation(city: CityTier, call: Call) -> object:
    """Check 2202; that nothing hangs on the visit are rows of the state rules (ST-2, ST-4)."""
    data = call.node.data
    visit = open_outpatient_visit(city, call, data.mdtrt_id, data.psn_no)
    if visit.ipt_otp_no != data.ipt_otp_no:
        raise RefusedError(Reason.VISIT_UNKNOWN, f"ipt_otp_no {data.ipt_otp_no}")
    return call.node


def close_visit(city: CityTier, call: Call, _output: object, _rows: object) -> None:
    """Close a visit whose registration was cancelled."""
    visit = city.visit_row(call.node.data.mdtrt_id)
    if visit is not None:
        city.put_visit(msgspec.structs.replace(visit, vali_flag="0", pending=""))


def visit_information(city: CityTier, call: Call) -> None:
    """Answer 2203 and 2203A: keep the medical category and the diagnoses."""
    data = call.node.mdtrtinfo
    if kind_of_visit(data.med_type) not in ("outpatient", None):
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {data.med_type}")
    visit = open_outpatient_visit(city, call, data.mdtrt_id, data.psn_no)
    city.put_visit(
        msgspec.structs.replace(
            visit,
            med_type=data.med_type,
            dise_codg=data.dise_codg or "",
            diagnoses=len(call.node.diseinfo),
            dscg_maindiag_code=call.node.diseinfo[0].diag_code,
            emergency=visit.emergency or data.med_type[:2] == "13",
        )
    )


def open_outpatient_visit(city: CityTier, call: Call, mdtrt_id: str, psn_no: str) -> VisitRow:
    """Return the outpatient visit that a message names, in a state that allows the message."""
    visit = city.visit(call, mdtrt_id, psn_no)
    if visit.kind != "outpatient":
        raise RefusedError(Reason.KIND_OF_VISIT, f"{mdtrt_id} is no outpatient visit")
    check_visit(city, call.request.infno, visit)
    return visit
