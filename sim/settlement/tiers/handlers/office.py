"""Transactions of the institution's office: 1201, 3301, 3302, 9001, 9002, 9101, 9102."""

from __future__ import annotations

from onecard.sim.settlement.tiers.handler import Handler

__all__ = ["OFFICE"]

OFFICE: dict[str, Handler] = {}
