from __future__ import annotations

import dataclasses

import pytest
from card_samples import authenticate, make_card, select, send, verify, word
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face

DEGREES = {"DF01EF15": {"2A": "21", "40": {"57": "301"}, "40#2": {"57": "302"}, "40#3": {"57": "303"}}}
EDUCATION = "2A0121"


def degree(number: int) -> str:
    """Return the record of one of the three degrees."""
    blank = "5803FFFFFF5928" + "00" * 0x28
    return f"40345703{b'30'.hex()}{0x30 + number:02X}{blank}"


def education_card(face: Face = CONTACTLESS) -> Card:
    """Return a card at DF01/EF15, which has one record 2A and three records 40."""
    card = make_card(items=DEGREES, face=face)
    assert verify(card) == "9000"
    select(card, "DF01", "EF15")
    return card


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("00B2010400", EDUCATION, id="number-1"),
        pytest.param("00B2030400", degree(2), id="number-3"),
        pytest.param("00B2030500", degree(2) + degree(3), id="from-3-to-last"),
        pytest.param("00B2030600", degree(3) + degree(2), id="from-last-to-3"),
        pytest.param("00B2010600", degree(3) + degree(2) + degree(1) + EDUCATION, id="from-last-to-1"),
        pytest.param("00B2400000", degree(1), id="first-of-a-tag"),
        pytest.param("00B2400100", degree(3), id="last-of-a-tag"),
        pytest.param("00B2400200", degree(1), id="next-without-current-is-first"),
        pytest.param("00B2400300", degree(3), id="previous-without-current-is-last"),
        pytest.param("00B2000100", degree(3), id="last-of-any-tag"),
        pytest.param("00B200AA00", EDUCATION, id="SFI-and-next-of-any-tag"),
    ],
)
def test_modes_of_read_record(command: str, answer: str) -> None:
    assert send(education_card(), command) == answer + "9000"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("00B2050400", "6A83", id="number-too-high"),
        pytest.param("00B2050500", "6A83", id="from-a-missing-number"),
        pytest.param("00B2000400", "6A83", id="no-current-record"),
        pytest.param("00B2410000", "6A83", id="missing-tag"),
        pytest.param("00B2FF0400", "6A86", id="number-FF"),
        pytest.param("00B2010700", "6A86", id="mode-111"),
        pytest.param("00B201FC00", "6A86", id="SFI-31"),
        pytest.param("00B2015C00", "6A82", id="missing-SFI"),
        pytest.param("00B201B400", "6981", id="transparent-file"),
        pytest.param("00B201040101", "6700", id="with-data"),
    ],
)
def test_wrong_references_of_read_record(command: str, expected: str) -> None:
    assert send(education_card(), command) == expected


def test_identifiers_move_the_pointer_and_numbers_do_not() -> None:
    card = education_card()
    assert send(card, "00B2400200") == degree(1) + "9000"
    assert send(card, "00B2010400") == EDUCATION + "9000"
    assert send(card, "00B2400200") == degree(2) + "9000"
    assert send(card, "00B2000400") == degree(2) + "9000"
    assert send(card, "00B2400200") == degree(3) + "9000"
    assert send(card, "00B2400200") == "6A83"
    assert send(card, "00B2400300") == degree(2) + "9000"


@pytest.mark.parametrize("command", ["00A4020002EF15", "00B201AC00"], ids=["SELECT", "reference-by-SFI"])
def test_selection_takes_the_pointer_away(command: str) -> None:
    card = education_card()
    assert send(card, "00B2400200") == degree(1) + "9000"
    send(card, command)
    assert send(card, "00B2000400") == "6A83"


def test_a_wrong_le_does_not_move_the_pointer() -> None:
    card = education_card(CONTACT)
    assert send(card, "00B2400200") == "6C36"
    assert send(card, "00B2400236") == degree(1) + "9000"


def test_without_a_current_file_sfi_zero_is_refused() -> None:
    card = make_card()
    assert word(card, "00B2010400") == "6986"
    assert word(card, "00DC0104030A0131") == "6986"


def test_a_reference_by_sfi_makes_the_file_current() -> None:
    card = make_card()
    assert send(card, "00B2032C06") == "0304332E30309000"
    assert send(card, "00B2050006") == "0504202506019000"


# Le against a record of 6 bytes, by face (card.md §21 Q15-16); "" stands for the record itself.
@pytest.mark.parametrize(
    ("face", "le", "expected"),
    [
        pytest.param(CONTACT, "06", "9000", id="contact-right"),
        pytest.param(CONTACT, "", "6C06", id="contact-absent"),
        pytest.param(CONTACT, "00", "6C06", id="contact-zero"),
        pytest.param(CONTACT, "20", "6C06", id="contact-too-long"),
        pytest.param(CONTACT, "04", "6C06", id="contact-too-short"),
        pytest.param(CONTACTLESS, "06", "9000", id="contactless-right"),
        pytest.param(CONTACTLESS, "", "6700", id="contactless-absent"),
        pytest.param(CONTACTLESS, "00", "9000", id="contactless-zero"),
        pytest.param(CONTACTLESS, "20", "9000", id="contactless-too-long"),
        pytest.param(CONTACTLESS, "04", "6C06", id="contactless-too-short"),
    ],
)
def test_le_of_read_record_follows_the_face(face: Face, le: str, expected: str) -> None:
    card = make_card(face=face)
    response = send(card, "00B2032C" + le)
    assert response == ("0304332E3030" if expected == "9000" else "") + expected


def test_a_face_that_truncates_gives_the_first_bytes() -> None:
    card = make_card(face=dataclasses.replace(CONTACT, short_le_gets_6c=False))
    assert send(card, "00B2032C04") == "0304332E9000"


def test_several_records_stop_where_one_answer_is_full() -> None:
    card = make_card(face=CONTACTLESS)
    assert verify(card) == "9000"
    select(card, "DF02", "EF05")
    whole = send(card, "00B2010500")
    assert whole.startswith("4203")
    assert whole.endswith("9000")
    assert len(whole) // 2 - 2 == 5 + 5 + 2 * 0x6E
    assert send(card, "00B2030500")[:4] == "436C"


def test_update_by_number_and_identifier_replaces_one_record() -> None:
    card = education_card()
    assert authenticate(card, "UK6DF01") == "9000"
    assert word(card, "00DC01AC032A0111") == "9000"
    assert word(card, "00DC40AB36" + degree(9)) == "9000"
    assert word(card, "00DC40A936" + degree(8)) == "9000"
    assert send(card, "00B201AD00") == "2A0111" + degree(1) + degree(2) + degree(8) + "9000"


def test_a_missing_record_is_appended() -> None:
    card = education_card()
    assert authenticate(card, "UK6DF01") == "9000"
    assert word(card, "00DC050404E0023132") == "9000"
    assert word(card, "00DCE10004E1023334") == "9000"
    assert word(card, "00DC080404E2023536") == "6A83"
    assert send(card, "00B2050500") == "E0023132E10233349000"


def test_a_file_has_no_more_space_than_its_layout_gives() -> None:
    card = education_card()
    assert authenticate(card, "UK6DF01") == "9000"
    assert word(card, "00DC05043EE03C" + "00" * 60) == "9000"
    before = send(card, "00B2050400")
    assert word(card, "00DC060405E103000000") == "6A84"
    assert word(card, "00DC060402E100") == "9000"
    assert send(card, "00B2050400") == before


def test_issuer_data_cannot_be_extended() -> None:
    card = make_card()
    assert authenticate(card, "UKSSSE") == "9000"
    assert word(card, "00DC082C03E00131") == "6A84"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("00DC0104042A023131", "9000", id="other-length"),
        pytest.param("00DC0104032A0231", "6A85", id="length-beyond-data"),
        pytest.param("00DC0104042A013131", "6A85", id="data-beyond-length"),
        pytest.param("00DC01042A", "6700", id="no-data"),
        pytest.param("00DC0104012A", "6A85", id="tag-only"),
        pytest.param("00DC010402FF00", "6A85", id="tag-FF"),
        pytest.param("00DC40000341012A", "6A85", id="identifier-against-data"),
        pytest.param("00DC0005032A0131", "6A86", id="mode-of-several"),
        pytest.param("00DC0004032A0131", "6A83", id="no-current-record"),
        pytest.param("00DC01B4032A0131", "6981", id="transparent-file"),
        pytest.param("00DC0104032A013100", "6700", id="with-Le"),
        pytest.param("04DC0104032A0131", "6700", id="secure-messaging-without-room-for-a-MAC"),
        pytest.param("04DC0104072A013100000000", "6984", id="secure-messaging-without-challenge"),
    ],
)
def test_form_of_update_record(command: str, expected: str) -> None:
    card = education_card()
    assert authenticate(card, "UK6DF01") == "9000"
    before = card.memory.records(card.memory.layout.file("DF01", "EF15"))
    assert word(card, command) == expected
    after = card.memory.records(card.memory.layout.file("DF01", "EF15"))
    assert (after == before) == (expected != "9000")


def test_records_of_a_fixed_file_keep_their_length() -> None:
    card = make_card()
    select(card, "DF03", "EF19")
    assert authenticate(card, "UK8DF03") == "9000"
    record = card.memory.records(card.memory.layout.file("DF03", "EF19"))[0]
    assert word(card, f"00DC010429{record.hex()}") == "9000"
    assert word(card, "00DC010403790131") == "6A85"


def history(number: int) -> str:
    """Return a record of the special settlement log."""
    return f"{number:04X}31"


@given(st.integers(min_value=0, max_value=20))
def test_a_cyclic_file_keeps_the_newest_records(count: int) -> None:
    card = make_card(face=CONTACTLESS)
    assert verify(card) == "9000"
    select(card, "DF04", "EF15")
    assert authenticate(card, "UK2DF04") == "9000"
    for number in range(count):
        assert word(card, "00DC000303" + history(number)) == "9000"
    kept = [history(number) for number in range(count - 1, max(count - 9, -1), -1)]
    for position, record in enumerate(kept, start=1):
        assert send(card, f"00B2{position:02X}0400") == record + "9000"
    assert send(card, f"00B2{len(kept) + 1:02X}0400") == "6A83"


def test_cyclic_records_have_one_length_and_can_be_replaced() -> None:
    card = make_card(face=CONTACTLESS)
    assert verify(card) == "9000"
    select(card, "DF04", "EF15")
    assert authenticate(card, "UK2DF04") == "9000"
    assert word(card, "00DC0003020001") == "6A85"
    assert word(card, "00DC010403" + history(1)) == "6A83"
    assert word(card, "00DC000003" + history(1)) == "6A83"
    assert word(card, "00DC000303" + history(1)) == "9000"
    assert word(card, "00DC000303" + history(2)) == "9000"
    assert word(card, "00DC020403" + history(7)) == "9000"
    assert word(card, "00DC000003" + history(9)) == "9000"
    assert send(card, "00B2010500") == history(9) + history(7) + "9000"


def test_nobody_writes_the_medical_log_by_command() -> None:
    card = make_card()
    assert verify(card) == "9000"
    select(card, "DF04", "EF08")
    for key in ("RK1DF04", "UK1DF04", "UK2DF04", "LKDF04"):
        assert authenticate(card, key) == "9000"
    assert word(card, "00DC00031C" + "31" * 28) == "6982"


def test_cards_share_blank_contents_and_never_each_others_writes() -> None:
    first, second = make_card(), make_card()
    file = first.memory.layout.file("DF01", "EF08")
    assert first.memory.read(file) is second.memory.read(file)
    select(first, "DF01")
    assert authenticate(first, "UK3DF01") == "9000"
    assert word(first, "00DC0144032B0132") == "9000"
    assert first.memory.records(file) == (bytes.fromhex("2B0132"),)
    assert second.memory.records(file) == (bytes.fromhex("2B0100"),)


def test_records_and_bytes_are_not_mixed_up() -> None:
    card = make_card()
    with pytest.raises(TypeError, match="SSSE/EF08 is transparent"):
        card.memory.records(card.memory.layout.file("SSSE", "EF08"))
    with pytest.raises(TypeError, match="SSSE/EF05 is linear variable"):
        card.memory.binary(card.memory.layout.file("SSSE", "EF05"))
