"""Which TCP sockets this machine has: who listens where, and whether the driver has taken our connection.

``/proc/net/tcp`` shows one line per socket of this network namespace. Two things can be read there and
nowhere else: the address on which the driver listens (so the warning is about what is, not about what we
believe), and whether a connection waits unaccepted: until then it has no inode. The driver accepts one card
per slot; a second one connects and waits, without a word, for as long as the first stays.
"""

from __future__ import annotations

import sys
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

__all__ = ["Acceptance", "TcpSocket", "acceptance", "listeners", "open_inodes", "tcp_sockets"]

TABLE = Path("/proc/net/tcp")
_ESTABLISHED, _LISTEN = 0x01, 0x0A


class TcpSocket(NamedTuple):
    """One IPv4 TCP socket."""

    address: str
    port: int
    peer_port: int
    state: int
    inode: int


class Acceptance(Enum):
    """What became of a connection to a port of this machine."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    TAKEN = "taken by another connection"
    UNKNOWN = "unknown"
    """The port's side of the connection is not in the table: another machine, or another namespace."""


def tcp_sockets(table: Path = TABLE) -> list[TcpSocket]:
    """Return all IPv4 TCP sockets; none where the system does not tell."""
    try:
        lines = table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    return [_socket(line.split()) for line in lines]


def _socket(words: list[str]) -> TcpSocket:
    address, port = words[1].split(":")
    stored = int(address, 16).to_bytes(
        4, sys.byteorder
    )  # the kernel prints the word as the machine stores it
    return TcpSocket(
        address=str(IPv4Address(stored)),
        port=int(port, 16),
        peer_port=int(words[2].split(":")[1], 16),
        state=int(words[3], 16),
        inode=int(words[9]),
    )


def listeners(sockets: list[TcpSocket]) -> dict[int, TcpSocket]:
    """Return the listening sockets by port."""
    return {each.port: each for each in sockets if each.state == _LISTEN}


def acceptance(port: int, own_port: int, sockets: list[TcpSocket]) -> Acceptance:
    """Tell whether the process that listens on a port has accepted our connection.

    Args:
        port: the port that we connected to.
        own_port: the port that we connected from.
        sockets: from :func:`tcp_sockets`.
    """
    connections = [each for each in sockets if each.port == port and each.state == _ESTABLISHED]
    ours = [each for each in connections if each.peer_port == own_port]
    if not ours:
        return Acceptance.UNKNOWN
    if ours[0].inode:
        return Acceptance.ACCEPTED
    if any(each.inode for each in connections):
        return Acceptance.TAKEN
    return Acceptance.PENDING


def open_inodes(pid: int) -> set[int]:
    """Return the inodes of the sockets that a process of ours holds; none if it has ended."""
    inodes = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            target = str(entry.readlink())
            if target.startswith("socket:["):
                inodes.add(int(target[8:-1]))
    except (FileNotFoundError, ProcessLookupError):
        return set()
    return inodes
