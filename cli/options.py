"""Reading option values with errors that show them."""

from __future__ import annotations

import re
from pathlib import Path

from onecard.sim.errors import InputError
from onecard.sim.validation import is_text

__all__ = ["path_of", "whole_number"]

MAXIMUM_DIGITS = 24
NUMBER = re.compile(r"-?(?:[0-9]+(?:_[0-9]+)*|[0-9]{1,3}(?:,[0-9]{3})+)")


def whole_number(option: str, text: str, *, minimum: int, below: int) -> int:
    """Read a whole number, in ASCII digits; thousands may be separated by commas or underscores.

    Raises:
        InputError: not a whole number, or outside the range; shows the value and the range.
    """
    allowed = f"a whole number from {minimum} to {below - 1}"
    if NUMBER.fullmatch(text) is None or len(text) > MAXIMUM_DIGITS:
        raise InputError("not a whole number", where=option, value=text, allowed=allowed)
    number = int(text.replace("_", "").replace(",", ""))
    if not minimum <= number < below:
        raise InputError("out of range", where=option, value=number, allowed=allowed)
    return number


def path_of(option: str, text: str, *, allowed: str) -> Path:
    """Read a path.

    Raises:
        InputError: it is empty, which would silently mean the current folder, not UTF-8, which the
            writers of tables do not take, or leads nowhere: it holds a NUL, or its links form a ring.
    """
    if not text:
        raise InputError("an empty path", where=option, value=text, allowed=allowed)
    if not is_text(text):
        raise InputError("the path is not UTF-8 text", where=option, value=text, allowed=allowed)
    if "\0" in text:
        raise InputError("a path with a NUL character", where=option, value=text, allowed=allowed)
    path = Path(text)
    try:
        path.resolve()
    except (RuntimeError, OSError) as error:  # Python 3.13 raises neither; opening it is refused there
        raise InputError("a ring of links", where=option, value=text, allowed=allowed) from error
    return path
