"""What a purchase takes from whom, and the year's totals (facts: card.md §13).

A payment year begins on the starting day ``MMDD``, not on the first of January. At a purchase on ``date``
(``CCYYMMDD`` read as a number)::

    n = date - (payment year * 10000 + starting day)

``n < 10000``: still the same payment year, the totals grow; otherwise another payment year has begun and
the totals start over with this purchase. The facts then set the payment year "to the actual settlement
year". Ours: that is the payment year in which the date lies, so 2026-01-15 with starting day 0401 belongs to
2025. Taking the calendar year instead would give the new payment year a length of up to two years.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.purse.state import MONEY_LIMIT

if TYPE_CHECKING:
    from onecard.virtual_cards.purse.state import PurseState

__all__ = [
    "PurchaseAmounts",
    "PurseConditionError",
    "date_of",
    "is_starting_day",
    "loaded",
    "money",
    "payment_year_of",
    "purchased",
]

_YEAR = 10_000
_LEAP_YEAR = 2000


class PurseConditionError(ValueError):
    """A transaction that the purse cannot keep: an amount outgrows four bytes, or its time is no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseAmounts:
    """The three amounts of a purchase, in fen.

    Raises:
        ValueError: an amount is negative or does not fit four bytes.
    """

    account: int = 0
    """Taken from the account balance."""
    self_pay: int = 0
    """Paid by the holder beside the card; the card adds up the year's total."""
    pooled: int = 0
    """Paid by the pooled fund; the card adds up the year's total."""

    def __post_init__(self) -> None:
        for name in ("account", "self_pay", "pooled"):
            value = getattr(self, name)
            if not 0 <= value <= MONEY_LIMIT:
                raise ValueError(f"purchase amount {name} {value}: 0 to {MONEY_LIMIT} fen are allowed")

    @classmethod
    def parse(cls, data: bytes) -> PurchaseAmounts:
        """Read the 12 bytes account, self-pay, pooled."""
        return cls(
            account=int.from_bytes(data[:4], "big"),
            self_pay=int.from_bytes(data[4:8], "big"),
            pooled=int.from_bytes(data[8:12], "big"),
        )

    def encode(self) -> bytes:
        """Write the 12 bytes account, self-pay, pooled."""
        return money(self.account) + money(self.self_pay) + money(self.pooled)


def money(fen: int) -> bytes:
    """Write an amount as the purse commands have it: four bytes, big-endian (card.md §4)."""
    return fen.to_bytes(4, "big")


def date_of(time: bytes) -> int:
    """Return the date ``CCYYMMDD`` of a time of 7 bytes ``CCYYMMDDhhmmss``.

    Raises:
        PurseConditionError: the bytes are not packed digits.
    """
    digits = time.hex()
    if not digits.isdecimal():
        raise PurseConditionError(f"purse transaction time {digits}: packed digits are needed")
    return int(digits[:8])


def is_starting_day(day: int) -> bool:
    """Tell whether ``MMDD`` is a day of the calendar (29 February is)."""
    month, day_of_month = divmod(day, 100)
    return 1 <= month <= 12 and 1 <= day_of_month <= monthrange(_LEAP_YEAR, month)[1]


def payment_year_of(date: int, starting_day: int) -> int:
    """Return the payment year in which a date (``CCYYMMDD``) lies."""
    year, day = divmod(date, _YEAR)
    return year if day >= starting_day else year - 1


def loaded(state: PurseState, amount: int) -> PurseState:
    """Return the state after a load, without its proof.

    Args:
        state: the state before.
        amount: fen.

    Raises:
        PurseConditionError: the balance would not fit four bytes.
    """
    return msgspec.structs.replace(
        state, balance=_sum("balance", state.balance, amount), load_counter=state.load_counter + 1
    )


def purchased(state: PurseState, amounts: PurchaseAmounts, date: int, *, totals: bool = True) -> PurseState:
    """Return the state after a purchase, without its proof.

    Args:
        state: the state before; its balance covers the account amount.
        amounts: what is paid.
        date: settlement date, ``CCYYMMDD``.
        totals: whether the card keeps the year's totals; false in account-only mode.

    Raises:
        PurseConditionError: a total would not fit four bytes.
    """
    state = msgspec.structs.replace(
        state, balance=state.balance - amounts.account, purchase_counter=state.purchase_counter + 1
    )
    if not totals:
        return state
    if date - (state.payment_year * _YEAR + state.starting_day) < _YEAR:
        return msgspec.structs.replace(
            state,
            self_pay_total=_sum("self_pay_total", state.self_pay_total, amounts.self_pay),
            pooled_total=_sum("pooled_total", state.pooled_total, amounts.pooled),
        )
    return msgspec.structs.replace(
        state,
        payment_year=payment_year_of(date, state.starting_day),
        self_pay_total=amounts.self_pay,
        pooled_total=amounts.pooled,
    )


def _sum(name: str, present: int, added: int) -> int:
    if present + added > MONEY_LIMIT:
        raise PurseConditionError(f"purse {name} {present} + {added}: at most {MONEY_LIMIT} fen are allowed")
    return present + added
