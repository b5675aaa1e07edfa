"""The bank host: money moves once, repeats are answered from memory, garbage gets code 30."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from institutions_world import World

from onecard.sim.banks import (
    BATCH_RESULTS,
    RESPONSES,
    BankCard,
    BankHost,
    BatchLine,
    BatchReply,
    BatchResult,
    CardStatus,
    Financial,
    FinancialReply,
    Response,
    decode_reply,
    encode_message,
)
from onecard.sim.ledger import Ledger

PAN = "6228000000000000001"


def send(world: World, message: Financial | BatchLine) -> FinancialReply | BatchReply:
    return decode_reply(world.bank.handle(encode_message(message), world.now_us))


def financial(world: World, *, stan: str = "000001", **fields: object) -> FinancialReply:
    values: dict[str, object] = {
        "mti": "0200",
        "processing_code": "000000",
        "pan": PAN,
        "amount_fen": 1_200,
        "stan": stan,
        "terminal": "POS00001",
        "merchant_account": "merchant/shop",
    }
    reply = send(world, Financial(**{**values, **fields}))  # type: ignore[arg-type]
    assert isinstance(reply, FinancialReply)
    return reply


def holds(world: World, account: str) -> int:
    return world.ledger.balance(account)


def test_a_purchase_moves_money_from_holder_to_merchant() -> None:
    world = World()
    reply = financial(world)
    assert (reply.mti, reply.response_code, reply.amount_fen) == ("0210", "00", 1_200)
    assert len(reply.reference) == 12
    assert (holds(world, "person-bank/1"), holds(world, "merchant/shop")) == (48_800, 1_200)


def test_the_same_purchase_again_is_answered_from_memory() -> None:
    world = World()
    assert financial(world) == financial(world)
    assert holds(world, "merchant/shop") == 1_200


def test_another_message_under_the_same_trace_number_is_a_duplicate() -> None:
    world = World()
    financial(world)
    assert financial(world, amount_fen=1).response_code == Response.DUPLICATE
    assert holds(world, "merchant/shop") == 1_200


def test_a_purchase_above_the_balance_is_51() -> None:
    world = World()
    assert financial(world, amount_fen=50_001).response_code == Response.INSUFFICIENT_FUNDS
    assert holds(world, "person-bank/1") == 50_000


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"pan": "6228999"}, Response.INVALID_CARD, id="unknown-card"),
        pytest.param({"merchant_account": "merchant/none"}, Response.INVALID_MERCHANT, id="unknown-merchant"),
        pytest.param({"merchant_account": "person-cash/2"}, Response.INVALID_MERCHANT, id="not-a-merchant"),
        pytest.param({"amount_fen": 0}, Response.INVALID_AMOUNT, id="nothing"),
        pytest.param({"processing_code": "999999"}, Response.INVALID_TRANSACTION, id="unknown-business"),
        pytest.param({"mti": "9999"}, Response.INVALID_TRANSACTION, id="unknown-type"),
        pytest.param(
            {"mti": "0220", "processing_code": "200000"}, Response.ORIGINAL_NOT_FOUND, id="no-original"
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_code(fields: dict[str, Any], code: Response) -> None:
    world = World()
    before = world.ledger.postings
    assert financial(world, **fields).response_code == code
    assert world.ledger.postings == before


@pytest.mark.parametrize("status", [status for status in CardStatus if status is not CardStatus.NORMAL])
def test_a_card_that_is_not_normal_cannot_pay_nor_receive(status: CardStatus) -> None:
    ledger = Ledger()
    for account in ("person-bank/1", "merchant/shop", "subsidy-payer/x"):
        ledger.open(account, opening_fen=10_000)
    card = BankCard(
        pan=PAN, account="person-bank/1", cash_account="person-cash/1", name="n", certno="c", status=status
    )
    bank = BankHost(ledger, {PAN: card}.get)
    purchase = Financial(
        mti="0200",
        processing_code="000000",
        pan=PAN,
        amount_fen=1,
        stan="000001",
        terminal="T",
        merchant_account="merchant/shop",
    )
    reply = decode_reply(bank.handle(encode_message(purchase), 0))
    assert isinstance(reply, FinancialReply)
    assert reply.response_code in RESPONSES
    assert not reply.approved
    line = BatchLine(
        batch_number="B",
        line_number=1,
        payer_account="subsidy-payer/x",
        pan=PAN,
        name="n",
        certno="c",
        amount_fen=1,
        purpose="p",
    )
    assert not decode_reply(bank.handle(encode_message(line), 0)).approved


def test_cash_leaves_the_vault_and_comes_back() -> None:
    world = World()
    cash: dict[str, Any] = {"merchant_account": "bank-vault/atm", "amount_fen": 20_000}
    assert financial(world, processing_code="010000", **cash).approved
    assert (holds(world, "person-bank/1"), holds(world, "person-cash/1")) == (30_000, 30_000)
    assert (holds(world, "bank-vault/atm"), holds(world, "bank-book/01")) == (9_980_000, 20_000)
    assert financial(world, processing_code="210000", stan="000002", **cash).approved
    assert (holds(world, "person-bank/1"), holds(world, "person-cash/1")) == (50_000, 10_000)
    assert holds(world, "bank-book/01") == 0
    assert world.ledger.audit().clean


def test_an_empty_machine_says_so() -> None:
    world = World()
    world.ledger.open("bank-vault/empty")
    reply = financial(world, processing_code="010000", merchant_account="bank-vault/empty")
    assert reply.response_code == Response.SYSTEM_ERROR


def test_a_balance_enquiry_tells_the_balance_and_moves_nothing() -> None:
    world = World()
    reply = financial(world, processing_code="310000", amount_fen=0, merchant_account="")
    assert (reply.response_code, reply.balance_fen) == ("00", 50_000)


@pytest.mark.parametrize(
    ("processing_code", "account"),
    [("000000", "merchant/shop"), ("010000", "bank-vault/atm"), ("210000", "bank-vault/atm")],
    ids=["purchase", "withdrawal", "deposit"],
)
def test_a_reversal_restores_every_balance_exactly_once(processing_code: str, account: str) -> None:
    world = World()
    before = {name: holds(world, name) for name in world.ledger.accounts()}
    fields: dict[str, Any] = {"processing_code": processing_code, "merchant_account": account}
    assert financial(world, **fields).approved
    assert financial(world, mti="0400", **fields).approved
    assert {name: holds(world, name) for name in world.ledger.accounts()} == before
    assert financial(world, mti="0400", **fields).approved, "a repeated reversal gets the stored answer"
    again = financial(world, mti="0400", stan="000002", original_stan="000001", **fields)
    assert again.response_code == Response.ORIGINAL_NOT_FOUND
    assert {name: holds(world, name) for name in world.ledger.accounts()} == before


@pytest.mark.parametrize(
    "wrong",
    [{"amount_fen": 1}, {"pan": "6228000000000000002"}, {"processing_code": "010000"}],
    ids=["other-amount", "other-card", "other-business"],
)
def test_a_reversal_that_does_not_fit_its_original_changes_nothing(wrong: dict[str, Any]) -> None:
    world = World()
    financial(world)
    assert financial(world, mti="0400", **wrong).response_code == Response.ORIGINAL_NOT_FOUND
    assert holds(world, "merchant/shop") == 1_200


def test_an_original_that_arrives_after_its_reversal_is_refused() -> None:
    world = World()
    assert financial(world, mti="0400").response_code == Response.ORIGINAL_NOT_FOUND
    assert financial(world).response_code == Response.DUPLICATE
    assert holds(world, "merchant/shop") == 0


def test_refunds_never_exceed_the_purchase() -> None:
    world = World()
    financial(world)
    refund: dict[str, Any] = {"mti": "0220", "processing_code": "200000", "original_stan": "000001"}
    assert financial(world, stan="000002", amount_fen=700, **refund).approved
    assert financial(world, stan="000003", amount_fen=501, **refund).response_code == Response.INVALID_AMOUNT
    assert financial(world, stan="000004", amount_fen=500, **refund).approved
    assert (
        financial(world, stan="000005", amount_fen=1, **refund).response_code == Response.ORIGINAL_NOT_FOUND
    )
    assert (holds(world, "person-bank/1"), holds(world, "merchant/shop")) == (50_000, 0)


def test_a_reversed_cancellation_leaves_the_purchase_standing() -> None:
    world = World()
    financial(world)
    cancel: dict[str, Any] = {"processing_code": "200000", "original_stan": "000001"}
    assert (
        financial(world, stan="000002", amount_fen=1_000, **cancel).response_code == Response.INVALID_AMOUNT
    )
    assert financial(world, stan="000003", **cancel).approved
    assert holds(world, "merchant/shop") == 0
    assert financial(world, stan="000003", mti="0400", processing_code="200000").approved
    assert holds(world, "merchant/shop") == 1_200


def batch(world: World, **fields: object) -> BatchReply:
    who = next(iter(world.people.values()))
    values: dict[str, object] = {
        "batch_number": "B1",
        "line_number": 1,
        "payer_account": "subsidy-payer/housing",
        "pan": PAN,
        "name": who.psn_name,
        "certno": who.certno,
        "amount_fen": 60_000,
        "purpose": "housing",
    }
    reply = send(world, BatchLine(**{**values, **fields}))  # type: ignore[arg-type]
    assert isinstance(reply, BatchReply)
    return reply


def test_a_subsidy_line_is_paid_once() -> None:
    world = World()
    assert batch(world) == batch(world)
    assert holds(world, "person-bank/1") == 110_000
    assert batch(world, amount_fen=1).result == BatchResult.FAILED
    assert holds(world, "subsidy-payer/housing") == 40_000


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        pytest.param({"name": "别人"}, BatchResult.HOLDER_DATA_WRONG, id="name-differs"),
        pytest.param({"pan": "6228999"}, BatchResult.INVALID_CARD, id="no-account"),
        pytest.param(
            {"payer_account": "person-bank/2"}, BatchResult.NOT_SUPPORTED, id="payer-of-no-payer-kind"
        ),
        pytest.param({"amount_fen": 200_000}, BatchResult.FAILED, id="payer-lacks-funds"),
    ],
)
def test_a_subsidy_line_fails_with_its_reason(fields: dict[str, Any], result: BatchResult) -> None:
    world = World()
    assert batch(world, **fields).result == result
    assert holds(world, "person-bank/1") == 50_000


def test_the_oldest_transactions_are_forgotten_beyond_the_limit() -> None:
    world = World()
    world.bank = BankHost(world.ledger, world.bank_card, address="bank/02", remembered=1)
    financial(world)
    financial(world, stan="000002")
    assert financial(world, stan="000003", mti="0400", original_stan="000001").response_code == "25"


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["form", "mti", "pan", "stan", "x"]), inner, max_size=4)
        ),
        max_leaves=8,
    ).map(msgspec.json.encode)
)
def test_garbage_is_answered_with_a_format_error(garbage: bytes) -> None:
    reply = decode_reply(World().bank.handle(garbage, 0))
    assert isinstance(reply, FinancialReply)
    assert reply.response_code == Response.FORMAT_ERROR


def test_a_message_cut_anywhere_is_a_format_error() -> None:
    world = World()
    whole = encode_message(
        Financial(mti="0200", processing_code="000000", pan=PAN, stan="000001", terminal="T", amount_fen=1)
    )
    for end in range(len(whole)):
        reply = decode_reply(world.bank.handle(whole[:end], 0))
        assert isinstance(reply, FinancialReply)
        assert reply.response_code == Response.FORMAT_ERROR


def test_every_code_has_labels() -> None:
    assert set(RESPONSES) == set(Response)
    assert set(BATCH_RESULTS) == set(BatchResult)
