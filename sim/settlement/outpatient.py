"""2201 to 2205: registration, visit information, fee lines, and their cancellations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.benefit.catalogue import LineSplit, line_amount_fen, split_line
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of, scaled_to_text
from onecard.sim.settlement.messages.outputs import (
    FeeResult,
    FeesOutput,
    RegistrationOutput,
    RegistrationResult,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.person import VISIT_BY_MED_TYPE
from onecard.sim.settlement.state import FeeRow, Visit, identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.city import Call, City
    from onecard.sim.settlement.messages.inputs import DrugDetail, FeeLine

__all__ = [
    "cancel_fees",
    "cancel_registration",
    "check_credential",
    "register",
    "split_fee",
    "upload_fees",
    "visit_information",
]

ALL_BATCHES = "0000"
"""``chrg_bchno`` of 2205 that means every unsettled line."""


def check_credential(city: City, mdtrt_cert_type: str, mdtrt_cert_no: str, psn_no: str) -> None:
    """Refuse a credential that is not the person's own (settlement.md §5.2 CA-4, §9 C-28)."""
    owner = city.registry.by_credential(mdtrt_cert_type, mdtrt_cert_no)
    if owner is None or owner.psn_no != psn_no:
        raise RefusedError(Reason.CREDENTIAL_DIFFERS, f"mdtrt_cert_no, type {mdtrt_cert_type}")


def register(city: City, call: Call) -> RegistrationOutput:
    """Answer 2201: open a visit."""
    data = call.node.data
    person = city.person(call, data.psn_no, data.insutype)
    check_credential(city, data.mdtrt_cert_type, data.mdtrt_cert_no, data.psn_no)
    code = call.institution.fixmedins_code
    earlier = city.store.visits_of(code, data.ipt_otp_no)
    if earlier and city.store.visits[earlier[-1]].is_open:
        raise RefusedError(Reason.VISIT_EXISTS, data.ipt_otp_no)
    mdtrt_id = identifier(
        city.admdvs, city.short_day(call.now_us), 18, code, data.ipt_otp_no, person.psn_no, str(len(earlier))
    )
    earlier.append(mdtrt_id)
    city.store.visits[mdtrt_id] = Visit(
        mdtrt_id=mdtrt_id,
        fixmedins_code=code,
        psn_no=person.psn_no,
        ipt_otp_no=data.ipt_otp_no,
        insutype=data.insutype,
    )
    result = RegistrationResult(mdtrt_id=mdtrt_id, psn_no=person.psn_no, ipt_otp_no=data.ipt_otp_no)
    return RegistrationOutput(data=result)


def cancel_registration(city: City, call: Call) -> None:
    """Answer 2202: close a visit that has neither unsettled lines nor a settlement (ST-2, ST-4)."""
    data = call.node.data
    city.person(call, data.psn_no)
    visit = city.visit(call, data.mdtrt_id, data.psn_no)
    if visit.ipt_otp_no != data.ipt_otp_no:
        raise RefusedError(Reason.VISIT_UNKNOWN, f"ipt_otp_no {data.ipt_otp_no}")
    visit.is_open = False


def visit_information(city: City, call: Call) -> None:
    """Answer 2203 and 2203A: keep the medical category and the diagnoses."""
    data = call.node.mdtrtinfo
    city.person(call, data.psn_no)
    if VISIT_BY_MED_TYPE.get(data.med_type[:2], "outpatient") != "outpatient":
        raise RefusedError(Reason.KIND_OF_VISIT, f"med_type {data.med_type}")
    visit = city.visit(call, data.mdtrt_id, data.psn_no)
    visit.med_type = data.med_type
    visit.diagnoses = len(call.node.diseinfo)


def split_fee(city: City, line: FeeLine | DrugDetail, *, approved: bool) -> tuple[LineSplit, FeeResult]:
    """Check one fee line and split it by the catalogue (A-8 to A-12).

    Raises:
        RefusedError: quantity, price and amount do not agree, or one of them is not positive.
    """
    try:
        amount_fen = fen_of(line.det_item_fee_sumamt, "det_item_fee_sumamt")
        count_e4 = scaled_of(line.cnt, 4, "cnt")
        price_micro = scaled_of(line.pric, 6, "pric")
    except ValueError as error:
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} {error}") from None
    if count_e4 <= 0 or price_micro < 0 or amount_fen < 0:
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} cnt, pric or amount is negative or zero")
    if abs(line_amount_fen(price_micro, count_e4) - amount_fen) > 1:
        raise RefusedError(Reason.FEE_LINE, f"A-8 {line.feedetl_sn} det_item_fee_sumamt is not cnt x pric")
    terms = city.catalogue.get(line.med_list_codg)
    split = split_line(
        terms, amount_fen=amount_fen, price_micro=price_micro, count_e4=count_e4, approved=approved
    )
    item = None if terms is None else terms.item
    result = FeeResult(
        feedetl_sn=line.feedetl_sn,
        det_item_fee_sumamt=fen_to_yuan(amount_fen),
        cnt=scaled_to_text(count_e4, 4),
        pric=scaled_to_text(price_micro, 6),
        pric_uplmt_amt=scaled_to_text((terms.ceiling_micro or 0) if terms else 0, 6),
        selfpay_prop=scaled_to_text(terms.selfpay if terms else 10_000, 4),
        fulamt_ownpay_amt=fen_to_yuan(split.fulamt_ownpay_fen),
        overlmt_amt=fen_to_yuan(split.overlmt_fen),
        preselfpay_amt=fen_to_yuan(split.preselfpay_fen),
        inscp_scp_amt=fen_to_yuan(split.inscp_scp_fen),
        chrgitm_lv=item.chrgitm_lv if item else "03",
        med_chrgitm_type=item.med_chrgitm_type if item else "14",
        lmt_used_flag="1" if item and item.restricted else "0",
        memo="" if item else "not in the catalogue: fully self-funded",
    )
    return split, result


def upload_fees(city: City, call: Call) -> FeesOutput:
    """Answer 2204: split and keep the lines of one visit, all or none."""
    lines = call.node.feedetail
    first = lines[0]
    city.person(call, first.psn_no)
    visit = city.visit(call, first.mdtrt_id, first.psn_no)
    diseases = {row.chrg_bchno: row.dise_codg for row in visit.unsettled()}
    rows: dict[str, FeeRow] = {}
    for line in lines:
        if (line.mdtrt_id, line.psn_no) != (first.mdtrt_id, first.psn_no):
            raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} belongs to another visit")
        if line.feedetl_sn in rows or line.feedetl_sn in visit.lines:
            raise RefusedError(Reason.FEE_LINE, f"feedetl_sn {line.feedetl_sn} exists")
        disease = line.dise_codg or ""
        if diseases.setdefault(line.chrg_bchno, disease) != disease:
            raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} has another dise_codg than its batch")
        split, result = split_fee(city, line, approved=line.hosp_appr_flag == "1")
        rows[line.feedetl_sn] = FeeRow(line.feedetl_sn, line.chrg_bchno, disease, split, result)
    visit.lines.update(rows)
    return FeesOutput(result=[row.result for row in rows.values()])


def cancel_fees(city: City, call: Call) -> None:
    """Answer 2205: remove unsettled lines of a batch, or all of them; settled ones stay (ST-3)."""
    data = call.node.data
    city.person(call, data.psn_no)
    visit = city.visit(call, data.mdtrt_id, data.psn_no)
    for row in visit.unsettled(None if data.chrg_bchno == ALL_BATCHES else data.chrg_bchno):
        del visit.lines[row.feedetl_sn]
