"""Signals that end a command: the first one is an exception that cleans up, further ones are ignored.

The exception can get lost: Python drops what is raised while it finalises an object, and a library may turn
it into an error of its own. So the signal is also remembered; long work asks with
:func:`raise_if_interrupted` before it goes on and before it keeps anything, and an error that follows a
signal counts as the interruption.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Interrupted", "interruptible", "interruption", "raise_if_interrupted"]

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """The user or the system wants the command to end.

    Args:
        number: of the signal. It is the only argument, because SimPy makes the exceptions that pass through
            one of its processes anew, out of their arguments.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number

    def __str__(self) -> str:
        return signal.Signals(self.exit_code - 128).name


_heard: list[int] = []
"""Numbers of the signals heard since the innermost :func:`interruptible` block began."""


def interruption() -> Interrupted | None:
    """Return the interruption that was heard, if any, whether or not its exception arrived."""
    return Interrupted(_heard[0]) if _heard else None


def raise_if_interrupted() -> None:
    """Raise what was heard, in case that it was raised before and lost."""
    heard = interruption()
    if heard is not None:
        raise heard


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise :class:`Interrupted` in the block at the first of the signals that are not ignored already."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heard = [number for number, handler in before.items() if handler != signal.SIG_IGN]

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)
        _heard.append(number)
        raise Interrupted(number)

    _heard.clear()
    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
