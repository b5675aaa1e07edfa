from __future__ import annotations

import pytest

from onecard.virtual_cards.iso7816.atr import card_factor
from onecard.virtual_cards.layouts import VERSIONS, load_layout
from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm
from onecard.virtual_cards.security.key_table import (
    KeyTableError,
    key_row,
    key_rows,
    usage_byte,
    usage_levels,
    usage_type,
)
from onecard.virtual_cards.security.messages import authentication_data, encrypt_data, mac, session_key
from onecard.virtual_cards.security.test_keys import Level, PublishedKeys, published_root

ROOT = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
FACTOR = card_factor(bytes.fromhex("00814A444686605199000001AC"))
RANDOM = bytes.fromhex("1122334455667788")
ORIGINAL = bytes.fromhex("A1A2A3A4A5A6A7A8")

# Results of card.md §9.4 in its order: level 1, level 2, card key, SK, authentication data, MAC of
# 8424000004, enciphered PIN 123456, MAC of the PIN change, MAC of APPLICATION BLOCK.
VECTORS = {
    "3DES": "1ECE88D67B41FDA68DD49246736851AE A72F39A2C5EC2D76139500193807F79F "
    "91FA66C7FAEBB77353E749A57FD42676 38851E825AFFF207 32C9EA55F919CCA8 74936450 3E80D52C39D5D200 "
    "17420EE9 D4E48D00",
    "SM4": "79AFE3B9FAA8B47C0695EFD6907CB8D5 74CD9EA6B603BEECBFAF1C5D92168081 "
    "0BE536BFB1C839EA4B3F501265A146E2 CBC65DFB7CCBB471F92A33EEE935F2F5 3AFE64499857ED5E A384EF78 "
    "8E272C20D74D8E48E299676A35663C7E BB7233CA FD13AD62",
}

BOTH = pytest.mark.parametrize("algorithm", [TRIPLE_DES, SM4_ALGORITHM], ids=lambda algorithm: algorithm.name)


@BOTH
def test_the_hierarchy_gives_the_vectors_of_the_facts(algorithm: Algorithm) -> None:
    keys = PublishedKeys(national_root=lambda _name, _version, _algorithm: ROOT)
    card_key = keys.card_key("IRK", 1, algorithm, "519900", FACTOR)
    session = session_key(algorithm, card_key, RANDOM)
    pin = encrypt_data(algorithm, session, bytes.fromhex("123456"))
    change = bytes.fromhex("84240001") + bytes([len(pin) + 4]) + pin
    found = (
        keys.root("IRK", 1, algorithm, Level.PROVINCE, "519900"),
        keys.root("IRK", 1, algorithm, Level.CITY, "519900"),
        card_key,
        session,
        authentication_data(algorithm, card_key, RANDOM, ORIGINAL),
        mac(algorithm, session, bytes.fromhex("8424000004")),
        pin,
        mac(algorithm, session, change),
        mac(algorithm, session, bytes.fromhex("841E000104")),
    )
    assert " ".join(value.hex().upper() for value in found) == VECTORS[algorithm.name]


@BOTH
def test_roots_differ_by_name_version_and_city(algorithm: Algorithm) -> None:
    keys = PublishedKeys()
    roots = [
        keys.root(name, version, algorithm, Level.CITY, area)
        for name in key_rows()
        for version in (1, 2, 3)
        for area in ("110000", "519900")
    ]
    assert len(set(roots)) == len(roots)


def test_a_province_shares_its_root_and_cities_do_not() -> None:
    keys = PublishedKeys()
    first, second = "510100", "519900"
    assert keys.root("IRK", 1, SM4_ALGORITHM, Level.PROVINCE, first) == keys.root(
        "IRK", 1, SM4_ALGORITHM, Level.PROVINCE, second
    )
    assert keys.root("IRK", 1, SM4_ALGORITHM, Level.CITY, first) != keys.root(
        "IRK", 1, SM4_ALGORITHM, Level.CITY, second
    )


def test_maintenance_keys_are_single_des_keys_under_des_only() -> None:
    keys = PublishedKeys()
    assert len(keys.card_key("STK", 1, TRIPLE_DES, "519900", FACTOR)) == 8
    assert len(keys.card_key("STK", 1, SM4_ALGORITHM, "519900", FACTOR)) == 16
    assert len(published_root("UKSSSE", 1, TRIPLE_DES)) == 16


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_of_a_layout_is_in_the_key_table_under_its_application(version: str) -> None:
    for slot in load_layout(version).keys.values():
        assert key_row(slot.name).scope == slot.scope


def test_every_key_of_the_table_is_on_a_card() -> None:
    assert set(key_rows()) == set(load_layout("3.00", extensions=("local",)).keys)


# Usage byte and key id of a PSAM, from the reader log and the key-relation tables of card.md §9.1.
@pytest.mark.parametrize(
    ("name", "usage", "psam_id", "address"),
    [
        pytest.param("IRK", 0x67, 0x08, "FF08", id="IRK"),
        pytest.param("RKSSSE", 0x67, 0x0A, "004C", id="RKSSSE"),
        pytest.param("UKSSSE", 0x28, 0x12, "0094", id="UKSSSE"),
        pytest.param("PUK", 0x28, 0x10, "0090", id="PUK"),
        pytest.param("STK", 0x26, 0x09, "0173", id="STK"),
        pytest.param("STKDF04", 0x26, 0x23, "FF23", id="STKDF04"),
        pytest.param("UK4DF01", 0x27, 0x25, "0179", id="UK4DF01"),
        pytest.param("RK2DF03", 0x67, 0x2C, "0196", id="RK2DF03"),
        pytest.param("UK2DF03", 0x27, 0x29, "FF29", id="UK2DF03"),
        pytest.param("UK2DF04", 0x27, 0x2A, "FF2A", id="UK2DF04"),
        pytest.param("RK3DF07", 0x47, 0xB1, "0086", id="RK3DF07"),
    ],
)
def test_psam_names_of_keys(name: str, usage: int, psam_id: int, address: str) -> None:
    row = key_row(name)
    assert (row.usages[0], row.psam_id, row.hsm_address) == (usage, psam_id, address)


def test_psam_ids_are_unique() -> None:
    ids = [row.psam_id for row in key_rows().values() if row.psam_id is not None]
    assert len(set(ids)) == len(ids)


def test_a_usage_byte_is_levels_and_type() -> None:
    assert (usage_levels(0x67), usage_type(0x67), usage_byte(2, 8)) == (3, 7, 0x48)
    assert key_row("STK").usage_types == {6, 8}


def test_an_unknown_key_name_is_refused() -> None:
    with pytest.raises(KeyTableError, match="key name 'RK9' is not in key_table"):
        key_row("RK9")
