"""What happened, one JSON line per message, without personal data.

A line holds the number of the message, the transaction, the institution, the result and times; never
names, certificate, card or person numbers. What a client chooses is written only in its proper shape, so
nothing else can be smuggled in: a message number is its institution's code, a time, and four characters
(settlement.md §1.1).
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from onecard.sim.serving.clock import Clock

__all__ = ["Journal"]

MSGID = re.compile(r"[HP][0-9]{11}20[0-9]{12}[0-9A-Za-z]{0,4}")
INFNO = re.compile(r"[0-9A-Z]{4,6}")
INSTITUTION = re.compile(r"[HP][0-9]{11}")
UNSHAPED = "?"
FLUSH_BYTES = 64 * 1024

_encode = msgspec.json.Encoder().encode


class _Line(msgspec.Struct, omit_defaults=True):
    time_us: int
    event: str
    tier: str = ""
    msgid: str = ""
    infno: str = ""
    institution: str = ""
    result: str = ""
    duration_us: int = -1
    text: str = ""


class Journal:
    """Writes lines.

    Args:
        clock: says the time.
        stream: where to; standard error by default.
        soon: called with a function that is to run soon, so that lines of one instant are written together.
    """

    def __init__(
        self,
        clock: Clock,
        stream: TextIO | None = None,
        soon: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        self._clock = clock
        self._stream = stream
        self._soon = soon
        self._lines: list[bytes] = []

    def message(
        self, *, tier: str, msgid: str, infno: str, institution: str, result: str, duration_us: int
    ) -> None:
        """Write down an answered message."""
        self._write(
            _Line(
                time_us=self._clock.now_us(),
                event="message",
                tier=tier,
                msgid=msgid if MSGID.fullmatch(msgid) else UNSHAPED,
                infno=infno if INFNO.fullmatch(infno) else UNSHAPED,
                institution=institution if INSTITUTION.fullmatch(institution) else UNSHAPED,
                result=result,
                duration_us=duration_us,
            )
        )

    def event(self, text: str) -> None:
        """Write down something of the host itself."""
        self._write(_Line(time_us=self._clock.now_us(), event="host", text=text))
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._lines:
            text = b"".join(self._lines).decode()
            self._lines.clear()
            stream = self._stream or sys.stderr
            stream.write(text)
            stream.flush()

    def _write(self, line: _Line) -> None:
        self._lines.append(_encode(line) + b"\n")
        if self._soon is None:
            self.flush()
        elif len(self._lines) == 1:
            self._soon(self.flush)
