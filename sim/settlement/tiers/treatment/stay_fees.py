"""2301 and 2302: fee lines of a stay, returns, and lines taken back (settlement.md §2.3, ST-3, C-11, C-12).

A return is a line with negative quantity and amount that names the line it returns, at the same price. It is
split like that line, and what is returned of a line in all, amount and each of its parts, never exceeds what
the line had; where rounding of partial returns would, the last one takes less of that part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.benefit.catalogue import LineSplit
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.messages.outputs import FeeResult, FeesOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.tiers.kinds import kind_of_visit
from onecard.sim.settlement.tiers.treatment.fees import (
    ALL_LINES,
    SplitLine,
    mark_emergency,
    put_fee,
    split_fee,
    split_of,
)
from onecard.sim.settlement.tiers.treatment.inpatient import stay_visit
from onecard.sim.settlement.tiers.treatment.mapping import check_mapping

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import InpatientFeeLine
    from onecard.sim.settlement.store.rows import FeeRow, VisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel_stay_fees", "upload_stay_fees"]

_PARTS = ("fulamt_ownpay_fen", "overlmt_fen", "preselfpay_fen", "inscp_scp_fen")


def upload_stay_fees(city: CityTier, call: Call) -> FeesOutput:
    """Answer 2301: split and keep the lines of one stay, all or none."""
    lines = call.node.feedetail
    first = lines[0]
    visit = stay_visit(city, call, first.mdtrt_id, first.psn_no)
    results: dict[str, FeeResult] = {}
    for line in lines:
        if (line.mdtrt_id, line.psn_no) != (first.mdtrt_id, first.psn_no):
            raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} belongs to another visit")
        if kind_of_visit(line.med_type) not in ("inpatient", None):
            raise RefusedError(Reason.KIND_OF_VISIT, f"{line.feedetl_sn} med_type {line.med_type}")
        known = city.line(visit, line.feedetl_sn)
        if known is not None and known.vali_flag == "1":
            raise RefusedError(Reason.FEE_LINE, f"feedetl_sn {line.feedetl_sn} exists")
        check_mapping(city, call, line)
        done = _split(city, visit, line)
        put_fee(
            city,
            visit,
            line,
            done,
            chrg_bchno="",
            init_feedetl_sn=line.init_feedetl_sn or "",
            drord_no=line.drord_no or "",
        )
        results[line.feedetl_sn] = done.result
    mark_emergency(city, visit, lines)
    return FeesOutput(result=list(results.values()))


def _split(city: CityTier, visit: VisitRow, line: InpatientFeeLine) -> SplitLine:
    if not line.init_feedetl_sn:
        return split_fee(city, line, approved=line.hosp_appr_flag == "1")
    original = city.line(visit, line.init_feedetl_sn)
    if original is None or original.vali_flag != "1" or original.init_feedetl_sn:
        raise RefusedError(
            Reason.FEE_LINE, f"{line.feedetl_sn} init_feedetl_sn {line.init_feedetl_sn} is no line to return"
        )
    approved = original.fulamt_ownpay_amt != original.det_item_fee_sumamt
    done = split_fee(city, line, approved=approved, negative=True)
    if (line.med_list_codg, done.price_micro) != (original.med_list_codg, original.pric_micro):
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} has another item or price than its original")
    earlier = _returns(city.lines(visit), original.feedetl_sn)
    left_e4 = original.cnt_e4 + sum(row.cnt_e4 for row in earlier)
    left = split_of([original, *earlier])
    if -done.count_e4 > left_e4 or -done.split.amount_fen > left.amount_fen:
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} returns more than there is left")
    if -done.count_e4 == left_e4 and -done.split.amount_fen != left.amount_fen:
        raise RefusedError(Reason.FEE_LINE, f"{line.feedetl_sn} returns all, but not the whole amount")
    return _within(done, left)


def _returns(lines: list[FeeRow], feedetl_sn: str) -> list[FeeRow]:
    return [row for row in lines if row.init_feedetl_sn == feedetl_sn]


def _within(done: SplitLine, left: LineSplit) -> SplitLine:
    """Hold each part of a return to what is left of its line; the parts still sum to the amount."""
    parts = {name: min(-getattr(done.split, name), getattr(left, name)) for name in _PARTS}
    missing_fen = -done.split.amount_fen - sum(parts.values())
    for name in reversed(_PARTS):
        more_fen = min(missing_fen, getattr(left, name) - parts[name])
        parts[name] += more_fen
        missing_fen -= more_fen
    split = LineSplit(amount_fen=done.split.amount_fen, **{name: -fen for name, fen in parts.items()})
    result = msgspec.structs.replace(
        done.result,
        fulamt_ownpay_amt=fen_to_yuan(split.fulamt_ownpay_fen),
        overlmt_amt=fen_to_yuan(split.overlmt_fen),
        preselfpay_amt=fen_to_yuan(split.preselfpay_fen),
        inscp_scp_amt=fen_to_yuan(split.inscp_scp_fen),
    )
    return msgspec.structs.replace(done, split=split, result=result)


def cancel_stay_fees(city: CityTier, call: Call) -> None:
    """Answer 2302: take back unsettled lines by serial, or all of them; settled ones stay (ST-3)."""
    named = call.node.data
    first = named[0]
    visit = stay_visit(city, call, first.mdtrt_id, first.psn_no)
    unsettled = {row.feedetl_sn: row for row in city.unsettled(visit)}
    gone: dict[str, FeeRow] = {}
    for each in named:
        if (each.mdtrt_id, each.psn_no) != (first.mdtrt_id, first.psn_no):
            raise RefusedError(Reason.FEE_LINE, f"{each.feedetl_sn} belongs to another visit")
        if each.feedetl_sn == ALL_LINES:
            gone.update(unsettled)
        elif each.feedetl_sn in unsettled:
            gone[each.feedetl_sn] = unsettled[each.feedetl_sn]
        else:
            raise RefusedError(Reason.FEE_LINE, f"ST-3 no unsettled line {each.feedetl_sn}")
    for row in city.lines(visit):
        if row.init_feedetl_sn in gone and row.feedetl_sn not in gone:
            raise RefusedError(Reason.FEE_LINE, f"{row.init_feedetl_sn} is returned by {row.feedetl_sn}")
    for row in gone.values():
        city.put_line(visit, msgspec.structs.replace(row, vali_flag="0"))
