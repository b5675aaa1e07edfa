from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, make_card, select, send, verify, word

QUESTION = "0020000000"


def test_the_question_tells_the_tries_and_leaves_them() -> None:
    card = make_card()
    assert [word(card, QUESTION) for _ in range(5)] == ["63C3"] * 5
    assert word(card, "00200000") == "63C3"


def test_wrong_pins_count_down_and_lock_for_ever() -> None:
    card = make_card()
    assert [verify(card, "000000") for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert verify(card) == "6983"
    assert word(card, QUESTION) == "6983"
    card.power_on()
    send(card, SELECT_SSSE)
    assert verify(card) == "6983"


def test_a_right_pin_sets_the_counter_back() -> None:
    card = make_card()
    assert verify(card, "000000") == "63C2"
    assert verify(card) == "9000"
    assert word(card, QUESTION) == "63C3"


def test_the_counter_survives_power_off() -> None:
    card = make_card()
    assert verify(card, "000000") == "63C2"
    card.power_off()
    card.power_on()
    send(card, SELECT_SSSE)
    assert word(card, QUESTION) == "63C2"


@pytest.mark.parametrize("limit", [3, 6, 10])
def test_issuers_choose_the_number_of_tries(limit: int) -> None:
    card = make_card(pin_limit=limit)
    assert word(card, QUESTION) == f"63C{limit:X}"


def test_a_pin_that_is_not_set_opens_what_the_pin_would_open() -> None:
    card = make_card(pin="")
    assert word(card, QUESTION) == "9000"
    assert verify(card) == "6984"
    select(card, "DF01")
    assert word(card, "00B2012C04") == "9000"


def test_a_wrong_pin_takes_the_right_away_again() -> None:
    card = make_card()
    assert verify(card) == "9000"
    assert verify(card, "654321") == "63C2"
    select(card, "DF01")
    assert word(card, "00B2012C04") == "6982"


def test_an_odd_pin_ends_in_a_filler() -> None:
    card = make_card(pin="12345")
    assert verify(card, "12345F") == "9000"
    assert verify(card, "123450") == "63C2"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("002000000112", "6700", id="one-byte"),
        pytest.param("0020000009" + "12" * 9, "6700", id="nine-bytes"),
        pytest.param("0020000003", "6700", id="data-missing"),
        pytest.param("002000000312345600", "6700", id="with-Le"),
        pytest.param("0020000103123456", "6A86", id="P2"),
        pytest.param("8020000003123456", "6E00", id="class"),
    ],
)
def test_a_malformed_verify_costs_no_try(command: str, expected: str) -> None:
    card = make_card()
    assert word(card, command) == expected
    assert word(card, QUESTION) == "63C3"
