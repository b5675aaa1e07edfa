"""What an institution does about a result that it does not know (settlement.md §5.3, UR-1 to UR-9).

Theory of operation. A time-out, a broken connection, an unreadable answer, and an answer that calls itself
uncertain are all the same thing: unknown, never failure (UR-1, §10 Q-12). Sending the very same bytes again
is safe, because a platform answers a message that it knows with the stored answer (Q-7); so that is tried
first, a bounded number of times. What stays unknown is reversed: 2601 with a number of its own, the same
2601 again until its answer is final. Both of its final answers mean that the message has no effect: reversed,
or never arrived and now barred (UR-8). A reversal that is refused for any other reason (what a cancellation
gave back is spent, a later step stands on it) changes nothing: then the message itself is repeated until it
is answered, and so are transactions that 2601 does not know; that is safe for the same reason as before.

Nothing here does I/O. The procedures are generators like those of the tiers: they yield an
:class:`~onecard.sim.actors.Ask` or a :class:`Wait` and are sent what was heard; so the simulated world, the
fault search and an HTTP client drive the same code::

    procedure = certain(desk, request, address="city/310000", now_us=now_us)
    outcome = drive(procedure)  # the host carries questions and lets time pass

What would break it: a second message number for the same wish while the first one may still take effect.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.envelope import decode_reply, decode_request
from onecard.sim.settlement.messages.inputs import Reversal, ReversalInput
from onecard.sim.settlement.messages.reasons import Reason, reason_of

if TYPE_CHECKING:
    from onecard.sim.settlement.clients.desk import Desk

__all__ = [
    "DEFAULT_POLICY",
    "REVERSIBLE",
    "Answer",
    "Effect",
    "Outcome",
    "Procedure",
    "RecoveryPolicy",
    "Sent",
    "Wait",
    "certain",
    "judge",
    "reverse",
]

REVERSIBLE = frozenset(("2102", "2102A", "2103", "2207", "2207A", "2208", "2304", "2304A", "2305", "2401"))
"""Transactions that 2601 can reverse (UR-4)."""

_UNKNOWN = frozenset((Reason.RESULT_UNCERTAIN, Reason.NO_ANSWER, Reason.MALFORMED))
"""Refusals that say nothing of the result. ``malformed`` belongs to them: this client's messages are well
formed, so one was damaged on its way, and an earlier copy of it may have arrived whole."""
_WITHOUT_EFFECT = frozenset((Reason.ORIGINAL_UNKNOWN, Reason.ALREADY_REVERSED))
"""Refusals of 2601 after which the message has no effect and will have none (UR-7, UR-8)."""


class Answer(StrEnum):
    """The three results of UR-1."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What is certain about a message in the end."""

    DONE = "done"
    REFUSED = "refused"
    NONE = "none"
    UNCERTAIN = "uncertain"


class RecoveryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How patient an institution is.

    Attributes:
        timeout_us: how long an answer is waited for (§10 Q-11, hospital to city 30 s).
        repeats: how often the same message is sent again before it is reversed.
        wait_us: how long it waits before it sends again; doubled each time.
        longest_wait_us: but never longer than this.
        limit: how often anything is sent at most; then the outcome stays uncertain, for people to resolve.
    """

    timeout_us: int = 30_000_000
    repeats: int = 2
    wait_us: int = 1_000_000
    longest_wait_us: int = 30_000_000
    limit: int = 200


DEFAULT_POLICY = RecoveryPolicy()


class Wait(msgspec.Struct, frozen=True):
    """Let time pass; the host sends :class:`Heard` without a reply afterwards."""

    duration_us: int


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message about to leave; what an institution must have stored by then (UR-2)."""

    msgid: str
    infno: str
    request: bytes
    now_us: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message.

    Attributes:
        effect: done, refused, without effect (reversed or barred), or uncertain after the policy's limit.
        reply: the last usable answer to the message itself; empty if there was none.
        now_us: the time when it became certain.
        unknown: how often the result was unknown on the way.
        reversal: the reversal's number, if there was one.
    """

    effect: Effect
    reply: bytes = b""
    now_us: int
    unknown: int = 0
    reversal: str = ""


Procedure = Generator[Ask | Wait, Heard, Outcome]
"""A procedure of an institution: yields questions and waits, returns what is certain in the end."""

Record = Callable[[Sent], None]


def judge(reply: bytes | None) -> tuple[Answer, str]:
    """Tell which of the three results an answer is, and its reason's word (UR-1)."""
    try:
        answer = decode_reply(reply or b"")
        code = int(answer.infcode)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return Answer.UNKNOWN, Reason.NO_ANSWER
    if code == 0:
        return Answer.SUCCESS, ""
    reason = reason_of(answer.err_msg)
    return (Answer.UNKNOWN if reason in _UNKNOWN else Answer.FAILURE), reason


def certain(
    desk: Desk,
    request: bytes,
    *,
    address: str,
    now_us: int,
    policy: RecoveryPolicy = DEFAULT_POLICY,
    record: Record | None = None,
) -> Procedure:
    """Send a message that changes something, and do not stop before its effect is certain.

    Args:
        desk: numbers the reversal, if there must be one.
        request: the message.
        address: the city's platform.
        now_us: the time.
        policy: how patient to be.
        record: stores each message before it leaves (UR-2).
    """
    message = decode_request(request)
    reversible = message.infno in REVERSIBLE
    sendings = 1 + policy.repeats if reversible else policy.limit
    outcome = yield from _until_final(
        Sent(msgid=message.msgid, infno=message.infno, request=request, now_us=now_us),
        address=address,
        sendings=sendings,
        policy=policy,
        record=record,
    )
    if outcome.effect is not Effect.UNCERTAIN or not reversible:
        return outcome
    undone = yield from reverse(
        desk, request, address=address, now_us=outcome.now_us, policy=policy, record=record
    )
    unknown = outcome.unknown + undone.unknown
    if undone.effect is not Effect.REFUSED:
        return msgspec.structs.replace(undone, unknown=unknown)
    stands = yield from _until_final(
        Sent(msgid=message.msgid, infno=message.infno, request=request, now_us=undone.now_us),
        address=address,
        sendings=policy.limit,
        policy=policy,
        record=None,
    )
    return msgspec.structs.replace(stands, unknown=unknown + stands.unknown, reversal=undone.reversal)


def reverse(
    desk: Desk,
    request: bytes,
    *,
    address: str,
    now_us: int,
    policy: RecoveryPolicy = DEFAULT_POLICY,
    record: Record | None = None,
) -> Procedure:
    """Reverse a message by its number, whatever became of it (UR-3, UR-9); arguments as :func:`certain`.

    The effect is ``none`` when the message has none, ``refused`` when the reversal changed nothing.
    """
    message = decode_request(request)
    node = ReversalInput(
        Reversal(psn_no=_person_of(message.input), omsgid=message.msgid, oinfno=message.infno)
    )
    reversal = desk.write("2601", node, now_us, message.insuplc_admdvs or "")
    sent = Sent(msgid=decode_request(reversal).msgid, infno="2601", request=reversal, now_us=now_us)
    outcome = yield from _until_final(
        sent, address=address, sendings=policy.limit, policy=policy, record=record
    )
    effect = outcome.effect
    if effect is Effect.DONE or judge(outcome.reply)[1] in _WITHOUT_EFFECT:
        effect = Effect.NONE
    return msgspec.structs.replace(outcome, effect=effect, reversal=sent.msgid)


def _until_final(
    sent: Sent, *, address: str, sendings: int, policy: RecoveryPolicy, record: Record | None
) -> Procedure:
    """Send the same bytes until the answer is final, at most so many times."""
    if record is not None:
        record(sent)
    now_us, wait_us = sent.now_us, policy.wait_us
    for unknown in range(sendings):
        if unknown:
            heard = yield Wait(wait_us)
            now_us, wait_us = heard.now_us, min(2 * wait_us, policy.longest_wait_us)
        heard = yield Ask(address=address, request=sent.request, timeout_us=policy.timeout_us)
        now_us = heard.now_us
        answer, reason = judge(heard.reply)
        if answer is Answer.UNKNOWN:
            continue
        effect = Effect.DONE if answer is Answer.SUCCESS else Effect.REFUSED
        if reason == Reason.LATE_MESSAGE:
            effect = Effect.NONE
        return Outcome(effect=effect, reply=heard.reply or b"", now_us=now_us, unknown=unknown)
    return Outcome(effect=Effect.UNCERTAIN, now_us=now_us, unknown=sendings)


def _person_of(raw: msgspec.Raw) -> str:
    """Return the person that a message names, in whichever of its nodes."""
    nodes = msgspec.json.decode(raw, type=dict[str, Any])
    return next(
        (node["psn_no"] for node in nodes.values() if isinstance(node, dict) and "psn_no" in node), ""
    )
