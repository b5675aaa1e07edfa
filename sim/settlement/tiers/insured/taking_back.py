"""Settlements taken back at the insured place: cancelled, reversed, restored (settlement.md §4 A-16, §5.3).

The calculation of a settlement is kept, so money, accumulations and filing go back exactly, whatever was
settled in between. The settlements of a stay are taken back in the opposite order only (ST-4): each begins
where the one before ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.ledger import Posting
from onecard.sim.settlement.messages.outputs import FundDetail, SettlementOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows import SettlementRow
from onecard.sim.settlement.tiers.insured.amounts import info_of, taken_back
from onecard.sim.settlement.tiers.insured.filing_state import use_filing
from onecard.sim.settlement.tiers.insured.settlement import family_of, post
from onecard.sim.settlement.tiers.kernel import identifier
from onecard.sim.settlement.tiers.stays import later_in_force

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel", "take_back"]

Landing = tuple[SettlementRow, ...]


def cancel(city: CityTier, call: Call) -> tuple[SettlementOutput, Landing]:
    """Answer 2208, 2103 and 2305 at the insured place (A-16, ST-8)."""
    data = call.node.data
    city.person(call, data.psn_no)
    row = city.settlement(data.setl_id)
    if row is None or row.init_setl_id or (row.mdtrt_id, row.psn_no) != (data.mdtrt_id, data.psn_no):
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, data.setl_id)
    if row.vali_flag != "1":
        raise RefusedError(Reason.SETTLEMENT_CANCELLED, f"ST-8 {data.setl_id}")
    landed = take_back(
        city, row, msgid=call.request.msgid, now_us=call.now_us, purpose="settlement-cancellation"
    )
    details = msgspec.json.decode(landed.details, type=list[FundDetail])
    return SettlementOutput(setlinfo=info_of(landed), setldetail=details), (landed,)


def take_back(city: CityTier, row: SettlementRow, *, msgid: str, now_us: int, purpose: str) -> SettlementRow:
    """Take a settlement back, or the taking back of one: money, accumulations, visit; return the new row.

    The calculation of a taking back is that of the settlement with the sign turned, so the same function
    serves the cancellation, the reversal, and the reversal of a cancellation (UR-6).
    """
    calculation = city.calculations.get(row.setl_id)
    if calculation is None:
        raise RefusedError(Reason.SETTLEMENT_UNKNOWN, row.setl_id)
    person = city.registry.person(row.psn_no)
    if person is None:
        raise RefusedError(Reason.PERSON_UNKNOWN, row.psn_no)
    restores = bool(row.init_setl_id)
    taken = row.init_setl_id or row.setl_id
    if calculation.kind == "inpatient" and later_in_force(city, row.mdtrt_id, taken):
        raise RefusedError(Reason.SETTLEMENT_EXISTS, f"ST-4 {row.mdtrt_id} was settled again after {taken}")
    setl_id = identifier(city.admdvs, city.short_day(now_us), 18, purpose, row.setl_id, msgid)
    entries = tuple((account, -amount_fen) for account, amount_fen in calculation.entries)
    post(city, Posting(now_us, setl_id, purpose, entries), person, family_of(city, person))
    used = city.used(person, calculation.year)
    used = used.plus(calculation.benefit) if restores else used.minus(calculation.benefit)
    city.put_used(person, calculation.year, used)
    city.calculations.put(
        msgspec.structs.replace(calculation, setl_id=setl_id, setl_time_us=now_us, entries=entries)
    )
    visit = city.insured_visits.get(row.mdtrt_id)
    if visit is not None:
        live = visit.live_settlements + (1 if restores else -1)
        city.insured_visits.put(msgspec.structs.replace(visit, live_settlements=live))
    if calculation.filing:
        use_filing(city, person, calculation.filing, row.mdtrt_id, taken if restores else "")
    return taken_back(
        row,
        setl_id=setl_id,
        msgid=msgid,
        setl_time=city.calendar.datetime(now_us),
        clr_day=city.calendar.date(now_us),
        balc_fen=city.balance_fen(person),
        now_us=now_us,
    )
