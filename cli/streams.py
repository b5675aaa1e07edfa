"""Standard output and error that no terminal, pipe or encoding can trip.

* What an encoding cannot write is written as an escape.
* A reader that goes away (``onecard … | head -1``) ends the output, not the work.
* A progress line that cannot be written is lost; a result that cannot be written is an error, told once.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["make_tolerant"]

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2


class _Forgiving(io.RawIOBase):
    """A file descriptor whose write errors of some kinds are forgotten.

    Args:
        descriptor: where the bytes go.
        forgiven: the errors that end the output without a word; the first other one is told.
    """

    def __init__(self, descriptor: int, forgiven: type[OSError]) -> None:
        self._descriptor = descriptor
        self._forgiven = forgiven

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: Any, /) -> int:
        try:
            return os.write(self._descriptor, data)
        except self._forgiven:
            return len(memoryview(data))
        except OSError as error:
            self._forgiven = OSError
            raise InputError(
                f"cannot write the output ({error.strerror})",
                where="standard output",
                allowed="a file on a disk with room",
            ) from error


def make_tolerant() -> None:
    """Replace the standard streams of this process; one that is closed goes nowhere.

    Left closed, its number would be given to the next file that is opened, and progress written into a table.
    """
    for stream, descriptor in ((sys.stdout, STANDARD_OUTPUT), (sys.stderr, STANDARD_ERROR)):
        if stream is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    sys.stdout = _stream(sys.stdout, STANDARD_OUTPUT, BrokenPipeError)
    sys.stderr = _stream(sys.stderr, STANDARD_ERROR, OSError)


def _stream(stream: TextIO | None, descriptor: int, forgiven: type[OSError]) -> io.TextIOWrapper:
    encoding = (stream.encoding if stream is not None else None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(_Forgiving(descriptor, forgiven)),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=descriptor == STANDARD_ERROR,
    )
