"""Duties in the transactions of the institution's office: 1201, 3301, 3302, 9001, 9002, 9101, 9102.

All are the place of treatment's alone.
"""

from __future__ import annotations

from onecard.sim.settlement.tiers.handler import Handler
from onecard.sim.settlement.tiers.treatment import files, mapping, office

__all__ = ["OFFICE"]

OFFICE: dict[str, Handler] = {
    "1201": Handler(place="treatment", treat=office.institution_information),
    "3301": Handler(place="treatment", treat=mapping.upload_mappings),
    "3302": Handler(place="treatment", treat=mapping.cancel_mapping),
    "9001": Handler(place="treatment", treat=office.sign_in),
    "9002": Handler(place="treatment", treat=office.sign_out),
    "9101": Handler(place="treatment", treat=files.upload),
    "9102": Handler(place="treatment", treat=files.download),
}
"""Transaction number → who does it."""
