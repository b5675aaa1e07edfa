"""Vectors of ``vectors/section_9.toml``, on the functions and on a card whose keys come from that root."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from card_samples import SELECT_SSSE, make_card, send, verify, word

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.security.ciphers import algorithm_by_id
from onecard.virtual_cards.security.diversification import city_factor, diversify, province_factor
from onecard.virtual_cards.security.messages import (
    authentication_data,
    decrypt_data,
    encrypt_data,
    mac,
    session_key,
)
from onecard.virtual_cards.security.pin import encode_pin
from onecard.virtual_cards.security.test_keys import Level, PublishedKeys

VECTORS = tomllib.loads((Path(__file__).parent / "vectors/section_9.toml").read_text(encoding="utf-8"))
ROOT, RANDOM, ORIGINAL = (bytes.fromhex(VECTORS[name]) for name in ("root", "random", "original"))
EACH = pytest.mark.parametrize("vector", VECTORS["cipher"], ids=["3DES", "SM4"])
SECURED = ("pin_unblock", "pin_change", "application_block")


@pytest.fixture
def card(vector: dict[str, Any]) -> Card:
    """Return a card whose keys all come from the root and whose challenges are all the random."""
    keys = PublishedKeys(national_root=lambda _name, _version, _algorithm: ROOT)
    made = Card(make_card(vector["version"], keys=keys).memory, random_bytes=lambda size: RANDOM[:size])
    made.power_on()
    send(made, SELECT_SSSE)
    return made


def authenticate_from_vector(card: Card, vector: dict[str, Any], key_id: str) -> str:
    send(card, "0084000008")
    return word(card, f"008200{key_id}10{vector['authentication_data']}{VECTORS['original']}")


def data_of(vector: dict[str, Any], name: str) -> str:
    return vector["encrypted_pin"] if name == "pin_change" else ""


@EACH
def test_diversification_comes_down_three_levels(vector: dict[str, Any]) -> None:
    algorithm = algorithm_by_id(vector["algorithm"])
    factors = [bytes.fromhex(factor) for factor in VECTORS["factors"]]
    assert factors[:2] == [province_factor("519900"), city_factor("519900")]
    keys, key = [], ROOT
    for factor in factors:
        key = diversify(algorithm, key, factor)
        keys.append(key.hex().upper())
    assert keys == [vector["after_level_1"], vector["after_level_2"], vector["card_key"]]


@EACH
def test_session_key_authentication_and_encipherment(vector: dict[str, Any]) -> None:
    algorithm = algorithm_by_id(vector["algorithm"])
    card_key, session = bytes.fromhex(vector["card_key"]), bytes.fromhex(vector["session_key"])
    assert session_key(algorithm, card_key, RANDOM) == session
    proof = authentication_data(algorithm, card_key, RANDOM, ORIGINAL)
    assert proof.hex().upper() == vector["authentication_data"]
    pin = encode_pin(VECTORS["pin"])
    assert encrypt_data(algorithm, session, pin).hex().upper() == vector["encrypted_pin"]
    assert decrypt_data(algorithm, session, bytes.fromhex(vector["encrypted_pin"])) == pin


@EACH
@pytest.mark.parametrize("name", SECURED)
def test_macs_of_maintenance_commands(vector: dict[str, Any], name: str) -> None:
    algorithm = algorithm_by_id(vector["algorithm"])
    protected = bytes.fromhex(vector[name]["command"] + data_of(vector, name))
    assert (
        mac(algorithm, bytes.fromhex(vector["session_key"]), protected).hex().upper() == vector[name]["mac"]
    )


@EACH
def test_the_card_derives_the_vectors_keys(vector: dict[str, Any], card: Card) -> None:
    memory = card.memory
    area = VECTORS["issuing_area"]
    assert isinstance(memory.keys, PublishedKeys)
    root = memory.keys.root
    assert memory.card_key("STK").hex().upper() == vector["card_key"]
    assert root("STK", 1, memory.algorithm, Level.PROVINCE, area).hex().upper() == vector["after_level_1"]
    assert root("STK", 1, memory.algorithm, Level.CITY, area).hex().upper() == vector["after_level_2"]


@EACH
def test_the_card_proves_itself_with_the_vectors_data(vector: dict[str, Any], card: Card) -> None:
    response = send(card, f"0088000010{VECTORS['random']}{VECTORS['original']}00")
    assert response == vector["authentication_data"] + "9000"


@EACH
@pytest.mark.parametrize("key_id", ["04", "05", "06"], ids=["UKSSSE", "BK", "PUK"])
def test_the_card_takes_the_vectors_proof(vector: dict[str, Any], card: Card, key_id: str) -> None:
    assert authenticate_from_vector(card, vector, key_id) == "9000"


@EACH
def test_the_card_takes_the_vectors_unblock(vector: dict[str, Any], card: Card) -> None:
    assert [verify(card, "000000") for _ in range(4)][-1] == "6983"
    assert authenticate_from_vector(card, vector, "06") == "9000"
    send(card, "0084000008")
    assert word(card, vector["pin_unblock"]["command"] + vector["pin_unblock"]["mac"]) == "9000"
    assert verify(card, VECTORS["pin"]) == "9000"


@EACH
def test_the_card_takes_the_vectors_new_pin(vector: dict[str, Any], card: Card) -> None:
    card.memory.write(pin=encode_pin("654321"))
    assert authenticate_from_vector(card, vector, "06") == "9000"
    send(card, "0084000008")
    change = vector["pin_change"]
    assert word(card, change["command"] + vector["encrypted_pin"] + change["mac"]) == "9000"
    assert verify(card, "654321") == "63C2"
    assert verify(card, VECTORS["pin"]) == "9000"


@EACH
def test_the_card_takes_the_vectors_block(vector: dict[str, Any], card: Card) -> None:
    assert authenticate_from_vector(card, vector, "05") == "9000"
    send(card, "0084000008")
    block = vector["application_block"]
    assert word(card, block["command"] + block["mac"]) == "9000"
    assert word(card, SELECT_SSSE) == "9303"
