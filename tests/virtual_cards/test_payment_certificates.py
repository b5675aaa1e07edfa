"""Off-line data authentication as a terminal does it: from the authority's key to the card's signature."""

from __future__ import annotations

import hashlib

import pytest
from card_samples import word
from payment_samples import ARQC, PAN, bank_card, begin, fetch, first, read_all

from onecard.virtual_cards.iso7816.tlv import iterate_ber
from onecard.virtual_cards.payment.certificates import AUTHORITY, CARD, ISSUER, published_key

EACH_CHOICE = pytest.mark.parametrize("cash", [False, True], ids=["debit", "electronic cash"])


def power_three(signature: bytes, modulus: int) -> bytes:
    return pow(int.from_bytes(signature, "big"), 3, modulus).to_bytes(128, "big")


def opened(signature: bytes, modulus: int, beyond: bytes) -> bytes:
    """Return a signature's content if its frame and hash are right."""
    plain = power_three(signature, modulus)
    assert (plain[0], plain[-1]) == (0x6A, 0xBC)
    assert hashlib.sha1(plain[1:-21] + beyond, usedforsecurity=False).digest() == plain[-21:-1]
    return plain[1:-21]


def read_for_authentication(cash: bool) -> tuple[dict[int, bytes], bytes, str]:
    """Read a card as a terminal does; return its objects, the static data and an answer to DDA."""
    card = bank_card()
    afl = bytes.fromhex(begin(card, cash=cash)[8:-4])
    records = [bytes.fromhex(record) for record in read_all(card, afl)]
    objects: dict[int, bytes] = {}
    for record in records:
        ((_, content),) = iterate_ber(record)
        objects |= dict(iterate_ber(content))
    ((_, signed),) = iterate_ber(records[1])
    return objects, signed + bytes.fromhex("7C00"), fetch(card, "00880000041122334400")


def issuer_modulus(objects: dict[int, bytes]) -> int:
    content = opened(objects[0x90], published_key(AUTHORITY).modulus, objects[0x92] + objects[0x9F32])
    assert content[:5].hex() == "0291560667"
    assert content[12:14].hex() == "8001"
    return int.from_bytes(content[14:] + objects[0x92], "big")


@EACH_CHOICE
def test_the_chain_leads_from_the_authority_to_the_cards_key(cash: bool) -> None:
    objects, static, answer = read_for_authentication(cash)
    modulus = issuer_modulus(objects)
    assert modulus == published_key(ISSUER).modulus
    content = opened(objects[0x9F46], modulus, objects[0x9F48] + objects[0x9F47] + static)
    assert content[:11].hex() == f"04{PAN}f"
    card_modulus = int.from_bytes(content[20:] + objects[0x9F48], "big")
    assert card_modulus == published_key(CARD).modulus
    ((tag, signature),) = iterate_ber(bytes.fromhex(answer[:-4]))
    assert tag == 0x80
    assert opened(signature, card_modulus, bytes.fromhex("11223344"))[:6].hex() == "050103020001"


@EACH_CHOICE
def test_the_static_data_are_signed_by_the_issuer(cash: bool) -> None:
    objects, static, _ = read_for_authentication(cash)
    content = opened(objects[0x93], issuer_modulus(objects), static)
    assert content[:4].hex() == "03010000"
    assert set(content[4:]) == {0xBB}


def test_data_of_another_card_do_not_fit_the_certificate() -> None:
    objects, static, _ = read_for_authentication(False)
    beyond = objects[0x9F48] + objects[0x9F47] + static[:-1] + b"\x01"
    plain = power_three(objects[0x9F46], issuer_modulus(objects))
    assert hashlib.sha1(plain[1:-21] + beyond, usedforsecurity=False).digest() != plain[-21:-1]


def test_a_signature_made_prime_by_prime_is_the_plain_power() -> None:
    for owner in (AUTHORITY, ISSUER, CARD):
        key = published_key(owner)
        private = pow(3, -1, (key.p - 1) * (key.q - 1))
        block = b"\x6a" + bytes(range(127))
        assert key.size == 128
        assert int.from_bytes(key.sign(block), "big") == pow(
            int.from_bytes(block, "big"), private, key.modulus
        )
        assert key.recover(key.sign(block)) == block


def test_a_signature_shows_in_the_next_cryptogram() -> None:
    card = bank_card()
    begin(card)
    assert word(card, "00880000041122334400") == "9000"
    assert first(card, ARQC).issuer_data[3:7].hex().upper() == "03A01002"


@pytest.mark.parametrize("size", [1, 3, 5, 8, 16])
def test_the_list_of_a_dynamic_signature_is_four_bytes(size: int) -> None:
    card = bank_card()
    begin(card)
    assert word(card, f"00880000{size:02X}{'00' * size}00") == "6700"
