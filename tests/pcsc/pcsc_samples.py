"""Cards, events and client programs for the tests of readers and slots."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from onecard.virtual_cards.faces import Face
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import Slot, SlotEvent, SlotEventKind, SlotHost

LIMIT_S = 30.0
"""No client program of the tests takes as long, even on a busy machine."""
ATR = bytes.fromhex("3B021450")


class ScriptedCard:
    """A card whose answers a test decides."""

    def __init__(
        self,
        answer: Callable[[bytes], bytes] | bytes = b"\x90\x00",
        *,
        atr: bytes = ATR,
        delay_us: int = 0,
    ) -> None:
        self.answer = answer
        self.atr = atr
        self.delay_us = delay_us
        self.removed = False
        self.powered = False
        self.commands: list[bytes] = []

    def power_on(self, face: Face | None = None) -> bytes:
        self.powered = True
        return self.atr

    def power_off(self) -> None:
        self.powered = False

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self.answer(command) if callable(self.answer) else self.answer


class LeavingCard(ScriptedCard):
    """A card that leaves the reader when it is spoken to."""

    def transmit(self, command: bytes) -> bytes:
        self.removed = True
        return b""


@dataclass
class SlotEvents:
    """An observer that remembers, and on which one can wait."""

    events: list[SlotEvent] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, event: SlotEvent) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.events]

    def count(self, kind: SlotEventKind) -> int:
        return sum(event.kind is kind for event in self.events)

    def wait(self, kind: SlotEventKind, *, times: int = 1) -> SlotEvent:
        """Wait until an event has been told so many times; return the last one."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.count(kind) >= times, LIMIT_S), self.kinds()
            return [event for event in self.events if event.kind is kind][-1]


class Served(NamedTuple):
    """A slot of the real driver and the PC/SC reader that it is."""

    host: SlotHost
    slot: Slot
    reader: PcscReader
    events: SlotEvents


def run_client(environment: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a client program against the daemon of an environment, with a bound."""
    return subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


def run_python(environment: Mapping[str, str], program: str, *arguments: str) -> list[str]:
    """Run a Python client of a daemon and return its lines; it must succeed and say nothing else."""
    done = run_client(environment, sys.executable, "-c", program, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.splitlines()


LIST_READERS = """
from onecard.virtual_cards.readers.pcsc import list_readers
print(*sorted(list_readers()), sep="\\n")
"""
EXCHANGE = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
reader = PcscReader(sys.argv[1])
reader.wait_for_card()
with reader.createConnection() as connection:
    connection.connect()
    print(bytes(connection.getATR()).hex().upper())
    for command in sys.argv[2:]:
        data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
        print(bytes([*data, sw1, sw2]).hex().upper())
"""
