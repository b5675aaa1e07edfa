"""What the command table says about a command, and the two ways in which a handler ends.

A handler returns the whole response (data and status word) or raises :class:`Refusal` with a status word.
It sees a command only after the dispatcher has checked class, instruction, P1 P2, Lc and Le against the
rule, so it deals with meaning, not with form.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = [
    "STANDARD_STATUS",
    "SUCCESS",
    "Answer",
    "CommandRule",
    "Handler",
    "Refusal",
    "answer",
    "read_answer",
]

SUCCESS = status.word(status.SUCCESS)

Handler = Callable[["Session", "CommandApdu"], bytes]

STANDARD_STATUS = frozenset(
    {
        status.SUCCESS,
        status.WRONG_LENGTH,
        status.NOT_SUPPORTED,
        status.WRONG_PARAMETERS,
        status.UNKNOWN_INSTRUCTION,
        status.UNKNOWN_CLASS,
        status.APPLICATION_BLOCKED,
    }
)
"""Status words that any command may give (card.md §10, "std SW")."""


class Answer(Enum):
    """Whether a command gives data, and so what its Le may be."""

    NONE = "no data: Le absent; a fifth byte 00 alone is Lc"
    DATA = "data after data (case 4), or the right to ask for it"
    READING = "data (case 2)"


class Refusal(Exception):  # noqa: N818 - a card refuses; that is no error of the program
    """The card does not carry out the command; the status word says why."""

    def __init__(self, status_word: int) -> None:
        super().__init__(status_word)
        self.status_word = status_word

    def __str__(self) -> str:
        return status.describe(self.status_word)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRule:
    """One row of the command table (card.md §10)."""

    name: str
    classes: tuple[int, ...]
    instruction: int
    parameters: tuple[tuple[Collection[int], Collection[int]], ...]
    """Allowed pairs of P1 and P2, as alternatives; anything else is ``6A86``."""
    data_lengths: Collection[int]
    """Allowed Lc (``0``: no data); anything else is ``6700``."""
    answer: Answer
    handler: Handler
    status_words: frozenset[int]
    """Status words and families of the command beyond :data:`STANDARD_STATUS`."""

    def takes(self, p1: int, p2: int) -> bool:
        """Tell whether P1 and P2 are allowed."""
        return any(p1 in first and p2 in second for first, second in self.parameters)


def answer(session: Session, data: bytes, le: int | None) -> bytes:
    """Shape the answer of a command that had data (case 4, card.md §21 Q15).

    Args:
        session: for the face's habits, and to keep the answer for GET RESPONSE.
        data: the answer, up to 256 bytes (``6100`` and ``6C00`` stand for 256).
        le: Le as sent: ``None`` absent, ``0`` for 256.
    """
    size = len(data)
    if size == 0 or le == 0 or (le is not None and le >= size):
        return data + SUCCESS
    if le is None and not session.face.waits_with_61:
        return data + SUCCESS
    # Too short an Le: the command has been carried out and cannot be repeated, so 6Cxx would lose the answer.
    session.waiting = data
    return status.word(status.RESPONSE_WAITING | size & 0xFF)


def read_answer(session: Session, data: bytes, le: int) -> bytes:
    """Shape the answer of READ RECORD (case 2, card.md §21 Q15–16).

    Args:
        session: for the face's habits.
        data: the record or records, 1 to 256 bytes.
        le: Le as sent, ``0`` for 256.
    """
    size = len(data)
    if le == size:
        return data + SUCCESS
    face = session.face
    by_length = face.long_le_gets_6c if le > size else face.short_le_gets_6c
    if face.zero_le_gets_6c if le == 0 else by_length:
        return status.word(status.RIGHT_LENGTH | size & 0xFF)
    return (data if le == 0 else data[:le]) + SUCCESS
