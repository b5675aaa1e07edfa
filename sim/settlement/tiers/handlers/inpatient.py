"""Transactions of stays and filings: 2301 to 2305, 2401 to 2405, 2501, 2502."""

from __future__ import annotations

from onecard.sim.settlement.tiers.handler import Handler

__all__ = ["INPATIENT"]

INPATIENT: dict[str, Handler] = {}
