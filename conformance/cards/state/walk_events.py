"""Events of walks as steps: what ``Event.steps`` are made of.

An event that needs an application selects it; one that needs a challenge asks for it. Step names come again
in every event: a hole means the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from onecard.conformance.cards.security_steps import ASK_TRIES, ORIGINAL, external_command, verify_command
from onecard.conformance.model.steps import Let, Reset, Send

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context

__all__ = ["Steps", "WalkEvents"]

Steps: TypeAlias = tuple[Reset | Send | Let, ...]

_CHALLENGE = Send(name="challenge", command="0084000008")
_ABSENT_FILE = "00A4020002EF7F"
_LAST_BIT = "00000001"


def _send(command: str, *, raw: bool = False) -> Send:
    return Send(name="sent", command="".join(command.split()), raw=raw)


class WalkEvents:
    """The events of one application, for a card and a face.

    Args:
        context: card and face.
        home: application in which the events happen.
    """

    def __init__(self, context: Context, home: str = "SSSE") -> None:
        self._context, self.home = context, home

    def reset(self) -> Steps:
        """Cold reset, and the home application again."""
        return (Reset(name="reset"), *self.select(self.home))

    def select(self, *names: str) -> Steps:
        """SELECT applications by name, one after the other."""
        aids = (self._context.layout.by_name[name].aid.hex().upper() for name in names)
        return tuple(_send(f"00A40400{len(aid) // 2:02X}{aid}00") for aid in aids)

    def there_and_back(self) -> Steps:
        """SELECT another application, and the home application again."""
        return self.select("DF02" if self.home != "DF02" else "DF01", self.home)

    def challenge(self) -> Steps:
        """GET CHALLENGE; events after it that are not ``fresh`` use it."""
        return (_CHALLENGE,)

    def plain(self, command: str, *, raw: bool = False) -> Steps:
        """One command."""
        return (_send(command, raw=raw),)

    def verify(self, *, wrong: bool = False) -> Steps:
        """VERIFY."""
        return self.plain(verify_command(self._context.wrong_pin if wrong else self._context.pin))

    def change_pin(self, *, wrong: bool = False) -> Steps:
        """CHANGE PIN to the same PIN."""
        pin = self._context.pin
        data = f"{self._context.wrong_pin if wrong else pin}FF{pin}"
        return self.plain(f"805E0100{len(data) // 2:02X}{data}")

    def authenticate(self, key: str, *, wrong: bool = False, fresh: bool = True) -> Steps:
        """EXTERNAL AUTHENTICATE, with a challenge of its own (``fresh``) or the latest one."""
        slot = self._context.layout.keys[key]
        proof = Let(
            name="proof", function="authentication", key=f"{key}/1", arguments=("{challenge}", ORIGINAL)
        )
        turned = Let(name="proof", function="xor", arguments=("{proof}", "00" * 4 + _LAST_BIT))
        return (
            *((_CHALLENGE,) if fresh else ()),
            proof,
            *((turned,) if wrong else ()),
            _send(external_command(slot, "{proof}" + ORIGINAL)),
        )

    def unknown_version(self, key: str) -> Steps:
        """EXTERNAL AUTHENTICATE under a key version that no key has."""
        return (_CHALLENGE, _send(external_command(self._context.layout.keys[key], "00" * 16, told=9)))

    def secured(
        self, header: str, data: str = "", *, size: int = 0, key: str, wrong: bool = False, fresh: bool = True
    ) -> Steps:
        """Send a command with MAC.

        Args:
            header: CLA to P2.
            data: template of what the MAC covers beside the header.
            size: bytes of it.
            key: name of the maintenance key.
            wrong: with the MAC's last bit turned over.
            fresh: with a challenge of its own; else the latest one.
        """
        head = f"{header}{size + 4:02X}{data}"
        code = Let(name="code", function="mac", key=f"{key}/1", arguments=("{challenge}", head))
        turned = Let(name="code", function="xor", arguments=("{code}", _LAST_BIT))
        asked = (_CHALLENGE,) if fresh else ()
        return (*asked, code, *((turned,) if wrong else ()), _send(f"{head}{{code}}"))

    def unblock(self, *, right: bool = True, wrong: bool = False) -> Steps:
        """PIN UNBLOCK, with EXTERNAL AUTHENTICATE of the PUK before it (``right``) or without."""
        gained = self.authenticate("PUK") if right else ()
        return (*gained, *self.secured("84240000", key=self._maintenance, wrong=wrong))

    def set_pin(self, *, right: bool = True) -> Steps:
        """PIN CHANGE under the PUK to the statement's PIN."""
        gained = self.authenticate("PUK") if right else ()
        cipher = Let(
            name="cipher",
            function="encipher",
            key=f"{self._maintenance}/1",
            arguments=("{challenge}", self._context.pin),
        )
        size = self._context.block_size
        _, *rest = self.secured("84240001", "{cipher}", size=size, key=self._maintenance)
        return (*gained, _CHALLENGE, cipher, *rest)

    @property
    def _maintenance(self) -> str:
        return self._context.layout.pin_maintenance_key

    def bystanders(self) -> dict[str, Steps]:
        """Return the events that leave every region of the social side as it is."""
        return {
            "SELECT the same application": self.select(self.home),
            "SELECT what does not exist": self.plain(_ABSENT_FILE),
            "INTERNAL AUTHENTICATE": self.plain("0088000010" + "11" * 16 + "00"),
            "VERIFY": self.verify(),
            "GET RESPONSE": self.plain("00C0000001"),
            "unknown instruction": self.plain("00020000"),
            "unknown class": self.plain("10840000"),
        }

    def asked_tries(self) -> Steps:
        """VERIFY with Lc = 0."""
        return self.plain(ASK_TRIES)
