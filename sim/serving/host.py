"""The host of the tiers of one process: carries messages, commits in groups, survives its database.

Theory of operation. All steps of all tiers run in one thread, the event loop's, one after the other. What
they put is collected and committed in groups: while one group is being written by a second thread, the next
one is computed. A reply, or a durable question to another process, leaves only after the group with
everything that was put before it is in the database. So an answer never tells of something that a crash could
undo, and one disk write serves all messages that arrived while the one before it was under way.

Tiers of the same process ask one another directly, bytes to bytes and without waiting for a commit: they are
committed in the same order in the same database and discarded together, so whatever survives is a state that
they were in together, and none of it was heard outside before it was durable.

When a commit fails, the tiers in memory know more than the database. They are discarded, everybody who waits
gets a defined answer (``database-unavailable`` if certainly nothing happened, else ``result-uncertain``), and
the tiers are loaded again as soon as the database is back; until then new messages are refused at once. A
defect in a tier is treated in the same way. Nothing that was acknowledged is lost, because it was durable
before.
"""

from __future__ import annotations

import asyncio
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from onecard.sim.actors import Ask, Heard, Server, Serving
from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.sim.serving.writers import CommitError
from onecard.sim.settlement.messages.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onecard.sim.serving.clock import Clock
    from onecard.sim.serving.database import Database
    from onecard.sim.serving.metrics import Metrics
    from onecard.sim.settlement.store import Change

__all__ = ["Answer", "Host", "HostRefusedError", "Neighbour", "Trace"]

FIRST_RETRY_S, LONGEST_RETRY_S = 0.05, 1.0


class Trace(msgspec.Struct, frozen=True):
    """When a message was at a tier (settlement.md §10 Q-10)."""

    tier: str
    in_us: int
    out_us: int


class Answer(msgspec.Struct, frozen=True):
    """What a tier answered, and where the message was."""

    reply: bytes
    trace: tuple[Trace, ...] = ()


class HostRefusedError(Exception):
    """The host, not a tier, refuses a message."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Neighbour(Protocol):
    """A tier in another process."""

    async def ask(self, sender: str, request: bytes, timeout_s: float) -> Answer | None:
        """Carry a question; None when no answer came in time."""
        ...


class _Message:
    """A message from outside, and all that it causes here."""

    __slots__ = ("answer", "asked")

    def __init__(self, answer: asyncio.Future[Answer]) -> None:
        self.answer = answer
        self.asked = False
        """Whether something of it left this process."""


class _Job:
    """A message at one tier."""

    __slots__ = ("address", "done", "in_us", "message", "now_us", "serving", "trace")

    def __init__(
        self,
        message: _Message,
        address: str,
        serving: Serving,
        now_us: int,
        done: Callable[[_Job, bytes], None],
    ) -> None:
        self.message = message
        self.address = address
        self.serving = serving
        self.in_us = self.now_us = now_us
        self.done = done
        self.trace: tuple[Trace, ...] = ()


class _Question:
    """A question that is out: hears an answer or the end of its time, whichever is first."""

    __slots__ = ("at_once", "heard", "resume", "timer")

    def __init__(self) -> None:
        self.heard = False
        self.at_once: bytes | None = None
        self.resume: Callable[[bytes | None], None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    def hear(self, reply: bytes | None) -> None:
        """Take the first thing that is heard."""
        if self.heard:
            return
        self.heard = True
        if self.timer is not None:
            self.timer.cancel()
        if self.resume is None:
            self.at_once = reply
        else:
            self.resume(reply)


class Host:
    """Serves tiers.

    Args:
        build: makes the tiers, empty, by address; actors without a store may be among them.
        database: keeps what they put.
        clock: says the time.
        neighbours: address → tier in another process.
        metrics: is told what happens.
        report: called with one line when something goes wrong.
    """

    def __init__(
        self,
        *,
        build: Callable[[], Mapping[str, Server]],
        database: Database,
        clock: Clock,
        neighbours: Mapping[str, Neighbour],
        metrics: Metrics,
        report: Callable[[str], None],
    ) -> None:
        self._build = build
        self._database = database
        self._clock = clock
        self._neighbours = neighbours
        self._metrics = metrics
        self._report = report
        self._tiers: Mapping[str, Server] = {}
        self._messages: set[_Message] = set()
        self._touched: dict[str, Any] = {}
        self._outbox: list[Callable[[], None]] = []
        self._flushing = self._committing = self._recovering = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._loop = asyncio.get_running_loop()
        self.failure: asyncio.Future[None] = self._loop.create_future()
        """Ends with the exception of a defect that leaves nothing to serve."""

    # ---- life

    @property
    def is_ready(self) -> bool:
        """Whether the tiers are loaded and messages are taken."""
        return bool(self._tiers) and not self._stopping.is_set()

    @property
    def pending(self) -> int:
        """How many messages wait for their answer."""
        return len(self._messages)

    async def start(self) -> None:
        """Open the database and load the tiers; errors as :meth:`Database.open`."""
        self._tiers = await self._in_writer(self._load)

    async def stop(self, drain_s: float) -> None:
        """Take no more messages, wait for those under way with a bound, and close."""
        self._stopping.set()
        self._look_idle()
        try:
            await asyncio.wait_for(self._idle.wait(), drain_s)
        except TimeoutError:
            self._report(f"{len(self._messages)} messages were not answered within {drain_s} s")
            self._answer_all(certain=False)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._committing:
            await self._in_writer(lambda: None)
        changes = self._take()
        if changes:
            await self._in_writer(partial(self._database.commit, changes))
        await self._in_writer(self._database.close)
        self._writer.shutdown()

    async def check(self) -> bool:
        """Return whether the tiers are loaded and the database answers; a lost one is opened again."""
        if not self.is_ready:
            return False
        try:
            await self._in_writer(self._database.ping)
        except EnvironmentLacksError as error:
            if self._tiers:
                self._fail(f"database: {error}", certain=True)
            return False
        return self.is_ready

    async def _in_writer(self, action: Callable[[], Any]) -> Any:
        return await self._loop.run_in_executor(self._writer, action)

    def _load(self) -> Mapping[str, Server]:
        tiers = self._build()
        self._database.open()
        for address, changes in self._database.load().items():
            restore = getattr(tiers[address], "restore", None)
            if restore is not None:
                restore(changes)
        return tiers

    # ---- messages

    async def serve(self, address: str, request: bytes, inf_time: str = "") -> Answer:
        """Serve one message from outside.

        Args:
            address: the tier that it is for.
            request: its bytes.
            inf_time: the time that it says, for a clock that follows messages.

        Raises:
            HostRefusedError: it was not served, or nobody knows how it ended.
        """
        if not self.is_ready:
            raise HostRefusedError(Reason.DATABASE_UNAVAILABLE)
        message = _Message(self._loop.create_future())
        self._messages.add(message)
        self._start(message, address, request, self._clock.hear(inf_time), self._answered)
        try:
            return await message.answer
        finally:
            self._messages.discard(message)
            self._look_idle()

    def _look_idle(self) -> None:
        if self._stopping.is_set() and not self._messages:
            self._idle.set()

    def _start(
        self,
        message: _Message,
        address: str,
        request: bytes,
        now_us: int,
        done: Callable[[_Job, bytes], None],
    ) -> None:
        tier = self._tiers[address]
        self._touch(address, tier)
        self._step(_Job(message, address, tier.serve(request, now_us), now_us, done), None)

    def _step(self, job: _Job, heard: Heard | None) -> None:
        """Run a job until it is answered or waits for somebody."""
        while True:
            try:
                question = job.serving.send(heard)  # type: ignore[arg-type] # None starts a generator
            except StopIteration as stop:
                job.trace += (Trace(job.address, job.in_us, self._clock.now_us()),)
                job.done(job, stop.value)
                return
            except Exception as error:
                self._defect(error)
                return
            asked = self._ask(job, question)
            if not asked.heard:
                asked.resume = partial(self._resume, job, self._tiers)
                asked.timer = self._loop.call_later(question.timeout_us / 1e6, asked.hear, None)
                return
            if not self._tiers:  # a defect in the tier that was asked
                return
            heard = Heard(asked.at_once, self._clock.now_us())
            self._touch(job.address, self._tiers[job.address])

    def _resume(self, job: _Job, tiers: Mapping[str, Server], reply: bytes | None) -> None:
        if tiers is not self._tiers:  # discarded meanwhile; so is whoever asked
            return
        self._touch(job.address, tiers[job.address])
        self._step(job, Heard(reply, self._clock.now_us()))

    def _answered(self, job: _Job, reply: bytes) -> None:
        answer = Answer(reply, job.trace)
        self._emit(partial(_settle, job.message.answer, answer))

    # ---- questions

    def _ask(self, job: _Job, question: Ask) -> _Question:
        asked = _Question()
        neighbour = self._neighbours.get(question.address)
        if neighbour is not None:
            job.message.asked = True
            send = partial(self._send, job, question, neighbour, asked)
            if question.durable:
                self._emit(send)
            else:
                send()
        elif question.address in self._tiers:

            def done(inner: _Job, reply: bytes) -> None:
                job.trace += inner.trace
                asked.hear(reply)

            self._start(job.message, question.address, question.request, self._clock.now_us(), done)
        else:
            asked.hear(None)
        return asked

    def _send(self, job: _Job, question: Ask, neighbour: Neighbour, asked: _Question) -> None:
        async def carry() -> None:
            answer = await neighbour.ask(job.address, question.request, question.timeout_us / 1e6)
            if answer is not None:
                job.trace += answer.trace
            asked.hear(answer.reply if answer is not None else None)

        self._keep(carry())

    def _keep(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and not self.failure.done():
            self.failure.set_exception(task.exception())  # type: ignore[arg-type] # checked above

    # ---- commits

    def _touch(self, address: str, tier: Server) -> None:
        store = getattr(tier, "store", None)
        if store is not None:
            self._touched[address] = store

    def _emit(self, action: Callable[[], None]) -> None:
        """Do something that leaves the process, after what was put before it is durable."""
        self._outbox.append(action)
        if not self._flushing and not self._committing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _take(self) -> dict[str, Sequence[Change]]:
        touched, self._touched = self._touched, {}
        return {address: changes for address, store in touched.items() if (changes := store.take_changes())}

    def _flush(self) -> None:
        self._flushing = False
        if self._committing or not self._outbox:
            return
        outbox, self._outbox = self._outbox, []
        changes = self._take()
        if not changes:
            _release(outbox)
            return
        self._committing = True
        started_s = self._loop.time()
        commit = self._loop.run_in_executor(self._writer, self._database.commit, changes)
        commit.add_done_callback(partial(self._committed, outbox, changes, started_s))

    def _committed(
        self,
        outbox: list[Callable[[], None]],
        changes: Mapping[str, Sequence[Change]],
        started_s: float,
        commit: asyncio.Future[int],
    ) -> None:
        self._committing = False
        error = commit.exception()
        if error is None:
            self._metrics.committed(len(outbox), commit.result(), self._loop.time() - started_s)
            self._metrics.watch_prepayments(changes)
            _release(outbox)
            self._flush()
        elif isinstance(error, CommitError):
            self._fail(f"commit: {error}", certain=error.certain)
        else:
            self._defect(error)

    # ---- failures

    def _defect(self, error: BaseException) -> None:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno} {where.name}"
        self._fail(f"a defect, please report it: {type(error).__name__} in {place}", certain=False)

    def _fail(self, what: str, *, certain: bool) -> None:
        """Discard the tiers, answer everybody, and load again."""
        self._report(what)
        self._metrics.failed()
        self._tiers = {}
        self._touched.clear()
        self._outbox.clear()
        self._answer_all(certain=certain)
        if not self._stopping.is_set() and not self._recovering:
            self._recovering = True
            self._keep(self._recover())

    def _answer_all(self, *, certain: bool) -> None:
        for message in self._messages:
            reason = Reason.DATABASE_UNAVAILABLE if certain and not message.asked else Reason.RESULT_UNCERTAIN
            if not message.answer.done():
                message.answer.set_exception(HostRefusedError(reason))

    async def _recover(self) -> None:
        """Try to open and load until it succeeds or the host is stopped."""
        retry_s = FIRST_RETRY_S
        while not self._stopping.is_set():
            try:
                self._tiers = await self._in_writer(self._load)
            except (EnvironmentLacksError, InputError) as error:
                self._report(f"database: {error}")
            else:
                self._recovering = False
                self._report("the tiers are loaded again")
                return
            try:
                await asyncio.wait_for(self._stopping.wait(), retry_s)
            except TimeoutError:
                retry_s = min(2 * retry_s, LONGEST_RETRY_S)


def _settle(answer: asyncio.Future[Answer], value: Answer) -> None:
    if not answer.done():  # its client may be gone
        answer.set_result(value)


def _release(outbox: list[Callable[[], None]]) -> None:
    for action in outbox:
        action()
