"""Fee lines: checked, split by the catalogue of the place of treatment, kept (§4 A-8 to A-13, §5.1).

2204 and 2205 for outpatients; the pharmacy splits its lines in the same way. A line that is taken back keeps
its row, with ``vali_flag`` 0; its serial can be used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.benefit.catalogue import LineSplit, line_amount_fen, split_line
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of, scaled_to_text
from onecard.sim.settlement.messages.outputs import FeeResult, FeesOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import FeeRow
from onecard.sim.settlement.tiers.call import says_emergency
from onecard.sim.settlement.tiers.treatment.mapping import check_mapping
from onecard.sim.settlement.tiers.treatment.visits import open_outpatient_visit

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import DrugDetail, FeeLine, InpatientFeeLine
    from onecard.sim.settlement.store.rows import VisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "ALL_LINES",
    "SplitLine",
    "cancel_fees",
    "mark_emergency",
    "put_fee",
    "split_fee",
    "split_of",
    "upload_fees",
]

ALL_LINES = "0000"
"""``chrg_bchno`` of 2205 and ``feedetl_sn`` of 2302 that mean every unsettled line."""


class SplitLine(msgspec.Struct, frozen=True):
    """A line that was checked and split."""

    price_micro: int
    count_e4: int
    split: LineSplit
    result: FeeResult
    list_type: str
    ceiling_micro: int
    selfpay_e4: int


def split_fee(
    city: CityTier, line: FeeLine | InpatientFeeLine | DrugDetail, *, approved: bool, negative: bool = False
) -> SplitLine:
    """Check one fee line and split it by the catalogue (A-8 to A-12).

    Args:
        city: the place of treatment.
        line: as uploaded.
        approved: the hospital's approval, for restricted items.
        negative: a return, with negative quantity and amount (2301).

    Raises:
        RefusedError: quantity, price and amount do not agree, or have the wrong sign; the serial or batch
            is the one that means all.
    """
    try:
        amount_fen = fen_of(line.det_item_fee_sumamt, "det_item_fee_sumamt")
        count_e4 = scaled_of(line.cnt, 4, "cnt")
        price_micro = scaled_of(line.pric, 6, "pric")
    except ValueError as error:
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} {error}") from None
    if ALL_LINES in (line.feedetl_sn, getattr(line, "chrg_bchno", "")):
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} {ALL_LINES} means all lines or batches")
    sign = -1 if negative else 1
    if count_e4 * sign <= 0 or price_micro < 0 or amount_fen * sign < 0:
        raise RefusedError(
            Reason.FEE_LINE, f"{line.feedetl_sn} cnt, pric or amount has the wrong sign or is zero"
        )
    if abs(line_amount_fen(price_micro, abs(count_e4)) - abs(amount_fen)) > 1:
        raise RefusedError(Reason.FEE_LINE, f"A-8 {line.feedetl_sn} det_item_fee_sumamt is not cnt x pric")
    terms = city.catalogue.get(line.med_list_codg)
    whole = split_line(
        terms, amount_fen=abs(amount_fen), price_micro=price_micro, count_e4=abs(count_e4), approved=approved
    )
    split = (
        whole
        if sign == 1
        else LineSplit(**{name: -getattr(whole, name) for name in LineSplit.__struct_fields__})
    )
    item = None if terms is None else terms.item
    ceiling_micro = (terms.ceiling_micro or 0) if terms else 0
    selfpay_e4 = terms.selfpay if terms else 10_000
    result = FeeResult(
        feedetl_sn=line.feedetl_sn,
        det_item_fee_sumamt=fen_to_yuan(amount_fen),
        cnt=scaled_to_text(count_e4, 4),
        pric=scaled_to_text(price_micro, 6),
        pric_uplmt_amt=scaled_to_text(ceiling_micro, 6),
        selfpay_prop=scaled_to_text(selfpay_e4, 4),
        fulamt_ownpay_amt=fen_to_yuan(split.fulamt_ownpay_fen),
        overlmt_amt=fen_to_yuan(split.overlmt_fen),
        preselfpay_amt=fen_to_yuan(split.preselfpay_fen),
        inscp_scp_amt=fen_to_yuan(split.inscp_scp_fen),
        chrgitm_lv=item.chrgitm_lv if item else "03",
        med_chrgitm_type=item.med_chrgitm_type if item else "14",
        lmt_used_flag="1" if item and item.restricted else "0",
        memo="" if item else "not in the catalogue: fully self-funded",
    )
    return SplitLine(
        price_micro, count_e4, split, result, item.list_type if item else "", ceiling_micro, selfpay_e4
    )


def put_fee(
    city: CityTier,
    visit: VisitRow,
    line: FeeLine | InpatientFeeLine | DrugDetail,
    done: SplitLine,
    *,
    chrg_bchno: str,
    dise_codg: str = "",
    init_feedetl_sn: str = "",
    drord_no: str = "",
    setl_id: str = "",
) -> None:
    """Keep a split line of a visit."""
    split, result = done.split, done.result
    city.put_line(
        visit,
        FeeRow(
            line=f"{visit.mdtrt_id}/{line.feedetl_sn}",
            feedetl_sn=line.feedetl_sn,
            init_feedetl_sn=init_feedetl_sn,
            mdtrt_id=visit.mdtrt_id,
            psn_no=visit.psn_no,
            chrg_bchno=chrg_bchno,
            dise_codg=dise_codg,
            rx_drord_no=drord_no,
            fee_ocur_time=line.fee_ocur_time,
            med_list_codg=line.med_list_codg,
            medins_list_codg=line.medins_list_codg,
            list_type=done.list_type,
            med_chrgitm_type=result.med_chrgitm_type,
            chrgitm_lv=result.chrgitm_lv,
            pric_micro=done.price_micro,
            cnt_e4=done.count_e4,
            det_item_fee_sumamt=split.amount_fen,
            pric_uplmt_amt_micro=done.ceiling_micro,
            selfpay_prop_e4=done.selfpay_e4,
            fulamt_ownpay_amt=split.fulamt_ownpay_fen,
            overlmt_selfpay=split.overlmt_fen,
            preselfpay_amt=split.preselfpay_fen,
            inscp_amt=split.inscp_scp_fen,
            setl_id=setl_id,
        ),
    )


def split_of(lines: list[FeeRow]) -> LineSplit:
    """Add lines up (A-13)."""
    return LineSplit(
        amount_fen=sum([line.det_item_fee_sumamt for line in lines]),
        fulamt_ownpay_fen=sum([line.fulamt_ownpay_amt for line in lines]),
        overlmt_fen=sum([line.overlmt_selfpay for line in lines]),
        preselfpay_fen=sum([line.preselfpay_amt for line in lines]),
        inscp_scp_fen=sum([line.inscp_amt for line in lines]),
    )


def upload_fees(city: CityTier, call: Call) -> FeesOutput:
    """Answer 2204: split and keep the lines of one visit, all or none."""
    lines = call.node.feedetail
    first = lines[0]
    visit = open_outpatient_visit(city, call, first.mdtrt_id, first.psn_no)
    diseases = {row.chrg_bchno: row.dise_codg for row in city.unsettled(visit)}
    results: dict[str, FeeResult] = {}
    for line in lines:
        if (line.mdtrt_id, line.psn_no) != (first.mdtrt_id, first.psn_no):
            raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} belongs to another visit")
        known = city.line(visit, line.feedetl_sn)
        if line.feedetl_sn in results or (known is not None and known.vali_flag == "1"):
            raise RefusedError(Reason.FEE_LINE, f"feedetl_sn {line.feedetl_sn} exists")
        disease = line.dise_codg or ""
        if diseases.setdefault(line.chrg_bchno, disease) != disease:
            raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} has another dise_codg than its batch")
        check_mapping(city, call, line)
        done = split_fee(city, line, approved=line.hosp_appr_flag == "1")
        put_fee(
            city, visit, line, done, chrg_bchno=line.chrg_bchno, dise_codg=disease, drord_no=line.rxno or ""
        )
        results[line.feedetl_sn] = done.result
    mark_emergency(city, visit, lines)
    return FeesOutput(result=list(results.values()))


def mark_emergency(city: CityTier, visit: VisitRow, lines: list[FeeLine] | list[InpatientFeeLine]) -> None:
    """Mark a visit as an emergency if one of its lines is (§2.3: ``er_flag`` of 2204; §9 C-26)."""
    if any(says_emergency(line.expContent) for line in lines) and not visit.emergency:
        city.put_visit(msgspec.structs.replace(visit, emergency=True))


def cancel_fees(city: CityTier, call: Call) -> None:
    """Answer 2205: take back unsettled lines of a batch, or all of them; settled ones stay (ST-3)."""
    data = call.node.data
    visit = open_outpatient_visit(city, call, data.mdtrt_id, data.psn_no)
    for row in city.unsettled(visit, None if data.chrg_bchno == ALL_LINES else data.chrg_bchno):
        city.put_line(visit, msgspec.structs.replace(row, vali_flag="0"))
