"""The card authority: what each operation does in each status, and card authentication."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from institutions_world import HOUR, START, World

from onecard.sim.authority import (
    REASONS,
    STATUSES,
    TRANSITIONS,
    CardAuthority,
    CardRecord,
    CardStatus,
    CounterReply,
    CounterRequest,
    Operation,
    Reason,
    decode_reply,
    encode_request,
)
from onecard.sim.authority.statuses import HOT, RESULT_BY_STATUS

CARD = "A00000001"
CERTNO = "310101198001010001"
DAY = 24 * HOUR


def ask(
    world: World, operation: Operation, *, card: str = CARD, certno: str = CERTNO, day: int = 0
) -> CounterReply:
    request = CounterRequest(operation=operation, card_number=card, certno=certno)
    return decode_reply(world.authority.handle(encode_request(request), day * DAY + HOUR))


def world_with(status: CardStatus) -> World:
    world = World()
    world.statuses[CARD] = status
    return world


SIMPLE = [
    operation
    for operation in Operation
    if operation not in (Operation.REPLACEMENT, Operation.COLLECT_REPLACEMENT)
]


@pytest.mark.parametrize("status", CardStatus)
@pytest.mark.parametrize("operation", SIMPLE)
def test_every_operation_in_every_status_follows_the_table(operation: Operation, status: CardStatus) -> None:
    world = world_with(status)
    reply = ask(world, operation)
    expected = TRANSITIONS[operation][status]
    after = status if isinstance(expected, Reason) else expected
    assert reply.reason == (expected if isinstance(expected, Reason) else Reason.DONE)
    assert reply.status == after
    assert reply.listed == (after in HOT)
    assert world.authority.status(CARD) is after
    assert world.authority.listed(CARD) == (after in HOT)


def test_a_temporary_loss_is_lifted_and_a_formal_one_is_not() -> None:
    world = World()
    assert ask(world, Operation.TEMPORARY_LOSS).status == CardStatus.TEMPORARY_LOSS
    assert ask(world, Operation.LIFT_LOSS).status == CardStatus.NORMAL
    assert ask(world, Operation.FORMAL_LOSS).status == CardStatus.FORMAL_LOSS
    assert ask(world, Operation.LIFT_LOSS).reason == Reason.NOT_LIFTABLE


def test_a_replacement_is_due_in_five_days_and_cancels_the_old_card() -> None:
    world = World()
    assert ask(world, Operation.REPLACEMENT, card="A00000002", certno="310101198001010002").done
    ask(world, Operation.FORMAL_LOSS)
    applied = ask(world, Operation.REPLACEMENT)
    assert (applied.reason, applied.due_date) == (Reason.DONE, "2023-09-09")
    again = ask(world, Operation.REPLACEMENT, day=1)
    assert (again.reason, again.application) == (Reason.ALREADY_APPLIED, applied.application)
    assert ask(world, Operation.COLLECT_REPLACEMENT, day=4).reason == Reason.NOT_READY
    assert ask(world, Operation.COLLECT_REPLACEMENT, day=5).status == CardStatus.CANCELLED
    assert ask(world, Operation.STATUS).status == CardStatus.CANCELLED


def test_nothing_is_collected_that_was_not_applied_for() -> None:
    assert ask(World(), Operation.COLLECT_REPLACEMENT).reason == Reason.NOT_APPLIED


def test_only_the_holder_changes_a_card() -> None:
    world = World()
    assert ask(world, Operation.FORMAL_LOSS, certno="31010119800101000X").reason == Reason.HOLDER_DIFFERS
    assert world.authority.status(CARD) is CardStatus.NORMAL


def test_an_unknown_card_is_unknown() -> None:
    assert ask(World(), Operation.STATUS, card="Z").reason == Reason.UNKNOWN_CARD
    assert World().authority.status("Z") is None


def test_a_pin_reset_gets_an_application_number() -> None:
    assert len(ask(World(), Operation.PIN_RESET).application) == 20


def authenticate(authority: CardAuthority, *, now_us: int = 0, **data: Any) -> dict[str, Any]:
    message = World().message("CA01", {"data": {"mdtrt_cert_no": CARD, **data}})
    reply: dict[str, Any] = msgspec.json.decode(authority.handle(message, now_us))
    assert reply["infcode"] == 0
    output: dict[str, Any] = reply["output"]
    return output


@pytest.mark.parametrize("status", CardStatus)
def test_authentication_answers_by_status(status: CardStatus) -> None:
    assert authenticate(world_with(status).authority)["result"] == RESULT_BY_STATUS[status]


@pytest.mark.parametrize(
    ("data", "result"),
    [
        pytest.param({"certno": CERTNO}, "0", id="holder-agrees"),
        pytest.param({"mdtrt_cert_no": "Z"}, "1", id="unknown"),
        pytest.param({"certno": "1"}, "5", id="certificate-differs"),
        pytest.param({"card_sn": "1"}, "5", id="card-code-differs"),
        pytest.param({"psn_name": "别人"}, "5", id="name-differs"),
    ],
)
def test_authentication_compares_what_it_is_given(data: dict[str, Any], result: str) -> None:
    assert authenticate(World().authority, **data)["result"] == result


def test_a_card_is_valid_on_its_last_day() -> None:
    record = CardRecord(card_number=CARD, card_sn="s", certno="c", psn_name="n", expires="2023-09-04")
    authority = CardAuthority({CARD: record}.get, start=START)
    assert authenticate(authority, card_sn="s")["result"] == "0"
    assert authenticate(authority, card_sn="s", now_us=DAY)["result"] == "6"


def test_the_electronic_card_outlives_the_date_printed_on_its_card() -> None:
    record = CardRecord(card_number=CARD, card_sn="s", certno="c", psn_name="n", expires="2023-09-04")
    authority = CardAuthority({CARD: record}.get, start=START)
    assert authenticate(authority, now_us=DAY)["result"] == "0"


def test_a_wrong_authentication_code_is_a_key_error() -> None:
    record = CardRecord(card_number=CARD, card_sn="s", certno="c", psn_name="n")
    authority = CardAuthority({CARD: record}.get, start=START, check_mac=lambda query: query.mac == "good")
    assert authenticate(authority, mac="good")["result"] == "0"
    assert authenticate(authority, mac="bad")["result"] == "8"


def test_a_loss_reported_at_the_counter_reaches_authentication() -> None:
    world = World()
    ask(world, Operation.TEMPORARY_LOSS)
    assert authenticate(world.authority)["result"] == "2"
    ask(world, Operation.LIFT_LOSS)
    assert authenticate(world.authority)["result"] == "0"


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["infno", "operation", "card_number", "certno", "msgid", "input"]),
        st.none() | st.integers() | st.text(max_size=10) | st.just("CA01"),
        max_size=6,
    ).map(msgspec.json.encode)
)
def test_garbage_gets_an_answer(garbage: bytes) -> None:
    reply = msgspec.json.decode(World().authority.handle(garbage, 0))
    assert reply.get("infcode") == -1 or reply["reason"] == Reason.MALFORMED


def test_another_transaction_than_ca01_is_refused() -> None:
    world = World()
    reply = msgspec.json.decode(world.authority.handle(world.message("1101", {}), 0))
    assert reply["infcode"] == -1


def test_the_tables_are_complete() -> None:
    assert set(STATUSES) == set(CardStatus)
    assert set(REASONS) == set(Reason)
    assert set(TRANSITIONS) == set(Operation)
    assert all(set(row) == set(CardStatus) for row in TRANSITIONS.values())
