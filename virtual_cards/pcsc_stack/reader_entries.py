"""Reader entries: the files that tell a pcscd which virtual readers to have, and at which ports.

An entry gives two slots, at a port and the one above. The driver keeps its slots in static memory, so each
entry needs its own copy of the library, under another name (facts: pcsc.md, "Many readers in one daemon").
"""

from __future__ import annotations

import re
import shutil
import socket
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.pcsc_stack.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "ENTRY_LIMIT",
    "SLOTS_PER_ENTRY",
    "SlotAddress",
    "entry_addresses",
    "free_port_pairs",
    "read_entries",
    "write_entries",
]

ENTRY_LIMIT = 8
"""Eight entries are sixteen readers, pcscd's compiled limit."""
SLOTS_PER_ENTRY = 2
_FIRST_PORT, _END_PORT = 10_240, 32_768
"""Below the ports that the kernel gives to outgoing connections."""
_PORTS_PER_PROCESS = 64
_FIELD = re.compile(r'^\s*(\w+)\s+("[^"]*"|\S+)\s*$', re.M)


class SlotAddress(NamedTuple):
    """One slot of a virtual reader."""

    reader: str
    """The name by which PC/SC knows it."""
    port: int
    """The TCP port at which the driver waits for the card."""


def entry_addresses(name: str, ordinal: int, port: int) -> list[SlotAddress]:
    """Return an entry's slots, as pcscd names them.

    Args:
        name: the entry's ``FRIENDLYNAME``.
        ordinal: how many entries of the same name come before it.
        port: the first slot's port.
    """
    return [SlotAddress(f"{name} {ordinal:02X} {slot:02X}", port + slot) for slot in range(SLOTS_PER_ENTRY)]


def write_entries(folder: Path, driver: Path, names_and_ports: Iterable[tuple[str, int]]) -> None:
    """Write the configuration of a pcscd, with one copy of the driver for each entry.

    Args:
        folder: an empty folder; the copies go beside the files.
        driver: the installed library.
        names_and_ports: of each entry.
    """
    configuration = folder / "readers"
    configuration.mkdir()
    for ordinal, (name, port) in enumerate(names_and_ports):
        library = folder / f"libifdvpcd-{ordinal}.so"
        shutil.copyfile(driver, library)
        text = (
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {library}\n'
            f"CHANNELID 0x{port:04X}\n"
        )
        (configuration / f"slot-{ordinal:02}").write_text(text, encoding="utf-8")


def read_entries(folder: Path) -> list[SlotAddress]:
    """Return the virtual readers that a folder such as ``/etc/reader.conf.d`` configures.

    Entries of the same name are numbered in the order of their files' names; pcscd takes them as the folder
    gives them.
    """
    if not folder.is_dir():
        return []
    earlier: Counter[str] = Counter()
    addresses: list[SlotAddress] = []
    for fields in _entries(folder):
        name = fields["FRIENDLYNAME"]
        port = _listening_port(fields) if "libifdvpcd" in fields.get("LIBPATH", "") else 0
        if port:
            addresses += entry_addresses(name, earlier[name], port)
        earlier[name] += 1
    return addresses


def _entries(folder: Path) -> Iterator[dict[str, str]]:
    for file in sorted(folder.iterdir()):
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        entry: dict[str, str] = {}
        for key, value in _FIELD.findall(re.sub(r"#.*", "", text)):
            if key == "FRIENDLYNAME":
                if entry.get(key):
                    yield entry
                entry = {}
            entry[key] = value.strip('"')
        if entry.get("FRIENDLYNAME"):
            yield entry


def _listening_port(fields: dict[str, str]) -> int:
    """Return the port at which the driver waits; 0 when the entry makes it connect out."""
    device, _, port = fields.get("DEVICENAME", "").partition(":")
    try:
        return int(port, 0) if device == "/dev/null" and port else int(fields.get("CHANNELID", "0"), 0)
    except ValueError:
        return 0


def free_port_pairs(count: int, process_id: int) -> list[int]:
    """Return ports that are free, each with the one above it.

    Processes begin their search at different places, so that daemons started side by side rarely meet; when
    they do, the daemon comes up without a reader, which :class:`PrivatePcscd` notices and tries again.

    Raises:
        DaemonError: there are not that many.
    """
    span = _END_PORT - _FIRST_PORT
    start = process_id * _PORTS_PER_PROCESS % span
    found: list[int] = []
    for offset in range(0, span, SLOTS_PER_ENTRY):
        port = _FIRST_PORT + (start + offset) % span
        if _is_free(port) and _is_free(port + 1):
            found.append(port)
            if len(found) == count:
                return found
    raise DaemonError(f"of {count} pairs of TCP ports from {_FIRST_PORT} only {len(found)} are free")


def _is_free(port: int) -> bool:
    """Try what the driver will do: bind on all addresses, without address re-use."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
