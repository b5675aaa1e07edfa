"""Which filing counts for a visit elsewhere (settlement.md §5.4, §9 C-25, C-26).

A settlement elsewhere meets the first of these that there is: long-term, transferred, emergency (marked by
the institution, needs no filing), temporary; else it is unfiled.

A filing counts when it is valid, approved, reported, covers the place of treatment, was made before the
discharge (late filing), and its days and those of the visit overlap; a transfer also has a number of
settlements. Filings are the tier's own rows, and beside them what the registry knows; those become rows when
something happens to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from onecard.sim.settlement.benefit import Filing
from onecard.sim.settlement.store.rows_filing import FilingRow, OutsideFilingRow, TransferRow
from onecard.sim.settlement.tiers.directory import division_prefix

if TYPE_CHECKING:
    from onecard.sim.settlement.registry import FilingRecord, InsuredPerson
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = [
    "TRANSFERRED",
    "FilingState",
    "Row",
    "area_of",
    "filing_state",
    "filings_of",
    "outside_filings",
    "transfers",
    "use_filing",
]

TRANSFERRED = "transferred"
_APPROVED = ("1", "7")
Row = TypeVar("Row", bound=FilingRow)


class FilingState(msgspec.Struct, frozen=True):
    """What a visit is filed as, and under which number."""

    filing: Filing
    serial: str = ""


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
    rows: list[FilingRow] = [*filings_of(person, outside_filings(city)), *filings_of(person, transfers(city))]
    for row in rows:
        if _counts(row, person, mdtrtarea_admvs, began, until) and _left(row, mdtrt_id):
            counting.setdefault(row.filing, row.trt_dcla_detl_sn)
    if "long-term" in counting:
        return FilingState("long-term", counting["long-term"])
    if TRANSFERRED in counting:
        return FilingState("transferred", counting[TRANSFERRED])
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
    table = transfers(city)
    for row in filings_of(person, table):
        if row.trt_dcla_detl_sn == serial:
            used = row.used_setl_cnt + (1 if setl_id else -1)
            last = (mdtrt_id, setl_id) if setl_id else (row.mdtrt_id, "") if used else ("", "")
            table.put(msgspec.structs.replace(row, used_setl_cnt=used, mdtrt_id=last[0], setl_id=last[1]))


def filings_of(person: InsuredPerson, table: Table[Row]) -> list[Row]:
    """Return the filings of a person of one kind: what the tier keeps, and what the registry knows beside."""
    kept = table.by("psn_no", person.psn_no)
    if not person.filings:
        return kept
    known = {row.trt_dcla_detl_sn for row in kept}
    kind: type[Any] = table.spec.row
    transfers = kind is TransferRow
    given: list[Row] = [
        kind(**_registered(person, number, record))
        for number, record in enumerate(person.filings)
        if (record.kind == TRANSFERRED) is transfers
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
        **area_of(record.rloc_admdvs, person.insuplc_admdvs),
    }
    if record.kind == TRANSFERRED:
        columns["allo_setl_cnt"] = record.allo_setl_cnt
    return columns


def outside_filings(city: CityTier) -> Table[OutsideFilingRow]:
    """Return the long-term and other temporary filings."""
    return city.store.tables["OUT_APPY_EVT_C"]


def transfers(city: CityTier) -> Table[TransferRow]:
    """Return the transfers."""
    return city.store.tables["REFL_APPY_EVT_C"]


def area_of(rloc_admdvs: str, insu_admdvs: str) -> dict[str, str]:
    """Return the columns that say where a filing is for."""
    elsewhere = rloc_admdvs[:2] != insu_admdvs[:2]
    return {
        "rloc_admdvs": rloc_admdvs,
        "rloc_coty_type": "3" if elsewhere else "2",
        "out_onln_way": "2" if elsewhere else "1",
    }
