"""Logs of others read: whatever names or arrows they put before their hexadecimal, found line by line.

Understood are, among others: opensc-tool (``Sending:``, ``Received (SW1=0x90, SW2=0x00):`` and the dump below
it; ``Outgoing APDU (20 bytes):`` with ``OPENSC_DEBUG``), scriptor and gscriptor (``> …``, ``< … : Normal
processing.``, sixteen bytes a line), pyscard's observer (``> …``, ``<  […] 90 0``), pcscd (``APDU: …``,
``SW: …``), pcsc_scan (``ATR: …``), arrows in text (``00A4… → 6F1C… 9000``), and lines of hexadecimal alone.
Those are told apart by what they look like: a line that ends in a status word answers the command before it.

The text may be UTF-8, GBK or UTF-16; time stamps and names before a marker are not looked at. A line in which
no bytes are found is reported with its number, not guessed at.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from onecard.virtual_cards.decoding.log_line import ATR, COMMAND, RESPONSE, UNKNOWN, bare_bytes, find

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ATR", "COMMAND", "LONGEST_LINE", "RESPONSE", "UNKNOWN", "LogLine", "format_line", "read_log"]

LONGEST_LINE = 250_000
"""Characters; an extended APDU with spaces takes 200 000. Longer lines are not understood."""

_DUMP_WIDTH = 16
_OPENSC_STATUS = re.compile(r"Received \(SW1=0x([0-9A-Fa-f]{2}), SW2=0x([0-9A-Fa-f]{2})\)(:?)")
_OPENSC_DUMP = re.compile(r"((?:[0-9A-Fa-f]{2} ){1,16})")
_OPENSC_HEADING = re.compile(
    r"\s*(?:(?P<atr>(?:Card )?ATR)|(?P<out>Outgoing APDU)|Incoming APDU)(?: \(\d+ bytes\))?:\s*"
)
"""Stands above a dump."""
_OPENSC_DEBUG = re.compile(r"\[[^\s\[\]]{1,64}\] [\w.-]{1,64}\.c:\d+:\w+:")
"""Place in OpenSC's sources: the line tells of lengths and addresses, never of an APDU's bytes."""
_NOTHING = re.compile(r"\s*(?:$|#|//|;|:|> ?RESET\s*$)")
"""Blank lines, comments, the remark that scriptor puts on a line of its own, its reset."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """What one line of a log holds, or several that belong together."""

    number: int
    """Of the first line, from 1."""
    kind: str
    """``"command"``, ``"response"``, ``"atr"`` or ``"unknown"``."""
    data: bytes
    source: str = ""
    """Name of the reader, in the project's own logs; empty in others."""


def format_line(kind: str, data: bytes, source: str) -> str:
    """Write a line of the project's own log, which :func:`read_log` reads: ``slot1 > 00A4…``."""
    marker = {COMMAND: ">", RESPONSE: "<", ATR: "atr"}[kind]
    return f"{source} {marker} {data.hex().upper()}".rstrip()


def read_log(log: bytes) -> Iterator[LogLine]:
    """Read a log line by line; never raises.

    Args:
        log: the whole file.

    Yields:
        One or two events a line; blank lines and comments give none.
    """
    reader = _Reader()
    for number, line in enumerate(_text(log).splitlines(), start=1):
        yield from reader.line(number, line)
    yield from reader.end()


def _text(log: bytes) -> str:
    if log.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return log.decode("utf-16", errors="replace")
    try:
        return log.decode("utf-8-sig")
    except UnicodeDecodeError:
        return log.decode("gb18030", errors="replace")


class _Reader:
    """Remembers what earlier lines leave open: an answer that goes on, a command without its answer."""

    def __init__(self) -> None:
        self._held: LogLine | None = None
        self._is_dump = False
        """Whether what is held back goes on in lines of a dump, with text beside the bytes."""
        self._status: bytes | None = None
        """Status word of an opensc-tool answer whose dump follows."""
        self._after_command = False

    def line(self, number: int, line: str) -> Iterator[LogLine]:
        """Take the next line; give what is whole now."""
        if len(line) > LONGEST_LINE:
            yield from self.end()
            yield LogLine(number, UNKNOWN, b"")
        elif not self._goes_on(line):
            yield from self.end()
            if not _NOTHING.match(line):
                yield from self._begin(number, line)

    def end(self) -> Iterator[LogLine]:
        """Give the answer that was held back."""
        if self._held is not None:
            held = replace(self._held, data=self._held.data + (self._status or b""))
            yield held if held.data else replace(held, kind=UNKNOWN)
            self._after_command = held.kind == COMMAND
            self._held, self._is_dump, self._status = None, False, None

    def _goes_on(self, line: str) -> bool:
        """Add a line to the answer that is held back, if it is part of it."""
        if self._held is None:
            return False
        if self._is_dump:
            dump = _OPENSC_DUMP.match(f"{line} ")
            more = bytes.fromhex(dump[1]) if dump else b""
        else:
            more = bare_bytes(line)
        if not 0 < len(more) <= _DUMP_WIDTH or len(self._held.data) % _DUMP_WIDTH:
            return False
        self._held = replace(self._held, data=self._held.data + more)
        return True

    def _begin(self, number: int, line: str) -> Iterator[LogLine]:
        received = _OPENSC_STATUS.search(line)
        if received:
            self._status = bytes.fromhex(received[1] + received[2])
            self._held, self._is_dump = LogLine(number, RESPONSE, b""), True
            return
        heading = _OPENSC_HEADING.fullmatch(line)
        if heading:
            kind = ATR if heading["atr"] else COMMAND if heading["out"] else RESPONSE
            self._held, self._is_dump = LogLine(number, kind, b""), True
            return
        if _OPENSC_DEBUG.search(line):
            yield LogLine(number, UNKNOWN, b"")
            return
        for found in find(line, after_command=self._after_command):
            event = LogLine(number, found.kind, found.data, found.source)
            self._after_command = found.kind == COMMAND
            wrapped = len(found.data) == _DUMP_WIDTH and not (found.remark or found.source)
            if found.kind == RESPONSE and wrapped:
                self._held = event
            else:
                yield event
