"""The purse commands: presence, states, status words, answers."""

from __future__ import annotations

import msgspec
import pytest
from card_samples import AREA, authenticate, make_card, select
from purse_samples import (
    TERMINAL,
    TIME,
    begin_load,
    begin_purchase,
    credit,
    exchange,
    initialize_load,
    initialize_purchase,
    load,
    purchase,
    purchase_psam,
    purse_card,
    ready,
    send,
)

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.commands.purse import PURSE_COMMANDS
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.layouts.document import read_document
from onecard.virtual_cards.layouts.loader import build_layout
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.purse.amounts import PurchaseAmounts, money
from onecard.virtual_cards.purse.state import COUNTER_LIMIT, MONEY_LIMIT, PurseState
from onecard.virtual_cards.purse.transaction import STATES, TRANSITIONS, state_of

EACH_VERSION = pytest.mark.parametrize("version", ["2.00", "3.00"])
AMOUNTS = PurchaseAmounts(account=300, self_pay=40, pooled=5000)
RICH = PurseState(balance=100_000, payment_year=2025, self_pay_total=10, pooled_total=20, purchase_counter=7)

COMMANDS = {
    "INITIALIZE FOR LOAD": initialize_load(100).hex(),
    "CREDIT FOR LOAD": "B02A00000B" + "00" * 11,
    "INITIALIZE FOR PURCHASE": initialize_purchase(AMOUNTS).hex(),
    "DEBIT FOR PURCHASE": "B02C01000F" + "00" * 15,
    "GET BALANCE": "B026000104",
    "GET TRANSACTION PROOF": "B02E0032020007",
    "UPDATE STARTING DAY": "B0560000020401",
    "GET STARTING DAY": "B056010002",
}
EACH_COMMAND = pytest.mark.parametrize("command", COMMANDS)


def state(card: Card) -> str:
    assert card.session is not None
    return state_of(card.session.purse)


def put_into(card: Card, wanted: str) -> None:
    if wanted == "load":
        begin_load(card, 100)
    elif wanted == "purchase":
        assert exchange(card, initialize_purchase(AMOUNTS))[-2:] == b"\x90\x00"
    assert state(card) == wanted


def settle(card: Card, name: str) -> str:
    """Send a command such that it succeeds where its state allows it; return the status word."""
    assert card.session is not None
    if name == "CREDIT FOR LOAD" and state(card) == "load":
        offer = begin_load(card, 100)
        return exchange(card, credit(card, offer, 100)).hex()[-4:]
    if name == "DEBIT FOR PURCHASE" and state(card) == "purchase":
        return exchange(card, begin_purchase(card, purchase_psam(card), AMOUNTS)).hex()[-4:]
    return send(card, COMMANDS[name])[-4:]


def test_the_table_of_states_names_every_command() -> None:
    assert set(TRANSITIONS) == set(COMMANDS)
    assert {row.instruction for row in PURSE_COMMANDS} == {
        int(command[2:4], 16) for command in COMMANDS.values()
    }


@EACH_COMMAND
@pytest.mark.parametrize("before", STATES)
def test_every_command_in_every_state(before: str, command: str) -> None:
    card = purse_card(purse=RICH)
    if command == "UPDATE STARTING DAY":
        assert authenticate(card, "DSK") == "9000"
    if command == "GET TRANSACTION PROOF":
        purchase(card, purchase_psam(card), AMOUNTS)
    put_into(card, before)
    expected = TRANSITIONS[command].get(before)
    assert settle(card, command) == ("9000" if expected else "6901")
    assert state(card) == (expected or "idle")


@EACH_COMMAND
def test_a_card_without_purse_does_not_know_the_function(command: str) -> None:
    card = make_card()
    ready(card)
    assert send(card, COMMANDS[command]) == "6A81"


@EACH_COMMAND
def test_outside_df04_the_conditions_are_not_met(command: str) -> None:
    card = purse_card()
    for application in ("SSSE", "DF03"):
        select(card, application)
        assert send(card, COMMANDS[command]) == "6985"


@EACH_COMMAND
def test_a_card_set_back_to_on_line_use_refuses(command: str) -> None:
    card = purse_card()
    assert authenticate(card, "UK1DF04") == "9000"
    assert send(card, "00DC8F28038F0131") == "9000"
    assert send(card, COMMANDS[command]) == "6985"


@pytest.mark.parametrize(
    "command", ["INITIALIZE FOR LOAD", "INITIALIZE FOR PURCHASE", "GET BALANCE"], ids=str.lower
)
def test_the_pin_is_needed_if_it_is_set(command: str) -> None:
    card = purse_card(purse=RICH)
    card.power_on()
    select(card, "SSSE")
    select(card, "DF04")
    assert send(card, COMMANDS[command]) == "6982"
    without = purse_card(purse=RICH, pin="")
    assert send(without, COMMANDS[command]).endswith("9000")


@EACH_VERSION
def test_a_load_changes_balance_counter_and_log(version: str) -> None:
    card = purse_card(version, PurseState(balance=1000, load_counter=5))
    offer = begin_load(card, 250)
    assert (offer.balance, offer.counter, offer.key_version) == (1000, 5, 1)
    assert offer.algorithm_id == card.memory.layout.algorithm_id
    assert exchange(card, credit(card, offer, 250))[-2:] == b"\x90\x00"
    assert send(card, "B026000104") == "000004E29000"
    assert card.memory.purse is not None
    assert card.memory.purse.load_counter == 6
    record = "0005" + "31" + TERMINAL.hex() + TIME.hex() + "000000FA" + "00" * 8
    assert send(card, "00B201441C") == record.upper() + "9000"


@EACH_VERSION
def test_a_purchase_changes_balance_totals_counter_and_log(version: str) -> None:
    card = purse_card(version, RICH)
    offer = exchange(card, initialize_purchase(AMOUNTS, index=2))
    algorithm = f"{card.memory.layout.algorithm_id:02x}"
    assert offer[:18].hex() == "000186a00000000a00000014" + "2025" + "0007" + "02" + algorithm
    purchase(card, purchase_psam(card), AMOUNTS)
    assert send(card, "B026000104") == "00018574" + "9000"
    assert send(card, "B026000206") == "00000032" + "2025" + "9000"
    assert send(card, "B026000306") == "0000139C" + "2025" + "9000"
    record = "0007" + "32" + TERMINAL.hex() + TIME.hex() + AMOUNTS.encode().hex()
    assert send(card, "00B201441C") == record.upper() + "9000"


def test_the_log_keeps_the_newest_thirty() -> None:
    card = purse_card()
    for amount in range(1, 33):
        load(card, amount)
    assert send(card, "00B201441C")[:4] == "001F"
    assert send(card, "00B21E441C")[:4] == "0002"
    assert send(card, "00B21F441C") == "6A83"


@pytest.mark.parametrize(("index", "status"), [(0, "9403"), (1, "9000"), (2, "9403"), (255, "9403")])
def test_there_is_one_load_key(index: int, status: str) -> None:
    card = purse_card()
    assert exchange(card, initialize_load(1, index=index)).hex().endswith(status)


@pytest.mark.parametrize(("index", "status"), [(0, "9403"), (1, "9000"), (3, "9000"), (4, "9403")])
def test_there_are_three_purchase_keys(index: int, status: str) -> None:
    card = purse_card(purse=RICH)
    assert exchange(card, initialize_purchase(AMOUNTS, index=index)).hex().endswith(status)


@pytest.mark.parametrize("index", [1, 2, 3])
def test_every_purchase_key_pays(index: int) -> None:
    card = purse_card(purse=RICH)
    answer = exchange(card, begin_purchase(card, purchase_psam(card), AMOUNTS, index=index))
    assert answer[-2:] == b"\x90\x00"


def test_nobody_pays_more_than_there_is() -> None:
    card = purse_card(purse=PurseState(balance=100))
    assert exchange(card, initialize_purchase(PurchaseAmounts(account=101))).hex() == "9401"
    assert state(card) == "idle"
    purchase(card, purchase_psam(card), PurchaseAmounts(account=100))
    assert send(card, "B026000104") == "000000009000"


def test_counters_end_at_their_maximum() -> None:
    full = PurseState(balance=9, load_counter=COUNTER_LIMIT - 1, purchase_counter=COUNTER_LIMIT - 1)
    card = purse_card(purse=full)
    load(card, 1)
    purchase(card, purchase_psam(card), PurchaseAmounts(account=1))
    assert exchange(card, initialize_load(1)).hex() == "9402"
    assert exchange(card, initialize_purchase(PurchaseAmounts())).hex() == "9402"


def test_what_the_purse_cannot_keep_is_refused_and_leaves_it_as_it_was() -> None:
    card = purse_card(purse=PurseState(balance=MONEY_LIMIT, payment_year=2025, pooled_total=MONEY_LIMIT))
    before = card.memory.purse
    assert exchange(card, initialize_load(1)).hex() == "6985"
    debit = begin_purchase(card, purchase_psam(card), PurchaseAmounts(pooled=1))
    assert exchange(card, debit).hex() == "6985"
    no_time = bytes.fromhex("2025070A093015")
    debit = begin_purchase(card, purchase_psam(card), PurchaseAmounts(account=1), time=no_time)
    assert exchange(card, debit).hex() == "6985"
    assert card.memory.purse is before
    poor = purse_card()
    assert exchange(poor, credit(poor, begin_load(poor, 1), 1, time=no_time)).hex() == "6985"


@EACH_VERSION
@pytest.mark.parametrize("at", [8, 12, -1], ids=["serial-or-time", "first-byte-of-mac", "last-byte-of-mac"])
def test_a_wrong_mac_ends_the_transaction_and_changes_nothing(version: str, at: int) -> None:
    card = purse_card(version, RICH)
    before = card.memory.purse
    for begin in (
        lambda: credit(card, begin_load(card, 100), 100),
        lambda: begin_purchase(card, purchase_psam(card), AMOUNTS),
    ):
        command = begin()
        wrong = bytearray(command)
        wrong[at] ^= 0x01
        assert exchange(card, bytes(wrong)).hex() == "9302"
        assert exchange(card, command).hex() == "6901", "the right one comes too late"
    assert card.memory.purse is before


def test_selecting_and_resetting_end_a_transaction() -> None:
    card = purse_card()
    command = credit(card, begin_load(card, 1), 1)
    select(card, "DF04")
    assert exchange(card, command).hex() == "6901"
    command = credit(card, begin_load(card, 1), 1)
    card.power_on()
    ready(card)
    assert exchange(card, command).hex() == "6901"


def test_a_proof_is_that_of_the_last_transaction_of_its_kind() -> None:
    card = purse_card(purse=RICH)
    assert send(card, "B02E0031020000") == "9406"
    offer = begin_load(card, 100)
    load_tac = exchange(card, credit(card, offer, 100))[:4]
    tac, mac2 = purchase(card, purchase_psam(card), AMOUNTS)
    assert send(card, "B02E0031020000") == (offer.mac1 + load_tac).hex().upper() + "9000"
    assert send(card, "B02E0032020007") == (mac2 + tac).hex().upper() + "9000"
    assert send(card, "B02E0032020008") == "9406", "that purchase has not happened"
    assert send(card, "B02E0032020006") == "9406"
    assert send(card, "B02E0001020000") == "6A86"
    card.power_on()
    select(card, "SSSE")
    select(card, "DF04")
    assert send(card, "B02E0032020007") == (mac2 + tac).hex().upper() + "9000", "without PIN, after a reset"


def test_the_starting_day_is_written_with_the_right_of_its_key() -> None:
    card = purse_card()
    assert send(card, "B056010002") == "01019000"
    assert send(card, "B0560000020401") == "6982"
    assert authenticate(card, "DSK") == "9000"
    assert send(card, "B0560000020401") == "9000"
    assert send(card, "B056010002") == "04019000"
    for wrong in ("0230", "1301", "0A01"):
        assert send(card, "B056000002" + wrong) == "6985"
    assert send(card, "B056000002040102") == "6700"
    assert send(card, "B056000002") == "6700"
    assert send(card, "B0560100020401") == "6700"
    select(card, "SSSE")
    select(card, "DF04")
    assert send(card, "B0560000020401") == "6982", "the right went with the application"


def test_lengths_belong_to_the_transaction() -> None:
    card = purse_card(purse=RICH)
    assert send(card, "B02801010B01" + "00" * 10) == "6700"
    assert send(card, "B028000113" + "00" * 19) == "6700"


def test_answers_come_directly_over_the_contactless_face() -> None:
    card = purse_card(purse=RICH, face=CONTACTLESS)
    assert send(card, "B026000100") == "000186A09000"
    assert send(card, "B0560100") == "6700"
    assert send(card, "B056010000") == "01019000"
    assert len(card.transmit(initialize_purchase(AMOUNTS))) == 24


def test_on_contacts_a_wrong_le_is_told() -> None:
    card = purse_card(purse=RICH)
    assert send(card, "B026000100") == "6C04"
    assert send(card, "B026000206") == "0000000A20259000"
    assert send(card, "B056010000") == "6C02"


def test_memory_that_takes_no_byte_is_told_and_nothing_has_changed() -> None:
    card = purse_card(purse=RICH)
    before = card.memory.purse
    commands = credit(card, begin_load(card, 100), 100)
    card.memory.supply = WornMemory()
    assert exchange(card, commands).hex() == "6581"
    assert card.memory.purse is before
    assert state(card) == "idle"


def account_only_card(purse: PurseState) -> Card:
    """Return a card whose transaction log has 20-byte records."""
    document = read_document("2.00")
    applications = tuple(
        msgspec.structs.replace(
            df,
            ef=tuple(
                msgspec.structs.replace(ef, fields=ef.fields[:5])
                if (df.name, ef.fid) == ("DF04", 0xEF08)
                else ef
                for ef in df.ef
            ),
        )
        for df in document.df
    )
    card = make_card("2.00")
    card.memory.layout = build_layout(msgspec.structs.replace(document, df=applications))
    card.power_on()
    equip_purse(card.memory, purse)
    ready(card)
    return card


def test_a_log_of_twenty_bytes_means_account_only() -> None:
    card = account_only_card(msgspec.structs.replace(RICH, starting_day=401))
    offer = exchange(card, initialize_purchase(PurchaseAmounts(account=300)))
    assert offer[:16].hex() == "000186a0" + "00" * 10 + "0007"
    assert exchange(card, initialize_purchase(AMOUNTS)).hex() == "6985", "no place for further amounts"
    purchase(card, purchase_psam(card), PurchaseAmounts(account=300))
    load(card, 1)
    assert send(card, "B026000104") == "000185759000"
    assert send(card, "B026000206") == "00000000" + "0000" + "9000"
    assert send(card, "B056010002") == "00009000"
    assert authenticate(card, "DSK") == "9000"
    assert send(card, "B0560000020401") == "6985"
    record = "0007" + "32" + TERMINAL.hex() + TIME.hex() + money(300).hex()
    assert send(card, "00B2024414") == record.upper() + "9000"


def test_equipping_a_card_sets_its_use_and_asks_for_a_possible_day() -> None:
    card = make_card()
    with pytest.raises(ValueError, match="starting_day 0230"):
        equip_purse(card.memory, PurseState(starting_day=230))
    assert card.memory.purse is None
    equip_purse(card.memory, PurseState())
    ready(card)
    assert send(card, "00B28F2803") == "8F01329000"
    assert card.memory.issuing_area == AREA
