"""What an MTI and processing code mean: the table of the bank's businesses (settlement.md §8.1)."""

from __future__ import annotations

import msgspec

__all__ = ["BUSINESS", "PAYERS", "REVERSALS", "REVERSIBLE", "Business"]

PAYERS = ("subsidy-payer", "city-fiscal")
"""Kinds of account that a batch may be paid from."""
_RECEIVERS = ("merchant", "transit-operator", "institution", "city-fiscal")


class Business(msgspec.Struct, frozen=True):
    """One row of the table of businesses: what an MTI and processing code mean."""

    name: str
    accepted_by: tuple[str, ...]
    """Kinds of the accepting side's account; empty when there is none."""
    needs_amount: bool = True
    needs_normal_card: bool = True
    """A refund or reversal goes back also to a card that was reported lost meanwhile."""


BUSINESS: dict[tuple[str, str], Business] = {
    ("0200", "310000"): Business("balance-enquiry", (), needs_amount=False),
    ("0200", "000000"): Business("purchase", _RECEIVERS),
    ("0200", "010000"): Business("cash-withdrawal", ("bank-vault",)),
    ("0200", "210000"): Business("cash-deposit", ("bank-vault",)),
    ("0200", "200000"): Business("purchase-cancel", (), needs_normal_card=False),
    ("0220", "200000"): Business("refund", (), needs_normal_card=False),
}
"""Businesses by (MTI, DE3), settlement.md §8.1; the deposit's code is ISO 8583's, [?] in the facts."""

REVERSALS = ("0400", "0420")
REVERSIBLE = ("purchase", "cash-withdrawal", "cash-deposit", "purchase-cancel")
