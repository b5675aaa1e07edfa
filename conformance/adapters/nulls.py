"""The null battery: cards that do nothing, or nothing of their own, and look as alive as they can.

A suite that finds anything in them but silence and nonsense has not looked. Wherever they can they give the
reference's answer to reset, so that only real observation tells them apart.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.conformance.adapters.held_card import LATE_US
from onecard.conformance.personalities.cards import case_number
from onecard.sim.draws import Stream
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.faces import CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onecard.conformance.adapters.in_process import CardMaker
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["NULLS", "RIGHT_FOR", "null_maker"]

SUCCESS = b"\x90\x00"
RIGHT_FOR = "right-for"
"""``"right-for:3"``: right for the first three commands after each reset."""
_MOST_RIGHT = 1000
_FRAMES_BEFORE_DEATH = 2
_LONGEST_RANDOM = 64
_GOOD = (0x90, 0x61)
"""SW1 of success: with all that there is, or with an answer that waits."""


class NullCard:
    """A card that gives the reference's answer to reset, and no answer to a command.

    Args:
        card: the reference.
        draws: gives bytes drawn for this case.
    """

    def __init__(self, card: PoweredCard, draws: Callable[[int], bytes]) -> None:
        self.card = card
        self.draws = draws
        self.powered = False
        self.frames = 0
        """Commands since the last reset, the present one included."""

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power or reset it."""
        atr = self.card.power_on(face)
        self.powered, self.frames = bool(atr), 0
        return atr

    def power_off(self) -> None:
        """Take the power away."""
        self.powered = False
        self.card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        self.frames += 1
        return self.answer(command) if self.powered else b""

    def answer(self, command: bytes) -> bytes:
        """Say what this one says to every command."""
        return b""


class AbsentCard(NullCard):
    """No card: whatever is done to it, it is not there."""

    removed = True

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Answer nothing."""
        return b""


class AlwaysSuccess(NullCard):
    """Everything is fine, whatever was asked."""

    def answer(self, command: bytes) -> bytes:
        """Answer ``9000``."""
        return SUCCESS


class EchoingCard(NullCard):
    """What it is told it tells, and is happy."""

    def answer(self, command: bytes) -> bytes:
        """Answer the command and ``9000``."""
        return command + SUCCESS


class RandomCard(NullCard):
    """Any bytes."""

    def answer(self, command: bytes) -> bytes:
        """Answer drawn data and a drawn status word."""
        return self.draws(2 + self.draws(1)[0] % _LONGEST_RANDOM)


class SlowCard(NullCard):
    """Right, and later than anybody waits."""

    delay_us = 0

    def answer(self, command: bytes) -> bytes:
        """Answer as the reference does, too late."""
        self.delay_us = LATE_US + 1
        return self.card.transmit(command)

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power or reset it; the answer to reset is in time."""
        self.delay_us = 0
        return super().power_on(face)


class DyingCard(NullCard):
    """Right for some commands of its life, then dead, also at a reset."""

    life = _FRAMES_BEFORE_DEATH

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Power or reset it, if it lives."""
        return super().power_on(face) if self.life else b""

    def answer(self, command: bytes) -> bytes:
        """Answer as the reference does, or die."""
        if not self.life:
            self.power_off()
            return b""
        self.life -= 1
        return self.card.transmit(command)


class LaggingCard(NullCard):
    """The answer to the command before this one; to the first one of a session ``9000``."""

    waiting = SUCCESS

    def answer(self, command: bytes) -> bytes:
        """Answer the previous command."""
        said = self.waiting if self.frames > 1 else SUCCESS
        self.waiting = self.card.transmit(command)
        return said


class ForgetfulCard(NullCard):
    """Right for the first commands of a session, then the opposite of right."""

    right_for = 1

    def answer(self, command: bytes) -> bytes:
        """Answer as the reference does, or failure for success and success for failure."""
        right = self.card.transmit(command)
        if self.frames <= self.right_for or not right:
            return right
        return b"\x6f\x00" if right[-2] in _GOOD else SUCCESS


NULLS: Mapping[str, type[NullCard]] = MappingProxyType(
    {
        "absent": AbsentCard,
        "silent": NullCard,
        "always-9000": AlwaysSuccess,
        "echoing": EchoingCard,
        "random": RandomCard,
        "slow": SlowCard,
        "dies-in-the-middle": DyingCard,
        "answers-the-previous-request": LaggingCard,
        "first-right-then-wrong": ForgetfulCard,
    }
)
"""The battery by name; ``right-for:N`` is the last one with another number."""


def null_maker(name: str, reference: CardMaker, *, seed: int) -> CardMaker:
    """Return what makes the null cards of a name.

    Args:
        name: key of :data:`NULLS`, or ``"right-for:N"``.
        reference: makes the reference whose answers they borrow.
        seed: of the random ones.

    Raises:
        InputError: there is no such one.
    """
    right_for, kind = _kind_of(name)

    def make(personality: str, case: str) -> PoweredCard:
        card = kind(reference(personality, case), _draws(seed, case))
        if isinstance(card, ForgetfulCard):
            card.right_for = right_for
        return card

    return make


def _kind_of(name: str) -> tuple[int, type[NullCard]]:
    word, colon, number = name.partition(":")
    if word == RIGHT_FOR and colon:
        if not (number.isascii() and number.isdecimal() and int(number[:6]) <= _MOST_RIGHT):
            raise InputError(
                "not a number of commands",
                where="IUT null:right-for:",
                value=number,
                allowed=f"0 to {_MOST_RIGHT}",
            )
        return int(number), ForgetfulCard
    if name not in NULLS:
        raise unknown_name("null card", name, [*NULLS, f"{RIGHT_FOR}:N"], where="IUT null:")
    return 1, NULLS[name]


def _draws(seed: int, case: str) -> Callable[[int], bytes]:
    stream, entity, occurrence = Stream(seed, "conformance/null"), case_number(case), 0

    def draw(size: int) -> bytes:
        nonlocal occurrence
        occurrence += 1
        return stream.random_bytes(size, entity, occurrence)

    return draw
