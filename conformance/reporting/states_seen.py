"""Which states a card has shown, read off its frames as far as they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.decoding.context import accepted
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.apdu import parse_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.virtual_cards.decoding.context import Context

__all__ = ["StatesSeen"]

_VERIFY, _GET_CHALLENGE, _SELECT = 0x20, 0x84, 0xA4
_SHORT_CHALLENGE = 8


class StatesSeen:
    """The states of one dialogue; a state is given each time that the card is brought into it."""

    def __init__(self) -> None:
        self._challenge = "none"

    def reset(self) -> None:
        """Begin anew: the card was reset."""
        self._challenge = "none"

    def after(self, before: Context, after: Context, command: bytes, word: int) -> Iterator[str]:
        """Give the states that one frame brings the card into."""
        apdu = parse_command(command)
        if apdu is None or before.environment != "social":
            return
        if apdu.ins == _SELECT and accepted(word):
            self._challenge = "none"
            yield "challenge: none"
            place = _selection(after)
            if place:
                yield f"selection: {place}"
        elif apdu.ins == _GET_CHALLENGE and word == status.SUCCESS:
            long = (apdu.le or 0) > _SHORT_CHALLENGE and after.layout.algorithm_id == 0x01
            self._challenge = "too long" if long else "fresh"
            yield f"challenge: {self._challenge}"
        elif apdu.ins == _VERIFY:
            state = _pin(apdu.data, word)
            if state:
                yield f"pin: {state}"


def _selection(context: Context) -> str:
    if context.application is None:
        return ""
    name = context.application.name
    kind = name if name in ("MF", "SSSE") else "DF"
    return kind if context.file is None else f"EF of {kind}"


def _pin(data: bytes, word: int) -> str:
    """Name the PIN's state; VERIFY without data asks for it and changes nothing."""
    if word == status.AUTHENTICATION_LOCKED:
        return "locked"
    if word & 0xFFF0 == status.TRIES_LEFT:
        return "to verify" if word & 0x0F else "locked"
    if word == status.SUCCESS:
        return "verified" if data else ""
    return ""
