"""A dialogue that goes through everything that a port can do, and what came of it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from onecard.conformance.adapters.port import AdapterError, CardGoneError, CardPort
from onecard.virtual_cards.faces import CONTACT, Face

SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
GET_CHALLENGE = bytes.fromhex("0084000008")
VERIFY_WRONG = bytes.fromhex("0020000003999999")
SUCCESS = b"\x90\x00"

TRANSCRIPT = list[tuple[str, bytes | str | None]]


def dialogue(port: CardPort, *, face: str = "contact", physical: bool = True) -> TRANSCRIPT:
    """Talk to a fresh card: silence before the reset, commands, tears, a removal, a second card."""
    done: TRANSCRIPT = []

    def note(name: str, *arguments: object) -> None:
        try:
            done.append((name, getattr(port, name)(*arguments)))
        except CardGoneError as error:
            done.append((name, f"gone: {error}"))
        except AdapterError as error:
            done.append((name, f"broken: {error}"))

    note("prepare", "card/dialogue/01", "standard", face)
    note("transmit", GET_CHALLENGE)
    note("reset")
    for command in (SELECT_SSSE, GET_CHALLENGE, VERIFY_WRONG, bytes(300), b"\x00\xff\x00\x00"):
        note("transmit", command)
    for after_bytes in (0, 7, 10_000):
        note("tear", VERIFY_WRONG, after_bytes)
        note("transmit", GET_CHALLENGE)
        note("reset")
        note("transmit", GET_CHALLENGE)
    if physical:
        note("remove")
        note("transmit", GET_CHALLENGE)
        note("reset")
        note("remove")
        note("insert")
        note("transmit", SELECT_SSSE)
        note("remove")
    note("prepare", "card/dialogue/02", "standard", face)
    note("reset")
    note("transmit", GET_CHALLENGE)
    return done


class PlainCard:
    """A card whose answer to reset a test decides; it answers ``9000``, and to one command nothing."""

    def __init__(
        self, atr: str = "3B021450", *, mute_to: bytes = b"", raises_at: bytes = b"", leaves_at: bytes = b""
    ) -> None:
        self.atr = bytes.fromhex(atr)
        self.mute_to, self.raises_at, self.leaves_at = mute_to, raises_at, leaves_at
        self.removed = False
        self.powered = False
        self.commands = 0

    def power_on(self, face: Face = CONTACT) -> bytes:
        self.powered, self.removed = True, False
        return self.atr

    def power_off(self) -> None:
        self.powered = False

    def transmit(self, command: bytes) -> bytes:
        self.commands += 1
        if self.raises_at and command == self.raises_at:
            raise ZeroDivisionError("the card's own defect")
        self.removed = bool(self.leaves_at) and command == self.leaves_at
        return b"" if not self.powered or command == self.mute_to else SUCCESS


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def python_program(folder: Path, name: str, text: str) -> str:
    """Write a program and return the command line that runs it."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return f"cmd:{sys.executable} -I {path}"
