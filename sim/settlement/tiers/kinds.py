"""Kinds of visit by medical category (settlement.md §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit import Visit

__all__ = ["VISIT_BY_MED_TYPE", "kind_of_visit"]

VISIT_BY_MED_TYPE: dict[str, Visit] = {
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "19", "51", "53"), "outpatient"),
    **dict.fromkeys(("21", "22", "23", "24", "25", "26", "28", "52"), "inpatient"),
    "41": "pharmacy",
}
"""First two digits of ``med_type`` → kind of visit."""


def kind_of_visit(med_type: str) -> Visit | None:
    """Return the kind of visit of a medical category, None for one that is not known."""
    return VISIT_BY_MED_TYPE.get(med_type[:2])
