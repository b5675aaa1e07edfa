"""Faces: what a contactless card answers first, and all combinations of the switches (card.md §21 Q15-16)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from card_samples import SELECT_SSSE, make_card, send

from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, FACES, Face, activation
from onecard.virtual_cards.iso7816.atr import contactless_atr, parse_ats

HISTORICAL = bytes.fromhex("0081544C9686845101C0666701")
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
CARD_NUMBER = "0709413030303030303131"
SWITCHES = (
    "waits_with_61",
    "absent_le_is_zero",
    "zero_le_gets_6c",
    "long_le_gets_6c",
    "short_le_gets_6c",
)
HABITS = [
    replace(base, **dict(zip(SWITCHES, habits, strict=True)))
    for base in (CONTACT, CONTACTLESS)
    for habits in product((False, True), repeat=len(SWITCHES))
]


def described(face: Face) -> str:
    """Name a face by its switches."""
    return face.name + "".join("+" if getattr(face, switch) else "-" for switch in SWITCHES)


each_habit = pytest.mark.parametrize("face", HABITS, ids=described)


@each_habit
def test_select_answers_at_once_or_waits(face: Face) -> None:
    card = make_card(face=face)
    direct = FCI + "9000"
    assert send(card, SELECT_SSSE) == ("611E" if face.waits_with_61 else direct)
    assert send(card, SELECT_SSSE + "00") == direct
    assert send(card, SELECT_SSSE + "1E") == direct
    assert send(card, SELECT_SSSE + "FF") == direct


@each_habit
def test_an_answer_longer_than_le_waits_at_every_face(face: Face) -> None:
    card = make_card(face=face)
    assert send(card, SELECT_SSSE + "04") == "611E"
    assert send(card, "00C000001E") == FCI + "9000"


@each_habit
def test_read_record_follows_its_switches(face: Face) -> None:
    card = make_card(face=face)
    right, repeat = CARD_NUMBER + "9000", "6C0B"
    zero = repeat if face.zero_le_gets_6c else right
    assert send(card, "00B2072C0B") == right
    assert send(card, "00B2072C00") == zero
    assert send(card, "00B2072C") == (zero if face.absent_le_is_zero else "6700")
    assert send(card, "00B2072C0C") == (repeat if face.long_le_gets_6c else right)
    assert send(card, "00B2072CFF") == (repeat if face.long_le_gets_6c else right)
    assert send(card, "00B2072C02") == (repeat if face.short_le_gets_6c else "07099000")


@each_habit
def test_several_records_follow_the_same_switches(face: Face) -> None:
    card = make_card(face=face)
    assert len(send(card, "00B2012D40")) == 2 * 64 + 4
    assert send(card, "00B2012D41")[-4:] == ("6C40" if face.long_le_gets_6c else "9000")
    assert send(card, "00B2012D3F")[-4:] == ("6C40" if face.short_le_gets_6c else "9000")


def test_get_response_gives_what_waits_in_pieces() -> None:
    card = make_card()
    assert send(card, SELECT_SSSE) == "611E"
    assert send(card, "00C0000010") == FCI[:32] + "610E"
    assert send(card, "00C000000F") == "6C0E"
    assert send(card, "00C0000000") == "6C0E"
    assert send(card, "00C000000E") == FCI[32:] + "9000"
    assert send(card, "00C0000001") == "6F00"
    assert send(card, "00C0000000") == "6F00"


@pytest.mark.parametrize("between", ["0084000008", "00B2072C0B", "FFFFFFFF", "00", "00A40000"])
def test_any_other_command_gives_up_what_waits(between: str) -> None:
    card = make_card()
    assert send(card, SELECT_SSSE) == "611E"
    assert send(card, "00C00000FF") == "6C1E"
    send(card, between)
    assert send(card, "00C000001E") == "6F00"


def test_a_malformed_get_response_leaves_what_waits() -> None:
    card = make_card()
    assert send(card, SELECT_SSSE) == "611E"
    assert send(card, "00C001001E") == "6A86"
    assert send(card, "00C000001E") == FCI + "9000"


@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=str)
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("", id="nothing"),
        pytest.param("00", id="class-only"),
        pytest.param("00B207", id="three-bytes"),
        pytest.param("002000000312", id="data-missing"),
        pytest.param("0020000003123456000000", id="bytes-too-many"),
        pytest.param("00B2072C00000B", id="extended-Le"),
        pytest.param("00A4040000000F7378312E73682EC9E7BBE1B1A3D5CF", id="extended-Lc"),
        pytest.param("00A4040000000F7378312E73682EC9E7BBE1B1A3D5CF0000", id="extended-Lc-and-Le"),
        pytest.param("00DC01040000FF" + "31" * 255, id="extended-255"),
        pytest.param("00DC010400FFFF" + "31" * 65535, id="extended-65535"),
        pytest.param("00" * 100_000, id="hundred-thousand-zeros"),
    ],
)
def test_what_is_no_short_apdu_is_of_wrong_length(face: Face, command: str) -> None:
    card = make_card(face=face)
    assert send(card, command) == "6700"
    assert send(card, "00B2072C0B") == CARD_NUMBER + "9000"


def test_a_contactless_card_is_activated_as_observed() -> None:
    answers = activation(HISTORICAL, random=bytes.fromhex("A1B2C3"))
    assert answers.atqa.hex() == "0400"
    assert answers.sak == 0x20
    assert answers.uid.hex().upper() == "08A1B2C3"
    assert answers.uid_check == 0x08 ^ 0xA1 ^ 0xB2 ^ 0xC3
    assert answers.ats.hex().upper() == "127880A002" + HISTORICAL.hex().upper()
    assert parse_ats(answers.ats) == HISTORICAL


def test_the_pseudo_atr_of_an_activation_is_the_one_that_the_card_shows() -> None:
    card = make_card()
    answers = activation(card.memory.historical, random=bytes(3))
    assert answers.atr == card.power_on(CONTACTLESS) == contactless_atr(card.memory.historical)


@pytest.mark.parametrize("random", [b"", bytes(2), bytes(4)], ids=len)
def test_a_uid_of_another_length_is_refused(random: bytes) -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        activation(HISTORICAL, random=random)


def test_faces_are_found_by_name() -> None:
    assert FACES == {"contact": CONTACT, "contactless": CONTACTLESS}
