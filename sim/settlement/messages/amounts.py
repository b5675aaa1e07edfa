"""Amounts on the wire: strings with two decimals, accepted as strings or numbers (settlement.md §1.1 ENV-5).

Inside, money is integer fen, a unit price is integer micro-yuan (``num 16,6``) and a quantity is integer
ten-thousandths (``num 16,4``), so that a line can be checked and split without any rounding but its own.
"""

from __future__ import annotations

import re
from decimal import Decimal

from onecard.sim.units.money import fen_to_yuan

__all__ = ["fen_of", "fen_to_yuan", "scaled_of", "scaled_to_text"]

_TEXT = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?")


def scaled_of(value: str | float, decimals: int, field: str) -> int:
    """Turn a number of a message into an integer of its smallest unit.

    Args:
        value: as decoded.
        decimals: how many decimals the field may have; ``2`` gives fen out of yuan.
        field: name for the error.

    Raises:
        ValueError: no number, or more decimals than the field may have.
    """
    if type(value) is str:
        match = _TEXT.fullmatch(value)
        if match is not None:
            whole, fraction = match[1], match[2] or ""
            if len(fraction) > decimals:
                fraction = fraction.rstrip("0")
            if len(fraction) <= decimals:
                return int(whole + fraction.ljust(decimals, "0"))
        elif not value:
            return 0
    elif type(value) is int or type(value) is float:
        scaled = Decimal(repr(value)).scaleb(decimals)
        if scaled.is_finite() and scaled == scaled.to_integral_value():
            return int(scaled)
    raise ValueError(f"{field} is {value!r}, allowed is a number with at most {decimals} decimals")


def fen_of(value: str | float, field: str) -> int:
    """Turn an amount in yuan into fen; see :func:`scaled_of`."""
    return scaled_of(value, 2, field)


def scaled_to_text(value: int, decimals: int) -> str:
    """Write an integer of the smallest unit as a decimal text."""
    sign = "-" if value < 0 else ""
    unit = 10**decimals
    return f"{sign}{abs(value) // unit}.{abs(value) % unit:0{decimals}d}"
