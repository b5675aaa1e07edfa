"""What the payment application remembers between power cycles (facts: card.md §15)."""

from __future__ import annotations

import msgspec

__all__ = ["PaymentState"]


class PaymentState(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Counters, limits and balance of the payment application; amounts in fen."""

    transaction_counter: int = 0
    """Application transaction counter, ``9F36``."""
    last_online_counter: int = 0
    """Counter of the last on-line transaction, ``9F13``."""
    pin_tries_left: int = 3
    """``9F17``."""
    balance: int = 0
    """Electronic cash balance, ``9F79``."""
    ceiling: int = 100_000
    """Electronic cash ceiling, ``9F77``."""
    transaction_limit: int = 100_000
    """Electronic cash limit of one transaction, ``9F78``."""
    reset_threshold: int = 0
    """Electronic cash reset threshold, ``9F6D``."""
