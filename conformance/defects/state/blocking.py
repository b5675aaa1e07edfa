"""Defects of APPLICATION BLOCK and CARD BLOCK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.secured import AnyKey, OtherMac, instruction
from onecard.conformance.defects.wrong import Defect, WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face

__all__ = ["DEFECTS"]

_APPLICATION, _CARD = 0x841E, 0x8416
_SUCCESS = bytes.fromhex("9000")
_BLOCKED, _CARD_BLOCKED = bytes.fromhex("9303"), bytes.fromhex("6A81")
_UNKNOWN = bytes.fromhex("6D00")


class BlocksNothing(WrongCard):
    """APPLICATION BLOCK answers 9000 and blocks nothing."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Unblock."""
        if instruction(command) == _APPLICATION:
            self.memory.write(blocked_applications=frozenset())
        return response


class NeedsNoRight(WrongCard):
    """A right MAC is enough."""

    command = _APPLICATION

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Grant the right."""
        if instruction(command) == self.command:
            self.session.rights.add("BK")
        return command, None


class CardNeedsNoRight(NeedsNoRight):
    """A right MAC is enough for CARD BLOCK."""

    command = _CARD


class AnyRight(WrongCard):
    """The right of any key blocks."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Grant the right of BK to whoever has one."""
        if instruction(command) == _APPLICATION and self.session.rights:
            self.session.rights.add("BK")
        return command, None


class NeedsNoChallenge(WrongCard):
    """Without a challenge a MAC under zeros is taken."""

    command = _APPLICATION

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Put zeros in place."""
        if instruction(command) == self.command and not self.session.challenge:
            self.session.challenge = bytes(8)
        return command, None


class CardNeedsNoChallenge(NeedsNoChallenge):
    """Without a challenge a MAC under zeros is taken for CARD BLOCK."""

    command = _CARD


class AnyMac(OtherMac):
    """Any MAC does."""

    command = _APPLICATION

    def fits(self, command: bytes) -> bool:
        """Take it."""
        return instruction(command) == self.command


class CardAnyMac(AnyMac):
    """Any MAC does for CARD BLOCK."""

    command = _CARD


class BlocksWithoutMeans(OtherMac):
    """An application without STK is blocked whatever the MAC."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Block it."""
        refused = instruction(command) == _APPLICATION and response == bytes.fromhex("6A88")
        return self.accept(command) if refused else response


class WarnsOnly(WrongCard):
    """SELECT of a blocked application answers 6283, as ISO 7816-4 knows it."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Say so."""
        return bytes.fromhex("6283") if instruction(command) == 0x00A4 and response == _BLOCKED else response


class ChallengesInside(WrongCard):
    """GET CHALLENGE goes on inside a blocked application."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Give one."""
        if instruction(command) == 0x0084 and response == _BLOCKED:
            return bytes(range(8)) + _SUCCESS
        return response


class LooksAtTheInstructionFirst(WrongCard):
    """Unknown instructions are found before the block."""

    blocked = _BLOCKED

    def after(self, command: bytes, response: bytes) -> bytes:
        """Say so."""
        return _UNKNOWN if instruction(command) == 0x0002 and response == self.blocked else response


class LooksAtTheInstructionFirstStill(LooksAtTheInstructionFirst):
    """Unknown instructions are found before the card's block."""

    blocked = _CARD_BLOCKED


class BlocksAll(WrongCard):
    """APPLICATION BLOCK of one DF blocks them all."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Block the others."""
        if instruction(command) == _APPLICATION and response == _SUCCESS:
            names = {each.name for each in self.memory.layout.applications} - {"SSSE"}
            self.memory.write(blocked_applications=frozenset(names))
        return response


class RefusesAgain(WrongCard):
    """A second APPLICATION BLOCK is refused like any command inside."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Look first."""
        inside = self.session.is_blocked(self.session.application)
        return command, _BLOCKED if instruction(command) == _APPLICATION and inside else None


class UnblocksAtReset(WrongCard):
    """A reset unblocks."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Unblock."""
        self.memory.write(blocked_applications=frozenset(), card_blocked=False)
        return atr


class BlocksFromTheNextReset(WrongCard):
    """CARD BLOCK takes effect at the next reset."""

    pending = False

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Block now."""
        if self.pending:
            self.memory.write(card_blocked=True)
        return atr

    def after(self, command: bytes, response: bytes) -> bytes:
        """Wait."""
        if instruction(command) == _CARD and response == _SUCCESS:
            self.pending = True
            self.memory.write(card_blocked=False)
        return response


class EnvironmentAlone(WrongCard):
    """A blocked SSSE leaves its DFs open."""

    blocked = False

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Refuse the SSSE itself."""
        named = command[:3] == bytes.fromhex("00A404") and self.memory.layout.environment.aid in command
        return command, _BLOCKED if self.blocked and named else None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Open the rest."""
        if "SSSE" in self.memory.blocked_applications:
            self.blocked = True
            self.memory.write(blocked_applications=frozenset())
        return response


class LocksBlockingKeys(WrongCard):
    """A blocking key has three tries like any other."""

    failures = 0

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Refuse when none is left."""
        locked = command[:4] == bytes.fromhex("00820005") and self.failures >= 3
        return command, bytes.fromhex("6983") if locked else None

    def after(self, command: bytes, response: bytes) -> bytes:
        """Count."""
        if command[:4] == bytes.fromhex("00820005") and response[:1] == b"\x63":
            self.failures += 1
        return response


def _defect(name: str, lie: str, make: type[WrongCard], rule: str) -> Defect:
    rule = f"card/block/{rule}"
    return Defect(name=f"block-{name}", lie=lie, rule=rule, case=f"{rule}/01", make=make)


DEFECTS = (
    _defect("forgotten", "APPLICATION BLOCK answers 9000 and blocks nothing", BlocksNothing, "application"),
    _defect("without-right", "APPLICATION BLOCK needs no right", NeedsNoRight, "application-right"),
    _defect("under-any-right", "the right of any key blocks an application", AnyRight, "other-right"),
    _defect(
        "without-challenge", "APPLICATION BLOCK needs no challenge", NeedsNoChallenge, "application-challenge"
    ),
    _defect("any-mac", "APPLICATION BLOCK takes any MAC", AnyMac, "application-mac"),
    _defect("mac-of-any-application", "the STK of any application blocks", AnyKey, "application-key"),
    _defect("without-means", "an application without STK is blocked", BlocksWithoutMeans, "no-means"),
    _defect("warns-only", "SELECT of a blocked application answers 6283", WarnsOnly, "select"),
    _defect("challenge-inside", "GET CHALLENGE goes on in a blocked application", ChallengesInside, "inside"),
    _defect(
        "instruction-first",
        "in a blocked application an unknown instruction answers 6D00",
        LooksAtTheInstructionFirst,
        "unknown-inside",
    ),
    _defect("all-applications", "APPLICATION BLOCK of one DF blocks them all", BlocksAll, "others"),
    _defect("refused-again", "a second APPLICATION BLOCK answers 9303", RefusesAgain, "again"),
    _defect("until-reset", "an application is blocked until the next reset", UnblocksAtReset, "permanent"),
    _defect("environment-alone", "a blocked SSSE leaves its DFs open", EnvironmentAlone, "environment"),
    _defect("key-locks", "BK locks after three wrong proofs", LocksBlockingKeys, "never-locks"),
    _defect(
        "card-at-next-reset", "CARD BLOCK takes effect at the next reset", BlocksFromTheNextReset, "card"
    ),
    _defect("card-until-reset", "a card is blocked until the next reset", UnblocksAtReset, "card-permanent"),
    _defect(
        "card-instruction-first",
        "on a blocked card an unknown instruction answers 6D00",
        LooksAtTheInstructionFirstStill,
        "card-first",
    ),
    _defect("card-without-right", "CARD BLOCK needs no right", CardNeedsNoRight, "card-right"),
    _defect(
        "card-without-challenge", "CARD BLOCK needs no challenge", CardNeedsNoChallenge, "card-challenge"
    ),
    _defect("card-any-mac", "CARD BLOCK takes any MAC", CardAnyMac, "card-mac"),
)
