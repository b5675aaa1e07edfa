"""Filings for care outside the insured place: made, withdrawn, and which one counts (settlement.md §5.4).

Transfers come as 2501 and go as 2502; long-term and other temporary filings come as OF01 and go as OF02
(project-defined), or are the registry's. A settlement elsewhere meets the first of these that there is:
long-term, transferred, emergency (marked by the institution, needs no filing), temporary; else it is
unfiled.

A filing counts when it is valid, approved, reported, covers the place of treatment, was made before the
discharge (late filing), and its days and those of the visit overlap; a transfer also has a number of
settlements. Other than long-term ones last six months at least.
"""

from __future__ import annotations

import calendar
import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from onecard.sim.settlement.messages.filing import TransferOutput, TransferResult
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows_filing import FilingRow, OutsideFilingRow, TransferRow
from onecard.sim.settlement.tiers.directory import division_prefix
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit import Filing
    from onecard.sim.settlement.registry import FilingRecord, InsuredPerson
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "FilingState",
    "cancel_transfer",
    "file_outside",
    "file_transfer",
    "filing_state",
    "use_filing",
    "withdraw_outside",
]

TEMPORARY_MONTHS = 6
"""How long a filing other than a long-term one lasts at least (settlement.md §5.4 [?])."""
CATEGORIES = {"1": "long-term", "2": "temporary"}
"""``rloc_type`` of OF01 → category."""
_APPROVED = ("1", "7")
_Row = TypeVar("_Row", bound=FilingRow)
_TRANSFERRED = "transferred"


class FilingState(msgspec.Struct, frozen=True):
    """What a visit is filed as, and under which number."""

    filing: Filing
    serial: str = ""


# ---- making and withdrawing


def file_transfer(city: CityTier, call: Call) -> TransferOutput:
    """Answer 2501."""
    data = call.node.refmedin
    begndate = data.begndate or data.refl_date
    place = data.mdtrtarea_admdvs
    row = TransferRow(
        **_common(city, call, data, rloc_admdvs=place, filing=_TRANSFERRED, begndate=begndate),
        diag_code=data.diag_code,
        diag_name=data.diag_name,
        reflin_medins_no=data.reflin_medins_no,
        reflin_medins_name=data.reflin_medins_name,
        refl_type=data.refl_type,
        refl_date=data.refl_date,
        refl_rea=data.refl_rea,
        refl_opnn=data.refl_opnn,
    )
    _transfers(city).put(row)
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
    _outside(city).put(row)
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
    enddate = given["enddate"] or ""
    if enddate and enddate < begndate:
        raise RefusedError(Reason.FILING, f"enddate {enddate} is before {begndate}")
    if filing != "long-term":
        enddate = max(enddate, _months_later(begndate, TEMPORARY_MONTHS))
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
        **_area(rloc_admdvs, person.insuplc_admdvs),
    }


def _area(rloc_admdvs: str, insu_admdvs: str) -> dict[str, str]:
    elsewhere = rloc_admdvs[:2] != insu_admdvs[:2]
    return {
        "rloc_admdvs": rloc_admdvs,
        "rloc_coty_type": "3" if elsewhere else "2",
        "out_onln_way": "2" if elsewhere else "1",
    }


def _months_later(date: str, months: int) -> str:
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        raise RefusedError(Reason.FILING, f"{date} is no date") from None
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1])).isoformat()


def cancel_transfer(city: CityTier, call: Call) -> None:
    """Answer 2502."""
    row = _withdrawn(city, call, _transfers(city))
    if row.used_setl_cnt:
        raise RefusedError(Reason.FILING, f"{row.trt_dcla_detl_sn} is used by settlement {row.setl_id}")
    _transfers(city).put(msgspec.structs.replace(row, vali_flag="0"))


def withdraw_outside(city: CityTier, call: Call) -> None:
    """Answer OF02; what was settled before stays as it was settled."""
    row = _withdrawn(city, call, _outside(city))
    _outside(city).put(msgspec.structs.replace(row, vali_flag="0"))


def _withdrawn(city: CityTier, call: Call, table: Table[_Row]) -> _Row:
    data = call.node.data
    person = city.person(call, data.psn_no)
    known = {row.trt_dcla_detl_sn: row for row in _filings(person, table)}
    row = known.get(data.trt_dcla_detl_sn)
    if row is None or row.vali_flag != "1":
        raise RefusedError(Reason.FILING, f"no filing {data.trt_dcla_detl_sn}")
    return row


# ---- which one counts


def filing_state(
    city: CityTier,
    person: InsuredPerson,
    *,
    mdtrtarea_admvs: str,
    began: str,
    until: str,
    emergency: bool,
    mdtrt_id: str,
) -> FilingState:
    """Return what a visit of a person insured here is filed as.

    Args:
        city: the insured city.
        person: who.
        mdtrtarea_admvs: place of treatment.
        began: when the visit began.
        until: discharge, or now.
        emergency: the institution's mark.
        mdtrt_id: the visit; a transfer whose settlements are used up by it still counts for it.
    """
    if city.serves(mdtrtarea_admvs):
        return FilingState("local")
    counting: dict[str, str] = {}
    rows: list[FilingRow] = [*_filings(person, _outside(city)), *_filings(person, _transfers(city))]
    for row in rows:
        if _counts(row, person, mdtrtarea_admvs, began, until) and _left(row, mdtrt_id):
            counting.setdefault(row.filing, row.trt_dcla_detl_sn)
    if "long-term" in counting:
        return FilingState("long-term", counting["long-term"])
    if _TRANSFERRED in counting:
        return FilingState("transferred", counting[_TRANSFERRED])
    if emergency:
        return FilingState("emergency")
    if "temporary" in counting:
        return FilingState("temporary", counting["temporary"])
    return FilingState("unfiled")


def _counts(row: FilingRow, person: InsuredPerson, mdtrtarea_admvs: str, began: str, until: str) -> bool:
    return (
        row.vali_flag == row.rpt_stas == "1"
        and row.chk_stas in _APPROVED
        and row.insutype in ("", person.insutype)
        and mdtrtarea_admvs.startswith(division_prefix(row.rloc_admdvs))
        and row.opt_time <= until
        and row.begndate <= until[:10]
        and (not row.enddate or began[:10] <= row.enddate)
    )


def _left(row: FilingRow, mdtrt_id: str) -> bool:
    if not isinstance(row, TransferRow) or not row.allo_setl_cnt:
        return True
    return row.used_setl_cnt < row.allo_setl_cnt or row.mdtrt_id == mdtrt_id


def use_filing(city: CityTier, person: InsuredPerson, serial: str, mdtrt_id: str, setl_id: str) -> None:
    """Note that a settlement used a transfer; an empty ``setl_id`` takes one use back."""
    table = _transfers(city)
    for row in _filings(person, table):
        if row.trt_dcla_detl_sn == serial:
            used = row.used_setl_cnt + (1 if setl_id else -1)
            last = (mdtrt_id, setl_id) if setl_id else (row.mdtrt_id, "") if used else ("", "")
            table.put(msgspec.structs.replace(row, used_setl_cnt=used, mdtrt_id=last[0], setl_id=last[1]))


def _filings(person: InsuredPerson, table: Table[_Row]) -> list[_Row]:
    """Return the filings of a person of one kind: what the tier keeps, and what the registry knows beside."""
    kept = table.by("psn_no", person.psn_no)
    if not person.filings:
        return kept
    known = {row.trt_dcla_detl_sn for row in kept}
    kind: type[Any] = table.spec.row
    transfers = kind is TransferRow
    given: list[_Row] = [
        kind(**_registered(person, number, record))
        for number, record in enumerate(person.filings)
        if (record.kind == _TRANSFERRED) is transfers
    ]
    return kept + [row for row in given if row.trt_dcla_detl_sn not in known]


def _registered(person: InsuredPerson, number: int, record: FilingRecord) -> dict[str, Any]:
    """Return the columns of a filing that the registry knows."""
    serial = f"R{person.psn_no[:26]}{number:03d}"
    columns: dict[str, Any] = {
        "trt_dcla_detl_sn": serial,
        "evtsn": serial,
        "filing": record.kind,
        "dcla_souc": "registry",
        "psn_no": person.psn_no,
        "insutype": person.insutype,
        "insu_admdvs": person.insuplc_admdvs,
        "begndate": record.begndate,
        "enddate": record.enddate,
        **_area(record.rloc_admdvs, person.insuplc_admdvs),
    }
    if record.kind == _TRANSFERRED:
        columns["allo_setl_cnt"] = record.allo_setl_cnt
    return columns


def _outside(city: CityTier) -> Table[OutsideFilingRow]:
    return city.store.tables["OUT_APPY_EVT_C"]


def _transfers(city: CityTier) -> Table[TransferRow]:
    return city.store.tables["REFL_APPY_EVT_C"]
