"""A child process that answers lines with lines, within bounds, and ends with all that it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

__all__ = ["LONGEST_LINE", "Child", "ChildError"]

LONGEST_LINE = 1 << 18
"""Bytes: more than a response of the longest APDU in hexadecimal."""
_KEPT_LINES = 10
_KEPT_CHARACTERS = 200
_BYE_LIMIT_S = 2.0
_CHUNK = 1 << 16


class ChildError(Exception):
    """The child said nothing in time, said too much, or died; one line, the same on every machine."""


class Child:
    """The process, in a process group of its own.

    Args:
        words: program and arguments; ``OSError`` if it cannot be started.
        limit_s: how long an answer may take, in seconds.
    """

    def __init__(self, words: Sequence[str], *, limit_s: float) -> None:
        self._limit_s = limit_s
        self._process = subprocess.Popen(  # noqa: S603 - the user's own command, no shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self._input, self._output = _opened(self._process.stdin), _opened(self._process.stdout)
        os.set_blocking(self._input.fileno(), False)
        os.set_blocking(self._output.fileno(), False)
        self._received = b""
        self._words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._drain = threading.Thread(
            target=_keep_last_lines,
            args=(_opened(self._process.stderr), self._words),
            name="onecard adapter's standard error",
            daemon=True,
        )
        self._drain.start()

    @property
    def last_words(self) -> str:
        """The last lines of its standard error, in one line; whole once it has ended."""
        return " | ".join(self._words)

    def ask(self, line: bytes) -> bytes:
        """Send a line and return the answer's, both without their ends.

        Raises:
            ChildError: it does not answer in time, answers too much, or has died.
        """
        deadline = time.monotonic() + self._limit_s
        if self._received:
            raise ChildError("the adapter said something that it was not asked")
        self._send(line + b"\n", deadline)
        while b"\n" not in self._received:
            if len(self._received) > LONGEST_LINE:
                raise ChildError(f"the adapter's answer is longer than {LONGEST_LINE} bytes")
            self._wait(self._output, selectors.EVENT_READ, deadline)
            more = self._read()
            if more is None:
                continue
            if not more:
                raise ChildError("the adapter ended instead of answering")
            self._received += more
        answer, _, self._received = self._received.partition(b"\n")
        return answer

    def end(self, farewell: bytes) -> None:
        """Say farewell, wait for the end with a bound, and kill what is left."""
        deadline = time.monotonic() + _BYE_LIMIT_S
        with contextlib.suppress(ChildError):
            self._send(farewell + b"\n", deadline)
            self._input.close()
            while True:
                self._wait(self._output, selectors.EVENT_READ, deadline)
                if self._read() == b"":
                    break
        self.kill()

    def kill(self) -> None:
        """Kill the process group, and give everything back; may be called again."""
        if self._process.returncode is None:
            # Not waited for yet, so the number of the group is still its own.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._drain.join(_BYE_LIMIT_S)  # a process that left the group may hold the other end
        self._input.close()
        self._output.close()

    def _send(self, data: bytes, deadline: float) -> None:
        while data:
            self._wait(self._input, selectors.EVENT_WRITE, deadline)
            try:
                data = data[os.write(self._input.fileno(), data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise ChildError("the adapter ended instead of answering") from None

    def _read(self) -> bytes | None:
        """Return what is there; ``None``: nothing yet; empty: the end."""
        try:
            return os.read(self._output.fileno(), _CHUNK)
        except BlockingIOError:
            return None

    def _wait(self, stream: IO[bytes], event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not selector.select(left_s):
                raise ChildError(f"the adapter does not answer within {self._limit_s:g} s")


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - asked for as a pipe
    return stream


def _keep_last_lines(stream: IO[bytes], kept: deque[str]) -> None:
    """Read to the end, a bounded piece at a time, and keep the last lines, cut."""
    with stream:
        line = b""
        while data := stream.read(4096):
            *whole, line = (line + data).split(b"\n")
            kept.extend(_shown(each) for each in whole if each.strip())
            line = line[:_KEPT_CHARACTERS]
        if line.strip():
            kept.append(_shown(line))


def _shown(line: bytes) -> str:
    text = line[:_KEPT_CHARACTERS].decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else " " for each in text).strip()
