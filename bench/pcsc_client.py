"""A client program of its own for the measurements: pyscard, one reader after the other, as it is told.

Started with the environment of the daemon to use. Reads lines ``reader<TAB>APDU<TAB>count`` and answers each
with the seconds that so many exchanges took. Every exchange must succeed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from smartcard.System import readers

SUCCESS = (0x90, 0x61)
"""First byte of the status word: done, or done and an answer waits."""


def main() -> None:
    """Measure until the input ends."""
    connections: dict[str, Any] = {}
    for line in sys.stdin:
        reader, command, count = line.rstrip("\n").split("\t")
        if reader not in connections:
            connections[reader] = _connect(reader)
        print(_seconds(connections[reader], list(bytes.fromhex(command)), int(count)), flush=True)  # noqa: T201
    for connection in connections.values():
        connection.release()


def _connect(name: str) -> Any:
    (reader,) = (each for each in readers() if str(each) == name)
    connection = reader.createConnection()
    connection.connect()
    return connection


def _seconds(connection: Any, command: list[int], count: int) -> float:
    transmit = connection.transmit
    started = time.perf_counter()
    for _ in range(count):
        _data, sw1, sw2 = transmit(command)
        if sw1 not in SUCCESS:
            raise RuntimeError(f"the card answers {sw1:02X}{sw2:02X}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
