"""Faults between card and reader: silence, lateness, removal, a wrong answer to reset or to SELECT."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, ClassVar

from onecard.virtual_cards.faults.wrapper import FaultError, FaultyCard
from onecard.virtual_cards.iso7816.atr import HISTORICAL_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["WRONG_ATRS", "ClaimedAlgorithm", "Mute", "Slow", "TornAtFrame", "WrongAtr"]


class Mute(FaultyCard):
    """A card that does not answer.

    Args:
        card: the card inside.
        from_frame: first command that it neither carries out nor answers, now and after every reset;
            ``0``: it does not even answer to reset.
        armed: see :class:`FaultyCard`.
    """

    lie: ClassVar[str] = "does not answer"

    def __init__(self, card: PoweredCard, *, from_frame: int = 0, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        self.from_frame = from_frame

    def _answer_to_reset(self, face: Face) -> bytes:
        if self.from_frame:
            return self.card.power_on(face)
        self.card.power_off()
        return b""

    def _exchange(self, command: bytes) -> bytes:
        return b"" if self.frames >= self.from_frame else self.card.transmit(command)


class Slow(FaultyCard):
    """A card whose answers are late; it waits for nobody itself, the host honours :attr:`delay_us`.

    Args:
        card: the card inside.
        delay_us: microseconds per answer.
        frame: the one command whose answer is late; ``0``: all of them.
        armed: see :class:`FaultyCard`.
    """

    lie: ClassVar[str] = "answers late"

    def __init__(self, card: PoweredCard, *, delay_us: int, frame: int = 0, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        self.each_us = delay_us
        self.frame = frame

    def _exchange(self, command: bytes) -> bytes:
        if self.frame in (0, self.frames):
            self._delay_us = self.each_us
        return self.card.transmit(command)


class TornAtFrame(FaultyCard):
    """A card that leaves the reader at one command: the terminal gets no answer to it.

    Args:
        card: the card inside.
        frame: the command, from 1. It happens once.
        executed: whether the card has carried the command out when it leaves.
        armed: see :class:`FaultyCard`.
    """

    lie: ClassVar[str] = "leaves the reader at a command"

    def __init__(self, card: PoweredCard, *, frame: int, executed: bool = False, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        self.frame = frame
        self.executed = executed

    def _exchange(self, command: bytes) -> bytes:
        if self.frames != self.frame:
            return self.card.transmit(command)
        if self.executed:
            self.card.transmit(command)
        return self._leave()


def _truncated(atr: bytes) -> bytes:
    """Break off in the middle of the historical bytes."""
    return atr[: len(atr) - HISTORICAL_SIZE // 2]


def _with_check(interface: str, historical: bytes, *, error: int = 0) -> bytes:
    """Build an ATR from its interface bytes (TD1 on), TB1 = TC1 = 00, with TCK."""
    body = bytes((0xE0 | len(historical), 0, 0)) + bytes.fromhex(interface) + historical
    return b"\x3b" + body + bytes((reduce(xor, body) ^ error,))


def _historical(atr: bytes) -> bytes:
    contactless = atr[1] & 0xF0 == 0x80
    return atr[-HISTORICAL_SIZE - 1 : -1] if contactless else atr[-HISTORICAL_SIZE:]


WRONG_ATRS: Mapping[str, Callable[[bytes], bytes]] = {
    "truncated": _truncated,
    # TCK belongs to an ATR with global interface bytes, T=15 (card.md §8.1: TD1 80, TD2 1F, TA3 03).
    "wrong-tck": lambda atr: _with_check("801F03", _historical(atr), error=0xFF),
    "t1": lambda atr: _with_check("01", _historical(atr)),
}
"""What a wrong ATR may be made of the right one: cut short, with a wrong check byte, for T=1 alone."""

_ATR_SIZES = range(2, 34)


class WrongAtr(FaultyCard):
    """A card with a wrong answer to reset, right in everything else.

    Args:
        card: the card inside.
        atr: a name of :data:`WRONG_ATRS`, or the bytes to give instead (2 to 33).
        armed: see :class:`FaultyCard`.
    """

    lie: ClassVar[str] = "answers to reset wrongly"

    def __init__(self, card: PoweredCard, *, atr: str | bytes, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        if isinstance(atr, str) and atr not in WRONG_ATRS:
            raise FaultError(f"atr {atr!r}: {', '.join(WRONG_ATRS)} or bytes are allowed")
        if isinstance(atr, bytes) and len(atr) not in _ATR_SIZES:
            raise FaultError(f"atr {atr.hex()!r}: 2 to 33 bytes are allowed")
        self.atr = atr

    def _answer_to_reset(self, face: Face) -> bytes:
        right = self.card.power_on(face)
        if not right:
            return right
        return self.atr if isinstance(self.atr, bytes) else WRONG_ATRS[self.atr](right)


_ALGORITHM_OBJECT = bytes.fromhex("9F0C038601")


class ClaimedAlgorithm(FaultyCard):
    """A card whose FCI names another algorithm than the card uses, as ``02`` for a terminal to refuse.

    SSF33 (``02``) is not public, so no card here has it; terminals that lack it must say so (card.md §3.2,
    §21 Q24).

    Args:
        card: the card inside.
        algorithm: identifier byte to claim.
        armed: see :class:`FaultyCard`.
    """

    lie: ClassVar[str] = "claims another algorithm than its own"

    def __init__(self, card: PoweredCard, *, algorithm: int = 0x02, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        layout = self.memory.layout
        if algorithm == layout.algorithm_id or _ALGORITHM_OBJECT not in layout.environment.fci:
            raise FaultError(f"algorithm {algorithm:02X}: a card of {layout.version} has it, or names none")
        self.algorithm = algorithm

    def _exchange(self, command: bytes) -> bytes:
        response = self.card.transmit(command)
        before, told, after = response.partition(_ALGORITHM_OBJECT)
        return before + told + bytes((self.algorithm,)) + after[1:] if told else response
