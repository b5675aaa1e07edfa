"""What an institution does about an unknown result, by the messages that it sends."""

import datetime
from collections.abc import Callable

import msgspec
import pytest

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.recovery import (
    Answer,
    Effect,
    Outcome,
    Procedure,
    RecoveryPolicy,
    Sent,
    Wait,
    certain,
    judge,
    reverse,
)
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.envelope import Reply, Request, decode_request, encode
from onecard.sim.settlement.messages.inputs import Cancellation, CancellationInput
from onecard.sim.settlement.messages.reasons import REASONS, Reason

DONE = encode(Reply(infcode=0))
POLICY = RecoveryPolicy(repeats=2, wait_us=1_000_000, longest_wait_us=3_000_000, limit=6)


def refusal(reason: Reason) -> bytes:
    return encode(Reply(infcode=-1, err_msg=f"{reason}: {REASONS[reason][1]}"))


@pytest.fixture
def desk() -> Desk:
    return Desk(
        fixmedins_code="H31000000001",
        fixmedins_name="H",
        mdtrtarea_admvs="310000",
        calendar=Calendar(datetime.date(2024, 3, 4)),
    )


def message(desk: Desk, infno: str = "2208") -> bytes:
    node = CancellationInput(Cancellation(setl_id="S1", mdtrt_id="V1", psn_no="P1"))
    return desk.write(infno, node, 0, "310000")


class Link:
    """Drives a procedure with answers that are written down; the last one is repeated."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []
        self.waits: list[int] = []

    def drive(self, procedure: Procedure) -> Outcome:
        now_us, wish = 0, next(procedure)
        while True:
            try:
                if isinstance(wish, Wait):
                    self.waits.append(wish.duration_us)
                    now_us += wish.duration_us
                    wish = procedure.send(Heard(None, now_us))
                else:
                    assert isinstance(wish, Ask)
                    self.sent.append(decode_request(wish.request))
                    reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    now_us += wish.timeout_us if reply is None else 1000
                    wish = procedure.send(Heard(reply, now_us))
            except StopIteration as stop:
                return stop.value


def send(
    desk: Desk, link: Link, infno: str = "2208", record: Callable[[Sent], None] | None = None
) -> Outcome:
    request = message(desk, infno)
    return link.drive(certain(desk, request, address="city/310000", now_us=0, policy=POLICY, record=record))


def test_an_answer_at_once_needs_nothing_else(desk: Desk) -> None:
    link = Link(DONE)
    outcome = send(desk, link)
    assert (outcome.effect, outcome.unknown, outcome.reversal) == (Effect.DONE, 0, "")
    assert [each.infno for each in link.sent] == ["2208"]


def test_a_lost_answer_is_asked_for_again_with_the_same_message(desk: Desk) -> None:
    link = Link(None, DONE)
    outcome = send(desk, link)
    assert outcome.effect is Effect.DONE
    assert link.sent[0] == link.sent[1]
    assert link.waits == [1_000_000]


def test_what_stays_unknown_is_reversed_under_a_number_of_its_own(desk: Desk) -> None:
    link = Link(None, None, None, None, DONE)
    outcome = send(desk, link)
    assert outcome.effect is Effect.NONE
    assert [each.infno for each in link.sent] == ["2208", "2208", "2208", "2601", "2601"]
    original, reversal, again = link.sent[0], link.sent[3], link.sent[4]
    assert msgspec.json.decode(reversal.input)["data"] == {
        "psn_no": "P1",
        "omsgid": original.msgid,
        "oinfno": "2208",
    }
    assert reversal.msgid != original.msgid
    assert reversal == again
    assert outcome.reversal == reversal.msgid
    assert outcome.unknown == 4


@pytest.mark.parametrize("reason", [Reason.ORIGINAL_UNKNOWN, Reason.ALREADY_REVERSED], ids=str)
def test_a_reversal_that_finds_nothing_leaves_the_message_without_effect(desk: Desk, reason: Reason) -> None:
    assert send(desk, Link(None, None, None, refusal(reason))).effect is Effect.NONE


def test_a_reversal_that_is_refused_for_another_reason_sends_the_message_again(desk: Desk) -> None:
    """What a cancellation gave back may be spent: then it stands, and its own answer is asked for."""
    link = Link(None, None, None, refusal(Reason.FUND_EXHAUSTED), None, DONE)
    outcome = send(desk, link)
    assert outcome.effect is Effect.DONE
    assert [each.infno for each in link.sent] == ["2208", "2208", "2208", "2601", "2208", "2208"]
    assert link.sent[0] == link.sent[-1]
    assert (outcome.unknown, outcome.reversal) == (4, link.sent[3].msgid)


def test_a_refusal_is_final(desk: Desk) -> None:
    link = Link(refusal(Reason.SETTLEMENT_CANCELLED))
    outcome = send(desk, link)
    assert outcome.effect is Effect.REFUSED
    assert judge(outcome.reply) == (Answer.FAILURE, "settlement-cancelled")
    assert len(link.sent) == 1


def test_a_message_that_came_too_late_has_no_effect(desk: Desk) -> None:
    assert send(desk, Link(refusal(Reason.LATE_MESSAGE))).effect is Effect.NONE


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"",
        b"{",
        DONE[:-3],
        b"\xff\xfe",
        b'{"infcode":"x"}',
        refusal(Reason.RESULT_UNCERTAIN),
        refusal(Reason.MALFORMED),
    ],
    ids=["none", "empty", "brace", "cut", "no text", "code", "uncertain", "malformed"],
)
def test_what_is_no_clear_answer_is_unknown_and_never_failure(reply: bytes | None) -> None:
    assert judge(reply)[0] is Answer.UNKNOWN


def test_what_cannot_be_reversed_is_repeated_until_it_is_answered(desk: Desk) -> None:
    link = Link(None, None, None, None, DONE)
    outcome = send(desk, link, infno="2202")
    assert outcome.effect is Effect.DONE
    assert {each.infno for each in link.sent} == {"2202"}
    assert link.waits == [1_000_000, 2_000_000, 3_000_000, 3_000_000]


def test_patience_has_an_end(desk: Desk) -> None:
    link = Link(None)
    outcome = send(desk, link)
    assert outcome.effect is Effect.UNCERTAIN
    assert len(link.sent) == 3 + POLICY.limit


def test_every_message_is_recorded_before_it_leaves(desk: Desk) -> None:
    link = Link(None, None, None, DONE)
    recorded: list[tuple[str, str, int]] = []
    send(desk, link, record=lambda sent: recorded.append((sent.infno, sent.msgid, len(link.sent))))
    assert [(infno, before) for infno, _, before in recorded] == [("2208", 0), ("2601", 3)]
    assert [msgid for _, msgid, _ in recorded] == [link.sent[0].msgid, link.sent[3].msgid]


def test_a_settlement_that_was_answered_can_be_reversed_too(desk: Desk) -> None:
    link = Link(DONE)
    procedure = reverse(desk, message(desk), address="city/310000", now_us=0, policy=POLICY)
    assert link.drive(procedure).effect is Effect.NONE
    assert [each.infno for each in link.sent] == ["2601"]
