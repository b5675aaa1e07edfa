"""What the sources allow, or leave open, never fails another maker's card."""

from __future__ import annotations

from dataclasses import replace

import pytest
from third_party_cards import (
    Other,
    answering,
    claims,
    judged_as_others,
    relaid,
    with_facts,
    with_keys,
    without,
)

from onecard.conformance.adapters.in_process import FACES
from onecard.conformance.model.verdict import Verdict
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.layouts.layout import DedicatedFile

_NO_CURRENT_FILE = bytes.fromhex("6986")
_NOT_FOUND = bytes.fromhex("6A82")
_UNKNOWN_CLASS = bytes.fromhex("6E00")
_OWN_INSTRUCTIONS = {(0x00, 0x70), (0x00, 0xE0), (0x80, 0xCA), (0x80, 0x50), (0x84, 0xD4), (0x00, 0x22)}


def test_a_card_with_few_tries_and_without_what_it_need_not_have() -> None:
    def edit(memory: CardMemory) -> None:
        with_keys(memory, lambda slot: replace(slot, tries=5) if slot.tries else slot)
        without(memory, "DF05", "DF06")
        memory.payment_applications, memory.payment = (), None

    statement = with_facts(claims("3.00", options=("purse", "psam")), key_tries=5)
    reached = judged_as_others(statement, edit=edit)
    assert reached.bad == []
    stopped = [case for case, verdict in reached.verdicts.items() if verdict is Verdict.INCONCLUSIVE]
    assert stopped == [], "what it does not claim is not asked for"


def test_a_card_of_3_00_under_3des() -> None:
    one, three = bytes.fromhex("9F0C03860101"), bytes.fromhex("9F0C03860103")

    def application(old: DedicatedFile) -> DedicatedFile:
        return replace(old, fci=old.fci.replace(three, one))

    def edit(memory: CardMemory) -> None:
        relaid(memory, application, algorithm_id=1)

    assert judged_as_others(claims("3.00", algorithm="3DES"), edit=edit).bad == []


def test_a_card_whose_directory_has_another_short_identifier_and_that_has_objects_of_its_own() -> None:
    def after(card: Other, _command: bytes, response: bytes) -> bytes:
        return response.replace(bytes.fromhex("A50988011E"), bytes.fromhex("A509880105"))

    def no_directory(card: Other, command: bytes) -> tuple[bytes, bytes | None]:
        return command, _NOT_FOUND if command[:1] == b"\0" and command[1:4:2] == b"\xb2\xf4" else None

    reached = judged_as_others(
        claims("3.00"), wrapped=lambda card: Other(card, before=no_directory, after=after)
    )
    assert reached.bad == []
    assert reached.verdicts["card/fci/environment-exact/01"] is Verdict.WARN
    assert reached.verdicts["card/dir/records/01"] is Verdict.WARN


def test_which_word_tells_that_no_file_is_current_is_open() -> None:
    def after(card: Other, _command: bytes, response: bytes) -> bytes:
        return _NOT_FOUND if response == _NO_CURRENT_FILE else response

    reached = judged_as_others(claims("3.00"), wrapped=lambda card: Other(card, after=after))
    assert reached.bad == []
    assert reached.verdicts["card/records/no-current-file/01"] is Verdict.WARN


def test_instructions_beyond_the_standards_and_none_of_class_04() -> None:
    def before(card: Other, command: bytes) -> tuple[bytes, bytes | None]:
        if command[0] == 0x04:
            return command, _UNKNOWN_CLASS
        own = (
            card.session.application.environment == "social" and (command[0], command[1]) in _OWN_INSTRUCTIONS
        )
        return command, bytes.fromhex("6982") if own else None

    reached = judged_as_others(claims("3.00"), wrapped=answering(before))
    assert reached.bad == []
    assert reached.verdicts["card/commands/space/00"] is Verdict.WARN


@pytest.mark.parametrize(("word", "instead"), [("6E00", "6D00"), ("6D00", "6E00")])
def test_which_word_refuses_the_unknown_is_open(word: str, instead: str) -> None:
    def after(card: Other, _command: bytes, response: bytes) -> bytes:
        return bytes.fromhex(instead) if response == bytes.fromhex(word) else response

    assert judged_as_others(claims("3.00"), wrapped=lambda card: Other(card, after=after)).bad == []


def test_a_challenge_for_the_next_command_only_and_a_select_that_fails_and_leaves_the_master_file() -> None:
    class Strict(Other):
        def before(self, command: bytes) -> tuple[bytes, bytes | None]:
            if command[1] not in (0x84, 0x82, 0x24, 0x1E, 0x16, 0xC0) and command[0] != 0x04:
                self.session.challenge = b""
            return command, None

        def after(self, command: bytes, response: bytes) -> bytes:
            if command[:3] == bytes.fromhex("00A404") and response == _NOT_FOUND:
                self.card.transmit(bytes.fromhex("00A4000000"))
            return response

    def wrapped(card: Card) -> Other:
        return Strict(card)

    reached = judged_as_others(claims("3.00"), wrapped=wrapped)
    assert reached.bad == []
    assert reached.verdicts["card/state/challenge-kept/01"] is Verdict.WARN


def test_a_pin_that_ends_before_its_filler_and_a_bank_application_without_electronic_cash() -> None:
    cash = tuple(bytes.fromhex(f"80CA{tag}") for tag in ("9F79", "9F77", "9F78", "9F6D"))

    def before(card: Other, command: bytes) -> tuple[bytes, bytes | None]:
        if command.startswith(cash) and card.session.application.environment == "payment":
            return command, bytes.fromhex("6A88")
        if command.startswith(bytes.fromhex("00200000")) and len(command) > 8:
            pin = command[5:].rstrip(b"\xff")
            return bytes((*command[:4], len(pin))) + pin, None
        return command, None

    reached = judged_as_others(claims("3.00"), wrapped=answering(before))
    assert reached.bad == []


def test_a_reader_that_hides_6cxx_and_61xx(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(
        FACES["contact"],
        waits_with_61=False,
        absent_le_is_zero=False,
        zero_le_gets_6c=False,
        long_le_gets_6c=False,
        short_le_gets_6c=False,
    )
    monkeypatch.setitem(FACES, "contact", plain)
    assert judged_as_others(claims("2.00")).bad == []
