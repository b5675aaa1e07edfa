"""The e-card: mirrors the physical card; a code is good once and for sixty seconds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from institutions_world import World

from onecard.sim.authority import CardStatus
from onecard.sim.platform import (
    REASONS,
    BusinessType,
    ECardReply,
    Issue,
    Reason,
    ShowCode,
    Status,
    Unlink,
    Verify,
    decode_reply,
    encode_request,
)

CERTNO = "310101198001010001"
CARD = "A00000001"
ESSC = f"E{CERTNO}"
SECOND = 1_000_000


def send(world: World, message: msgspec.Struct, now_us: int = 0) -> ECardReply:
    return decode_reply(world.ecards.handle(encode_request(message), now_us))


def world_with(level: int, status: CardStatus = CardStatus.NORMAL) -> World:
    world = World()
    world.levels[CERTNO] = level
    world.statuses[CARD] = status
    return world


def show(world: World, now_us: int = 0) -> str:
    reply = send(world, ShowCode(essc_no=ESSC), now_us)
    assert reply.accepted
    return reply.qr_code


def test_an_e_card_is_issued_shown_and_verified() -> None:
    world = World()
    issued = send(world, Issue(certno=CERTNO, psn_name="测试1"))
    assert (issued.reason, issued.sign_level) == (Reason.OK, 1)
    verified = send(world, Verify(qr_code=show(world)), SECOND)
    assert (verified.reason, verified.card_number, verified.certno) == (Reason.OK, CARD, CERTNO)
    assert verified.pan == ""


@pytest.mark.parametrize("status", [status for status in CardStatus if status is not CardStatus.NORMAL])
def test_a_card_that_is_not_normal_has_no_usable_e_card(status: CardStatus) -> None:
    world = world_with(1)
    code = show(world)
    world.statuses[CARD] = status
    assert send(world, Verify(qr_code=code)).reason == Reason.CARD_NOT_NORMAL
    assert send(world, ShowCode(essc_no=ESSC)).reason == Reason.CARD_NOT_NORMAL
    assert send(world, Status(essc_no=ESSC)).card_status == status
    fresh = world_with(0, status)
    assert send(fresh, Issue(certno=CERTNO, psn_name="测试1")).reason == Reason.CARD_NOT_NORMAL
    assert send(world, Unlink(essc_no=ESSC)).accepted, "it may only be given up"


def test_the_e_card_works_again_when_the_loss_is_lifted() -> None:
    world = world_with(1, CardStatus.TEMPORARY_LOSS)
    assert not send(world, ShowCode(essc_no=ESSC)).accepted
    world.statuses[CARD] = CardStatus.NORMAL
    assert send(world, Verify(qr_code=show(world))).accepted


@pytest.mark.parametrize(
    ("after_s", "reason"),
    [
        (0, Reason.OK),
        (60, Reason.OK),
        (60.000001, Reason.EXPIRED_CODE),
        (600, Reason.EXPIRED_CODE),
        (601, Reason.UNKNOWN_CODE),
    ],
)
def test_a_code_is_good_for_sixty_seconds(after_s: float, reason: Reason) -> None:
    world = world_with(1)
    assert send(world, Verify(qr_code=show(world)), round(after_s * SECOND)).reason == reason


def test_a_code_is_good_once() -> None:
    world = world_with(1)
    code = show(world)
    assert send(world, Verify(qr_code=code)).accepted
    assert send(world, Verify(qr_code=code)).reason == Reason.USED_CODE


def test_every_code_is_different_and_old_ones_are_forgotten() -> None:
    world = world_with(1)
    codes = [show(world, minute * 60 * SECOND) for minute in range(30)]
    assert len(set(codes)) == 30
    assert len(world.ecards._codes) <= 11


def test_payment_needs_level_two() -> None:
    world = world_with(1)
    refused = send(world, Verify(qr_code=show(world), busi_type=BusinessType.PAYMENT))
    assert refused.reason == Reason.LEVEL_TOO_LOW
    assert send(world, Issue(certno=CERTNO, psn_name="测试1", sign_level=2)).sign_level == 2
    paid = send(world, Verify(qr_code=show(world), busi_type=BusinessType.PAYMENT))
    assert (paid.reason, paid.pan) == (Reason.OK, "6228000000000000001")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Issue(certno="1", psn_name="x"), Reason.UNKNOWN_HOLDER),
        (Issue(certno=CERTNO, psn_name="别人"), Reason.HOLDER_DIFFERS),
        (Status(essc_no=ESSC), Reason.NOT_ISSUED),
        (ShowCode(essc_no=ESSC), Reason.NOT_ISSUED),
        (Unlink(essc_no=ESSC), Reason.NOT_ISSUED),
        (Verify(qr_code="00"), Reason.UNKNOWN_CODE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, msgspec.Struct) else str(value),
)
def test_what_cannot_be_done_is_refused_with_its_reason(message: msgspec.Struct, reason: Reason) -> None:
    assert send(World(), message).reason == reason


def test_level_two_needs_the_bank_account() -> None:
    world = World()
    card = world.ecard_by_certno(CERTNO)
    assert card is not None
    without = msgspec.structs.replace(card, pan="")
    world.ecards._by_certno = lambda certno: without
    reply = send(world, Issue(certno=CERTNO, psn_name="测试1", sign_level=2))
    assert reply.reason == Reason.NO_BANK_ACCOUNT


def test_an_e_card_is_issued_once_per_level() -> None:
    world = world_with(2)
    assert send(world, Issue(certno=CERTNO, psn_name="测试1")).reason == Reason.ALREADY_ISSUED


def test_an_unlinked_e_card_cannot_be_shown_and_its_code_is_dead() -> None:
    world = world_with(1)
    code = show(world)
    assert send(world, Unlink(essc_no=ESSC)).accepted
    assert send(world, Verify(qr_code=code)).reason == Reason.NOT_ISSUED
    assert send(world, ShowCode(essc_no=ESSC)).reason == Reason.NOT_ISSUED


def test_a_silent_authority_is_a_refusal() -> None:
    world = world_with(1)
    world.silent = True
    assert send(world, ShowCode(essc_no=ESSC)).reason == Reason.AUTHORITY_SILENT
    assert send(world, Status(essc_no=ESSC)).reason == Reason.AUTHORITY_SILENT


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["operation", "certno", "esscNo", "qrCode", "signLevel", "psnName"]),
        st.none() | st.integers() | st.text(max_size=10) | st.sampled_from(["issue", "verify", "status"]),
        max_size=6,
    ).map(msgspec.json.encode)
)
def test_garbage_gets_an_answer(garbage: bytes) -> None:
    reply = decode_reply(World().ecards.handle(garbage, 0))
    assert reply.reason in REASONS
    assert not reply.accepted


def test_every_reason_has_labels() -> None:
    assert set(REASONS) == set(Reason)
