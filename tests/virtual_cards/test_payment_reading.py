"""What a terminal reads of the bank application before it pays (facts: card.md §15)."""

from __future__ import annotations

import pytest
from card_samples import make_card, send, word
from payment_samples import PAN, SELECT_ADF, SELECT_PPSE, SELECT_PSE, bank_card, begin, fetch, read_all

from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.iso7816.tlv import find_ber

PSE_FCI = "6F26840E315041592E5359532E4444463031A5148801015F2D027A689F110101BF0C059F4D020B0A"
PPSE_FCI = (
    "6F30840E325041592E5359532E4444463031A51EBF0C1B61194F08A000000333010101500A50424F43204445424954870101"
)
DIRECTORY = "701B61194F08A000000333010101500A50424F43204445424954870101"
CONTACT_FCI = (
    "6F458408A000000333010101A539500A50424F432044454249548701019F38099F7A019F02065F2A025F2D027A689F1101019F120A"
    "50424F43204445424954BF0C059F4D020B0A"
)
CONTACTLESS_FCI = (
    "6F5D8408A000000333010101A551500A50424F432044454249548701019F38189F66049F02069F03069F1A0295055F2A029A039C01"
    "9F37045F2D027A689F1101019F120A50424F43204445424954BF0C0E9F4D020B0ADF4D020C0ADF610102"
)


@pytest.mark.parametrize(
    ("face", "command", "fci"),
    [
        (CONTACT, SELECT_PSE, PSE_FCI),
        (CONTACT, SELECT_PPSE, PPSE_FCI),
        (CONTACT, SELECT_ADF, CONTACT_FCI),
        (CONTACTLESS, SELECT_PPSE, PPSE_FCI),
        (CONTACTLESS, SELECT_ADF, CONTACTLESS_FCI),
    ],
    ids=["pse", "ppse over contacts", "adf", "ppse", "adf over the air"],
)
def test_select_answers_the_published_fci(face: object, command: str, fci: str) -> None:
    card = bank_card(face=CONTACTLESS if face is CONTACTLESS else CONTACT)
    assert send(card, command) == fci + "9000"


def test_over_contacts_an_answer_waits_when_no_le_was_sent() -> None:
    card = bank_card()
    assert send(card, SELECT_PSE[:-2]) == "6128"
    assert send(card, "00C0000028") == PSE_FCI + "9000"


def test_a_partial_name_selects_the_application_and_next_finds_no_second() -> None:
    card = bank_card()
    assert send(card, "00A4040007A000000333010100") == CONTACT_FCI + "9000"
    assert send(card, "00A4040207A000000333010100") == "6A82"


def test_the_directory_lists_the_application_once() -> None:
    card = bank_card()
    assert word(card, SELECT_PSE) == "9000"
    assert send(card, "00B2010C00") == "6C1D"
    assert send(card, "00B2010C1D") == DIRECTORY + "9000"
    assert word(card, "00B2020C00") == "6A83"
    assert word(card, "00B2011400") == "6A82"


def test_a_contact_card_of_the_second_generation_has_no_ppse() -> None:
    card = bank_card("2.00")
    assert word(card, SELECT_PPSE) == "6A82"
    assert send(card, SELECT_ADF) == CONTACT_FCI + "9000"


def test_a_card_without_bank_application_knows_none_of_the_names() -> None:
    card = make_card()
    assert {word(card, command) for command in (SELECT_PSE, SELECT_PPSE, SELECT_ADF)} == {"6A82"}


def test_the_blind_reads_of_terminals_find_the_account_number() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    answers = [fetch(card, command) for command in ("00B2010C00", "00B2011400", "00B2011C00", "00B2018400")]
    assert PAN + "D3506220" in answers[0]
    assert f"5A0A{PAN}F" in answers[1]
    assert answers[2].endswith("9000")
    assert answers[3] == "6A82"


@pytest.mark.parametrize(
    ("cash", "afl"),
    [(False, "08010100100103011801030020010100"), (True, "0801010010040701180103002001010028010100")],
    ids=["debit", "electronic cash"],
)
def test_gpo_answers_the_file_locator_that_the_terminal_chose_and_all_its_records_are_there(
    cash: bool, afl: str
) -> None:
    card = bank_card()
    assert begin(card, cash=cash) == f"80{len(afl) // 2 + 2:02X}7C00{afl}9000"
    records = "".join(read_all(card, bytes.fromhex(afl)))
    assert ("9F7406454343303030" in records) == cash
    assert ("42031E031F00" in records) != cash
    for tag in ("5A0A", "5F2403350630", "8F01", "9081", "9F4681", "9381", "8C1B", "8D1A", "9F4903"):
        assert tag in records


def test_a_card_without_electronic_cash_asks_nothing_and_takes_an_empty_template() -> None:
    card = bank_card("2.00", electronic_cash=False, balance_fen=0)
    assert find_ber(bytes.fromhex(send(card, SELECT_ADF)[:-4]), 0x9F38) is None
    assert send(card, "80A8000002830000") == "80127C00080101001001030118010300200101009000"
    assert word(card, "80CA9F7900") == "6A88"
    assert word(card, "80CA9F3600") == "6C05"


@pytest.mark.parametrize("data", ["8300", "830801", "830A" + "00" * 10, "8308" + "00" * 9, "830A" + "00" * 9])
def test_a_wrong_length_of_terminal_data_is_refused_and_counts_no_transaction(data: str) -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80A80000{len(data) // 2:02X}{data}00") == "6700"
    assert send(card, "80CA9F3605") == "9F360200009000"


def test_terminal_data_without_their_template_are_refused() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, "80A800000B8409" + "00" * 9 + "00") == "6A80"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("9F79", "000000005000"),
        ("9F77", "000000100000"),
        ("9F78", "000000100000"),
        ("9F6D", "000000000000"),
        ("9F13", "0000"),
        ("9F17", "03"),
        ("9F36", "0000"),
        ("9F51", "0156"),
        ("9F4F", "9A039F21039F02069F03069F1A025F2A029F4E149C019F3602"),
        ("DF4F", "9A039F21039F1A029F4E149F3602"),
    ],
)
def test_get_data_gives_each_object_by_the_habits_of_each_face(tag: str, value: str) -> None:
    size = len(value) // 2
    whole = f"{tag}{size:02X}{value}9000"
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert send(card, f"80CA{tag}00") == f"6C{size + 3:02X}"
    assert send(card, f"80CA{tag}{size + 3:02X}") == whole
    card.power_on(CONTACTLESS)
    assert word(card, SELECT_ADF) == "9000"
    assert send(card, f"80CA{tag}00") == whole


def test_get_data_of_anything_else_is_refused() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    known = {"9F79", "9F77", "9F78", "9F6D", "9F13", "9F17", "9F36", "9F51", "9F4F", "DF4F"}
    for tag in range(0, 0x10000, 7):
        if f"{tag:04X}" not in known:
            assert word(card, f"80CA{tag:04X}00") == "6A88"


def test_under_the_directory_there_is_neither_transaction_nor_data() -> None:
    card = bank_card()
    assert word(card, SELECT_PSE) == "9000"
    assert word(card, "80CA9F3600") == "6A88"
    assert word(card, "80A8000002830000") == "6985"
    assert word(card, "80AE800034" + "00" * 52 + "00") == "6985"
    assert word(card, "00880000041122334400") == "6985"
    assert word(card, "008200000A" + "00" * 10) == "6985"
    assert word(card, "04DA9F790A" + "00" * 10) == "6985"


@pytest.mark.parametrize("mode", [0, 1, 2, 3, 5, 6])
def test_records_are_read_by_number_only(mode: int) -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"00B201{1 << 3 | mode:02X}00") == "6A86"
    assert word(card, "00B2000C00") == "6A86"
    assert word(card, "00B2010400") == "6A86"


def test_the_bank_pin_is_not_on_the_card() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    for form in ("00", "80", "88"):
        assert word(card, f"002000{form}03123456") == "6A88"
    assert send(card, "80CA9F1704") == "9F1701039000"


def test_a_challenge_has_eight_bytes_and_is_another_one_each_time() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert send(card, "0084000000") == "6C08"
    one, other = send(card, "0084000008"), send(card, "0084000008")
    assert one != other
    assert len(one) == 20
    assert one[-4:] == "9000"


def test_the_walk_of_an_emv_reader_through_all_files_ends_everywhere_in_an_error_it_knows() -> None:
    card = bank_card()
    for application in (SELECT_PSE, SELECT_PPSE, SELECT_ADF):
        assert word(card, application) == "9000"
        for sfi in range(1, 31):
            for number in range(1, 16):
                answer = fetch(card, f"00B2{number:02X}{sfi << 3 | 4:02X}00")
                if answer[-4:] != "9000":
                    assert answer in ("6A82", "6A83")
                    break
                assert answer[:2] == "70"
