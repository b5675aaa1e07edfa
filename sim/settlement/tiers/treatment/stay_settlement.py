"""2303 and 2304 at the place of treatment: the whole stay, or what an interim settlement left of it.

The insured place gets the totals of the four parts and the sums of the national major categories, not the
lines (settlement.md §5.1, §10 Q-15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.call import Treatment, read_hospital_part, read_tac, write_treatment
from onecard.sim.settlement.tiers.stays import FINAL, INTERIM
from onecard.sim.settlement.tiers.treatment.fees import split_of
from onecard.sim.settlement.tiers.treatment.inpatient import stay_visit
from onecard.sim.settlement.tiers.treatment.settlement import amounts_of, check_split, mark_settled

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import InpatientSettlement, InpatientSettlementInput
    from onecard.sim.settlement.messages.outputs import SettlementOutput
    from onecard.sim.settlement.store.rows import FeeRow, SettlementRow, VisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["prepare_stay", "stay_settled"]

_PRESETTLEMENT = "2303"


def prepare_stay(city: CityTier, call: Call) -> InpatientSettlementInput:
    """Check 2303 or 2304 and add what the insured place needs."""
    data: InpatientSettlement = call.node.data
    visit = stay_visit(city, call, data.mdtrt_id, data.psn_no)
    _check_flag(call, data, visit)
    if data.insutype != visit.insutype:
        raise RefusedError(Reason.INSURANCE_DIFFERS, data.insutype)
    lines = city.unsettled(visit)
    if not lines:
        raise RefusedError(Reason.NO_FEES, visit.mdtrt_id)
    split = split_of(lines)
    amounts = amounts_of(split)
    if min(amounts) < 0:
        raise RefusedError(
            Reason.FEE_LINE, f"{visit.mdtrt_id}: returns of settled lines exceed the other fees, cancel first"
        )
    check_split(data, split, required=False)
    call.treatment = Treatment(
        dedc_hosp_lv=call.here.level,
        kind="inpatient",
        amounts=amounts,
        categories=_categories(lines),
        lines=len(lines),
        emergency=visit.emergency,
        auth_serial=call.treatment.auth_serial if call.treatment else "",
        tac=read_tac(data.expContent),
        setl_number=visit.settled_times,
        med_type=visit.med_type,
        begntime=visit.begntime,
        hosp_part_fen=read_hospital_part(data.expContent),
    )
    node: InpatientSettlementInput = msgspec.structs.replace(
        call.node, data=msgspec.structs.replace(data, expContent=write_treatment(call.treatment))
    )
    return node


def _check_flag(call: Call, data: InpatientSettlement, visit: VisitRow) -> None:
    """Refuse an end without discharge, and an interim settlement after it (ST-5); 2303 may come before."""
    if data.mid_setl_flag not in (FINAL, INTERIM):
        raise RefusedError(Reason.MALFORMED, f"mid_setl_flag {data.mid_setl_flag}, not {FINAL} or {INTERIM}")
    settles = not call.request.infno.startswith(_PRESETTLEMENT)
    if data.mid_setl_flag == FINAL and settles and not visit.endtime:
        raise RefusedError(Reason.NOT_DISCHARGED, f"ST-5 {visit.mdtrt_id}")
    if data.mid_setl_flag == INTERIM and visit.endtime:
        raise RefusedError(Reason.DISCHARGED, f"ST-5 {visit.mdtrt_id}")


def _categories(lines: list[FeeRow]) -> dict[str, int]:
    """Add amounts up by charge category."""
    sums: dict[str, int] = {}
    for line in sorted(lines, key=lambda line: line.med_chrgitm_type):
        sums[line.med_chrgitm_type] = sums.get(line.med_chrgitm_type, 0) + line.det_item_fee_sumamt
    return sums


def stay_settled(
    city: CityTier, call: Call, output: SettlementOutput, rows: tuple[SettlementRow, ...]
) -> SettlementOutput:
    """Mark the lines with their settlement."""
    visit = city.visit_row(call.node.data.mdtrt_id)
    if visit is not None and rows:
        mark_settled(city, visit, city.unsettled(visit), rows[0].setl_id)
    return output
