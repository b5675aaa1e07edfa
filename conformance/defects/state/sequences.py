"""Defects that random walks find."""

from __future__ import annotations

from onecard.conformance.defects.secured import REFUSED, instruction
from onecard.conformance.defects.state.survival import (
    ChallengeTwice,
    KeyRightsTravel,
    PinLostElsewhere,
    WrongProofLeavesRight,
)
from onecard.conformance.defects.wrong import Defect, WrongCard
from onecard.virtual_cards.layouts.access import PIN

__all__ = ["DEFECTS"]

_GET_RESPONSE = 0x00C0
_PIN_UNBLOCK = 0x8424


class FindsChildrenOfTheEnvironment(WrongCard):
    """A DF is found by its identifier from the MF, too."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Go where it can be found."""
        if command[:6] == bytes.fromhex("00A4000002DF") and self.session.application.name == "MF":
            self.session.application = self.memory.layout.environment
        return command, None


class AnswerOutlivesCommands(WrongCard):
    """An answer behind 61xx waits through other commands."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Keep it."""
        self._waited = self.session.waiting
        return command, None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if instruction(command) != _GET_RESPONSE and not self.session.waiting:
            self.session.waiting = self._waited
        return response


class ChangeVerifies(WrongCard):
    """CHANGE PIN gives the PIN's right."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Give it."""
        if instruction(command) == 0x805E and response == bytes.fromhex("9000"):
            self.session.rights.add(PIN)
        return response


class UnblockUsesTheRight(WrongCard):
    """PIN UNBLOCK uses the PUK's right up."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if instruction(command) == _PIN_UNBLOCK:
            self.session.rights.discard("PUK")
        return response


class ShowsOneTryMore(WrongCard):
    """A wrong proof shows one try more than is left."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Add one."""
        if instruction(command) == 0x0082 and response[:1] == b"\x63":
            return bytes((0x63, response[1] + 1))
        return response


class WrongMacTakesTheRight(WrongCard):
    """A wrong MAC ends the blocking key's right."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if response == REFUSED:
            self.session.rights.clear()
        return response


class PurseWaits(WrongCard):
    """A command out of its turn leaves the transaction begun."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Keep it."""
        self._begun = self.session.purse
        return command, None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if response == bytes.fromhex("6901"):
            self.session.purse = self._begun
        return response


def _defect(name: str, lie: str, make: type[WrongCard], region: str) -> Defect:
    rule = f"card/sequence/{region}"
    return Defect(name=f"walk-{name}", lie=lie, rule=rule, case=f"{rule}/01", make=make)


DEFECTS = (
    _defect(
        "df-found-from-mf",
        "SELECT finds a DF by identifier from the MF",
        FindsChildrenOfTheEnvironment,
        "selection",
    ),
    _defect(
        "pin-right-per-application", "the PIN's right ends with its application", PinLostElsewhere, "pin"
    ),
    _defect("change-pin-verifies", "CHANGE PIN gives the PIN's right", ChangeVerifies, "pin-failures"),
    _defect("challenge-twice", "a challenge serves twice", ChallengeTwice, "challenge"),
    _defect("answer-waits-on", "an answer waits through other commands", AnswerOutlivesCommands, "answer"),
    _defect(
        "puk-right-used-up", "PIN UNBLOCK uses the PUK's right up", UnblockUsesTheRight, "unblocking-key"
    ),
    _defect(
        "puk-right-after-failure",
        "a wrong proof leaves the PUK's right",
        WrongProofLeavesRight,
        "unblocking-key-failures",
    ),
    _defect(
        "key-right-travels", "keys' rights survive SELECT of another application", KeyRightsTravel, "file-key"
    ),
    _defect(
        "one-try-more", "a wrong proof shows one try more than is left", ShowsOneTryMore, "file-key-failures"
    ),
    _defect(
        "wrong-mac-takes-right",
        "a wrong MAC ends the blocking key's right",
        WrongMacTakesTheRight,
        "blocking-key",
    ),
    _defect("purse-waits", "a purse command out of turn leaves the transaction begun", PurseWaits, "purse"),
)
