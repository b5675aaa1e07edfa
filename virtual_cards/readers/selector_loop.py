"""One thread, one selector: sockets, timers, and calls from other threads.

Everything that the slots own is touched in this thread only, so nothing needs a lock; other threads hand in
calls and wait for their results. Timers are the selector's time-out: nothing here ever sleeps.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from onecard.virtual_cards.pcsc_stack.errors import PcscError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LoopStoppedError", "SelectorLoop", "Timer"]

T = TypeVar("T")
CALL_LIMIT_S = 30.0
"""A call that takes longer means that a card is stuck in its own code."""


class LoopStoppedError(PcscError):
    """The thread that serves the slots does not run, or does not answer."""


class Timer:
    """Something to do later."""

    __slots__ = ("action", "cancelled")

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Do it not."""
        self.cancelled = True


class SelectorLoop:
    """The thread. It begins with :meth:`start` and ends with :meth:`stop`.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self.selector = selectors.DefaultSelector()
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._calls: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._waker, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self.selector.register(self._woken, selectors.EVENT_READ, self._drain)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def running(self) -> bool:
        """Whether calls are taken."""
        return self._thread.is_alive() and not self._stopping

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and give everything back; may be called again.

        Raises:
            LoopStoppedError: a card does not return from a call; the thread is left behind.
        """
        if self._thread.is_alive():
            self._stopping = True
            self._wake()
            self._thread.join(CALL_LIMIT_S)
            if self._thread.is_alive():
                raise LoopStoppedError(f"a card did not return from a call within {CALL_LIMIT_S:g} s")
        if self._woken.fileno() >= 0:
            self.selector.close()
            self._woken.close()
            self._waker.close()

    def call(self, action: Callable[[], T]) -> T:
        """Run something in the thread and return its result, or raise what it raised.

        Raises:
            LoopStoppedError: the thread does not run, or is stuck.
        """
        if threading.current_thread() is self._thread:
            return action()
        if not self.running:
            raise LoopStoppedError("the host of the slots does not run: it was closed")
        future: Future[T] = Future()
        self._calls.append((action, future))
        self._wake()
        if not self._thread.is_alive():  # it ended meanwhile, perhaps without a look at this call
            self._refuse_calls()
        try:
            return future.result(CALL_LIMIT_S)
        except TimeoutError:
            if future.done():
                raise
            raise LoopStoppedError(f"a card did not return from a call within {CALL_LIMIT_S:g} s") from None

    def later(self, delay_us: int, action: Callable[[], None]) -> Timer:
        """Run something in the thread after a delay in microseconds; from the thread only."""
        timer = Timer(action)
        heapq.heappush(self._timers, (time.monotonic_ns() + delay_us * 1000, next(self._order), timer))
        return timer

    def _wake(self) -> None:
        try:
            self._waker.send(b"\0")
        except OSError:
            return  # the pipe is full of wake-ups already, or nobody is left to wake

    def _drain(self, _mask: int) -> None:
        self._woken.recv(4096)

    def _run(self) -> None:
        select = self.selector.select
        try:
            while not self._stopping:
                for key, mask in select(self._until_next_timer()):
                    key.data(mask)
                if self._timers:
                    self._run_timers()
                if self._calls:
                    self._run_calls()
        finally:
            self._stopping = True
            self._refuse_calls()

    def _refuse_calls(self) -> None:
        with contextlib.suppress(IndexError):  # until there are none, whoever takes them
            while True:
                self._calls.popleft()[1].set_exception(LoopStoppedError("the host of the slots was closed"))

    def _until_next_timer(self) -> float | None:
        if not self._timers:
            return None
        return max(0.0, (self._timers[0][0] - time.monotonic_ns()) / 1e9)

    def _run_timers(self) -> None:
        now_ns = time.monotonic_ns()
        while self._timers and self._timers[0][0] <= now_ns:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.action()

    def _run_calls(self) -> None:
        while self._calls:
            action, future = self._calls.popleft()
            try:
                future.set_result(action())
            except Exception as error:  # raised where the call was made
                future.set_exception(error)
