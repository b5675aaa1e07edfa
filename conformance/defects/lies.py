"""Short ways to put a lie round a reference card: change a command, answer in its place, change an answer.

::

    make=answers(lambda card, command, response: flipped(response, 0) if is_(command, "B028") else response)

A command is named by its beginning in hexadecimal. A lie never breaks on what is sent to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from onecard.conformance.defects.wrong import WrongCard
from onecard.virtual_cards.card import Card

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Session
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = [
    "SUCCESS",
    "After",
    "Before",
    "Lie",
    "Maker",
    "Past",
    "answers",
    "byte_at",
    "changes",
    "flipped",
    "instead_of",
    "is_",
    "preparing",
    "succeeded",
    "turns",
]

SUCCESS = b"\x90\x00"

After = Callable[["Lie", bytes, bytes], bytes]
"""Card, command and right response → response."""
Before = Callable[["Lie", bytes], "tuple[bytes, bytes | None]"]
"""Card and command → command for the card inside, and an answer if it is not to be asked."""
Maker = Callable[["PoweredCard"], "PoweredCard"]
"""Puts a lie round a reference card."""


class Past(NamedTuple):
    """What stood in a user card before a command."""

    challenge: bytes
    rights: frozenset[str]
    pin: bytes
    tries: int
    failures: dict[str, int]


def _now(memory: CardMemory, session: Session) -> Past:
    return Past(
        session.challenge,
        frozenset(session.rights),
        memory.pin,
        memory.pin_tries_left,
        dict(memory.key_failures),
    )


class Lie(WrongCard):
    """A card with hooks.

    Args:
        card: the reference inside.
        head: beginning of the commands that the lie is about; empty: of all.
        before: changes a command, or answers in the card's place.
        after: changes the answer, or what the card remembers.
        reset: what is done at each reset.
    """

    def __init__(
        self,
        card: PoweredCard,
        *,
        head: str = "",
        before: Before | None = None,
        after: After | None = None,
        reset: Callable[[Lie], object] | None = None,
    ) -> None:
        super().__init__(card)
        self._head = bytes.fromhex(head)
        self._before, self._after, self._reset = before, after, reset
        self.past = Past(b"", frozenset(), b"", 0, {})
        self.kept: dict[str, Any] = {}
        """What a lie wants to remember."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Do what the lie does at a reset."""
        if self._reset is not None:
            self._reset(self)
        return atr

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Do what the lie does before a command that it is about."""
        if isinstance(self.card, Card) and self.card.session is not None:
            self.past = _now(self.card.memory, self.card.session)
        if self._before is None or not command.startswith(self._head):
            return command, None
        return self._before(self, command)

    def after(self, command: bytes, response: bytes) -> bytes:
        """Do what the lie does after it."""
        if self._after is None or not command.startswith(self._head):
            return response
        return self._after(self, command, response)


def byte_at(command: bytes, at: int) -> int:
    """Return a byte of a command, ``-1`` where it ends before."""
    return command[at] if at < len(command) else -1


def is_(command: bytes, *heads: str) -> bool:
    """Tell whether a command begins with one of these."""
    return any(command.startswith(bytes.fromhex(head)) for head in heads)


def succeeded(response: bytes) -> bool:
    """Tell whether an answer ends with 9000."""
    return response.endswith(SUCCESS)


def flipped(response: bytes, at: int) -> bytes:
    """Return an answer with data of which one bit, of the byte at ``at``, is wrong; another as it is."""
    if not succeeded(response) or len(response) - 2 <= at:
        return response
    return response[:at] + bytes((response[at] ^ 1,)) + response[at + 1 :]


def answers(after: After) -> Callable[[PoweredCard], Lie]:
    """Make a lie that changes answers."""
    return lambda card: Lie(card, after=after)


def changes(before: Before) -> Callable[[PoweredCard], Lie]:
    """Make a lie that changes commands."""
    return lambda card: Lie(card, before=before)


def preparing(prepare: Callable[[Lie, bytes], bytes | None], *, head: str = "") -> Maker:
    """Make a lie that changes the card before a command, or answers in its place."""
    return lambda card: Lie(card, head=head, before=lambda lie, command: (command, prepare(lie, command)))


def turns(command: str, right: str, wrong: str) -> Maker:
    """Make a lie that answers commands of one beginning otherwise.

    Args:
        command: beginning of the command.
        right: the whole right response, hexadecimal; empty: any.
        wrong: the whole response instead.
    """
    expected, instead = bytes.fromhex(right), bytes.fromhex(wrong)

    def after(_lie: Lie, _command: bytes, response: bytes) -> bytes:
        return instead if not right or response == expected else response

    return lambda card: Lie(card, head=command, after=after)


def instead_of(head: str, at: int) -> Maker:
    """Turn one bit of the data that a successful command answers over."""
    return lambda card: Lie(card, head=head, after=lambda _lie, _command, response: flipped(response, at))
