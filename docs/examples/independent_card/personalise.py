"""Give an independent card the files of a 2.00 card, by APDUs. Usage: personalise.py PORT.

Only CREATE FILE, APPEND RECORD, UPDATE BINARY and SELECT of ISO 7816-4 and -9 are used. The person is
synthetic (area 519900 is no real county). What vicc cannot hold is left out: keys, PIN, access conditions,
cyclic records, DIR.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

from onecard.conformance.adapters.vpcd_driver import DriverConnection
from onecard.conformance.personalities.cards import PERSONALITIES
from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile

LIMIT_S = 10.0
LARGEST_PART = 0xF0
DEDICATED, TRANSPARENT, CYCLIC = 0x38, 0x01, 0x46
RECORDS = 0x43
"""Shareable, linear, simple TLV: the one descriptor under which vicc knows a record by its tag."""


UNASKED = b"\x00"
"""vicc's process ends at an update without Le; with one it writes, and warns that nothing is read."""
DONE = (b"\x90\x00", b"\x62\x82")


class CardRefusedError(Exception):
    """The card did not do what it was asked for."""


def create(kind: int, fid: int, *more: bytes) -> bytes:
    """Return CREATE FILE with a template of file control parameters."""
    objects = ber(0x82, bytes((kind,))) + ber(0x83, fid.to_bytes(2, "big")) + b"".join(more)
    template = ber(0x62, objects)
    return bytes((0x00, 0xE0, 0x00, 0x00, len(template))) + template


def select(name: bytes) -> bytes:
    """Return SELECT by DF name, without an answer."""
    return bytes((0x00, 0xA4, 0x04, 0x0C, len(name))) + name


def of_file(memory: CardMemory, file: ElementaryFile) -> Iterator[bytes]:
    """Give the commands that make one file and fill it."""
    short = ber(0x88, bytes((file.sfi << 3,)))
    if file.transparent:
        content = memory.binary(file)
        yield create(TRANSPARENT, file.fid, ber(0x80, len(content).to_bytes(2, "big")), short)
        for start in range(0, len(content), LARGEST_PART):
            part = content[start : start + LARGEST_PART]
            yield bytes((0x00, 0xD6, start >> 8, start & 0xFF, len(part))) + part + UNASKED
        return
    yield create(CYCLIC if file.cyclic else RECORDS, file.fid, short)
    if not file.cyclic:
        for record in memory.records(file):
            yield bytes((0x00, 0xE2, 0x00, 0x00, len(record))) + record


def of_application(memory: CardMemory, application: DedicatedFile, parent: bytes) -> Iterator[bytes]:
    """Give the commands that make one application, under another one or the MF."""
    yield select(parent) if parent else bytes.fromhex("00A4000C023F00")
    yield create(DEDICATED, application.fid, ber(0x84, application.aid))
    for file in application.files:
        yield select(application.aid)
        yield from of_file(memory, file)


def commands(memory: CardMemory) -> Iterator[bytes]:
    """Give every command of the personalisation."""
    environment = memory.layout.environment
    yield from of_application(memory, environment, b"")
    for application in memory.applications:
        if application is not environment and application.environment == "social":
            yield from of_application(memory, application, environment.aid)


def personalise(connection: DriverConnection) -> int:
    """Personalise an empty card; returns the number of commands (``CardRefusedError``: one was refused)."""
    connection.cycle_power()
    done = 0
    for command in commands(PERSONALITIES["standard"]("2.00")):
        answer = connection.exchange(command)
        if answer[-2:] not in DONE:
            raise CardRefusedError(f"{command.hex().upper()}: {answer.hex().upper() or 'no answer'}")
        done += 1
    return done


def main(port: int) -> None:
    """Personalise the card that listens at a port of this machine."""
    connection = DriverConnection(socket.create_connection(("127.0.0.1", port), LIMIT_S), limit_s=LIMIT_S)
    try:
        print(f"{personalise(connection)} commands")  # noqa: T201 - a script for a person
    finally:
        connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
