"""A purse transaction in progress: what INITIALIZE leaves for CREDIT or DEBIT (facts: card.md §13)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PurseTransaction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurseTransaction:
    """The state "load" or "purchase"; idle is the absence of a transaction."""

    kind: str
    """``"load"`` or ``"purchase"``."""
