"""PIN CHANGE/UNBLOCK: the right of PUK, the MAC and cipher of STK, the counters of both."""

from __future__ import annotations

import pytest
from card_samples import SELECT_SSSE, authenticate, make_card, select, send, verify, word
from secured import NEW_PIN, UNBLOCK, get_challenge, secured, set_pin, unblock, with_mac

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.layouts import VERSIONS
from onecard.virtual_cards.security.messages import session_key
from onecard.virtual_cards.security.pin import encode_pin

QUESTION = "0020000000"
EACH_VERSION = pytest.mark.parametrize("version", VERSIONS)


def locked_card(version: str = "3.00") -> Card:
    card = make_card(version)
    assert [verify(card, "000000") for _ in range(3)][-1] == "63C0"
    return card


def ready_card(version: str = "3.00") -> Card:
    """Return a card with a locked PIN on which the right of PUK is held."""
    card = locked_card(version)
    assert authenticate(card, "PUK") == "9000"
    return card


@EACH_VERSION
def test_unblocking_gives_the_tries_back_and_keeps_the_pin(version: str) -> None:
    card = ready_card(version)
    assert word(card, QUESTION) == "6983"
    assert unblock(card) == "9000"
    assert word(card, QUESTION) == "63C3"
    assert verify(card) == "9000"


@EACH_VERSION
@pytest.mark.parametrize("digits", ["1234", "12345", "654321", "123456789012"])
def test_a_new_pin_counts_from_then_on(version: str, digits: str) -> None:
    card = ready_card(version)
    packed = encode_pin(digits)
    assert set_pin(card, packed) == "9000"
    assert verify(card) == "63C2"
    assert verify(card, packed.hex()) == "9000"
    card.power_on()
    send(card, SELECT_SSSE)
    assert verify(card, packed.hex()) == "9000"


@EACH_VERSION
def test_no_pin_block_takes_the_pin_away(version: str) -> None:
    card = ready_card(version)
    assert set_pin(card, None) == "9000"
    assert word(card, QUESTION) == "9000"
    assert verify(card) == "6984"
    select(card, "DF01")
    assert word(card, "00B2012C00").startswith("6C")


@pytest.mark.parametrize(("version", "expected"), [("1.00", "9000"), ("2.00", "9000"), ("3.00", "6A80")])
def test_an_enciphered_empty_pin_fits_into_blocks_of_eight_only(version: str, expected: str) -> None:
    card = ready_card(version)
    assert set_pin(card, b"") == expected
    assert word(card, QUESTION) == ("9000" if expected == "9000" else "6983")


@EACH_VERSION
def test_the_flow_of_the_drivers_resets_a_pin(version: str) -> None:
    """As in card.md §12.6: the environment is selected again between authentication and command."""
    card = locked_card(version)
    assert authenticate(card, "PUK") == "9000"
    assert word(card, SELECT_SSSE).startswith("61")
    assert set_pin(card, bytes.fromhex("123456")) == "9000"
    assert verify(card) == "9000"


def test_pin_maintenance_works_from_inside_an_application() -> None:
    card = locked_card()
    select(card, "DF01")
    assert authenticate(card, "PUK") == "9000"
    assert unblock(card) == "9000"
    assert verify(card) == "9000"


def test_the_right_ends_at_another_application_and_at_power_off() -> None:
    card = ready_card()
    select(card, "DF01")
    assert unblock(card) == "6982"
    select(card, "SSSE")
    assert unblock(card) == "6982"
    assert authenticate(card, "PUK") == "9000"
    select(card, "SSSE", "EF05")
    card.power_on()
    send(card, SELECT_SSSE)
    assert unblock(card) == "6982"


def test_setting_a_first_pin_asks_for_it_at_once() -> None:
    card = make_card(pin="")
    assert authenticate(card, "PUK") == "9000"
    assert set_pin(card, bytes.fromhex("123456")) == "9000"
    select(card, "DF01")
    assert word(card, "00B2012C04") == "6982"
    assert verify(card) == "9000"
    assert word(card, "00B2012C04") == "9000"


def test_a_new_pin_in_place_of_a_verified_one_leaves_the_right() -> None:
    card = make_card()
    assert verify(card) == "9000"
    assert authenticate(card, "PUK") == "9000"
    assert set_pin(card, bytes.fromhex("654321")) == "9000"
    select(card, "DF01")
    assert word(card, "00B2012C04") == "9000"


def test_unblocking_gives_no_right_to_read() -> None:
    card = ready_card()
    assert unblock(card) == "9000"
    select(card, "DF01")
    assert word(card, "00B2012C04") == "6982"


@EACH_VERSION
def test_repeated_wrong_macs_lock_the_unblocking_key_for_ever(version: str) -> None:
    card = ready_card(version)
    assert [unblock(card, flip=1) for _ in range(4)] == ["6988", "6988", "6988", "6982"]
    assert authenticate(card, "PUK") == "6983"
    card.power_on()
    send(card, SELECT_SSSE)
    assert authenticate(card, "PUK") == "6983"
    assert word(card, QUESTION) == "6983"


def test_a_right_mac_ends_the_row_of_wrong_ones() -> None:
    card = ready_card()
    for _ in range(3):
        assert [unblock(card, flip=1), unblock(card, flip=1), unblock(card)] == ["6988", "6988", "9000"]
    assert card.memory.key_failures == {}


def test_failures_of_authentication_and_of_mac_count_together() -> None:
    card = ready_card()
    assert [unblock(card, flip=1), unblock(card, flip=1)] == ["6988"] * 2
    assert authenticate(card, "PUK", wrong=True) == "63C0"
    assert authenticate(card, "PUK") == "6983"


def test_what_is_wrong_with_the_data_does_not_count_against_the_key() -> None:
    card = ready_card()
    assert set_pin(card, bytes.fromhex("12345A")) == "6A80"
    assert unblock(card, fresh=False) == "6984"
    assert secured(card, UNBLOCK, b"\x00" * 16, key="STK") == "6700"
    assert card.memory.key_failures == {}


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_number_of_unblocks_may_be_limited(limit: int) -> None:
    card = ready_card()
    card.memory.pin_unblocks_left = limit
    assert unblock(card, flip=1) == "6988"
    assert set_pin(card, bytes.fromhex("12")) == "6A80"
    assert [unblock(card) for _ in range(limit + 1)] == ["9000"] * limit + ["6985"]
    assert set_pin(card, bytes.fromhex("654321")) == "6985"
    assert card.memory.pin_unblocks_left == 0


@pytest.mark.parametrize(
    "pin",
    ["12", "1A34", "123A56", "F12345", "12FF34", "12345678901234"],
    ids=["two-digits", "letter", "letter-late", "filler-first", "filler-inside", "fourteen-digits"],
)
@EACH_VERSION
def test_what_is_no_pin_is_refused(version: str, pin: str) -> None:
    card = ready_card(version)
    assert set_pin(card, bytes.fromhex(pin)) == "6A80"
    assert word(card, QUESTION) == "6983"


@EACH_VERSION
@pytest.mark.parametrize("plain", ["FF123456", "03123456", "0312345680000001", "0012345680"])
def test_a_wrong_frame_round_the_pin_is_refused(version: str, plain: str) -> None:
    card = ready_card(version)
    algorithm = card.memory.algorithm
    challenge = get_challenge(card)
    session = session_key(algorithm, card.memory.card_key("STK"), challenge)
    block = algorithm.encrypt_blocks(session, bytes.fromhex(plain).ljust(algorithm.block_size, b"\0"))
    command = with_mac(card, NEW_PIN, block, challenge=challenge, key="STK")
    assert word(card, command.hex()) == "6A80"


def test_a_mac_under_the_unblocking_key_is_wrong_unless_the_issuer_chose_so() -> None:
    card = ready_card()
    assert secured(card, UNBLOCK, key="PUK") == "6988"


# Each row takes one more obstacle away; the first that is left answers (card.md §10, order of checks).
@pytest.mark.parametrize(
    ("length", "application", "right", "unblocks", "challenge", "flip", "expected"),
    [
        pytest.param(5, "SSSE", False, 0, 0, 1, "6700", id="length"),
        pytest.param(4, "MF", False, 0, 0, 1, "6A88", id="no-pin-under-the-MF"),
        pytest.param(4, "SSSE", False, 0, 0, 1, "6982", id="no-right"),
        pytest.param(4, "SSSE", True, 0, 0, 1, "6985", id="no-unblock-left"),
        pytest.param(4, "SSSE", True, 1, 0, 1, "6984", id="no-challenge"),
        pytest.param(4, "SSSE", True, 1, 8, 1, "6988", id="wrong-mac"),
        pytest.param(4, "SSSE", True, 1, 8, 0, "9000", id="all-in-order"),
    ],
)
def test_the_first_obstacle_answers(
    length: int, application: str, right: bool, unblocks: int, challenge: int, flip: int, expected: str
) -> None:
    card = locked_card()
    card.memory.pin_unblocks_left = unblocks
    if application == "MF":
        send(card, "00A4000000")
    if right:
        assert authenticate(card, "PUK") == "9000"
    given = get_challenge(card, challenge) if challenge else bytes(8)
    command = with_mac(card, UNBLOCK, bytes(length - 4), challenge=given, key="STK", flip=flip)
    assert word(card, command.hex()) == expected


@pytest.mark.parametrize(("version", "other_block"), [("1.00", 16), ("2.00", 16), ("3.00", 8)])
def test_the_other_ciphers_block_is_of_wrong_length(version: str, other_block: int) -> None:
    card = ready_card(version)
    assert secured(card, NEW_PIN, bytes(other_block), key="STK") == "6700"


@EACH_VERSION
def test_worn_memory_unblocks_nothing(version: str) -> None:
    card = ready_card(version)
    card.memory.supply = WornMemory()
    assert unblock(card) == "6581"
    assert unblock(card, flip=1) == "6581"
    card.memory.supply = None
    assert word(card, QUESTION) == "6983"
    assert unblock(card) == "9000"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("8424000204" + "00" * 4, "6A86"),
        ("8424010004" + "00" * 4, "6A86"),
        ("84240000", "6700"),
        ("842400010800" + "00" * 7, "6700"),
        ("842400000400000000" + "00", "6700"),
        ("8024000004" + "00" * 4, "6E00"),
        ("0024000004" + "00" * 4, "6E00"),
    ],
)
def test_malformed_commands_cost_nothing(command: str, expected: str) -> None:
    card = ready_card()
    get_challenge(card)
    assert word(card, command) == expected
    assert card.memory.key_failures == {}
    assert unblock(card, fresh=False) == "9000"
