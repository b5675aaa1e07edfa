"""UPDATE RECORD and UPDATE BINARY under class 04: the same commands with a MAC that must be right."""

from __future__ import annotations

import pytest
from card_samples import authenticate, make_card, select, word
from secured import get_challenge, secured, with_mac

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.layouts import VERSIONS

SEX = bytes.fromhex("0A0132")
UPDATE_SEX, READ_SEX = "04DC0A30", "00B20A3003"
FINGERPRINT = bytes.fromhex("A1A2A3")
UPDATE_FINGERPRINT = "04D68705"
EACH_VERSION = pytest.mark.parametrize("version", VERSIONS)
EACH_COMMAND = pytest.mark.parametrize(
    ("header", "data"), [(UPDATE_SEX, SEX), (UPDATE_FINGERPRINT, FINGERPRINT)], ids=["record", "binary"]
)


def writing_card(version: str = "3.00") -> Card:
    card = make_card(version)
    assert authenticate(card, "UKSSSE") == "9000"
    return card


@EACH_VERSION
def test_a_record_with_a_right_mac_is_written_without_it(version: str) -> None:
    card = writing_card(version)
    assert secured(card, UPDATE_SEX, SEX) == "9000"
    records = card.memory.records(card.memory.layout.file("SSSE", "EF06"))
    assert SEX in records
    assert all(len(record) == record[1] + 2 for record in records)


@EACH_VERSION
def test_bytes_with_a_right_mac_are_written_without_it(version: str) -> None:
    card = writing_card(version)
    assert secured(card, UPDATE_FINGERPRINT, FINGERPRINT) == "9000"
    assert card.memory.binary(card.memory.layout.file("SSSE", "EF07"))[4:9] == b"\0" + FINGERPRINT + b"\0"


@EACH_VERSION
def test_an_application_has_its_own_key(version: str) -> None:
    card = make_card(version)
    select(card, "DF01")
    record = card.memory.records(card.memory.layout.file("DF01", "EF05"))[0]
    assert authenticate(card, "UK1DF01") == "9000"
    assert secured(card, f"04DC{record[0]:02X}28", record, key="STK") == "6988"
    assert secured(card, f"04DC{record[0]:02X}28", record, key="STKDF01") == "9000"


@EACH_COMMAND
def test_every_wrong_byte_is_seen(header: str, data: bytes) -> None:
    card = writing_card()
    before = dict(card.memory.contents)
    length = len(with_mac(card, header, data, challenge=bytes(8), key="STK"))
    for at in range(5, length):
        command = bytearray(with_mac(card, header, data, challenge=get_challenge(card), key="STK"))
        command[at] ^= 0x01
        assert word(card, command.hex()) == "6988"
    assert card.memory.contents == before
    assert card.memory.key_failures == {}


@EACH_COMMAND
def test_a_mac_serves_one_command_of_one_challenge(header: str, data: bytes) -> None:
    card = writing_card()
    challenge = get_challenge(card)
    command = with_mac(card, header, data, challenge=challenge, key="STK").hex()
    assert word(card, command) == "9000"
    assert word(card, command) == "6984"
    get_challenge(card)
    assert word(card, command) == "6988"


def test_a_mac_over_other_parameters_is_wrong() -> None:
    card = writing_card()
    command = bytearray(
        with_mac(card, UPDATE_FINGERPRINT, FINGERPRINT, challenge=get_challenge(card), key="STK")
    )
    command[3] ^= 0x01
    assert word(card, command.hex()) == "6988"


# Each row takes one more obstacle away; the first that is left answers.
@EACH_COMMAND
@pytest.mark.parametrize(
    ("right", "challenge", "flip", "expected"),
    [
        pytest.param(False, 0, 1, "6982", id="no-right"),
        pytest.param(True, 0, 1, "6984", id="no-challenge"),
        pytest.param(True, 8, 1, "6988", id="wrong-mac"),
        pytest.param(True, 8, 0, "9000", id="all-in-order"),
        pytest.param(True, 16, 0, "9000", id="challenge-of-sixteen"),
    ],
)
def test_the_first_obstacle_answers(
    header: str, data: bytes, right: bool, challenge: int, flip: int, expected: str
) -> None:
    card = writing_card() if right else make_card()
    given = get_challenge(card, challenge) if challenge else bytes(8)
    command = with_mac(card, header, data, challenge=given, key="STK", flip=flip)
    assert word(card, command.hex()) == expected


@pytest.mark.parametrize(
    ("header", "data", "expected"),
    [
        pytest.param("04DC0A30", "0A0231", "6A85", id="record-of-wrong-length"),
        pytest.param("04DC0934", "0A0131", "6A83", id="record-number-too-high"),
        pytest.param("04D68700" + "", "31" * 250, "9000", id="binary-that-fits"),
        pytest.param("04D60300", "31", "6986", id="no-current-file"),
        pytest.param("04D68600", "31", "6981", id="binary-on-records"),
        pytest.param("04DC0138", "0A0131", "6981", id="record-on-binary"),
        pytest.param("04DC0A60", "0A0131", "6A82", id="no-such-file"),
    ],
)
def test_a_right_mac_leaves_the_other_rules_in_force(header: str, data: str, expected: str) -> None:
    assert secured(writing_card(), header, bytes.fromhex(data)) == expected


@pytest.mark.parametrize(
    ("application", "key", "header"),
    [("DF05", "UK1DF05", "04DC0028"), ("DF06", "UK1DF06", "04DC0028"), ("DF07", "UK1DF07", "04DC0028")],
)
def test_an_application_without_maintenance_key_takes_no_mac(application: str, key: str, header: str) -> None:
    card = make_card()
    select(card, application)
    assert authenticate(card, key) == "9000"
    record = card.memory.records(card.memory.layout.file(application, "EF05"))[0]
    assert secured(card, header, record, key="STK") == "6984"


@pytest.mark.parametrize("length", range(1, 5))
def test_data_without_room_for_a_mac_are_of_wrong_length(length: int) -> None:
    card = writing_card()
    get_challenge(card)
    assert word(card, f"04DC0A30{length:02X}" + "00" * length) == "6700"
    assert word(card, f"04D68700{length:02X}" + "00" * length) == "6700"


@EACH_COMMAND
def test_worn_memory_writes_nothing(header: str, data: bytes) -> None:
    card = writing_card()
    card.memory.supply = WornMemory()
    before = dict(card.memory.contents)
    assert secured(card, header, data) == "6581"
    assert card.memory.contents == before


@pytest.mark.parametrize("instruction", ["B2", "B0", "20", "82", "88", "A4", "84", "C0"])
def test_other_commands_know_no_secure_messaging(instruction: str) -> None:
    assert word(writing_card(), f"04{instruction}0000") == "6E00"
