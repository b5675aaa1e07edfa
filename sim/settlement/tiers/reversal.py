"""2601, reversal: what became of a message nobody got an answer to is undone, or kept from happening (§5.3).

The institution names a message by its number. If the message took effect, what it did is taken back; if it
never arrived, its number is marked, so that it has no effect when it arrives later (UR-8). Either way the
answer is final: the message has no effect. The mark is set at every tier that the reversal passes. A
cancellation that is reversed restores what it had cancelled (UR-6).

Inside the chain a reversal that found nothing is a success that says so; only the city of treatment turns it
into the failure that UR-8 asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.store.rows import ReversedRow
from onecard.sim.settlement.tiers.insured.taking_back import take_back
from onecard.sim.settlement.tiers.kernel import ANSWERED
from onecard.sim.settlement.tiers.rules import check_visit
from onecard.sim.settlement.tiers.stays import FINAL
from onecard.sim.settlement.tiers.treatment.settlement import mark_settled, unmark_settled

if TYPE_CHECKING:
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.store.rows import MessageRow, SettlementRow, VisitRow
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "REVERSIBLE",
    "ReversalOutput",
    "complete_reversal",
    "mark_reversed",
    "prepare_reversal",
    "reverse",
]

REVERSIBLE = tuple(infno for infno, spec in TRANSACTIONS.items() if spec.reversible)
"""Transactions that 2601 can reverse (settlement.md §5.3 UR-4)."""
_ADMISSIONS = ("2401",)


class ReversalOutput(msgspec.Struct, omit_defaults=True):
    """What a tier tells the one before about a reversal; institutions get no output (UR-5)."""

    took_effect: bool = False


def prepare_reversal(city: CityTier, call: Call) -> object:
    """Check 2601 at the place of treatment."""
    data = call.node.data
    if data.oinfno not in REVERSIBLE:
        raise RefusedError(Reason.NOT_REVERSIBLE, f"oinfno {data.oinfno}")
    if city.reversed.get(data.omsgid) is not None:
        raise RefusedError(Reason.ALREADY_REVERSED, f"UR-7 {data.omsgid}")
    original = city.message(data.omsgid, data.oinfno)
    if original is None:
        return call.node
    if original.fixmedins_code != call.here.fixmedins_code:
        raise RefusedError(Reason.ORIGINAL_UNKNOWN, data.omsgid)
    if original.state == ANSWERED and _failed(original):
        raise RefusedError(Reason.ORIGINAL_UNKNOWN, f"{data.omsgid} was refused")
    if original.insu_admdvs != (call.request.insuplc_admdvs or ""):
        raise RefusedError(Reason.INSURED_PLACE_DIFFERS, call.request.insuplc_admdvs or "")
    _check_later(city, original)
    return call.node


def _failed(original: MessageRow) -> bool:
    return int(decode_reply(original.reply).infcode) != 0


def _check_later(city: CityTier, original: MessageRow) -> None:
    """Refuse to reverse what later steps of the visit stand on (ST-4)."""
    visit = city.visit_row(original.mdtrt_id)
    if visit is None:
        return
    if original.infno in _ADMISSIONS:
        check_visit(city, "2404", visit)
    if original.infno in ("2103", "2208", "2305") and original.state == ANSWERED:
        _check_restorable(city, visit, original.msgid)


def _check_restorable(city: CityTier, visit: VisitRow, omsgid: str) -> None:
    """Refuse to restore a settlement whose lines or discharge are no longer what they were (UR-6)."""
    for cancelling in city.settlements_by_message(omsgid):
        setl_id = cancelling.init_setl_id
        unsettled = city.unsettled(visit)
        lines = [line for line in unsettled if line.prior_setl_id == setl_id]
        more = visit.kind == "inpatient" and len(lines) < len(unsettled)
        if more or sum(line.det_item_fee_sumamt for line in lines) != -cancelling.medfee_sumamt:
            raise RefusedError(
                Reason.SETTLEMENT_EXISTS, f"UR-6 {visit.mdtrt_id} was changed or settled again"
            )
        if cancelling.mid_setl_flag == FINAL and not visit.endtime:
            raise RefusedError(Reason.NOT_DISCHARGED, f"UR-6 {visit.mdtrt_id}")


def reverse(city: CityTier, call: Call) -> tuple[ReversalOutput, tuple[SettlementRow, ...]]:
    """Answer 2601 at the insured place."""
    data = call.node.data
    original = city.message(data.omsgid, data.oinfno)
    took_effect = original is not None and original.state == ANSWERED and not _failed(original)
    already = city.reversed.get(data.omsgid)
    landed: tuple[SettlementRow, ...] = ()
    if already is not None:  # by another number, whose answer may not have reached every tier
        landed = _rows_of(city, data.omsgid, already.by_msgid)
    elif took_effect and original is not None:
        if original.insu_admdvs != (call.request.insuplc_admdvs or ""):
            raise RefusedError(Reason.INSURED_PLACE_DIFFERS, call.request.insuplc_admdvs or "")
        if data.oinfno in _ADMISSIONS:
            _close_visit(city, original)
        else:
            landed = _take_back(city, call, data.omsgid)
    if already is None:
        mark_reversed(city.reversed, call, arrived=took_effect)
    return ReversalOutput(took_effect=took_effect), landed


def _rows_of(city: CityTier, *msgids: str) -> tuple[SettlementRow, ...]:
    """Return the settlement rows that messages made."""
    return tuple(row for msgid in msgids for row in city.settlements_by_message(msgid))


def mark_reversed(table: Table[ReversedRow], call: Call, *, arrived: bool) -> None:
    """Mark the number of a reversed message."""
    data = call.node.data
    table.put(
        ReversedRow(
            omsgid=data.omsgid,
            oinfno=data.oinfno,
            by_msgid=call.request.msgid,
            arrived=arrived,
            reversed_us=call.now_us,
        )
    )


def _close_visit(city: CityTier, original: MessageRow) -> None:
    visit = city.insured_visits.get(original.mdtrt_id)
    if visit is not None:
        if visit.live_settlements:
            raise RefusedError(Reason.SETTLEMENT_EXISTS, f"ST-4 {visit.mdtrt_id}")
        city.insured_visits.put(msgspec.structs.replace(visit, is_open=False, vali_flag="0"))


def _take_back(city: CityTier, call: Call, omsgid: str) -> tuple[SettlementRow, ...]:
    """Take back the row that a message made; give the row too, for tiers that its answer never reached."""
    rows = city.settlements_by_message(omsgid)
    if not rows:
        raise RefusedError(Reason.ORIGINAL_UNKNOWN, omsgid)
    row = rows[0]
    if row.vali_flag != "1":
        raise RefusedError(Reason.SETTLEMENT_CANCELLED, f"{row.setl_id} was cancelled")
    if row.init_setl_id:
        visit = city.insured_visits.get(row.mdtrt_id)
        stay = visit is not None and visit.kind == "inpatient"  # its settlements follow each other
        if visit is not None and visit.live_settlements and not stay:
            raise RefusedError(Reason.SETTLEMENT_EXISTS, f"UR-6 {row.mdtrt_id} was settled again")
    back = take_back(city, row, msgid=call.request.msgid, now_us=call.now_us, purpose="settlement-reversal")
    return (row, back)


def complete_reversal(
    city: CityTier, call: Call, output: ReversalOutput, rows: tuple[SettlementRow, ...]
) -> None:
    """Finish 2601 at the place of treatment: mark, free the visit, make lines unsettled or settled again."""
    data = call.node.data
    if city.reversed.get(data.omsgid) is None:
        mark_reversed(city.reversed, call, arrived=output.took_effect)
    original = city.message(data.omsgid, data.oinfno)
    if original is not None:
        city.release(original.mdtrt_id, data.omsgid, data.oinfno)
    if rows:
        _turn_lines(city, rows)
    elif original is not None and original.infno in _ADMISSIONS and output.took_effect:
        visit = city.visit_row(original.mdtrt_id)
        if visit is not None:
            city.put_visit(msgspec.structs.replace(visit, vali_flag="0", inhosp_stas="0", pending=""))
    if not output.took_effect:
        city.store.begin()  # the mark stays: the number must not take effect later
        raise RefusedError(Reason.ORIGINAL_UNKNOWN, f"UR-8 {data.omsgid}")


def _turn_lines(city: CityTier, rows: tuple[SettlementRow, ...]) -> None:
    original = rows[0]
    if not original.init_setl_id:
        unmark_settled(city, original.mdtrt_id, original.setl_id)
        return
    visit = city.visit_row(original.mdtrt_id)
    if visit is not None:
        taken = [line for line in city.unsettled(visit) if line.prior_setl_id == original.init_setl_id]
        mark_settled(city, visit, taken, original.init_setl_id, again=True)
