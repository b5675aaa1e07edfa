"""Transactions of reconciliation and clearing: 3201 to 3204, 3260 to 3262."""

from __future__ import annotations

from onecard.sim.settlement.tiers.handler import Handler

__all__ = ["MONEY"]

MONEY: dict[str, Handler] = {}
