"""A card as the driver sees it, message by message."""

import pytest
from pcsc_samples import ATR, LeavingCard, ScriptedCard

from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.readers.served_card import DELAY_LIMIT_US, UNPOWERED_ATR, Reply, ServedCard
from onecard.virtual_cards.readers.slot_events import SlotEventKind
from onecard.virtual_cards.readers.vpcd import MUTE_ATR, Control

COMMAND = bytes.fromhex("00840000")


def powered(card: ScriptedCard) -> ServedCard:
    served = ServedCard(card, CONTACT)
    served.handle(Control.POWER_ON)
    return served


def test_power_and_reset_are_told_and_get_no_answer() -> None:
    served = ServedCard(ScriptedCard(), CONTACT)
    assert served.handle(Control.POWER_ON) == Reply(SlotEventKind.POWER_ON, response=ATR)
    assert served.handle(Control.RESET) == Reply(SlotEventKind.RESET, response=ATR)
    assert served.handle(Control.POWER_OFF) == Reply(SlotEventKind.POWER_OFF)


def test_the_look_whether_the_card_is_there_powers_nothing() -> None:
    card = ScriptedCard()
    assert ServedCard(card, CONTACT).handle(Control.ATR) == Reply(None, UNPOWERED_ATR)
    assert not card.powered


def test_the_answer_to_reset_is_given_when_asked_for() -> None:
    assert powered(ScriptedCard()).handle(Control.ATR) == Reply(None, ATR)


def test_no_answer_to_reset_is_an_answer_longer_than_any() -> None:
    assert powered(ScriptedCard(atr=b"")).handle(Control.ATR) == Reply(None, MUTE_ATR)
    assert len(MUTE_ATR) == 34


@pytest.mark.parametrize("answer", [b"", b"\x90"], ids=["no bytes", "one byte"])
def test_no_status_word_is_no_answer(answer: bytes) -> None:
    assert powered(ScriptedCard(answer)).handle(COMMAND) == Reply(SlotEventKind.MUTE)


def test_a_late_answer_says_by_how_much() -> None:
    reply = powered(ScriptedCard(delay_us=700)).handle(COMMAND)
    assert (reply.payload, reply.delay_us) == (b"\x90\x00", 700)


def test_an_answer_later_than_the_limit_is_none() -> None:
    assert powered(ScriptedCard(delay_us=DELAY_LIMIT_US + 1)).handle(COMMAND).kind is SlotEventKind.MUTE


def test_a_card_that_leaves_is_said_to_be_removed() -> None:
    assert powered(LeavingCard()).handle(COMMAND).kind is SlotEventKind.REMOVED


def test_an_answer_that_no_reader_can_carry_is_the_cards_defect() -> None:
    with pytest.raises(ValueError, match="65536 bytes"):
        powered(ScriptedCard(bytes(65536))).handle(COMMAND)


def test_a_swapped_card_has_power_only_if_the_old_one_had() -> None:
    old, new = ScriptedCard(), ScriptedCard(atr=b"\x3b\x01\x99")
    served = ServedCard(old, CONTACT)
    served.swap(new, CONTACT)
    assert not new.powered
    served.handle(Control.POWER_ON)
    served.swap(old, CONTACT)
    assert (old.powered, new.powered, served.atr) == (True, False, ATR)
