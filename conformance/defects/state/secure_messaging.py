"""Defects of UPDATE with a MAC."""

from __future__ import annotations

from onecard.conformance.defects.secured import REFUSED, AnyKey, OtherMac, instruction
from onecard.conformance.defects.wrong import Defect, WrongCard

__all__ = ["DEFECTS"]

_SECURED = (0x04DC, 0x04D6)
_SUCCESS = bytes.fromhex("9000")


class WritesNothing(WrongCard):
    """UPDATE with a MAC answers 9000 and forgets."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Answer at once."""
        return command, _SUCCESS if instruction(command) in _SECURED else None


class AnyMac(OtherMac):
    """Any MAC does."""

    def fits(self, command: bytes) -> bool:
        """Take it."""
        return instruction(command) in _SECURED


class OtherClass(OtherMac):
    """The MAC is expected over class 00."""

    def covered(self, command: bytes) -> bytes:
        """Change the class."""
        return b"\x00" + super().covered(command)[1:]


class MacIsARight(WrongCard):
    """With a MAC no other right is asked for."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Grant what the application's keys grant."""
        self._held = set(self.session.rights)
        if instruction(command) in _SECURED:
            self.session.rights |= {slot.name for slot in self.session.application.keys}
        return command, None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it back."""
        if instruction(command) in _SECURED:
            self.session.rights = self._held
        return response


class ZeroChallenge(WrongCard):
    """Without a challenge zeros are taken for one."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Put zeros in place."""
        if instruction(command) in _SECURED and not self.session.challenge:
            self.session.challenge = bytes(8)
        return command, None


class KeepsChallenge(OtherMac):
    """A wrong MAC leaves the challenge."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if response == REFUSED:
            self.session.challenge = self.latest
        return response


class RepeatsShortChallenge(WrongCard):
    """A challenge of 4 bytes is repeated, not filled with 00."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Repeat it."""
        if instruction(command) in _SECURED and len(self.session.challenge) == 4:
            self.session.challenge *= 2
        return command, None


class FillsOnlyWhenNeeded(WrongCard):
    """An input of whole blocks is not filled, so the right MAC is refused."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Refuse it."""
        whole = (len(command) - 4) % self.memory.algorithm.block_size == 0
        return command, REFUSED if instruction(command) in _SECURED and whole else None


class TakesNoData(WrongCard):
    """A MAC alone is an update of nothing."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Answer at once."""
        empty = instruction(command) in _SECURED and command[4] <= 4
        return command, _SUCCESS if empty else None


class IgnoresMacWithoutKey(OtherMac):
    """An application without maintenance key does not look at the MAC."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Write."""
        if instruction(command) in _SECURED and response == bytes.fromhex("6984") and not self.keys():
            return self.accept(command)
        return response


def _defect(name: str, lie: str, make: type[WrongCard], rule: str, number: int = 1) -> Defect:
    rule = f"card/messaging/{rule}"
    return Defect(name=name, lie=lie, rule=rule, case=f"{rule}/{number:02d}", make=make)


DEFECTS = (
    _defect(
        "mac-update-forgotten",
        "UPDATE with a MAC answers 9000 and writes nothing",
        WritesNothing,
        "right-mac",
    ),
    _defect("mac-not-checked", "UPDATE writes whatever its MAC is", AnyMac, "wrong-mac"),
    _defect("mac-over-class-00", "the MAC of UPDATE is expected over class 00", OtherClass, "header"),
    _defect(
        "mac-of-any-application", "the STK of any application makes a MAC that is taken", AnyKey, "own-key"
    ),
    _defect("mac-is-a-right", "UPDATE with a right MAC needs no other right", MacIsARight, "right"),
    _defect("mac-under-zeros", "without a challenge a MAC under zeros is taken", ZeroChallenge, "challenge"),
    _defect("mac-tried-again", "a wrong MAC leaves the challenge", KeepsChallenge, "used-challenge"),
    _defect(
        "short-challenge-repeated",
        "a challenge of 4 bytes is repeated where 00 belongs",
        RepeatsShortChallenge,
        "challenge-size",
    ),
    _defect(
        "mac-filled-when-needed", "whole blocks are not filled before the MAC", FillsOnlyWhenNeeded, "padding"
    ),
    _defect("mac-of-nothing", "UPDATE with a MAC and no data answers 9000", TakesNoData, "no-room"),
    _defect(
        "mac-ignored-without-key",
        "an application without STK writes whatever the MAC is",
        IgnoresMacWithoutKey,
        "no-key",
    ),
)
