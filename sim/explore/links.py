"""Links: they carry a question to its receiver and the answer back, and everything happens to both.

Theory of operation. Who asks hears exactly once: the answer, or None when the time is over or the connection
broke; what comes later comes to nobody. What happens to a message is drawn by the plan; this module does it.
A link carries whole messages and knows nothing of what is in them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from onecard.sim.explore.plan import FAULTY_US, HEAD_BYTES

if TYPE_CHECKING:
    from onecard.sim.explore.loop import Loop
    from onecard.sim.explore.observer import Observer
    from onecard.sim.explore.plan import Injection, Plan

__all__ = ["LATENCY_US", "Links", "Question"]

LATENCY_US = 3_000
"""How long a message takes on a link."""

Resume = Callable[[bytes | None], None]


class Question:
    """A message on its way, and the one who waits for its answer.

    Attributes:
        sender: who asks.
        receiver: whom.
        link: number of the link.
        head: first bytes of the message, which tell it from others.
        occurrence: how often the same message has crossed the link before.
        open: whether anybody still waits.
        resume: called with the answer, or None.
    """

    __slots__ = ("head", "link", "occurrence", "open", "receiver", "resume", "sender")

    def __init__(
        self, ends: tuple[str, str], link: int, head: bytes, occurrence: int, resume: Resume
    ) -> None:
        self.sender, self.receiver = ends
        self.link = link
        self.head = head
        self.occurrence = occurrence
        self.open = True
        self.resume = resume


class Links:
    """All links of a world.

    Args:
        loop: time.
        plan: the faults of the seed.
        observer: who watches.
        deliver: hands a message to its receiver: question, bytes, and a crash that goes with it.

    Attributes:
        messages: questions asked so far.
    """

    def __init__(
        self,
        loop: Loop,
        plan: Plan,
        observer: Observer,
        deliver: Callable[[Question, bytes, Injection | None], None],
    ) -> None:
        self.messages = 0
        self._loop = loop
        self._plan = plan
        self._observer = observer
        self._deliver = deliver
        self._numbers: dict[tuple[str, str], int] = {}
        self._crossed: dict[tuple[int, bytes], int] = {}
        self._answers: dict[tuple[int, bytes], bytes] = {}
        self._held: dict[int, list[tuple[Callable[..., None], tuple[Any, ...]]]] = {}
        self._cut: dict[frozenset[str], int] = {}

    # ---- cuts

    def cut(self, ends: tuple[str, ...], until_us: int) -> None:
        """Let nothing pass between two nodes until a time."""
        self._cut[frozenset(ends)] = until_us

    def heal(self) -> None:
        """End all cuts."""
        self._cut.clear()

    def _severed(self, question: Question) -> bool:
        if not self._cut:
            return False
        return self._cut.get(frozenset((question.sender, question.receiver)), 0) > self._loop.now_us

    # ---- questions

    def ask(self, sender: str, receiver: str, request: bytes, timeout_us: int, resume: Resume) -> None:
        """Send a message, and hear its answer or None: once, whatever happens.

        Args:
            sender: who asks.
            receiver: whom.
            request: the message.
            timeout_us: how long the asker waits.
            resume: called with the answer, or with None.
        """
        self.messages += 1
        link = self._numbers.get((sender, receiver))
        if link is None:
            link = self._numbers[sender, receiver] = zlib.crc32(f"{sender}>{receiver}".encode())
        head = request[:HEAD_BYTES]
        occurrence = self._crossed.get((link, head), 0)
        self._crossed[link, head] = occurrence + 1
        question = Question((sender, receiver), link, head, occurrence, resume)
        self._loop.after(timeout_us, self._expire, question)
        if self._observer.tracing:
            self._observer.note(f"{sender} > {receiver}", "asks", request)
        if self._severed(question):
            return
        injection = None
        if self._loop.now_us < FAULTY_US:
            injection = self._plan.on_message(link, head, occurrence, reply=False)
        if injection is None:
            self._carry(link, LATENCY_US, self._deliver, question, request, None)
        else:
            self._harm_request(question, request, injection)

    def _harm_request(self, question: Question, request: bytes, injection: Injection) -> None:
        """Do to a message what the plan says."""
        self._count(f"{question.sender} > {question.receiver}", injection, request)
        name, link = injection.fault.name, question.link
        if name == "drop":
            return
        if name == "reset":
            self._loop.after(2 * LATENCY_US, self.answer, question, None)
            if injection.variant % 2:
                self._carry(link, LATENCY_US, self._deliver, question, request, None)
        elif name == "duplicate":
            self._carry(link, LATENCY_US, self._deliver, question, request, None)
            self._loop.after(LATENCY_US + injection.duration_us, self._deliver, question, request, None)
        elif name == "reorder":
            self._hold(link, injection.duration_us, self._deliver, question, request, None)
        elif name == "crash":
            self._carry(link, LATENCY_US, self._deliver, question, request, injection)
        elif name in ("truncate", "corrupt"):
            self._carry(link, LATENCY_US, self._deliver, question, _harmed(request, injection), None)
        else:  # delay, split, stall
            self._carry(link, LATENCY_US + injection.duration_us, self._deliver, question, request, None)

    # ---- answers

    def reply(self, question: Question, reply: bytes) -> None:
        """Send an answer back."""
        if self._observer.tracing:
            self._observer.note(f"{question.receiver} > {question.sender}", "answers", reply)
        if self._severed(question):
            return
        injection = None
        if self._loop.now_us < FAULTY_US:
            injection = self._plan.on_message(question.link, question.head, question.occurrence, reply=True)
        earlier = self._answers.setdefault((question.link, question.head), reply)
        if injection is None or (injection.fault.name == "stale-reply" and earlier == reply):
            self._carry(question.link, LATENCY_US, self.answer, question, reply)
        else:
            self._harm_reply(question, reply, earlier, injection)

    def _harm_reply(self, question: Question, reply: bytes, earlier: bytes, injection: Injection) -> None:
        """Do to an answer what the plan says; ``earlier`` is the first answer to the same message."""
        self._count(f"{question.receiver} > {question.sender}", injection, reply)
        name, link = injection.fault.name, question.link
        if name == "reply-lost-after-commit":
            return
        if name == "reset":
            self._loop.after(LATENCY_US, self.answer, question, None)
        elif name == "reorder":
            self._hold(link, injection.duration_us, self.answer, question, reply)
        elif name == "stale-reply":
            self._carry(link, LATENCY_US, self.answer, question, earlier)
        elif name in ("truncate", "corrupt"):
            self._carry(link, LATENCY_US, self.answer, question, _harmed(reply, injection))
        else:  # delay, split, stall
            self._carry(link, LATENCY_US + injection.duration_us, self.answer, question, reply)

    def answer(self, question: Question, reply: bytes | None) -> None:
        """Bring an answer, or the news that the connection broke, to the one who still waits."""
        if question.open:
            question.open = False
            question.resume(reply)

    def _expire(self, question: Question) -> None:
        if question.open:
            if self._observer.tracing:
                where = f"{question.receiver} > {question.sender}"
                self._observer.note(where, "no answer in time to", question.head)
            self.answer(question, None)

    # ---- carrying

    def _carry(self, link: int, latency_us: int, action: Callable[..., None], *arguments: Any) -> None:
        """Bring a message over a link, and after it the ones that it has overtaken."""
        self._loop.after(latency_us, action, *arguments)
        for held_action, held in self._held.pop(link, ()):
            self._loop.after(latency_us, held_action, *held)

    def _hold(self, link: int, longest_us: int, action: Callable[..., None], *arguments: Any) -> None:
        """Keep a message back until another one has passed, or for the longest time."""
        entry = (action, arguments)
        self._held.setdefault(link, []).append(entry)
        self._loop.after(longest_us, self._release, link, entry)

    def _release(self, link: int, entry: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
        held = self._held.get(link, [])
        if entry in held:
            held.remove(entry)
            entry[0](*entry[1])

    def _count(self, where: str, injection: Injection, message: bytes) -> None:
        self._plan.count(injection.fault.name, injection.key)
        if self._observer.tracing:
            moment = f" {injection.moment}" if injection.fault.name == "crash" else ""
            self._observer.note(where, f"FAULT {injection.fault.name}{moment}:", message)


def _harmed(message: bytes, injection: Injection) -> bytes:
    """Cut a message off, or damage it so that nobody can read it."""
    place = injection.variant % max(1, len(message) - 1)
    if injection.fault.name == "truncate":
        return message[:place]
    return message[:place] + b"\xff" + message[place + 1 : -1]
