"""Two sides of one card: nothing crosses but the block of the whole card (facts: card.md §2, §11)."""

from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, authenticate, proof, send, verify, word
from payment_samples import (
    ARQC,
    SELECT_ADF,
    SELECT_PSE,
    TC,
    balance,
    bank_card,
    begin,
    fetch,
    first,
    go_online,
    second,
    stored,
    terminal_data,
)

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.commands.table import COMMANDS, ENVIRONMENTS
from onecard.virtual_cards.security.messages import mac, session_key

SOCIAL_ONLY = sorted(
    {(rule.name, cla, rule.instruction) for rule in COMMANDS for cla in rule.classes}
    - {(rule.name, cla, rule.instruction) for rule in ENVIRONMENTS["payment"] for cla in rule.classes}
)
PAYMENT_ONLY = sorted(
    {
        (rule.name, cla, rule.instruction)
        for rule in ENVIRONMENTS["payment"]
        for cla in rule.classes
        if (cla, rule.instruction) not in {(one, row.instruction) for row in COMMANDS for one in row.classes}
    }
)


@pytest.mark.parametrize(("name", "cla", "ins"), SOCIAL_ONLY, ids=str)
def test_social_commands_do_not_exist_under_the_bank_application(name: str, cla: int, ins: int) -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    before = stored(card)
    assert word(card, f"{cla:02X}{ins:02X}000000") in ("6D00", "6E00"), name
    assert stored(card) == before


@pytest.mark.parametrize(("name", "cla", "ins"), PAYMENT_ONLY, ids=str)
def test_bank_commands_do_not_exist_under_the_social_applications(name: str, cla: int, ins: int) -> None:
    card = bank_card()
    for select in (SELECT_SSSE, "00A4040006D15600000503"):
        assert word(card, select) in ("9000", "611E", "610A")
        assert word(card, f"{cla:02X}{ins:02X}00000200000000") in ("6D00", "6E00", "6700"), name


def test_the_lists_of_both_sides_are_not_empty() -> None:
    assert {name for name, _, _ in PAYMENT_ONLY} == {
        "GENERATE AC",
        "GET DATA",
        "GET PROCESSING OPTIONS",
        "PUT DATA",
    }
    assert {"UPDATE RECORD", "CHANGE PIN", "CARD BLOCK"} <= {name for name, _, _ in SOCIAL_ONLY}


def test_the_social_pin_neither_helps_the_bank_nor_is_lost_there() -> None:
    card = bank_card()
    send(card, SELECT_SSSE)
    assert verify(card) == "9000"
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, "0020000003123456") == "6A88"
    begin(card)
    assert first(card, TC).issuer_data[3:7].hex().upper() == "03A01000"
    send(card, SELECT_SSSE)
    assert word(card, "00A4000002DF0400") == "9000"
    assert card.session is not None
    assert card.session.rights == {"PIN"}
    assert card.memory.pin_tries_left == 3


def test_a_wrong_pin_on_the_bank_side_costs_no_try_of_the_social_one() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    for _ in range(5):
        assert word(card, "0020008003000000") == "6A88"
    assert card.memory.pin_tries_left == 3
    send(card, SELECT_SSSE)
    assert verify(card) == "9000"


def test_rights_of_social_keys_end_with_a_look_at_the_bank_application() -> None:
    card = bank_card()
    send(card, SELECT_SSSE)
    assert authenticate(card, "RKSSSE") == "9000"
    assert word(card, SELECT_PSE) == "9000"
    assert card.session is not None
    assert card.session.rights == set()
    send(card, SELECT_SSSE)
    assert word(card, "00A4020002EF06") == "9000"
    assert word(card, "00B2080000") == "6982"


def test_a_challenge_of_one_side_is_none_on_the_other() -> None:
    card = bank_card()
    send(card, SELECT_SSSE)
    social = bytes.fromhex(send(card, "0084000008")[:-4])
    begin(card)
    bank = bytes.fromhex(send(card, "0084000008")[:-4])
    send(card, SELECT_SSSE)
    for challenge in (social, bank):
        data = proof(card, "RKSSSE", challenge).hex()
        assert word(card, f"0082000A10{data}") == "6984"
    assert card.memory.key_failures == {}


def test_social_keys_authenticate_nothing_at_the_bank() -> None:
    card = bank_card()
    begin(card)
    assert word(card, "0082000A10" + "00" * 16) == "6A86"
    assert word(card, "0082000010" + "00" * 16) == "6700"
    first(card, ARQC)
    assert word(card, "008200000A" + proof(card, "RKSSSE", bytes(8))[:10].hex()) == "6300"


def test_no_key_of_one_side_is_a_key_of_the_other() -> None:
    card = bank_card()
    assert card.memory.payment is not None
    bank = {card.memory.payment.cryptogram_key, card.memory.payment.script_key}
    social = {card.memory.card_key(name) for name in card.memory.layout.keys}
    assert not bank & social


def test_a_payment_ends_when_the_terminal_looks_at_the_social_side() -> None:
    card = bank_card()
    begin(card)
    send(card, SELECT_SSSE)
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80AE800034{terminal_data()}{'20' * 20}00") == "6985"


def test_social_applications_are_not_reached_by_identifier_from_the_bank_side() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    for identifier in ("DF01", "DF04", "EF05", "EF01"):
        assert word(card, f"00A4000002{identifier}") == "6A82"
    assert word(card, "80CA9F3600") == "6C05"


def test_a_payment_leaves_the_social_side_as_it_was() -> None:
    card = bank_card()
    social = {
        path: value for path, value in card.memory.contents.items() if path[0] not in ("PAYMENT", "PSE")
    }
    begin(card, cash=True)
    assert first(card, TC).kind == TC
    begin(card)
    go_online(card)
    second(card, TC)
    after = {path: value for path, value in card.memory.contents.items() if path[0] not in ("PAYMENT", "PSE")}
    assert after == social
    assert balance(card) == 4_900


def block_card(card: Card) -> str:
    send(card, SELECT_SSSE)
    assert authenticate(card, "BK") == "9000"
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    key = session_key(card.memory.algorithm, card.memory.card_key("STK"), challenge)
    head = bytes.fromhex("8416000004")
    return word(card, (head + mac(card.memory.algorithm, key, head)).hex())


def test_the_block_of_the_card_blocks_both_sides() -> None:
    card = bank_card()
    assert block_card(card) == "9000"
    for command in (SELECT_ADF, SELECT_PSE, SELECT_SSSE, "80CA9F3600", "00C0000000"):
        assert word(card, command) == "6A81"
    card.power_on()
    assert word(card, SELECT_ADF) == "6A81"


def test_the_block_of_a_social_application_leaves_the_bank_open() -> None:
    card = bank_card()
    card.memory.write(blocked_applications=frozenset({"SSSE", "DF01"}))
    assert word(card, SELECT_SSSE) == "9303"
    begin(card, cash=True)
    assert first(card, TC).kind == TC
    assert fetch(card, "80CA9F3600") == "9F360200019000"


def test_a_blocked_bank_application_leaves_the_social_side_open() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    card.memory.write(blocked_applications=frozenset({"PAYMENT"}))
    assert word(card, "80CA9F3600") == "9303"
    assert word(card, SELECT_ADF) == "9303"
    send(card, SELECT_SSSE)
    assert verify(card) == "9000"
