"""Lies about challenges, keys and the PIN, put together from what happens before a command and after it.

Each function makes what a :class:`~onecard.conformance.defects.wrong.Defect` puts round a reference card. A
command is named by its beginning in hexadecimal, an answer by the beginning of its status word.
"""

from __future__ import annotations

from collections.abc import Callable

from onecard.conformance.defects.lies import Lie, Maker, preparing

__all__ = [
    "ahead",
    "answers_itself",
    "as_if",
    "at_reset",
    "rewrites",
    "says",
    "spoils",
    "writes_nothing_first",
]


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

    def prepare(lie: Lie, _command: bytes) -> None:
        action(lie)

    return preparing(prepare, head=head)


def answers_itself(head: str, answer: str, *, when: Callable[[Lie, bytes], bool]) -> Maker:
    """Answer in the card's place, on a condition."""
    given = bytes.fromhex(answer)
    return preparing(lambda lie, command: given if when(lie, command) else None, head=head)


def rewrites(head: str, change: Callable[[Lie, bytes], bytes]) -> Maker:
    """Give the card another command."""
    return lambda card: Lie(card, head=head, before=lambda lie, command: (change(lie, command), None))


def as_if(head: str, application: str, *, inside: str = "") -> Maker:
    """Carry a command out as if another application were selected; ``inside``: only in this one."""

    def before(card: Lie, command: bytes) -> tuple[bytes, None]:
        session = card.session
        card.kept["application"] = session.application
        if not inside or session.application.name == inside:
            session.application = session.memory.layout.by_name[application]
        return command, None

    def after(card: Lie, _command: bytes, response: bytes) -> bytes:
        card.session.application = card.kept["application"]
        return response

    return lambda card: Lie(card, head=head, before=before, after=after)


def at_reset(action: Callable[[Lie], object]) -> Maker:
    """Change the card at each reset."""
    return lambda card: Lie(card, reset=action)


def writes_nothing_first(head: str) -> Maker:
    """Compare before anything is written: a supply that fails at the first byte comes too late."""

    def unsupplied(card: Lie) -> None:
        card.memory.supply = None

    return ahead(head, unsupplied)
