"""Calls that may block for ever, made in a thread of their own, so that their owner never does.

PC/SC's client library waits inside its own code while another program holds the card in a transaction, and
for a daemon that is stopped. Nothing ends such a wait, and Python hears no signal meanwhile. Here the owner
waits for the thread instead: up to a limit, and a Ctrl-C reaches it.
"""

from __future__ import annotations

import sys
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BoundedCalls"]

_GRACE_S = 1.0
"""How long an interrupted call may still take before its thread is given up."""


class _Call(NamedTuple):
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    outcome: SimpleQueue[tuple[Any, Exception | None]]


class BoundedCalls:
    """The thread; it begins with the first call and ends with :meth:`end`.

    Args:
        limit_s: how long a call may take, in seconds.
    """

    __slots__ = ("_calls", "_thread", "limit_s", "stuck")

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.stuck = False
        """Whether a call did not come back: nothing more is called in the thread."""
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any, longer_s: float = 0) -> Any:
        """Return what a function returns, or raise what it raises.

        Args:
            function: what to call.
            arguments: of the function.
            longer_s: how much longer than the limit it may take.

        Raises:
            TimeoutError: it did not come back in time, or an earlier call did not.
        """
        if self.stuck:
            raise TimeoutError
        self._start()
        outcome: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        self._calls.put(_Call(function, arguments, outcome))
        try:
            result, error = outcome.get(timeout=self.limit_s + longer_s)
        except Empty:
            self.stuck = True
            raise TimeoutError from None
        except BaseException:  # a signal: the call may go on without us
            self.stuck = not _ends(outcome)
            raise
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """End the thread, or let it end when it comes back; may be called again."""
        if self._thread is not None:
            thread, self._thread = self._thread, None
            self._calls.put(None)
            # Python's end lets no other thread run, and its garbage collector may call us in any.
            if not self.stuck and not sys.is_finalizing() and thread is not threading.current_thread():
                thread.join(_GRACE_S)

    def _start(self) -> None:
        if self._thread is None:
            # The thread knows the queue only: it must not keep its owner alive.
            self._thread = threading.Thread(
                target=_work, args=(self._calls,), name="onecard PC/SC calls", daemon=True
            )
            self._thread.start()


def _work(calls: SimpleQueue[_Call | None]) -> None:
    while (call := calls.get()) is not None:
        try:
            call.outcome.put((call.function(*call.arguments), None))
        except Exception as error:  # raised where the call was made
            call.outcome.put((None, error))


def _ends(outcome: SimpleQueue[tuple[Any, Exception | None]]) -> bool:
    try:
        outcome.get(timeout=_GRACE_S)
    except Empty:
        return False
    return True
