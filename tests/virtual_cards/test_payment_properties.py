"""What holds for any bytes in the payment environment, and wherever the power fails."""

from __future__ import annotations

from functools import lru_cache

import pytest
from card_samples import Counter, word
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from payment_samples import (
    AAC,
    ARQC,
    MERCHANT,
    SELECT_ADF,
    SELECT_PPSE,
    SELECT_PSE,
    TC,
    balance,
    bank_card,
    begin,
    first,
    go_online,
    second,
    stored,
    tap,
    tap_data,
    terminal_data,
)

from onecard.virtual_cards.card import Card, CardMemory
from onecard.virtual_cards.chip.nonvolatile import Tear, WornMemory
from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.payment.status import describe, family, is_listed
from onecard.virtual_cards.payment.transaction import FINISHED, INITIATED, ONLINE

PAYMENT = ENVIRONMENTS["payment"]
byte = st.integers(min_value=0, max_value=255)
data = st.sampled_from(
    [
        "",
        "8300",
        "8309000000000001000156",
        "8309010000000001000156",
        "8321" + tap_data(100),
        "8321" + tap_data(9_999, "2E000000"),
        terminal_data(7) + MERCHANT,
        "3030" + terminal_data(7),
        "5933" + terminal_data(7),
        "11223344",
        "A000000333010101",
        "000000001000" + "00" * 4,
        "00" * 10,
    ]
).map(bytes.fromhex)


@st.composite
def plausible_commands(draw: st.DrawFn) -> bytes:
    """Build commands of the payment side with parameters that often fit."""
    row = draw(st.sampled_from(PAYMENT))
    first_p, second_p = draw(st.sampled_from(row.parameters))
    p1 = draw(st.sampled_from(sorted(first_p)) | byte)
    p2 = draw(st.sampled_from(sorted(second_p)) | byte)
    body = draw(data | st.binary(max_size=60))
    le = draw(st.sampled_from([b"", b"\x00", b"\x08", b"\xff"]))
    head = bytes([draw(st.sampled_from(row.classes)), row.instruction, p1, p2])
    return head + (bytes([len(body)]) + body if body else b"") + le


SELECTIONS = [bytes.fromhex(command) for command in (SELECT_ADF, SELECT_PSE, SELECT_PPSE)]
commands = st.binary(max_size=270) | plausible_commands() | st.sampled_from(SELECTIONS)


@lru_cache(maxsize=8)
def issued(algorithm: str, electronic_cash: bool) -> CardMemory:
    return bank_card(
        algorithm=algorithm, electronic_cash=electronic_cash, balance_fen=5_000 if electronic_cash else 0
    ).memory


def copy_of(memory: CardMemory) -> CardMemory:
    return CardMemory(
        layout=memory.layout,
        keys=memory.keys,
        issuing_area=memory.issuing_area,
        historical=memory.historical,
        payment_applications=memory.payment_applications,
        contents=dict(memory.contents),
        pin=memory.pin,
        payment=memory.payment,
    )


def fresh(algorithm: str = "3DES", *, cash: bool = True, contactless: bool = False) -> Card:
    card = Card(copy_of(issued(algorithm, cash)), random_bytes=Counter())
    card.power_on(CONTACTLESS if contactless else CONTACT)
    assert word(card, SELECT_ADF) == "9000"
    return card


def allowed(command: bytes, environment: str, status_word: int) -> bool:
    """Tell whether the payment side's list, and the command's own row, have this status word."""
    row = family(status_word)
    if row is None:
        return False
    command_rule = rule_for(command[0], command[1], environment) if len(command) >= 2 else None
    own = command_rule.status_words if command_rule else frozenset()
    return row.value in STANDARD_STATUS or row.value in own


class BankCardUnderRandomUse(RuleBasedStateMachine):
    """A bank card that anything may happen to; what it may never do is checked after every step."""

    @initialize(algorithm=st.sampled_from(["3DES", "SM4"]), cash=st.booleans(), contactless=st.booleans())
    def issue(self, algorithm: str, cash: bool, contactless: bool) -> None:
        self.card = fresh(algorithm, cash=cash, contactless=contactless)
        self.counter = 0
        self.balance = self.card.memory.payment.balance if self.card.memory.payment else 0
        self.records = {
            file.path: self.card.memory.records(file)
            for application in self.card.memory.payment_applications
            for file in application.files
        }

    @rule(command=commands)
    def send_anything(self, command: bytes) -> None:
        session = self.card.session
        assert session is not None
        environment = session.application.environment
        response = self.card.transmit(command)
        status_word = int.from_bytes(response[-2:], "big")
        if environment == "payment":
            assert allowed(command, environment, status_word), (command.hex(), f"{status_word:04X}")
        if response[-2] not in (0x90, 0x61):
            assert len(response) == 2

    @rule(asked=st.sampled_from([TC, ARQC, AAC]), amount=st.integers(min_value=0, max_value=6_000))
    def pay(self, asked: int, amount: int) -> None:
        assert self.card.session is not None
        if not self.card.session.face.contactless and self.counter < 65_535:
            begin(self.card, cash=True, amount=amount)
            if first(self.card, asked, amount).kind == ARQC:
                second(self.card, TC, amount)

    @rule()
    def come_back(self) -> None:
        assert self.card.session is not None
        self.card.power_on(self.card.session.face)
        assert word(self.card, SELECT_ADF) == "9000"

    @invariant()
    def the_balance_only_falls_and_never_below_zero(self) -> None:
        assert self.card.memory.payment is not None
        assert 0 <= self.card.memory.payment.balance <= self.balance
        self.balance = self.card.memory.payment.balance

    @invariant()
    def the_counter_never_falls(self) -> None:
        assert self.card.memory.payment is not None
        assert self.counter <= self.card.memory.payment.transaction_counter <= 65_535
        self.counter = self.card.memory.payment.transaction_counter

    @invariant()
    def logs_keep_their_shape_and_other_records_never_change(self) -> None:
        for application in self.card.memory.payment_applications:
            for file in application.files:
                records = self.card.memory.records(file)
                if file.cyclic:
                    assert len(records) <= file.capacity
                    assert all(len(record) == file.size for record in records)
                else:
                    assert records == self.records[file.path]

    @invariant()
    def a_transaction_is_at_a_stage_that_exists(self) -> None:
        assert self.card.session is not None
        transaction = self.card.session.payment
        if transaction is not None:
            assert transaction.stage in (INITIATED, ONLINE, FINISHED)
            assert bool(transaction.cryptogram) or transaction.stage != ONLINE
            assert self.card.session.application.name == "PAYMENT"


TestBankCardUnderRandomUse = BankCardUnderRandomUse.TestCase
TestBankCardUnderRandomUse.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=6_000))
@settings(deadline=None, max_examples=40)
def test_electronic_cash_pays_exactly_what_it_approves(limit: int, amount: int) -> None:
    card = bank_card(transaction_limit_fen=limit)
    begin(card, cash=True, amount=amount)
    approved = first(card, TC, amount).kind == TC
    assert approved == (amount <= min(limit, 5_000))
    assert balance(card) == 5_000 - amount * approved


def test_every_row_lists_only_status_words_of_the_payment_side() -> None:
    for row in PAYMENT:
        assert row.status_words
        assert all(is_listed(status_word) for status_word in row.status_words), row.name
    assert describe(0x6300).startswith("6300 issuer authentication failed")
    assert not is_listed(0x6983)
    assert "not listed" in describe(0x6983)


GPO = "80A800000B830901000000000700015600"
FIRST_TC = f"80AE400034{terminal_data(700)}{MERCHANT}00"
FIRST_ARQC = f"80AE800034{terminal_data(700)}{MERCHANT}00"
SECOND_TC = f"80AE4000223030{terminal_data(100)}00"


def before_gpo(card: Card) -> str:
    return GPO


def before_purchase(card: Card) -> str:
    assert word(card, GPO) == "9000"
    return FIRST_TC


def before_request(card: Card) -> str:
    assert word(card, GPO) == "9000"
    return FIRST_ARQC


def before_certificate(card: Card) -> str:
    begin(card)
    go_online(card)
    return SECOND_TC


def before_load(card: Card) -> str:
    begin(card)
    script = go_online(card).authorisation().put_data(0x9F79, 9_000)
    second(card, TC)
    return script.hex()


def before_wrong_script(card: Card) -> str:
    return before_load(card)[:-2] + "00"


def before_tap(card: Card) -> str:
    return f"80A80000238321{tap_data(700)}00"


def before_last_record(card: Card) -> str:
    tap(card, 700)
    return "00B2012C00"


CONTACT_CASES = [
    before_gpo,
    before_purchase,
    before_request,
    before_certificate,
    before_load,
    before_wrong_script,
]
CONTACTLESS_CASES = [before_tap, before_last_record]


@pytest.mark.parametrize("prepare", CONTACT_CASES + CONTACTLESS_CASES, ids=lambda prepare: prepare.__name__)
def test_wherever_the_power_fails_a_command_is_done_or_not_done(prepare: object) -> None:
    contactless = prepare in CONTACTLESS_CASES
    face = CONTACTLESS if contactless else CONTACT
    whole = fresh(contactless=contactless)
    command = bytes.fromhex(prepare(whole))  # type: ignore[operator]
    before = stored(whole)
    assert whole.transmit(command)
    after = stored(whole)
    assert before != after
    outcomes = set()
    for written in range(10_000):
        card = fresh(contactless=contactless)
        assert bytes.fromhex(prepare(card)) == command  # type: ignore[operator]
        card.memory.supply = Tear(written)
        response = card.transmit(command)
        card.memory.supply = None
        if response:
            assert stored(card) == after
            break
        assert card.power_on(face)
        assert stored(card) in (before, after)
        assert card.memory.payment is not None
        assert card.memory.payment.balance >= 0
        outcomes.add(stored(card) == after)
    assert outcomes == {False, True}
    assert written > 100


@pytest.mark.parametrize("prepare", CONTACT_CASES + CONTACTLESS_CASES, ids=lambda prepare: prepare.__name__)
def test_a_worn_memory_refuses_and_the_command_may_be_sent_again(prepare: object) -> None:
    card = fresh(contactless=prepare in CONTACTLESS_CASES)
    command = bytes.fromhex(prepare(card))  # type: ignore[operator]
    before = stored(card)
    card.memory.supply = WornMemory()
    assert card.transmit(command).hex() == "6581"
    assert stored(card) == before
    card.memory.supply = None
    if prepare is not before_wrong_script:
        assert card.transmit(command)[-2:].hex() == "9000"
