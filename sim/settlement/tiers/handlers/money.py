"""Transactions of reconciliation and clearing: 3201 to 3204, 3260 to 3262."""

from __future__ import annotations

from onecard.sim.settlement.tiers.handler import Handler
from onecard.sim.settlement.tiers.treatment import clearing, confirmation, reconciliation

__all__ = ["MONEY"]

MONEY: dict[str, Handler] = {
    "3201": Handler(place="treatment", treat=reconciliation.reconcile_totals),
    "3202": Handler(place="treatment", treat=reconciliation.reconcile_details),
    "3203": Handler(place="treatment", treat=clearing.apply_for_clearing),
    "3204": Handler(place="treatment", treat=clearing.withdraw_application),
    "3260": Handler(place="treatment", treat=confirmation.extract_details),
    "3261": Handler(place="treatment", treat=confirmation.confirm_details),
    "3262": Handler(place="treatment", treat=confirmation.roll_back_confirmation),
}
"""Transaction number → who does it."""
