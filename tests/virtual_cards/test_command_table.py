"""Forbidden classes, parameters and lengths, derived from the command table."""

from __future__ import annotations

import pytest
from card_samples import make_card, word

from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import Answer, CommandRule
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.iso7816.status import is_listed

EACH = pytest.mark.parametrize("rule", COMMANDS, ids=lambda rule: rule.name)
CLASSES = {cla for rule in COMMANDS for cla in rule.classes}
INSTRUCTIONS = {rule.instruction for rule in COMMANDS}


def allowed_parameters(rule: CommandRule) -> tuple[int, int]:
    """Return one allowed pair of P1 and P2."""
    first, second = rule.parameters[0]
    return next(iter(first)), next(iter(second))


def test_each_command_has_one_row() -> None:
    assert len({(cla, rule.instruction) for rule in COMMANDS for cla in rule.classes}) == sum(
        len(rule.classes) for rule in COMMANDS
    )
    assert all(rule_for(cla, rule.instruction) is rule for rule in COMMANDS for cla in rule.classes)


@EACH
def test_status_words_of_a_row_are_listed(rule: CommandRule) -> None:
    assert all(is_listed(status_word) for status_word in rule.status_words)


@EACH
def test_other_classes_are_refused(rule: CommandRule) -> None:
    card = make_card()
    p1, p2 = allowed_parameters(rule)
    for cla in range(256):
        if cla not in rule.classes:
            assert word(card, f"{cla:02X}{rule.instruction:02X}{p1:02X}{p2:02X}") == "6E00"


def test_unknown_instructions_are_refused() -> None:
    card = make_card()
    for cla in sorted(CLASSES):
        for ins in range(256):
            if ins not in INSTRUCTIONS:
                assert word(card, f"{cla:02X}{ins:02X}0000") == "6D00"


@EACH
def test_other_parameters_are_refused(rule: CommandRule) -> None:
    card = make_card()
    data = "31" * max(rule.data_lengths)
    tail = f"{len(data) // 2:02X}{data}" if data else "08"
    refused = 0
    for p1 in range(256):
        for p2 in (*range(0, 256, 5), 0xFF):
            if not rule.takes(p1, p2):
                refused += 1
                assert (
                    word(card, f"{rule.classes[0]:02X}{rule.instruction:02X}{p1:02X}{p2:02X}{tail}") == "6A86"
                )
    assert refused


@EACH
def test_other_lengths_of_data_are_refused(rule: CommandRule) -> None:
    card = make_card()
    p1, p2 = allowed_parameters(rule)
    for length in range(1, 256):
        if length not in rule.data_lengths:
            command = (
                f"{rule.classes[0]:02X}{rule.instruction:02X}{p1:02X}{p2:02X}{length:02X}" + "31" * length
            )
            assert word(card, command) == "6700"


@EACH
def test_le_is_refused_where_no_answer_comes_and_missed_where_one_comes(rule: CommandRule) -> None:
    card = make_card(face=CONTACTLESS)
    p1, p2 = allowed_parameters(rule)
    length = max(rule.data_lengths)
    head = f"{rule.classes[0]:02X}{rule.instruction:02X}{p1:02X}{p2:02X}"
    if rule.answer is Answer.NONE:
        assert word(card, f"{head}{length:02X}{'31' * length}00") == "6700"
    if rule.answer is Answer.READING:
        assert word(card, head) == "6700"
