"""Keys, cryptograms and issuer data against published examples and against another computation."""

from __future__ import annotations

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from payment_samples import AAC, ARQC, PAN, PSN, TC, Given, bank_card, begin, first

from onecard.virtual_cards.payment import cryptograms
from onecard.virtual_cards.payment.issuer import (
    CRYPTOGRAM_KEY,
    SCRIPT_KEY,
    Authorisation,
    IssuerError,
    issuer_master_key,
)
from onecard.virtual_cards.security.ciphers import TRIPLE_DES

BYTES = bytes.fromhex

# A worked example that Chinese card-payment blogs print ("金融IC卡 ARQC和ARPC计算方法和实例").
IMK_AC = BYTES("F0C34A8124CEE0A91A0B034AA97D6EAC")
IMK_MAC = BYTES("12B1AC4AF070CC35612BFE2D30AB600D")
EXAMPLE_PAN, EXAMPLE_PSN, EXAMPLE_COUNTER = "6228000100001", "01", 0x0240
EXAMPLE_VALUES = {
    0x9F02: BYTES("000000000001"),
    0x9F03: BYTES("000000000000"),
    0x9F1A: BYTES("0156"),
    0x95: BYTES("0080046000"),
    0x5F2A: BYTES("0156"),
    0x9A: BYTES("140701"),
    0x9C: BYTES("00"),
    0x9F37: BYTES("1E78EEBC"),
}


def test_a_second_published_example_gives_the_same_card_and_session_key() -> None:
    master = BYTES("C4D689158AD9FB9D23105B91CE046D0E")
    key = cryptograms.card_key(TRIPLE_DES, master, "6210220110002707355", "01")
    assert key.hex().upper() == "B8A15DA5F7043C317D9FD8F8DFE2BD75"
    assert (
        cryptograms.session_key(TRIPLE_DES, key, 0x03D3).hex().upper() == "4A43440B2D932ACDC4E2776ED562EE43"
    )


def test_the_published_cryptogram_and_the_issuers_answer_come_out() -> None:
    key = cryptograms.card_key(TRIPLE_DES, IMK_AC, EXAMPLE_PAN, EXAMPLE_PSN)
    cryptogram = cryptograms.application_cryptogram(
        TRIPLE_DES,
        key,
        EXAMPLE_VALUES,
        aip=BYTES("7D00"),
        counter=EXAMPLE_COUNTER,
        results=BYTES("03A04002"),
    )
    assert cryptogram.hex().upper() == "5D016C91005E7CC2"
    response = cryptograms.response_cryptogram(TRIPLE_DES, key, EXAMPLE_COUNTER, cryptogram, b"01")
    assert response.hex().upper() == "21415243527CE78F"


def test_the_published_mac_of_the_balance_comes_out() -> None:
    key = cryptograms.card_key(TRIPLE_DES, IMK_MAC, EXAMPLE_PAN, EXAMPLE_PSN)
    session = cryptograms.session_key(TRIPLE_DES, key, EXAMPLE_COUNTER)
    assert cryptograms.mac(TRIPLE_DES, session, BYTES("0240000000100000"))[:4].hex().upper() == "D1F61152"


def ecb(algorithm: int, key: bytes, data: bytes) -> bytes:
    cipher = SM4(key) if algorithm == 4 else TripleDES(key + key[:8])
    return Cipher(cipher, modes.ECB()).encryptor().update(data)  # noqa: S305 - the standard's mode


def by_hand(given: Given, algorithm: int) -> bytes:
    """Compute a cryptogram without the code under test."""
    master = issuer_master_key(CRYPTOGRAM_KEY, algorithm)
    y = BYTES((PAN + PSN)[-16:])
    key = ecb(algorithm, master, y + bytes(255 - byte for byte in y))
    counter = given.counter.to_bytes(2, "big")
    counter_inverse = (0xFFFF - given.counter).to_bytes(2, "big")
    session = ecb(algorithm, key, bytes(6) + counter + bytes(6) + counter_inverse)
    data = b"".join(given.values[tag] for tag in (0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37))
    data += BYTES("7C00") + counter + given.issuer_data[3:7] + b"\x80"
    if algorithm == 4:
        data += bytes(-len(data) % 16)
        return Cipher(SM4(session), modes.CBC(bytes(16))).encryptor().update(data)[-16:][:8]
    data += bytes(-len(data) % 8)
    block = bytes(8)
    for at in range(0, len(data), 8):
        mixed = bytes(one ^ other for one, other in zip(block, data[at : at + 8], strict=True))
        block = ecb(1, session[:8] * 2, mixed)
    middle = Cipher(TripleDES(session[8:] * 3), modes.ECB()).decryptor().update(block)  # noqa: S305
    return ecb(1, session[:8] * 2, middle)


@pytest.mark.parametrize(("name", "algorithm"), [("3DES", 1), ("SM4", 4)])
@pytest.mark.parametrize(
    ("asked", "amount", "results"),
    [(TC, 100, "03901000"), (TC, 5_001, "03A01000"), (ARQC, 100, "03A01000"), (AAC, 100, "03801000")],
    ids=["tc", "tc refused", "arqc", "aac"],
)
def test_every_first_cryptogram_is_the_one_computed_by_hand(
    name: str, algorithm: int, asked: int, amount: int, results: str
) -> None:
    card = bank_card(algorithm=name)
    begin(card, cash=True, amount=amount)
    given = first(card, asked, amount)
    assert given.cryptogram == by_hand(given, algorithm)
    assert given.counter == 1
    left = 4_900 if given.kind == TC else 5_000
    assert given.issuer_data[:-4].hex().upper() == f"070101{results}{algorithm:02X}0A01{left:010d}"
    authorisation = given.authorisation()
    assert authorisation.verify()
    assert authorisation.balance_fen() == left


@pytest.mark.parametrize(
    "tag", [0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37, 0x82, 0x9F36, 0x9F26]
)
def test_the_issuer_notices_any_change_of_what_the_cryptogram_covers(tag: int) -> None:
    card = bank_card()
    begin(card)
    genuine = first(card, ARQC).authorisation()
    value = genuine.objects[tag]
    changed = dict(genuine.objects) | {tag: value[:-1] + bytes([value[-1] ^ 1])}
    assert genuine.verify()
    assert not Authorisation(pan=PAN, psn=PSN, objects=changed).verify()


def test_the_issuer_notices_another_card_of_the_same_account() -> None:
    card = bank_card()
    begin(card)
    objects = first(card, ARQC).authorisation().objects
    assert not Authorisation(pan=PAN, psn="02", objects=objects).verify()
    assert not Authorisation(pan="9" * 19, psn=PSN, objects=objects).verify()


def test_the_issuer_says_what_field_55_lacks() -> None:
    card = bank_card()
    begin(card)
    objects = dict(first(card, ARQC).authorisation().objects)
    for tag in (0x9F10, 0x9F26, 0x9F36, 0x82, 0x9F02):
        rest = {key: value for key, value in objects.items() if key != tag}
        with pytest.raises(IssuerError, match=f"field 55 has no {tag:02X}"):
            Authorisation(pan=PAN, psn=PSN, objects=rest).verify()
    with pytest.raises(IssuerError, match="byte 8 must name an algorithm"):
        Authorisation(pan=PAN, psn=PSN, objects=objects | {0x9F10: b"\x07\x01\x01"}).verify()
    for wrong, complaint in (
        (objects[0x9F10][:8], "tells no balance"),
        (objects[0x9F10][:-1] + b"\x00", "MAC of the balance is wrong"),
    ):
        with pytest.raises(IssuerError, match=complaint):
            Authorisation(pan=PAN, psn=PSN, objects=objects | {0x9F10: wrong}).balance_fen()


def test_keys_of_cryptograms_scripts_and_algorithms_are_all_different() -> None:
    masters = {
        issuer_master_key(name, algorithm) for name in (CRYPTOGRAM_KEY, SCRIPT_KEY) for algorithm in (1, 4)
    }
    assert len(masters) == 4
    card = bank_card()
    assert card.memory.payment is not None
    assert card.memory.payment.cryptogram_key != card.memory.payment.script_key


def test_an_account_number_shorter_than_sixteen_digits_is_filled_from_the_left() -> None:
    short = cryptograms.card_key(TRIPLE_DES, IMK_AC, "622800010000", "01")
    assert short == cryptograms.card_key(TRIPLE_DES, IMK_AC, "00622800010000", "01")
