"""The command space is swept whole, and the suite's own command table knows what the card's does."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from onecard.conformance.cards.context import Context
from onecard.conformance.cards.interface import command_space, transport
from onecard.conformance.cards.interface.command_space_table import KNOWN, LISTED, REFUSALS
from onecard.conformance.model.case import FaceName
from onecard.conformance.model.steps import Sweep
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.iso7816.status import STATUS_WORDS


def context(face: FaceName) -> Context:
    return Context(statement=reference_statement("3.00"), face=face, seed=1)


def swept_pairs(face: FaceName) -> Counter[tuple[int, int]]:
    return swept_pairs_of(context(face))


def swept_pairs_of(of: Context) -> Counter[tuple[int, int]]:
    pairs: Counter[tuple[int, int]] = Counter()
    for case in command_space.cases(of):
        for step in case.steps:
            if isinstance(step, Sweep) and step.command[2:] == "{#}FFFF":
                cla = int(step.command[:2], 16)
                pairs.update((cla, ins) for ins in bytes.fromhex(step.values))
    return pairs


def test_a_card_with_both_faces_is_asked_for_each_class_and_instruction() -> None:
    both = swept_pairs("contact") + swept_pairs("contactless")
    assert set(both) == {(cla, ins) for cla in range(256) for ins in range(256)}
    assert {cla for (cla, _), times in both.items() if times > 1} == {cla for cla, _ in KNOWN}


def test_a_card_without_contacts_is_asked_for_all_over_the_other_face() -> None:
    statement = reference_statement("3.00")
    claims = msgspec.structs.replace(statement.card, faces=("contactless",))
    alone = Context(statement=msgspec.structs.replace(statement, card=claims), face="contactless", seed=1)
    assert swept_pairs_of(alone) == Counter((cla, ins) for cla in range(256) for ins in range(256))


def test_the_contact_face_is_asked_for_each_pair_that_t0_carries_once() -> None:
    carried = [ins for ins in range(256) if ins >> 4 not in (6, 9)]
    assert swept_pairs("contact") == Counter((cla, ins) for cla in range(255) for ins in carried)


def test_the_suite_knows_the_commands_that_the_card_knows() -> None:
    assert {(cla, rule.instruction) for rule in COMMANDS for cla in rule.classes} == KNOWN


def test_listed_words_are_the_standards_list_and_refusals_are_no_success() -> None:
    assert sorted(LISTED) == sorted(row.name for row in STATUS_WORDS)
    assert set(LISTED) - set(REFUSALS) == {"9000", "61xx"}


@pytest.mark.parametrize("face", ["contact", "contactless"])
def test_a_form_is_tried_for_every_command(face: FaceName) -> None:
    tried = {
        (int(step.command[:2], 16), int(step.command[2:4], 16))
        for case in command_space.cases(context(face))
        if "/form/" in case.id
        for step in case.steps
        if isinstance(step, Sweep)
    }
    secured = {(0x04, 0xDC), (0x04, 0xD6)}  # the same forms as in class 00, with a MAC behind the data
    assert tried == KNOWN - secured


def test_only_the_contact_face_is_asked_to_let_answers_wait() -> None:
    waiting = {case.id.partition("@")[0] for case in transport.cases(context("contact"))}
    direct = {case.id.partition("@")[0] for case in transport.cases(context("contactless"))}
    assert "card/transport/waiting/01" in waiting - direct
    assert "card/transport/direct/01" in direct - waiting
