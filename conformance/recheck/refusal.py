"""The two ways in which something here does not come to a value."""

from __future__ import annotations

__all__ = ["RefusedError", "UnknownValueError", "shown"]

_MOST_SHOWN = 120


class RefusedError(Exception):
    """The bundle does not prove what it says: one line."""


class UnknownValueError(Exception):
    """A value is not known at this point of a case: no answer gave it."""


def shown(value: object) -> str:
    """Return a value as a refusal shows it: printable, in one line, not longer than a line."""
    text = ascii(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
