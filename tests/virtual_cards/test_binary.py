from __future__ import annotations

import pytest
from card_samples import authenticate, make_card, select, send, word

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face

PHOTO = bytes(range(256)) * 16
RESERVED = bytes(range(200))


def photo_card(face: Face = CONTACTLESS) -> Card:
    """Return a card whose photo may be read and written."""
    card = make_card(items={"SSSEEF08": PHOTO, "SSSEEF07": b"\x07" * 768}, face=face)
    assert authenticate(card, "RKSSSE") == "9000"
    assert authenticate(card, "UKSSSE") == "9000"
    return card


def test_a_photo_is_read_in_pieces_of_256() -> None:
    card = photo_card()
    select(card, "SSSE", "EF08")
    pieces = [bytes.fromhex(send(card, f"00B0{page:02X}0000")[:-4]) for page in range(16)]
    assert b"".join(pieces) == PHOTO
    assert word(card, "00B0100000") == "6B00"


def test_the_sfi_form_selects_the_file_for_the_commands_that_follow() -> None:
    card = photo_card()
    assert send(card, "00B0880A02") == "0A0B9000"
    assert send(card, "00B0010A02") == "0A0B9000"


@pytest.mark.parametrize(
    ("face", "le", "expected"),
    [
        pytest.param(CONTACT, "02", "FEFF9000", id="contact-right"),
        pytest.param(CONTACT, "00", "6C02", id="contact-zero"),
        pytest.param(CONTACT, "03", "6C02", id="contact-too-long"),
        pytest.param(CONTACTLESS, "00", "FEFF9000", id="contactless-zero"),
        pytest.param(CONTACTLESS, "03", "FEFF9000", id="contactless-too-long"),
        pytest.param(CONTACTLESS, "01", "FE9000", id="contactless-part"),
    ],
)
def test_le_at_the_end_of_the_file_follows_the_face(face: Face, le: str, expected: str) -> None:
    card = photo_card(face)
    select(card, "SSSE", "EF08")
    assert send(card, "00B00FFE" + le) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("00B0000001", "6986", id="no-current-file"),
        pytest.param("00B0800001", "6A86", id="SFI-0"),
        pytest.param("00B09F0001", "6A86", id="SFI-31"),
        pytest.param("00B0C80001", "6A86", id="not-the-SFI-form"),
        pytest.param("00B0890001", "6A82", id="missing-SFI"),
        pytest.param("00B0850001", "6981", id="record-file"),
        pytest.param("00D68500010A", "6981", id="update-of-record-file"),
        pytest.param("00D6880000", "6700", id="update-without-data"),
    ],
)
def test_wrong_references_of_binary_commands(command: str, expected: str) -> None:
    assert send(photo_card(), command) == expected


def test_a_fingerprint_has_768_bytes() -> None:
    card = photo_card()
    select(card, "SSSE", "EF07")
    assert word(card, "00B002FF01") == "9000"
    assert word(card, "00B0030001") == "6B00"


def test_update_replaces_bytes_inside_the_file_only() -> None:
    card = photo_card()
    assert word(card, "00D6880102AAAA") == "9000"
    select(card, "SSSE", "EF08")
    assert send(card, "00B0000004") == "00AAAA039000"
    assert word(card, "00D60FFF02BBBB") == "6700"
    assert word(card, "00D6100001BB") == "6B00"
    assert send(card, "00B00FFE02") == "FEFF9000"


def test_reserved_files_are_free_to_read_and_guarded_to_write() -> None:
    card = make_card(items={"DF01EF16": RESERVED})
    select(card, "DF01", "EF16")
    assert send(card, "00B0000004") == "000102039000"
    assert word(card, "00D6000001FF") == "6982"
    assert authenticate(card, "UK7DF01") == "9000"
    assert word(card, "00D6000001FF") == "9000"
    assert send(card, "00B0000002") == "FF019000"
