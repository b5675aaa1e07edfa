"""Reading option values with errors that show them."""

from __future__ import annotations

from onecard.sim.errors import InputError

__all__ = ["whole_number"]


def whole_number(option: str, text: str, *, minimum: int, below: int | None = None) -> int:
    """Read a whole number.

    Raises:
        InputError: not a whole number, or outside the range; shows the value and the range.
    """
    allowed = f"a whole number from {minimum}" + (f" to {below - 1}" if below is not None else "")
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise InputError("not a whole number", where=option, value=text, allowed=allowed) from None
    if number < minimum or (below is not None and number >= below):
        raise InputError("out of range", where=option, value=number, allowed=allowed)
    return number
