"""CHANGE PIN: ``old PIN ‖ FF ‖ new PIN``, in clear."""

from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, make_card, select, send, verify, word

from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.layouts import VERSIONS

QUESTION = "0020000000"
READ_PIN_FILE = "00B2012C04"


def change(old: str, new: str) -> str:
    data = f"{old}FF{new}"
    return f"805E0100{len(data) // 2:02X}{data}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("new", ["1234", "654321", "12345F", "123456789012"])
def test_the_old_pin_gives_way_to_the_new(version: str, new: str) -> None:
    card = make_card(version)
    assert word(card, change("123456", new)) == "9000"
    assert verify(card) == "63C2"
    card.power_on()
    send(card, SELECT_SSSE)
    assert verify(card, new) == "9000"


def test_the_traced_command_works() -> None:
    card = make_card()
    assert word(card, "805E010007123456FF654321") == "9000"


def test_success_sets_the_counter_back() -> None:
    card = make_card()
    assert verify(card, "000000") == "63C2"
    assert word(card, change("123456", "654321")) == "9000"
    assert word(card, QUESTION) == "63C3"


def test_wrong_old_pins_share_the_counter_of_verify() -> None:
    card = make_card()
    assert word(card, change("000000", "654321")) == "63C2"
    assert verify(card, "000000") == "63C1"
    assert word(card, change("000000", "654321")) == "63C0"
    assert word(card, change("123456", "654321")) == "6983"
    assert verify(card) == "6983"


def test_success_is_no_verification_but_leaves_the_one_there_is() -> None:
    card = make_card()
    assert word(card, change("123456", "654321")) == "9000"
    select(card, "DF01")
    assert word(card, READ_PIN_FILE) == "6982"
    assert verify(card, "654321") == "9000"
    assert word(card, change("654321", "123456")) == "9000"
    assert word(card, READ_PIN_FILE) == "9000"


def test_a_wrong_old_pin_takes_the_right_away() -> None:
    card = make_card()
    assert verify(card) == "9000"
    assert word(card, change("000000", "654321")) == "63C2"
    select(card, "DF01")
    assert word(card, READ_PIN_FILE) == "6982"


def test_an_empty_new_pin_unsets_it() -> None:
    card = make_card()
    assert word(card, change("123456", "")) == "9000"
    assert word(card, QUESTION) == "9000"
    select(card, "DF01")
    assert word(card, READ_PIN_FILE) == "9000"
    card.power_on()
    send(card, SELECT_SSSE)
    assert word(card, QUESTION) == "9000"


def test_an_empty_old_pin_sets_the_first_one_which_is_then_asked_for() -> None:
    card = make_card(pin="")
    assert word(card, change("123456", "654321")) == "6A80"
    assert word(card, change("", "654321")) == "9000"
    assert word(card, QUESTION) == "63C3"
    select(card, "DF01")
    assert word(card, READ_PIN_FILE) == "6982"
    assert verify(card, "654321") == "9000"
    assert word(card, READ_PIN_FILE) == "9000"


def test_an_empty_old_pin_is_a_wrong_one_where_a_pin_is_set() -> None:
    assert word(make_card(), change("", "654321")) == "63C2"


def test_the_first_separator_counts() -> None:
    card = make_card(pin="12345")
    assert word(card, change("12345F", "654321")) == "9000"
    assert verify(card, "654321") == "9000"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("805E010006123456654321", "6A80", id="no-separator"),
        pytest.param(change("123456", "65432A"), "6A80", id="letter-in-the-new-pin"),
        pytest.param(change("123456", "12"), "6A80", id="new-pin-too-short"),
        pytest.param(change("123456", "12345678901234"), "6A80", id="new-pin-too-long"),
        pytest.param(change("123456", "FF654321"), "6A80", id="second-separator"),
        pytest.param("805E010002FF12", "6700", id="two-bytes"),
        pytest.param("805E010012" + "12" * 18, "6700", id="eighteen-bytes"),
        pytest.param("805E010007123456FF65432100", "6700", id="with-Le"),
        pytest.param("805E0000" + "07123456FF654321", "6A86", id="P1"),
        pytest.param("805E0101" + "07123456FF654321", "6A86", id="P2"),
        pytest.param("005E0100" + "07123456FF654321", "6E00", id="class"),
    ],
)
def test_a_malformed_change_costs_no_try(command: str, expected: str) -> None:
    card = make_card()
    assert word(card, command) == expected
    assert word(card, QUESTION) == "63C3"


def test_there_is_no_pin_under_the_mf() -> None:
    card = make_card()
    send(card, "00A4000000")
    assert word(card, change("123456", "654321")) == "6A81"


def test_worn_memory_changes_nothing_and_compares_nothing() -> None:
    card = make_card()
    card.memory.supply = WornMemory()
    assert word(card, change("123456", "654321")) == "6581"
    assert word(card, change("000000", "654321")) == "6581"
    card.memory.supply = None
    assert word(card, QUESTION) == "63C3"
    assert verify(card) == "9000"
