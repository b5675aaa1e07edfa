"""Blame is a type: whose fault an error is decides the exit code and the words.

* :class:`InputError`: what the user gave is wrong (exit code 2).
* :class:`EnvironmentLacksError`: the machine lacks something (exit code 3).
* :class:`DefectError`: our own code broke one of its promises (exit code 70).
"""

from __future__ import annotations

__all__ = ["DefectError", "EnvironmentLacksError", "InputError", "OneCardError", "one_line"]

SHOWN_CHARACTERS = 200
"""Longer values are cut in messages."""


def one_line(text: str) -> str:
    """Make any text one printable line: breaks become spaces, control characters are escaped."""
    words = " ".join(text.split())
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in words
    )


class OneCardError(Exception):
    """Base of the errors that carry their blame."""


class InputError(OneCardError):
    """The input is wrong: one line that says what, where, the value, and what is allowed.

    Args:
        what: the complaint, ``"probability is outside 0 to 1"``.
        where: file, line or field, ``"stops.park.services.park-entry.probability"``.
        value: the offending value, shown as it was given.
        allowed: what would be accepted.
    """

    def __init__(self, what: str, *, where: str = "", value: object = None, allowed: str = "") -> None:
        self.what, self.where, self.value, self.allowed = what, where, value, allowed
        parts = [f"{_cut(where)}: {what}" if where else what]
        if value is not None:
            parts.append(f"got {_shown(value)}")
        if allowed:
            parts.append(f"allowed: {allowed}")
        super().__init__(one_line("; ".join(parts)))


def _shown(value: object) -> str:
    try:
        return _cut(repr(value))
    except ValueError:  # Python does not write integers of more than some thousand digits
        return "a number of thousands of digits"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"


class EnvironmentLacksError(OneCardError):
    """The environment lacks something; says what and the command that installs it."""

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(one_line(f"{what}; to get it: {remedy}"))


class DefectError(OneCardError):
    """One of our own promises is broken (money does not sum to zero, a person in two places)."""
