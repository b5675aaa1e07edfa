from __future__ import annotations

import pytest
from card_samples import ORIGINAL, authenticate, make_card, proof, select, send, verify, word

from onecard.virtual_cards.layouts import VERSIONS, load_layout
from onecard.virtual_cards.security.key_table import key_row
from onecard.virtual_cards.security.messages import authentication_data

EXTERNAL_KEYS = [
    pytest.param(version, key.name, id=f"{version}-{key.name}")
    for version in VERSIONS
    for key in load_layout(version).keys.values()
    if key.use == "external"
]


@pytest.mark.parametrize(("version", "key"), EXTERNAL_KEYS)
def test_every_key_gives_its_right_in_each_of_its_versions(version: str, key: str) -> None:
    card = make_card(version)
    select(card, card.memory.layout.keys[key].scope)
    groups = key_row(key).groups
    for group in range(1, groups + 1):
        assert authenticate(card, key, version=group) == "9000"
    assert card.session is not None
    assert card.session.rights == {key}
    assert authenticate(card, key, version=groups + 1) == "6A88"
    assert authenticate(card, key, version=0) == "6A88"


@pytest.mark.parametrize(("version", "key"), EXTERNAL_KEYS)
def test_every_key_counts_its_failures(version: str, key: str) -> None:
    card = make_card(version)
    slot = card.memory.layout.keys[key]
    select(card, slot.scope)
    words = [authenticate(card, key, wrong=True) for _ in range(4)]
    if slot.tries:
        assert words == ["63C2", "63C1", "63C0", "6983"]
        assert authenticate(card, key) == "6983"
    else:
        assert words == ["63C3"] * 4
        assert authenticate(card, key) == "9000"


def test_a_success_sets_the_keys_counter_back() -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE", wrong=True) == "63C2"
    assert authenticate(card, "RKSSSE") == "9000"
    assert authenticate(card, "RKSSSE", wrong=True) == "63C2"


def test_counters_of_keys_are_separate_and_survive_power_off() -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE", wrong=True) == "63C2"
    assert authenticate(card, "UKSSSE", wrong=True) == "63C2"
    card.power_on()
    select(card, "SSSE")
    assert authenticate(card, "RKSSSE", wrong=True) == "63C1"


def test_a_failure_takes_the_right_away_again() -> None:
    card = make_card()
    assert authenticate(card, "RKSSSE") == "9000"
    assert authenticate(card, "RKSSSE", wrong=True) == "63C2"
    assert word(card, "00B2083014") == "6982"


def test_a_key_of_one_version_does_not_pass_for_another() -> None:
    card = make_card()
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    assert word(card, "0082000A11" + proof(card, "RKSSSE", challenge, version=2).hex() + "01") == "63C2"


def test_no_challenge_no_authentication() -> None:
    card = make_card()
    assert word(card, "0082000A10" + "00" * 16) == "6984"
    assert authenticate(card, "RKSSSE") == "9000"


def test_a_challenge_is_used_once() -> None:
    card = make_card()
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    command = "0082000A10" + proof(card, "RKSSSE", challenge).hex()
    assert word(card, command) == "9000"
    assert word(card, command) == "6984"


def test_a_wrong_attempt_uses_the_challenge_up() -> None:
    card = make_card()
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    assert word(card, "0082000A10" + "00" * 16) == "63C2"
    assert word(card, "0082000A10" + proof(card, "RKSSSE", challenge).hex()) == "6984"


def test_the_latest_challenge_counts() -> None:
    card = make_card()
    first, second = (bytes.fromhex(send(card, "0084000008")[:-4]) for _ in range(2))
    assert first != second
    assert word(card, "0082000A10" + proof(card, "RKSSSE", first).hex()) == "63C2"
    first, second = (bytes.fromhex(send(card, "0084000008")[:-4]) for _ in range(2))
    assert word(card, "0082000A10" + proof(card, "RKSSSE", second).hex()) == "9000"


def test_a_challenge_does_not_cross_applications() -> None:
    card = make_card()
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    select(card, "SSSE")
    select(card, "SSSE", "EF05")
    assert word(card, "0082000A10" + proof(card, "RKSSSE", challenge).hex()) == "9000"
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    select(card, "DF01")
    assert word(card, "0082000A10" + proof(card, "RKSSSE", challenge).hex()) == "6984"


@pytest.mark.parametrize(
    ("version", "size", "expected"),
    [
        pytest.param("2.00", 4, "9000", id="3DES-4"),
        pytest.param("2.00", 8, "9000", id="3DES-8"),
        pytest.param("2.00", 16, "6984", id="3DES-16-is-more-than-a-block"),
        pytest.param("3.00", 4, "9000", id="SM4-4"),
        pytest.param("3.00", 8, "9000", id="SM4-8"),
        pytest.param("3.00", 16, "9000", id="SM4-16"),
    ],
)
def test_sizes_of_challenges(version: str, size: int, expected: str) -> None:
    card = make_card(version)
    challenge = bytes.fromhex(send(card, f"00840000{size:02X}")[:-4])
    assert len(challenge) == size
    assert word(
        card, "0082000410" + proof(card, "UKSSSE", challenge[: card.memory.algorithm.block_size]).hex()
    ) == (expected)


@pytest.mark.parametrize("le", ["", "00", "07", "09", "20"])
def test_other_sizes_of_challenges_are_wrong(le: str) -> None:
    assert word(make_card(), "00840000" + le) == "6700"


@pytest.mark.parametrize("version", VERSIONS)
def test_internal_authentication_proves_the_issuer_key(version: str) -> None:
    card = make_card(version)
    random = bytes.fromhex("1122334455667788")
    for group, tail in ((1, ""), (1, "01"), (3, "03")):
        expected = authentication_data(
            card.memory.algorithm, card.memory.card_key("IRK", group), random, ORIGINAL
        )
        length = 16 + len(tail) // 2
        response = send(card, f"00880000{length:02X}{random.hex()}{ORIGINAL.hex()}{tail}00")
        assert response == expected.hex().upper() + "9000"
    assert word(card, f"0088000011{random.hex()}{ORIGINAL.hex()}0400") == "6A88"


def test_the_issuer_check_works_inside_applications_too() -> None:
    card = make_card()
    at_ssse = send(card, "0088000010" + "11" * 16 + "00")
    select(card, "DF04")
    assert send(card, "0088000010" + "11" * 16 + "00") == at_ssse


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("0082000010" + "00" * 16, "6A88", id="issuer-check-key"),
        pytest.param("0082000210" + "00" * 16, "6A88", id="maintenance-key"),
        pytest.param("0082000F10" + "00" * 16, "6A88", id="missing-global-key"),
        pytest.param("0082008A10" + "00" * 16, "6A88", id="local-key-under-SSSE"),
        pytest.param("0082001A10" + "00" * 16, "6A86", id="P2-with-middle-bits"),
        pytest.param("0082010A10" + "00" * 16, "6A86", id="P1"),
        pytest.param("0082000A0F" + "00" * 15, "6700", id="too-short"),
        pytest.param("0082000A12" + "00" * 18, "6700", id="too-long"),
        pytest.param("0082000A10", "6700", id="no-data"),
        pytest.param("0088000110" + "00" * 16, "6A86", id="internal-P2"),
        pytest.param("008800000F" + "00" * 15, "6700", id="internal-too-short"),
    ],
)
def test_malformed_authentications_cost_no_try(command: str, expected: str) -> None:
    card = make_card()
    send(card, "0084000008")
    assert word(card, command) == expected
    assert card.memory.key_failures == {}


def test_a_local_key_belongs_to_its_application() -> None:
    card = make_card()
    select(card, "DF03")
    assert authenticate(card, "RK1DF03") == "9000"
    select(card, "DF04")
    assert verify(card) == "9000"
    assert word(card, "00B2013404") == "6982"
    assert authenticate(card, "RK1DF04") == "9000"
    assert word(card, "00B2013403") == "9000"


def test_a_waiting_answer_is_fetched_in_pieces_and_given_up_by_other_commands() -> None:
    card = make_card()
    assert send(card, "0088000010" + "11" * 16) == "6108"
    assert send(card, "00C0000000") == "6C08"
    assert send(card, "00C0000009") == "6C08"
    first = send(card, "00C0000005")
    assert first.endswith("6103")
    second = send(card, "00C0000003")
    assert first[:-4] + second == send(card, "0088000010" + "11" * 16 + "00")
    assert send(card, "00C0000003") == "6F00"
    assert send(card, "0088000010" + "11" * 16) == "6108"
    send(card, "0084000008")
    assert send(card, "00C0000008") == "6F00"
    assert send(card, "0088000010" + "11" * 16 + "04") == "6108"
