"""A payment in progress: what GET PROCESSING OPTIONS leaves for GENERATE AC (facts: card.md §15)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PaymentTransaction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTransaction:
    """A payment that has begun and not ended."""

    stage: str
    """``"initiated"`` after GET PROCESSING OPTIONS, ``"online"`` after an ARQC."""
