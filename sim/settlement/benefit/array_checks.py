"""The door of the vectorised form: one length, exact types, and ranges that keep it inside 63 bits."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.case import FILINGS, LONGEST_STAY_DAYS, VISITS
from onecard.sim.settlement.benefit.terms import LARGEST_BILL_FEN, LARGEST_YEAR_FEN

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.arrays import CaseArrays, MoneyArrays, SplitArrays, UsedArrays

__all__ = ["check_arrays", "check_sums"]

_RANGES: dict[str, tuple[int, int]] = {
    "psn_group": (0, 99),
    "age": (0, 199),
    "visit": (0, len(VISITS) - 1),
    "level": (0, 3),
    "stay": (1, 10**6),
    "filing": (0, len(FILINGS) - 1),
    "month": (1, 12),
    "stay_day": (0, LONGEST_STAY_DAYS - 1),
    "amount_fen": (0, LARGEST_BILL_FEN),
    "fulamt_ownpay_fen": (0, LARGEST_BILL_FEN),
    "overlmt_fen": (0, LARGEST_BILL_FEN),
    "preselfpay_fen": (0, LARGEST_BILL_FEN),
    "inscp_scp_fen": (0, LARGEST_BILL_FEN),
    "balance_fen": (-LARGEST_YEAR_FEN, LARGEST_YEAR_FEN),
}
"""What each field may be; an amount that is not named is 0 to :data:`LARGEST_YEAR_FEN`."""


def check_arrays(arrays: CaseArrays | UsedArrays | SplitArrays | MoneyArrays, length: int) -> None:
    """Check the arrays of one kind.

    Raises:
        InputError: a length, a type or a value does not fit; names the field and the value.
    """
    for field in fields(arrays):
        values = getattr(arrays, field.name)
        expected = np.dtype(np.bool_) if field.type == "BoolArray" else np.dtype(np.int64)
        if values.shape != (length,) or values.dtype != expected:
            raise InputError(
                "not an array of the settlements",
                where=field.name,
                value=f"{values.dtype} of shape {values.shape}",
                allowed=f"{expected} of shape {(length,)}",
            )
        lowest, highest = _RANGES.get(field.name, (0, LARGEST_YEAR_FEN))
        if expected != np.bool_ and length and not (lowest <= values.min() and values.max() <= highest):
            wrong = values[(values < lowest) | (values > highest)][0]
            raise InputError(
                "value is out of range",
                where=field.name,
                value=int(wrong),
                allowed=f"{lowest} to {highest}",
            )


def check_sums(split: SplitArrays) -> None:
    """Check that the four parts of every bill sum to its amount (settlement.md §4 A-1).

    Raises:
        InputError: they do not; names the first bill.
    """
    parts = split.fulamt_ownpay_fen + split.overlmt_fen + split.preselfpay_fen + split.inscp_scp_fen
    wrong = np.flatnonzero(parts != split.amount_fen)
    if wrong.size:
        place = int(wrong[0])
        raise InputError(
            "the four parts do not sum to the amount",
            where=f"amount_fen[{place}]",
            value=int(split.amount_fen[place]),
            allowed=str(int(parts[place])),
        )
