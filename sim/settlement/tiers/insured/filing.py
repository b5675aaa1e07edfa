"""Filings for care outside the insured place, made and withdrawn (settlement.md §5.4).

Transfers come as 2501 and go as 2502; long-term and other temporary filings come as OF01 and go as OF02
(project-defined), or are the registry's. Other than long-term ones last six months at least.
"""

from __future__ import annotations

import calendar
import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.settlement.messages.filing import TransferOutput, TransferResult
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows_filing import OutsideFilingRow, TransferRow
from onecard.sim.settlement.tiers.call import date_of
from onecard.sim.settlement.tiers.insured.filing_state import (
    TRANSFERRED,
    Row,
    area_of,
    filings_of,
    outside_filings,
    transfers,
)
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel_transfer", "file_outside", "file_transfer", "withdraw_outside"]

TEMPORARY_MONTHS = 6
"""How long a filing other than a long-term one lasts at least (settlement.md §5.4 [?])."""
CATEGORIES = {"1": "long-term", "2": "temporary"}
"""``rloc_type`` of OF01 → category."""


def file_transfer(city: CityTier, call: Call) -> TransferOutput:
    """Answer 2501."""
    data = call.node.refmedin
    begndate = data.begndate or data.refl_date
    place = data.mdtrtarea_admdvs
    row = TransferRow(
        **_common(city, call, data, rloc_admdvs=place, filing=TRANSFERRED, begndate=begndate),
        diag_code=data.diag_code,
        diag_name=data.diag_name,
        reflin_medins_no=data.reflin_medins_no,
        reflin_medins_name=data.reflin_medins_name,
        refl_type=data.refl_type,
        refl_date=data.refl_date,
        refl_rea=data.refl_rea,
        refl_opnn=data.refl_opnn,
    )
    transfers(city).put(row)
    return TransferOutput(result=TransferResult(trt_dcla_detl_sn=row.trt_dcla_detl_sn))


def file_outside(city: CityTier, call: Call) -> TransferOutput:
    """Answer OF01."""
    data = call.node.outmed
    category = CATEGORIES.get(data.rloc_type)
    if category is None:
        raise RefusedError(Reason.FILING, f"rloc_type {data.rloc_type}, allowed {', '.join(CATEGORIES)}")
    begndate = data.begndate or city.calendar.date(call.now_us)
    row = OutsideFilingRow(
        **_common(city, call, data, rloc_admdvs=data.rloc_admdvs, filing=category, begndate=begndate),
        rloc_rea=data.rloc_rea or "",
        agnter_name=data.agnter_name or "",
        agnter_tel=data.agnter_tel or "",
    )
    outside_filings(city).put(row)
    return TransferOutput(result=TransferResult(trt_dcla_detl_sn=row.trt_dcla_detl_sn))


def _common(
    city: CityTier,
    call: Call,
    data: msgspec.Struct,
    *,
    rloc_admdvs: str,
    filing: str,
    begndate: str,
) -> dict[str, Any]:
    """Check what all filings have, and return their columns."""
    given = msgspec.structs.asdict(data)
    person = city.person(call, given["psn_no"], given["insutype"] or None)
    if city.serves(rloc_admdvs):
        raise RefusedError(Reason.FILING, f"{rloc_admdvs} is in the insured city")
    begins = date_of(begndate, "begndate")
    enddate = given["enddate"] or ""
    if enddate and date_of(enddate, "enddate") < begins:
        raise RefusedError(Reason.FILING, f"enddate {enddate} is before {begndate}")
    if filing != "long-term":
        enddate = max(enddate, _months_later(begins, TEMPORARY_MONTHS))
    serial = identifier(city.admdvs, city.short_day(call.now_us), 18, "filing", call.request.msgid)
    return {
        "trt_dcla_detl_sn": serial,
        "evtsn": call.request.msgid,
        "filing": filing,
        "dcla_souc": call.request.infno,
        "psn_no": person.psn_no,
        "insutype": given["insutype"] or person.insutype,
        "insu_admdvs": person.insuplc_admdvs,
        "addr": given["addr"] or "",
        "tel": given["tel"] or "",
        "begndate": begndate,
        "enddate": enddate,
        "fixmedins_code": call.request.fixmedins_code,
        "opt_time": city.calendar.datetime(call.now_us),
        **area_of(rloc_admdvs, person.insuplc_admdvs),
    }


def _months_later(day: datetime.date, months: int) -> str:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > datetime.MAXYEAR:
        raise RefusedError(Reason.FILING, f"begndate {day} is at the end of the calendar")
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1])).isoformat()


def cancel_transfer(city: CityTier, call: Call) -> None:
    """Answer 2502."""
    row = _withdrawn(city, call, transfers(city))
    if row.used_setl_cnt:
        raise RefusedError(Reason.FILING, f"{row.trt_dcla_detl_sn} is used by settlement {row.setl_id}")
    transfers(city).put(msgspec.structs.replace(row, vali_flag="0"))


def withdraw_outside(city: CityTier, call: Call) -> None:
    """Answer OF02; what was settled before stays as it was settled."""
    row = _withdrawn(city, call, outside_filings(city))
    outside_filings(city).put(msgspec.structs.replace(row, vali_flag="0"))


def _withdrawn(city: CityTier, call: Call, table: Table[Row]) -> Row:
    data = call.node.data
    person = city.person(call, data.psn_no)
    known = {row.trt_dcla_detl_sn: row for row in filings_of(person, table)}
    row = known.get(data.trt_dcla_detl_sn)
    if row is None or row.vali_flag != "1":
        raise RefusedError(Reason.FILING, f"no filing {data.trt_dcla_detl_sn}")
    return row
