"""The port: what the runner needs of a card under test, whatever it is and wherever.

A port answers, or raises one of two errors: the card has gone (the case is inconclusive), or the adapter
broke (the case is an error of ours or of the adapter's, never of the card's). No answer from a card that is
there is no error: it is the empty answer. Every wait in a port has a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AdapterError", "CardGoneError", "CardPort", "Traits"]


class CardGoneError(Exception):
    """The card is not in the reader, or the reader is gone."""


class AdapterError(Exception):
    """The adapter broke: it said nothing in time, garbage, or died. One line, the same on every machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What can be done with an implementation beyond talking to it."""

    fresh: bool
    """Each case gets a card made anew, of the personality that it asks for."""
    faces: frozenset[str]
    """Faces over which the card can be reached through this port."""
    tears: bool = False
    """Power can be taken away in the middle of a command."""
    hot_plug: bool = False
    """The card can be taken out and put in by the harness."""
    parallel: bool = False
    """Several ports on the same string do not disturb each other."""
    reference: bool = False
    """It is one of ours: every clause binds."""


class CardPort(Protocol):
    """A card under test; not for several threads."""

    @property
    def name(self) -> str:
        """The string by which it was opened."""
        ...

    @property
    def traits(self) -> Traits:
        """What can be done with it."""
        ...

    def prepare(self, case: str, personality: str, face: str) -> None:
        """Get a card of this personality ready for a case, without power.

        Where it cannot be made anew it is as it is.

        Args:
            case: the case's id; draws of a fresh card are keyed by it.
            personality: which card.
            face: which of its faces.
        """
        ...

    def reset(self) -> bytes:
        """Cold reset; the answer to reset, empty if there is none."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; data and status word, empty if there is no answer."""
        ...

    def tear(self, command: bytes, after_bytes: int) -> bytes:
        """Exchange one APDU; the power fails after so many bytes written. The answer, if it came before."""
        ...

    def remove(self) -> None:
        """Take the card out."""
        ...

    def insert(self) -> bytes:
        """Put it back and power it; the answer to reset."""
        ...

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges by :meth:`transmit`, in less time than one by one.

        Each of them has its own bound. If one does not come back, this raises while the action is in it.
        """
        ...

    def close(self) -> None:
        """Let go of everything; may be called again."""
        ...
