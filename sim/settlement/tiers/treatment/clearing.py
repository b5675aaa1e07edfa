"""3203 and 3204: an institution applies for a month's clearing, and withdraws (settlement.md §2.3, §3.4).

An application is about people insured here, of one clearing type and way, within one month; what is stated
must be what the settlements add up to. Choices where the facts are silent: ``fund_appy_sum`` is the sum of
``fund_pay_sumamt``; the recognised fee ``med_sumfee`` lies between that and the total; days and types that
are applied for already cannot be applied for again; an application can be withdrawn until it is accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.outputs import ClearingApplicationOutput, ClearingApplicationResult
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.money.statement import applied_for
from onecard.sim.settlement.store.rows_money import ClearingApplicationRow
from onecard.sim.settlement.tiers.call import amount_fen, whole
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import ClearingApplication
    from onecard.sim.settlement.money.statement import StatementTotals
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["apply_for_clearing", "withdraw_application"]

_AMOUNTS = {
    "medfee_sumamt": "medfee_sumamt",
    "fund_appy_sum": "fund_pay_sumamt",
    "cash_payamt": "cash_payamt",
    "acct_pay": "acct_pay",
}
"""Amount of the application → what it is the sum of."""


def apply_for_clearing(city: CityTier, call: Call) -> ClearingApplicationOutput:
    """Answer 3203."""
    data: ClearingApplication = call.node.data
    found = _settled(city, call, data)
    _check_amounts(data, found)
    number = identifier(city.admdvs, city.short_day(call.now_us), 18, "clearing", call.request.msgid)
    city.store.tables["CLR_APPY_EVT_C"].put(
        ClearingApplicationRow(
            clr_appy_evt_id=number,
            fixmedins_code=call.here.fixmedins_code,
            clr_type=data.clr_type,
            clr_way=data.clr_way,
            setlym=data.setlym,
            begndate=data.begndate,
            enddate=data.enddate,
            psntime=found.person_times,
            medfee_sumamt=found.medfee_sumamt,
            med_sumfee=amount_fen(data.med_sumfee, "med_sumfee"),
            fund_appy_sum=found.fund_pay_sumamt,
            cash_payamt=found.cash_payamt,
            acct_pay=found.acct_pay,
            payable_fen=found.payable_fen,
            status="10",
            trail=(("10", call.now_us),),
        )
    )
    return ClearingApplicationOutput(result=ClearingApplicationResult(clr_appy_evt_id=number))


def _settled(city: CityTier, call: Call, data: ClearingApplication) -> StatementTotals:
    """Add up what is applied for.

    Raises:
        RefusedError: the period is not within the month or not over, or was applied for already.
    """
    month = data.setlym
    if {data.begndate[:7].replace("-", ""), data.enddate[:7].replace("-", "")} != {month}:
        raise RefusedError(Reason.STATEMENT_PERIOD, f"begndate, enddate are not in setlym {month}")
    if data.enddate >= city.calendar.date(call.now_us):
        raise RefusedError(Reason.STATEMENT_PERIOD, f"enddate {data.enddate} is not over")
    for known in city.store.tables["CLR_APPY_EVT_C"].by("fixmedins_code", call.here.fixmedins_code):
        same = known.clr_type == data.clr_type and known.clr_way.rstrip("0") == data.clr_way.rstrip("0")
        apart = known.enddate < data.begndate or data.enddate < known.begndate
        if same and not apart and known.vali_flag == "1" and known.status != "70":
            raise RefusedError(Reason.CLEARING_EXISTS, f"clr_appy_evt_id {known.clr_appy_evt_id}")
    try:
        return applied_for(
            city,
            call.here.fixmedins_code,
            clr_type=data.clr_type,
            clr_way=data.clr_way,
            begndate=data.begndate,
            enddate=data.enddate,
        )
    except ValueError as error:
        raise RefusedError(Reason.STATEMENT_PERIOD, str(error)) from None


def _check_amounts(data: ClearingApplication, found: StatementTotals) -> None:
    if whole(data.psntime, "psntime") != found.person_times:
        raise RefusedError(Reason.CLEARING_DIFFERS, f"psntime is {found.person_times} here")
    for name, column in _AMOUNTS.items():
        if amount_fen(getattr(data, name), name) != getattr(found, column):
            raise RefusedError(Reason.CLEARING_DIFFERS, name)
    recognised = amount_fen(data.med_sumfee, "med_sumfee")
    low, high = sorted((found.fund_pay_sumamt, found.medfee_sumamt))
    if not low <= recognised <= high:
        raise RefusedError(
            Reason.CLEARING_DIFFERS, "med_sumfee is not between fund_appy_sum and medfee_sumamt"
        )


def withdraw_application(city: CityTier, call: Call) -> None:
    """Answer 3204."""
    number = call.node.data.clr_appy_evt_id
    table = city.store.tables["CLR_APPY_EVT_C"]
    known: ClearingApplicationRow | None = table.get(number)
    if known is None or known.fixmedins_code != call.here.fixmedins_code or known.vali_flag != "1":
        raise RefusedError(Reason.CLEARING_UNKNOWN, f"clr_appy_evt_id {number}")
    if known.status != "10":
        raise RefusedError(Reason.CLEARING_PAID, f"clr_appy_evt_id {number} has status {known.status}")
    table.put(msgspec.structs.replace(known, vali_flag="0"))
