"""Catalogue mapping: an institution's own items and the national codes they stand for (3301, 3302; §2.3).

A change is 3302 and then 3301, so a mapping in force is never overwritten. Batches are taken whole or not at
all. What a fee line says is held against the mapping only where the platform is strict: clients were seen
that upload no mapping at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows_office import MappingRow

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.inputs import CatalogueMapping, DrugDetail, FeeLine, InpatientFeeLine
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["cancel_mapping", "check_mapping", "upload_mappings"]


def _key(fixmedins_code: str, list_type: str, hilist_id: str) -> str:
    return f"{fixmedins_code}/{list_type}/{hilist_id}"


def upload_mappings(city: CityTier, call: Call) -> None:
    """Answer 3301."""
    code = call.here.fixmedins_code
    seen: set[str] = set()
    for row in call.node.data:
        key = _key(code, row.list_type, row.fixmedins_hilist_id)
        known = city.mappings.get(key)
        if key in seen or (known is not None and known.vali_flag == "1"):
            raise RefusedError(
                Reason.MAPPING, f"fixmedins_hilist_id {row.fixmedins_hilist_id} is mapped already"
            )
        if row.begndate > row.enddate:
            raise RefusedError(Reason.MAPPING, f"enddate {row.enddate} is before begndate {row.begndate}")
        seen.add(key)
        city.mappings.put(_row(code, key, row))


def _row(fixmedins_code: str, key: str, row: CatalogueMapping) -> MappingRow:
    return MappingRow(
        mapping=key,
        item=f"{fixmedins_code}/{row.fixmedins_hilist_id}",
        fixmedins_code=fixmedins_code,
        fixmedins_hilist_id=row.fixmedins_hilist_id,
        fixmedins_hilist_name=row.fixmedins_hilist_name,
        list_type=row.list_type,
        med_list_codg=row.med_list_codg,
        begndate=row.begndate,
        enddate=row.enddate,
    )


def cancel_mapping(city: CityTier, call: Call) -> None:
    """Answer 3302."""
    data, code = call.node.data, call.here.fixmedins_code
    if data.fixmedins_code != code:
        raise RefusedError(
            Reason.INSTITUTION_UNKNOWN, f"fixmedins_code {data.fixmedins_code} is not the sender"
        )
    row = city.mappings.get(_key(code, data.list_type, data.fixmedins_hilist_id))
    if row is None or row.vali_flag != "1" or row.med_list_codg != data.med_list_codg:
        raise RefusedError(Reason.MAPPING, f"fixmedins_hilist_id {data.fixmedins_hilist_id} is not mapped")
    city.mappings.put(msgspec.structs.replace(row, vali_flag="0"))


def check_mapping(city: CityTier, call: Call, line: FeeLine | DrugDetail | InpatientFeeLine) -> None:
    """Hold a fee line against the mapping of its item, if the platform is strict.

    Raises:
        RefusedError: the item is mapped on that day, and to other codes only.
    """
    if not city.options.mapping:
        return
    day = line.fee_ocur_time[:10]
    codes = [
        row.med_list_codg
        for row in city.mappings.by("item", f"{call.here.fixmedins_code}/{line.medins_list_codg}")
        if row.vali_flag == "1" and row.begndate <= day <= row.enddate
    ]
    if codes and line.med_list_codg not in codes:
        raise RefusedError(
            Reason.MAPPING, f"{line.feedetl_sn} med_list_codg is not {codes[0]} of {line.medins_list_codg}"
        )
