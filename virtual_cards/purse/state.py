"""What the medical purse remembers between power cycles (facts: card.md §5.1, §13)."""

from __future__ import annotations

import msgspec

__all__ = ["COUNTER_LIMIT", "MONEY_LIMIT", "PurseProof", "PurseState"]

COUNTER_LIMIT = 0xFFFF
"""A transaction counter that has come here begins no transaction any more (``9402``)."""
MONEY_LIMIT = 0xFFFF_FFFF
"""Amounts are four bytes, in fen."""

_CRYPTOGRAM_SIZE = 4


class PurseProof(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What GET TRANSACTION PROOF gives for a transaction that took place."""

    counter: int
    """The transaction's number, as INITIALIZE answered it and as the log has it."""
    mac: bytes
    """The card's own MAC: MAC1 of a load, MAC2 of a purchase; 4 bytes."""
    tac: bytes
    """4 bytes."""

    def __post_init__(self) -> None:
        _check(self, {"counter": COUNTER_LIMIT})
        for name in ("mac", "tac"):
            value: bytes = getattr(self, name)
            if len(value) != _CRYPTOGRAM_SIZE:
                raise ValueError(f"purse proof {name} {value.hex()!r}: {_CRYPTOGRAM_SIZE} bytes are needed")


class PurseState(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The COS-internal amounts of DF04 (card.md §5.1 "internal"); amounts in fen.

    Raises:
        ValueError: a number does not fit its field.
    """

    load_counter: int = 0
    """On-line transaction counter, 2 bytes: the number of the next load."""
    purchase_counter: int = 0
    """Off-line transaction counter, 2 bytes: the number of the next purchase."""
    balance: int = 0
    """Account balance."""
    self_pay_total: int = 0
    """Self-pay total of the payment year."""
    pooled_total: int = 0
    """Pooled-fund total of the payment year."""
    payment_year: int = 0
    """Four digits of the year; 0: nothing has been paid yet."""
    starting_day: int = 101
    """``MMDD`` on which a payment year begins."""
    load_proof: PurseProof | None = None
    """Proof of the last load."""
    purchase_proof: PurseProof | None = None
    """Proof of the last purchase."""

    def __post_init__(self) -> None:
        _check(self, _LIMITS)


_LIMITS = {
    "load_counter": COUNTER_LIMIT,
    "purchase_counter": COUNTER_LIMIT,
    "balance": MONEY_LIMIT,
    "self_pay_total": MONEY_LIMIT,
    "pooled_total": MONEY_LIMIT,
    "payment_year": 9999,
    "starting_day": 1231,
}


def _check(state: PurseProof | PurseState, limits: dict[str, int]) -> None:
    for name, limit in limits.items():
        value = getattr(state, name)
        if not 0 <= value <= limit:
            raise ValueError(f"purse {name} {value}: 0 to {limit} are allowed")
