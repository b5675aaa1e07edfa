"""Short ways to put a lie round a reference card: change answers, or answer in its place.

::

    make=answering(lambda card, command, response: flipped(response, 0) if is_(command, "B028") else response)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.wrong import WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = [
    "SUCCESS",
    "After",
    "Before",
    "answering",
    "flipped",
    "instead_of",
    "is_",
    "preparing",
    "status_becomes",
    "succeeded",
]

SUCCESS = b"\x90\x00"

After = Callable[[WrongCard, bytes, bytes], bytes]
"""Card, command, response → what is answered."""
Before = Callable[[WrongCard, bytes], bytes | None]
"""Card, command → an answer in the card's place, or ``None``: the card is asked."""
Maker = Callable[["PoweredCard"], "PoweredCard"]


class _Lying(WrongCard):
    def __init__(self, card: PoweredCard, before: Before | None, after: After | None) -> None:
        super().__init__(card)
        self._before, self._after = before, after

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        return command, self._before(self, command) if self._before else None

    def after(self, command: bytes, response: bytes) -> bytes:
        return self._after(self, command, response) if self._after else response


def answering(after: After) -> Maker:
    """Change what is answered."""
    return lambda card: _Lying(card, None, after)


def preparing(before: Before) -> Maker:
    """Change the card's state before a command, or answer in its place."""
    return lambda card: _Lying(card, before, None)


def is_(command: bytes, *heads: str) -> bool:
    """Tell whether a command begins with one of these, in hexadecimal."""
    return any(command.startswith(bytes.fromhex(head)) for head in heads)


def succeeded(response: bytes) -> bool:
    """Tell whether an answer ends with 9000."""
    return response.endswith(SUCCESS)


def flipped(response: bytes, at: int) -> bytes:
    """Return an answer with data of which one bit, of the byte at ``at``, is wrong; another as it is."""
    if not succeeded(response) or len(response) - 2 <= at:
        return response
    return response[:at] + bytes((response[at] ^ 1,)) + response[at + 1 :]


def status_becomes(head: str, old: str, new: str) -> Maker:
    """Answer one status word (``new`` may have data before it) where another is right."""
    return answering(
        lambda _card, command, response: (
            bytes.fromhex(new) if is_(command, head) and response == bytes.fromhex(old) else response
        )
    )


def instead_of(head: str, at: int) -> Maker:
    """Turn one bit of the data that a successful command answers over."""
    return answering(
        lambda _card, command, response: flipped(response, at) if is_(command, head) else response
    )
