"""What the payment application remembers between power cycles (facts: card.md §15)."""

from __future__ import annotations

import msgspec

__all__ = ["MOST_TRANSACTIONS", "PaymentState"]

MOST_TRANSACTIONS = 0xFFFF
"""The transaction counter ends here: from then on the application serves no more (EMV Book 3 §6.5.8)."""


class PaymentState(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Counters, limits and balance of the payment application; amounts in fen.

    Raises:
        ValueError: a number does not fit its field.
    """

    transaction_counter: int = 0
    """Application transaction counter, ``9F36``."""
    last_online_counter: int = 0
    """Counter of the last on-line transaction, ``9F13``; ``0``: a new card."""
    pin_tries_left: int = 3
    """``9F17``; the bank PIN is verified on-line, so nothing on the card changes it."""
    balance: int = 0
    """Electronic cash balance, ``9F79``."""
    ceiling: int = 100_000
    """Electronic cash ceiling, ``9F77``."""
    transaction_limit: int = 100_000
    """Electronic cash limit of one transaction, ``9F78``."""
    reset_threshold: int = 0
    """Electronic cash reset threshold, ``9F6D``."""
    electronic_cash: bool = True
    """Whether the card has electronic cash beside debit."""
    algorithm: int = 0x01
    """Cipher of the cryptograms, as in ``9F10``: ``01`` 3DES, ``04`` SM4."""
    cryptogram_key: bytes = b""
    """The card's key of application cryptograms, 16 bytes."""
    script_key: bytes = b""
    """The card's key of issuer scripts' MACs and of the balance's MAC in ``9F10``, 16 bytes."""
    online_incomplete: bool = False
    """The last transaction that went on-line did not come back."""
    issuer_authentication_failed: bool = False
    """… came back with a wrong response cryptogram."""
    issuer_authentication_missing: bool = False
    """… came back without a response cryptogram."""
    script_commands: int = 0
    """Issuer script commands carried out after the last issuer authentication, at most 15."""
    script_failed: bool = False
    """One of them was refused."""

    def __post_init__(self) -> None:
        for name, limit in _LIMITS.items():
            value = getattr(self, name)
            if not 0 <= value <= limit:
                raise ValueError(f"payment {name} {value}: 0 to {limit} are allowed")


_MOST_FEN = 999_999_999_999
"""Twelve digits, as ``9F79`` has them."""
_LIMITS = {
    "transaction_counter": MOST_TRANSACTIONS,
    "last_online_counter": MOST_TRANSACTIONS,
    "pin_tries_left": 0x0F,
    "balance": _MOST_FEN,
    "ceiling": _MOST_FEN,
    "transaction_limit": _MOST_FEN,
    "reset_threshold": _MOST_FEN,
    "script_commands": 0x0F,
}
