"""Lies about challenges, keys and the PIN, put together from what happens before a command and after it.

Each function makes what a :class:`~onecard.conformance.defects.wrong.Defect` puts round a reference card. A
command is named by its beginning in hexadecimal, an answer by the beginning of its status word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.defects.wrong import WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = [
    "Lie",
    "Maker",
    "Past",
    "ahead",
    "answers_itself",
    "as_if",
    "at_reset",
    "changes",
    "hex_",
    "says",
    "spoils",
    "writes_nothing_first",
]

Maker = Callable[["PoweredCard"], "PoweredCard"]


class Past(NamedTuple):
    """What stood in the card before a command."""

    challenge: bytes
    rights: frozenset[str]
    pin: bytes
    tries: int
    failures: dict[str, int]


class Lie(WrongCard):
    """A card with hooks; see the functions below."""

    def __init__(
        self,
        card: PoweredCard,
        *,
        head: str = "",
        before: Callable[[Lie, bytes], bytes | None] | None = None,
        change: Callable[[Lie, bytes], bytes] | None = None,
        after: Callable[[Lie, bytes, bytes], bytes] | None = None,
        reset: Callable[[Lie], None] | None = None,
    ) -> None:
        super().__init__(card)
        self._head = bytes.fromhex(head)
        self._before, self._change, self._after, self._reset = before, change, after, reset
        self.past = Past(b"", frozenset(), b"", 0, {})
        self.count = 0
        """For lies that count."""
        self.kept = b""
        """For lies that remember something."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Do what the lie does at a reset."""
        if self._reset is not None:
            self._reset(self)
        return atr

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Do what the lie does before the command that it is about."""
        memory, session = self.memory, self.session
        self.past = Past(
            session.challenge,
            frozenset(session.rights),
            memory.pin,
            memory.pin_tries_left,
            dict(memory.key_failures),
        )
        if not command.startswith(self._head):
            return command, None
        if self._change is not None:
            command = self._change(self, command)
        return command, self._before(self, command) if self._before is not None else None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Do what the lie does after it."""
        if self._after is None or not command.startswith(self._head):
            return response
        return self._after(self, command, response)


def hex_(text: str) -> bytes:
    """Return the bytes of a hexadecimal text."""
    return bytes.fromhex(text)


def _answered(response: bytes, word: str) -> bool:
    return response[-2:].hex().upper().startswith(word)


def says(head: str, word: str, instead: str, *, when: Callable[[Lie, bytes], bool] | None = None) -> Maker:
    """Answer something else where the right answer has this status word."""

    def after(card: Lie, command: bytes, response: bytes) -> bytes:
        told = _answered(response, word) and (when is None or when(card, command))
        return bytes.fromhex(instead) if told else response

    return lambda card: Lie(card, head=head, after=after)


def spoils(head: str, word: str, action: Callable[[Lie], object], *, instead: str = "") -> Maker:
    """Change the card after a command that was answered so; answer something else if that is given."""

    def after(card: Lie, _command: bytes, response: bytes) -> bytes:
        if not _answered(response, word):
            return response
        action(card)
        return bytes.fromhex(instead) or response

    return lambda card: Lie(card, head=head, after=after)


def ahead(head: str, action: Callable[[Lie], object]) -> Maker:
    """Change the card before a command."""

    def before(card: Lie, _command: bytes) -> None:
        action(card)

    return lambda card: Lie(card, head=head, before=before)


def answers_itself(head: str, answer: str, *, when: Callable[[Lie, bytes], bool]) -> Maker:
    """Answer in the card's place, on a condition."""
    return lambda card: Lie(
        card, head=head, before=lambda lie, command: hex_(answer) if when(lie, command) else None
    )


def changes(head: str, change: Callable[[Lie, bytes], bytes]) -> Maker:
    """Give the card another command."""
    return lambda card: Lie(card, head=head, change=change)


def as_if(head: str, application: str, *, inside: str = "") -> Maker:
    """Carry a command out as if another application were selected; ``inside``: only in this one."""

    def before(card: Lie, _command: bytes) -> None:
        session = card.session
        card.kept = session.application.name.encode()
        if not inside or session.application.name == inside:
            session.application = session.memory.layout.by_name[application]

    def after(card: Lie, _command: bytes, response: bytes) -> bytes:
        layout, name = card.memory.layout, card.kept.decode()
        card.session.application = layout.master if name == "MF" else layout.by_name[name]
        return response

    return lambda card: Lie(card, head=head, before=before, after=after)


def at_reset(action: Callable[[Lie], object]) -> Maker:
    """Change the card at each reset."""

    def reset(card: Lie) -> None:
        action(card)

    return lambda card: Lie(card, reset=reset)


def writes_nothing_first(head: str) -> Maker:
    """Compare before anything is written: a supply that fails at the first byte comes too late."""

    def unsupplied(card: Lie) -> None:
        card.memory.supply = None

    return ahead(head, unsupplied)
