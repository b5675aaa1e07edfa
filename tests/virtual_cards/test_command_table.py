"""Forbidden classes, instructions, parameters and lengths, derived from the command tables of both sides."""

from __future__ import annotations

import pytest
from card_samples import make_card, word
from payment_samples import SELECT_ADF, bank_card

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import STANDARD_STATUS, Answer, CommandRule
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face
from onecard.virtual_cards.iso7816.status import family
from onecard.virtual_cards.payment.status import family as payment_family

EACH = pytest.mark.parametrize(
    ("side", "rule"),
    [
        pytest.param(side, rule, id=f"{side}-{rule.name}")
        for side, rules in ENVIRONMENTS.items()
        for rule in rules
    ],
)
EACH_SIDE = pytest.mark.parametrize("side", ENVIRONMENTS)
FAMILIES = {"social": family, "payment": payment_family}


def classes(side: str) -> set[int]:
    """Return every class that a side knows."""
    return {cla for rule in ENVIRONMENTS[side] for cla in rule.classes}


def card_at(side: str, face: Face = CONTACT) -> Card:
    """Return a card with an application of this side selected."""
    if side == "social":
        return make_card(face=face)
    card = bank_card(face=face)
    assert word(card, SELECT_ADF) == "9000"
    return card


def allowed_parameters(rule: CommandRule) -> tuple[int, int]:
    """Return one allowed pair of P1 and P2."""
    first, second = rule.parameters[0]
    return next(iter(first)), next(iter(second))


def head(rule: CommandRule, p1: int, p2: int) -> str:
    """Return the header under the row's first class."""
    return f"{rule.classes[0]:02X}{rule.instruction:02X}{p1:02X}{p2:02X}"


@EACH_SIDE
def test_each_command_has_one_row(side: str) -> None:
    rules = ENVIRONMENTS[side]
    pairs = [(cla, rule.instruction) for rule in rules for cla in rule.classes]
    assert len(set(pairs)) == len(pairs)
    assert all(rule_for(cla, rule.instruction, side) is rule for rule in rules for cla in rule.classes)


@EACH
def test_status_words_of_a_row_are_listed(side: str, rule: CommandRule) -> None:
    assert all(FAMILIES[side](status_word) for status_word in rule.status_words | STANDARD_STATUS)


# Status words that card.md §10 lists with each command of the social side, beyond "std SW". 61xx and 6Cxx are
# T=0's and stand above that table. Ours: 6581 of any command that writes; 6901 of the starting day, by §13.
SPECIFIC = {
    "SELECT": "6A82",
    "READ RECORD": "6981 6982 6986 6A82 6A83",
    "UPDATE RECORD": "6581 6981 6982 6984 6986 6988 6A82 6A83 6A84 6A85",
    "READ BINARY": "6981 6982 6986 6A82 6B00",
    "UPDATE BINARY": "6581 6981 6982 6984 6986 6988 6A82 6B00",
    "VERIFY": "63C0 6983 6984 6A88 6581",
    "CHANGE PIN": "63C0 6983 6581 6A80",
    "PIN CHANGE/UNBLOCK": "6982 6984 6985 6988 6A80 6A88 6581",
    "GET CHALLENGE": "",
    "EXTERNAL AUTHENTICATE": "63C0 6983 6984 6A88 6581",
    "INTERNAL AUTHENTICATE": "6A88",
    "GET RESPONSE": "6F00",
    "APPLICATION BLOCK": "6982 6984 6985 6988 6A88 6581",
    "CARD BLOCK": "6982 6984 6985 6988 6A88 6581",
    "INITIALIZE FOR LOAD/PURCHASE": "6982 6985 9401 9402 9403",
    "CREDIT FOR LOAD": "6901 6985 9302 6581",
    "DEBIT FOR PURCHASE": "6901 6985 9302 6581",
    "GET BALANCE": "6982 6985",
    "GET TRANSACTION PROOF": "6985 9406",
    "UPDATE/GET STARTING DAY": "6982 6985 6581 6901",
}
TRANSPORT = {0x6100, 0x6C00}


def test_each_command_may_give_the_status_words_that_the_facts_list_with_it_and_no_others() -> None:
    for rule in ENVIRONMENTS["social"]:
        listed = {int(status_word, 16) for status_word in SPECIFIC[rule.name].split()}
        assert set(rule.status_words) - TRANSPORT == listed, rule.name
    assert {rule.name for rule in ENVIRONMENTS["social"]} == set(SPECIFIC)


@EACH
def test_other_classes_are_refused(side: str, rule: CommandRule) -> None:
    card = card_at(side)
    p1, p2 = allowed_parameters(rule)
    for cla in range(256):
        if rule_for(cla, rule.instruction, side) is None:
            assert word(card, f"{cla:02X}{rule.instruction:02X}{p1:02X}{p2:02X}") == "6E00"


@EACH_SIDE
def test_unknown_instructions_are_refused(side: str) -> None:
    card = card_at(side)
    known = {rule.instruction for rule in ENVIRONMENTS[side]}
    for cla in sorted(classes(side)):
        for ins in set(range(256)) - known:
            assert word(card, f"{cla:02X}{ins:02X}0000") == "6D00"


@EACH_SIDE
def test_unknown_classes_are_refused_whatever_the_instruction(side: str) -> None:
    card = card_at(side)
    for cla in set(range(256)) - classes(side):
        for ins in range(256):
            assert word(card, f"{cla:02X}{ins:02X}0000") == "6E00"


@EACH
def test_other_parameters_are_refused(side: str, rule: CommandRule) -> None:
    card = card_at(side)
    data = "31" * max(rule.data_lengths)
    tail = f"{len(data) // 2:02X}{data}" if data else "08"
    refused = [(p1, p2) for p1 in range(256) for p2 in (*range(0, 256, 5), 0xFF) if not rule.takes(p1, p2)]
    # GET DATA and PUT DATA: P1 P2 is a tag, so every pair has a meaning.
    assert refused or rule.name in ("GET DATA", "PUT DATA")
    for p1, p2 in refused:
        assert word(card, head(rule, p1, p2) + tail) == "6A86"


@EACH
def test_other_lengths_of_data_are_refused(side: str, rule: CommandRule) -> None:
    card = card_at(side)
    p1, p2 = allowed_parameters(rule)
    for length in set(range(1, 256)) - set(rule.data_lengths):
        assert word(card, f"{head(rule, p1, p2)}{length:02X}" + "31" * length) == "6700"


@EACH
def test_le_is_refused_where_no_answer_comes_and_missed_where_one_comes(side: str, rule: CommandRule) -> None:
    card = card_at(side, CONTACTLESS)
    p1, p2 = allowed_parameters(rule)
    length = max(rule.data_lengths)
    if rule.answer is Answer.NONE:
        assert word(card, f"{head(rule, p1, p2)}{length:02X}{'31' * length}00") == "6700"
    if rule.answer is Answer.READING:
        assert word(card, head(rule, p1, p2)) == "6700"


@EACH
def test_what_is_no_short_apdu_is_of_wrong_length(side: str, rule: CommandRule) -> None:
    card = card_at(side)
    p1, p2 = allowed_parameters(rule)
    length = max(1, *rule.data_lengths)
    for tail in (
        f"00{length:04X}" + "31" * length,
        f"00{length:04X}" + "31" * length + "0000",
        "000000",
        f"{length:02X}" + "31" * (length - 1),
        f"{length:02X}" + "31" * (length + 2),
    ):
        # A header with one byte is a short APDU of case 2.
        if len(tail) != 2:
            assert word(card, head(rule, p1, p2) + tail) == "6700"
