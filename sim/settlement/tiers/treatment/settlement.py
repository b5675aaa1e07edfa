"""Settlement and its cancellation at the place of treatment: 2206 to 2208, and 2101 to 2103.

Before the insured place is asked the lines are added up and held against what the institution says (ST-6,
A-13); afterwards the lines are marked with the settlement that the insured place answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.benefit.catalogue import LineSplit
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import VisitRow
from onecard.sim.settlement.tiers.call import Treatment, amount_fen, read_tac, write_treatment
from onecard.sim.settlement.tiers.kinds import kind_of_visit
from onecard.sim.settlement.tiers.stays import in_force
from onecard.sim.settlement.tiers.treatment.fees import SplitLine, put_fee, split_fee, split_of
from onecard.sim.settlement.tiers.treatment.mapping import check_mapping
from onecard.sim.settlement.tiers.treatment.visits import open_outpatient_visit

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import CancellationInput, DrugPurchaseInput, SettlementInput
    from onecard.sim.settlement.messages.outputs import PurchaseOutput, SettlementOutput
    from onecard.sim.settlement.store.rows import FeeRow, SettlementRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "cancelled",
    "check_split",
    "mark_settled",
    "prepare_cancellation",
    "prepare_outpatient",
    "prepare_purchase",
    "purchased",
    "settled",
    "unmark_settled",
]

_SPLIT_FIELDS = (
    ("fulamt_ownpay_amt", "fulamt_ownpay_fen"),
    ("overlmt_selfpay", "overlmt_fen"),
    ("preselfpay_amt", "preselfpay_fen"),
    ("inscp_scp_amt", "inscp_scp_fen"),
)


def amounts_of(split: LineSplit) -> tuple[int, int, int, int, int]:
    """Return the five amounts that the place of treatment sends on."""
    return (
        split.amount_fen,
        split.fulamt_ownpay_fen,
        split.overlmt_fen,
        split.preselfpay_fen,
        split.inscp_scp_fen,
    )


def check_split(data: Any, split: LineSplit, *, required: bool) -> None:
    """Refuse amounts that are not the sums of the uploaded lines (ST-6, A-13)."""
    if amount_fen(data.medfee_sumamt, "medfee_sumamt") != split.amount_fen:
        raise RefusedError(Reason.AMOUNT_DIFFERS, "ST-6 medfee_sumamt")
    for field, attribute in _SPLIT_FIELDS:
        given = getattr(data, field, None)
        if given is None:
            if required:
                raise RefusedError(Reason.MALFORMED, f"required field {field} is missing")
        elif amount_fen(given, field) != getattr(split, attribute):
            raise RefusedError(Reason.AMOUNT_DIFFERS, f"A-13 {field}")


def _lines(city: CityTier, call: Call) -> tuple[VisitRow, list[FeeRow]]:
    data = call.node.data
    visit = open_outpatient_visit(city, call, data.mdtrt_id, data.psn_no)
    rows = city.unsettled(visit, data.chrg_bchno)
    if not rows:
        raise RefusedError(Reason.NO_FEES, f"chrg_bchno {data.chrg_bchno}")
    return visit, rows


def prepare_outpatient(city: CityTier, call: Call) -> SettlementInput:
    """Check 2206 or 2207 and add what the insured place needs."""
    data = call.node.data
    visit, rows = _lines(city, call)
    if kind_of_visit(data.med_type) not in ("outpatient", None):
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {data.med_type}")
    split = split_of(rows)
    check_split(data, split, required=call.request.infno[:4] == "2207")
    call.treatment = Treatment(
        dedc_hosp_lv=call.here.level,
        kind="outpatient",
        amounts=amounts_of(split),
        lines=len(rows),
        emergency=visit.emergency or data.med_type[:2] == "13",
        auth_serial=call.treatment.auth_serial if call.treatment else "",
        tac=read_tac(data.expContent),
        setl_number=visit.settled_times,
    )
    node: SettlementInput = msgspec.structs.replace(
        call.node, data=msgspec.structs.replace(data, expContent=write_treatment(call.treatment))
    )
    return node


def settled(
    city: CityTier, call: Call, output: SettlementOutput, rows: tuple[SettlementRow, ...]
) -> SettlementOutput:
    """Mark the lines with their settlement."""
    visit = city.visit_row(call.node.data.mdtrt_id)
    if visit is not None and rows:
        mark_settled(city, visit, city.unsettled(visit, call.node.data.chrg_bchno), rows[0].setl_id)
    return output


def mark_settled(
    city: CityTier, visit: VisitRow, lines: list[FeeRow], setl_id: str, *, again: bool = False
) -> None:
    """Mark lines with the settlement that settled them; ``again``: its cancellation was reversed.

    Settlements in force are counted from the rows and not kept up: a message that was lost here may have
    landed with its reversal.
    """
    for line in lines:
        city.put_line(visit, msgspec.structs.replace(line, setl_id=setl_id))
    city.put_visit(
        msgspec.structs.replace(
            visit,
            pending="",
            live_settlements=len(in_force(city, visit.mdtrt_id)),
            settled_times=visit.settled_times + (0 if again else 1),
        )
    )


def unmark_settled(city: CityTier, mdtrt_id: str, setl_id: str) -> None:
    """Make the lines of a settlement that was taken back unsettled again."""
    visit = city.visit_row(mdtrt_id)
    if visit is None:
        return
    marked = [line for line in city.lines(visit) if line.setl_id == setl_id]
    for line in marked:
        city.put_line(visit, msgspec.structs.replace(line, setl_id="", prior_setl_id=setl_id))
    city.put_visit(msgspec.structs.replace(visit, live_settlements=len(in_force(city, mdtrt_id))))


def prepare_cancellation(city: CityTier, call: Call) -> CancellationInput:
    """Check 2208, 2103 or 2305: a settlement in force, of this person, visit and institution (ST-8)."""
    data = call.node.data
    row = city.settlement(data.setl_id)
    named = (data.mdtrt_id, data.psn_no, call.here.fixmedins_code)
    if row is None or row.init_setl_id or (row.mdtrt_id, row.psn_no, row.fixmedins_code) != named:
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, data.setl_id)
    if row.vali_flag != "1":
        raise RefusedError(Reason.SETTLEMENT_CANCELLED, f"ST-8 {data.setl_id}")
    visit = city.visit(call, data.mdtrt_id, data.psn_no)
    expected = {"2208": "outpatient", "2305": "inpatient", "2103": "pharmacy"}[call.request.infno]
    if visit.kind != expected:
        raise RefusedError(Reason.KIND_OF_VISIT, f"{data.mdtrt_id} is a visit of kind {visit.kind}")
    node: CancellationInput = call.node
    return node


def cancelled(city: CityTier, call: Call, output: SettlementOutput, _rows: object) -> SettlementOutput:
    """Make the lines of a cancelled settlement unsettled again."""
    unmark_settled(city, call.node.data.mdtrt_id, call.node.data.setl_id)
    return output


# ---- pharmacy


def prepare_purchase(city: CityTier, call: Call) -> DrugPurchaseInput:
    """Check 2101 or 2102, split the lines, and add what the insured place needs."""
    data = call.node.druginfo
    if call.here.kind != "pharmacy":
        raise RefusedError(Reason.KIND_OF_VISIT, f"{call.here.fixmedins_code} is no pharmacy")
    if kind_of_visit(data.med_type) != "pharmacy":
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {data.med_type}")
    split = LineSplit.total([one.split for one in _split_purchase(city, call)])
    check_split(data, split, required=False)
    call.treatment = Treatment(
        dedc_hosp_lv=call.here.level,
        kind="pharmacy",
        amounts=amounts_of(split),
        lines=len(call.node.drugdetail),
        auth_serial=call.treatment.auth_serial if call.treatment else "",
        tac=read_tac(data.expContent),
    )
    node: DrugPurchaseInput = msgspec.structs.replace(
        call.node, druginfo=msgspec.structs.replace(data, expContent=write_treatment(call.treatment))
    )
    return node


def _split_purchase(city: CityTier, call: Call) -> list[SplitLine]:
    """Check and split the lines of a purchase, once for each message."""
    if call.lines is None:
        serials = [line.feedetl_sn for line in call.node.drugdetail]
        if len(set(serials)) != len(serials):
            raise RefusedError(Reason.FEE_LINE, "feedetl_sn appears twice")
        for line in call.node.drugdetail:
            check_mapping(city, call, line)
        call.lines = [split_fee(city, line, approved=False) for line in call.node.drugdetail]
    return call.lines


def purchased(
    city: CityTier, call: Call, output: PurchaseOutput, rows: tuple[SettlementRow, ...]
) -> PurchaseOutput:
    """Keep a purchase as a visit with its lines, and add the split lines to the answer."""
    done = _split_purchase(city, call)
    if rows:
        data, row = call.node.druginfo, rows[0]
        visit = VisitRow(
            mdtrt_id=row.mdtrt_id,
            kind="pharmacy",
            number=f"{call.here.fixmedins_code}/pharmacy/{row.mdtrt_id}",
            psn_no=data.psn_no,
            insutype=data.insutype,
            insu_admdvs=call.request.insuplc_admdvs or "",
            fixmedins_code=call.here.fixmedins_code,
            ipt_otp_no=row.mdtrt_id,
            med_type=data.med_type,
            begntime=data.begntime,
            mdtrt_cert_type=data.mdtrt_cert_type,
            mdtrt_cert_no=data.mdtrt_cert_no,
            year=city.year(call.now_us),
            live_settlements=1,
            settled_times=1,
        )
        city.put_visit(visit)
        for line, one in zip(call.node.drugdetail, done, strict=True):
            put_fee(city, visit, line, one, chrg_bchno="", drord_no=line.rxno or "", setl_id=row.setl_id)
    return msgspec.structs.replace(output, detlcutinfo=[one.result for one in done])
