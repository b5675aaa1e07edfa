"""Calls that may block for ever, made in a thread of their own, so that their owner never does.

PC/SC's client library waits inside its own code while another program holds the card in a transaction, and
for a daemon that is stopped. Nothing ends such a wait, and Python hears no signal meanwhile. Here the owner
waits for the thread instead: up to a limit, and a Ctrl-C reaches it.

To change threads twice for each call costs a third of a fast exchange. Who has many calls to make hands them
over together: then the owner sees that one call follows another, and waits as long as none takes too long.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BoundedCalls"]

_GRACE_S = 1.0
"""How long an interrupted call may still take before its thread is given up."""
_LOOK_S = 0.25
"""A signal that comes just before a wait begins does not end it: so no wait is longer."""


_Outcome: TypeAlias = tuple[Any, Exception | None]
"""What a function returned, or what it raised."""


class _Call(NamedTuple):
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    outcome: SimpleQueue[_Outcome]


class BoundedCalls:
    """The thread; it begins with the first call and ends with :meth:`end`.

    Args:
        limit_s: how long a call may take, in seconds.
    """

    __slots__ = ("_allowed_s", "_begun", "_calls", "_thread", "limit_s", "stuck")

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.stuck = False
        """Whether a call did not come back: nothing more is called in the thread."""
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._begun = 0
        """Calls so far; written after :attr:`_allowed_s`, so who reads it first reads no older limit."""
        self._allowed_s = limit_s
        """How long the latest of them may take."""

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
        self._allowed_s = self.limit_s + longer_s
        self._begun += 1
        if threading.current_thread() is self._thread:
            return function(*arguments)
        return self._made(function, arguments)

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that consists of calls; each of them has the limit, not the action.

        What the action does between two calls must be short.

        Raises:
            TimeoutError: as for one call; the action goes no further than its next call.
        """
        if self.stuck:
            raise TimeoutError
        self._made(action, ())

    def _made(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        self._start()
        outcome: SimpleQueue[_Outcome] = SimpleQueue()
        self._calls.put(_Call(function, arguments, outcome))
        try:
            result, error = self._awaited(outcome)
        except Empty:
            self.stuck = True
            raise TimeoutError from None
        except BaseException:  # a signal: the call may go on without us
            self.stuck = not _ends(outcome)
            raise
        if error is not None:
            raise error
        return result

    def _awaited(self, outcome: SimpleQueue[_Outcome]) -> _Outcome:
        """Wait while calls follow each other; ``Empty``: one takes too long."""
        while True:
            begun, left_s = self._begun, self._allowed_s
            while left_s > 0:
                with contextlib.suppress(Empty):
                    return outcome.get(timeout=min(left_s, _LOOK_S))
                left_s -= _LOOK_S
            if self._begun == begun:
                raise Empty

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


def _ends(outcome: SimpleQueue[_Outcome]) -> bool:
    try:
        outcome.get(timeout=_GRACE_S)
    except Empty:
        return False
    return True
