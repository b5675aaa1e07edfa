"""What the medical purse remembers between power cycles (facts: card.md §5.1, §13)."""

from __future__ import annotations

import msgspec

__all__ = ["PurseState"]


class PurseState(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The COS-internal amounts of DF04 (card.md §5.1 "internal"); amounts in fen."""

    load_counter: int = 0
    """On-line transaction counter, 2 bytes."""
    purchase_counter: int = 0
    """Off-line transaction counter, 2 bytes."""
    balance: int = 0
    """Account balance."""
    self_pay_total: int = 0
    """Self-pay total of the payment year."""
    pooled_total: int = 0
    """Pooled-fund total of the payment year."""
    payment_year: int = 0
    """Four digits of the year."""
    starting_day: int = 101
    """``MMDD`` on which a payment year begins."""
