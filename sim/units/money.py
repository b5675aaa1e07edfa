"""Money: integer fen everywhere; yuan with two decimals only in messages and reports."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["fen_to_yuan", "share", "yuan_to_fen"]


def yuan_to_fen(yuan: str | int | Decimal) -> int:
    """Turn an amount such as ``"12.30"`` into fen.

    Raises:
        ValueError: not a number, or more than two decimals.
    """
    try:
        fen = Decimal(yuan) * 100
    except ArithmeticError as error:
        raise ValueError(f"amount {yuan!r} is not a number of yuan") from error
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError(f"amount {yuan!r} is not a number of yuan with at most two decimals")
    return int(fen)


def fen_to_yuan(fen: int) -> str:
    """Show fen as yuan with two decimals, as the settlement messages carry it."""
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{-fen // 100}.{-fen % 100:02d}"


def share(amount_fen: int, ratio: Decimal) -> int:
    """Take a share of an amount, half up to the fen (settlement.md Q-21)."""
    return int((amount_fen * ratio).to_integral_value(rounding=ROUND_HALF_UP))
