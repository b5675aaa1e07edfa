"""What holds for a purse after any history of loads, purchases, tears and mistakes."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from purse_samples import (
    begin_load,
    begin_purchase,
    credit,
    exchange,
    initialize_purchase,
    purchase_psam,
    purse_card,
    ready,
    send,
)

from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.purse import PURSE_COMMANDS
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.state import PurseState

fen = st.integers(min_value=0, max_value=20_000)
dates = st.dates().filter(lambda date: 2020 <= date.year <= 2035).map(lambda date: f"{date:%Y%m%d}")


@dataclass
class Ledger:
    """What an honest bookkeeper would have written down."""

    starting_day: int
    balance: int = 0
    loads: int = 0
    purchases: int = 0
    year: int = 0
    totals: list[int] = field(default_factory=lambda: [0, 0])

    def pay(self, amounts: PurchaseAmounts, date: int) -> None:
        self.balance -= amounts.account
        self.purchases += 1
        # A payment year lasts from its starting day to the day before the next one.
        if self.year == 0 or date >= (self.year + 1) * 10_000 + self.starting_day:
            year, day = divmod(date, 10_000)
            self.year = year if day >= self.starting_day else year - 1
            self.totals = [0, 0]
        self.totals[0] += amounts.self_pay
        self.totals[1] += amounts.pooled


class PurseUnderRandomUse(RuleBasedStateMachine):
    """A card with a purse beside a bookkeeper who has seen every transaction that took place."""

    @initialize(
        version=st.sampled_from(["2.00", "3.00"]), day=st.sampled_from([101, 401, 229, 1231]), balance=fen
    )
    def issue(self, version: str, day: int, balance: int) -> None:
        self.card = purse_card(version, PurseState(balance=balance, starting_day=day))
        self.psam = purchase_psam(self.card)
        self.ledger = Ledger(starting_day=day, balance=balance)
        self.before = self._counters()

    def _purse(self) -> PurseState:
        assert self.card.memory.purse is not None
        return self.card.memory.purse

    def _counters(self) -> tuple[int, int]:
        return self._purse().load_counter, self._purse().purchase_counter

    @rule(amount=fen)
    def load(self, amount: int) -> None:
        assert (
            exchange(self.card, credit(self.card, begin_load(self.card, amount), amount))[-2:] == b"\x90\x00"
        )
        self.ledger.balance += amount
        self.ledger.loads += 1

    @rule(account=fen, self_pay=fen, pooled=fen, date=dates)
    def pay(self, account: int, self_pay: int, pooled: int, date: str) -> None:
        amounts = PurchaseAmounts(account=account, self_pay=self_pay, pooled=pooled)
        if account > self.ledger.balance:
            assert exchange(self.card, initialize_purchase(amounts)).hex() == "9401"
            return
        time = bytes.fromhex(date + "120000")
        answer = exchange(self.card, begin_purchase(self.card, self.psam, amounts, time=time))
        assert exchange(self.psam, bytes.fromhex("8072000004") + answer[4:8]) == b"\x90\x00"
        self.ledger.pay(amounts, int(date))

    @rule(account=fen, date=dates, after_bytes=st.integers(min_value=0, max_value=2500))
    def pay_and_pull_the_card(self, account: int, date: str, after_bytes: int) -> None:
        amounts = PurchaseAmounts(account=min(account, self.ledger.balance), self_pay=1)
        number = self._purse().purchase_counter
        debit = begin_purchase(self.card, self.psam, amounts, time=bytes.fromhex(date + "120000"))
        self.card.memory.supply = Tear(after_bytes)
        exchange(self.card, debit)
        self.card.memory.supply = None
        self.card.power_on()
        ready(self.card)
        proof = exchange(self.card, bytes.fromhex("B02E003202") + number.to_bytes(2, "big"))
        if proof[-2:] == b"\x90\x00":
            assert exchange(self.psam, bytes.fromhex("8072000004") + proof[:4]) == b"\x90\x00"
            self.ledger.pay(amounts, int(date))
        else:
            assert proof.hex() == "9406"

    @rule(amount=fen)
    def forge_a_load(self, amount: int) -> None:
        begin_load(self.card, amount)
        assert send(self.card, "B02A00000B" + "00" * 11) == "9302"

    @rule(data=st.binary(min_size=15, max_size=15))
    def forge_a_purchase(self, data: bytes) -> None:
        assert exchange(self.card, initialize_purchase(PurchaseAmounts()))[-2:] == b"\x90\x00"
        assert exchange(self.card, bytes.fromhex("B02C01000F") + data).hex() == "9302"

    @invariant()
    def the_card_agrees_with_the_bookkeeper(self) -> None:
        purse, ledger = self._purse(), self.ledger
        assert purse.balance == ledger.balance >= 0
        assert (purse.load_counter, purse.purchase_counter) == (ledger.loads, ledger.purchases)
        assert purse.payment_year == ledger.year
        assert [purse.self_pay_total, purse.pooled_total] == ledger.totals

    @invariant()
    def counters_never_fall(self) -> None:
        now = self._counters()
        assert now[0] >= self.before[0]
        assert now[1] >= self.before[1]
        self.before = now

    @invariant()
    def the_log_has_every_transaction(self) -> None:
        records = self.card.memory.contents.get(("DF04", "EF08"), ())
        assert len(records) == min(30, self.ledger.loads + self.ledger.purchases)


TestPurseUnderRandomUse = PurseUnderRandomUse.TestCase
TestPurseUnderRandomUse.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


@st.composite
def purse_commands(draw: st.DrawFn) -> bytes:
    """Build a command of the purse whose header and length its row allows, with any data."""
    row = draw(st.sampled_from(PURSE_COMMANDS))
    first, second = row.parameters[0]
    header = bytes(
        (row.classes[0], row.instruction, draw(st.sampled_from(first)), draw(st.sampled_from(second)))
    )
    data = draw(
        st.sampled_from(row.data_lengths).flatmap(lambda size: st.binary(min_size=size, max_size=size))
    )
    le = draw(st.sampled_from([b"", b"\x00", b"\x04", b"\x10"]))
    return header + (bytes([len(data)]) + data if data else b"") + le


@given(commands=st.lists(purse_commands(), max_size=20), version=st.sampled_from(["2.00", "3.00"]))
def test_any_data_get_a_status_word_of_the_row_and_move_no_money(commands: list[bytes], version: str) -> None:
    state = PurseState(balance=1000, load_counter=3, purchase_counter=0xFFFE)
    card = purse_card(version, state)
    for command in commands:
        word = int.from_bytes(card.transmit(command)[-2:], "big")
        row = status.family(word)
        rule = rule_for(command[0], command[1])
        assert row is not None
        assert rule is not None
        assert row.value in STANDARD_STATUS | rule.status_words
    assert card.memory.purse == state
    assert ("DF04", "EF08") not in card.memory.contents
