"""A lie that one function tells: a command is changed before the card sees it, or its answer after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.wrong import WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["After", "Before", "answers", "byte_at", "changes", "turns"]

After = Callable[["Changed", bytes, bytes], bytes]
"""Card, command and right response → response."""
Before = Callable[["Changed", bytes], "tuple[bytes, bytes | None]"]
"""Card and command → command for the card inside, and an answer if it is not to be asked."""


class Changed(WrongCard):
    """See the module."""

    def __init__(
        self, card: PoweredCard, *, before: Before | None = None, after: After | None = None
    ) -> None:
        super().__init__(card)
        self._before, self._after = before, after
        self.kept: dict[str, object] = {}
        """What a lie wants to remember."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Change the command."""
        return self._before(self, command) if self._before else (command, None)

    def after(self, command: bytes, response: bytes) -> bytes:
        """Change the answer."""
        return self._after(self, command, response) if self._after else response


def byte_at(command: bytes, at: int) -> int:
    """Return a byte of a command, ``-1`` where it ends before: whatever is sent, a lie does not break."""
    return command[at] if at < len(command) else -1


def answers(after: After) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that changes answers."""
    return lambda card: Changed(card, after=after)


def changes(before: Before) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that changes commands."""
    return lambda card: Changed(card, before=before)


def turns(command: str, right: str, wrong: str) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that answers commands of one beginning otherwise.

    Args:
        command: beginning of the command, hexadecimal.
        right: the whole right response; empty: any.
        wrong: the whole response instead.
    """
    head, expected, instead = bytes.fromhex(command), bytes.fromhex(right), bytes.fromhex(wrong)

    def after(_card: Changed, sent: bytes, response: bytes) -> bytes:
        return instead if sent.startswith(head) and (not right or response == expected) else response

    return answers(after)
