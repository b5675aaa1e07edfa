"""Defects of what survives between commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.secured import instruction
from onecard.conformance.defects.wrong import Defect, WrongCard
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face

__all__ = [
    "DEFECTS",
    "ChallengeTwice",
    "KeyRightsTravel",
    "PinLostElsewhere",
    "WrongPinLeavesRight",
    "WrongProofLeavesRight",
]

_SELECT, _VERIFY, _EXTERNAL = 0x00A4, 0x0020, 0x0082
_SUCCESS = bytes.fromhex("9000")
_NOT_FOUND = bytes.fromhex("6A82")


class Remembering(WrongCard):
    """What was so before the command; tells no lie of its own."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Look."""
        session = self.session
        self.rights, self.challenge = set(session.rights), session.challenge
        self.file, self.record, self.application = session.file, session.record, session.application
        return command, None

    def succeeded(self, response: bytes) -> bool:
        """Tell whether a command was carried out."""
        return response[-2:] == _SUCCESS or response[-2:-1] == b"\x61"


class PinLostElsewhere(Remembering):
    """The PIN's right ends when another application is selected."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if self.session.application is not self.application:
            self.session.rights.discard(PIN)
        return response


class RightsSurviveReset(Remembering):
    """Rights outlive the power."""

    kept: frozenset[str] = frozenset()

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Give back what was held when the power went."""
        self.session.rights |= self.kept
        return atr

    def after(self, command: bytes, response: bytes) -> bytes:
        """Keep what is held."""
        self.kept = frozenset(right for right in self.session.rights if self.keeps(right))
        return response

    def keeps(self, right: str) -> bool:
        """Tell whether this right is kept."""
        return right == PIN


class KeyRightsSurviveReset(RightsSurviveReset):
    """Rights of keys outlive the power."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Wait: SELECT of the SSSE would take them."""
        self.waiting, self.session.rights = self.kept, set()
        return atr

    waiting: frozenset[str] = frozenset()

    def after(self, command: bytes, response: bytes) -> bytes:
        """Give them back with the application."""
        if instruction(command) == _SELECT and self.waiting:
            self.session.rights |= self.waiting
            self.waiting = frozenset()
        return super().after(command, response)

    def keeps(self, right: str) -> bool:
        """Tell whether this right is kept."""
        return right != PIN


class WrongPinLeavesRight(Remembering):
    """A wrong PIN leaves the right."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if instruction(command) == _VERIFY and response[:1] == b"\x63":
            self.session.rights |= self.rights & {PIN}
        return response


class FileSelectionDropsKeys(Remembering):
    """SELECT of an EF ends the rights of keys."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take them."""
        if command[:3] == b"\x00\xa4\x02" and self.succeeded(response):
            self.session.rights &= {PIN}
        return response


class KeyRightsTravel(Remembering):
    """Rights of keys survive SELECT of another application."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put them back."""
        if instruction(command) == _SELECT:
            self.session.rights |= self.rights
        return response


class WrongProofLeavesRight(Remembering):
    """A wrong proof leaves the key's right."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if instruction(command) == _EXTERNAL and response[:1] == b"\x63":
            self.session.rights |= self.rights
        return response


class RightServesOnce(Remembering):
    """A key's right is used up by an UPDATE."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if instruction(command) in (0x00DC, 0x00D6) and self.succeeded(response):
            self.session.rights &= {PIN}
        return response


class OneKeyAtATime(Remembering):
    """EXTERNAL AUTHENTICATE of one key ends the right of the others."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Leave the new one only."""
        if instruction(command) == _EXTERNAL and response == _SUCCESS:
            self.session.rights -= self.rights - {PIN}
        return response


class SameApplicationDropsKeys(Remembering):
    """SELECT of the application that is current ends the rights of keys."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take them."""
        if command[:3] == b"\x00\xa4\x04" and self.succeeded(response):
            self.session.rights &= {PIN}
        return response


class FailedSelectDropsChallenge(Remembering):
    """SELECT that fails loses the challenge."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if instruction(command) == _SELECT and response == _NOT_FOUND:
            self.session.challenge = b""
        return response


class ChallengeTravels(Remembering):
    """A challenge survives SELECT of another application."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if instruction(command) == _SELECT:
            self.session.challenge = self.challenge
        return response


class ChallengeTwice(Remembering):
    """A challenge that was used with success serves again."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if instruction(command) == _EXTERNAL and response == _SUCCESS:
            self.session.challenge = self.challenge
        return response


class FailedSelectDropsFile(Remembering):
    """SELECT that fails leaves no EF current."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if instruction(command) == _SELECT and response == _NOT_FOUND:
            self.session.file = None
        return response


class FailedSelectDropsRecord(Remembering):
    """SELECT that fails leaves no record current."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Take it."""
        if instruction(command) == _SELECT and response == _NOT_FOUND:
            self.session.record = 0
        return response


class FileOutlivesSelect(Remembering):
    """SELECT of the application that is current leaves its EF current."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if command[:3] == b"\x00\xa4\x04" and self.session.application is self.application:
            self.session.file = self.file
        return response


class RecordOutlivesSelect(Remembering):
    """SELECT of an EF leaves the record current."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Put it back."""
        if command[:3] == b"\x00\xa4\x02" and self.succeeded(response):
            self.session.record = self.record
        return response


def _defect(name: str, lie: str, make: type[WrongCard], rule: str, number: int = 1) -> Defect:
    rule = f"card/state/{rule}"
    return Defect(name=name, lie=lie, rule=rule, case=f"{rule}/{number:02d}", make=make)


DEFECTS = (
    _defect(
        "pin-right-per-application",
        "the PIN's right ends with its application",
        PinLostElsewhere,
        "pin-survives",
    ),
    _defect("pin-right-outlives-power", "the PIN's right survives a reset", RightsSurviveReset, "pin-ends"),
    _defect("pin-right-after-failure", "a wrong PIN leaves the right", WrongPinLeavesRight, "pin-failure"),
    _defect(
        "key-right-lost-at-file", "SELECT of an EF ends keys' rights", FileSelectionDropsKeys, "key-kept", 2
    ),
    _defect(
        "key-right-travels", "keys' rights survive SELECT of another application", KeyRightsTravel, "key-ends"
    ),
    _defect("key-right-outlives-power", "keys' rights survive a reset", KeyRightsSurviveReset, "key-power"),
    _defect(
        "key-right-after-failure",
        "a wrong proof leaves the key's right",
        WrongProofLeavesRight,
        "key-failure",
    ),
    _defect("key-right-used-up", "a key's right serves one UPDATE", RightServesOnce, "key-lasts"),
    _defect(
        "one-key-at-a-time", "a proof of one key ends the others' rights", OneKeyAtATime, "rights-beside"
    ),
    _defect(
        "key-right-lost-at-same-application",
        "SELECT of the SSSE again ends keys' rights",
        SameApplicationDropsKeys,
        "environment-again",
    ),
    _defect(
        "challenge-lost-at-failed-select",
        "SELECT that fails loses the challenge",
        FailedSelectDropsChallenge,
        "challenge-kept",
        3,
    ),
    _defect(
        "challenge-travels", "a challenge survives SELECT of another DF", ChallengeTravels, "challenge-ends"
    ),
    _defect(
        "file-lost-at-failed-select", "SELECT that fails loses the EF", FailedSelectDropsFile, "file-kept"
    ),
    _defect(
        "file-outlives-select", "SELECT of an application leaves the EF", FileOutlivesSelect, "file-ends"
    ),
    _defect(
        "record-lost-at-failed-select",
        "SELECT that fails loses the record",
        FailedSelectDropsRecord,
        "record-kept",
    ),
    _defect(
        "record-outlives-select", "SELECT of an EF leaves the record", RecordOutlivesSelect, "record-ends"
    ),
)
