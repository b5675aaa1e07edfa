"""Quick payment over the contactless face: one command decides, the last record completes."""

from __future__ import annotations

import hashlib

import pytest
from card_samples import send, word
from payment_samples import (
    AAC,
    ARQC,
    DATE,
    QPBOC,
    QPBOC_OFFLINE_ONLY,
    QPBOC_ONLINE_REQUIRED,
    SELECT_ADF,
    TC,
    UNPREDICTABLE,
    balance,
    bank_card,
    fetch,
    read_all,
    tap,
    tap_data,
    tapped,
)

from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.payment.certificates import CARD, published_key

AFL = "100406011801010028010100"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_purchase_is_approved_at_once_and_written_with_the_last_record(algorithm: str) -> None:
    card = bank_card(face=CONTACTLESS, algorithm=algorithm)
    objects = tap(card, 1_500)
    given = tapped(objects, 1_500)
    assert given.kind == TC
    assert objects[0x82].hex() == "7c00"
    assert objects[0x94].hex() == AFL
    assert objects[0x57].hex().startswith("9156066772668682673d3506")
    assert objects[0x5F34] == b"\x01"
    assert given.authorisation().verify()
    assert given.authorisation().balance_fen() == 3_500
    records = read_all(card, objects[0x94])
    assert balance(card) == 3_500
    assert len(records) == 5
    log = f"{DATE}000000000000001500000000000000" + "01560156" + "00" * 20 + "000001"
    assert fetch(card, "00B2015C00") == log + "9000"


def test_a_card_that_leaves_before_the_last_record_has_paid_nothing() -> None:
    card = bank_card(face=CONTACTLESS)
    objects = tap(card, 1_500)
    read_all(card, objects[0x94][:8])
    assert balance(card) == 5_000
    card.power_on(CONTACTLESS)
    assert word(card, SELECT_ADF) == "9000"
    read_all(card, objects[0x94])
    assert balance(card) == 5_000
    assert word(card, "00B2015C00") == "6A83"
    assert fetch(card, "80CA9F3600") == "9F360200019000"


def test_reading_the_last_record_twice_pays_once() -> None:
    card = bank_card(face=CONTACTLESS)
    objects = tap(card, 1_500)
    read_all(card, objects[0x94])
    read_all(card, objects[0x94])
    assert balance(card) == 3_500


def test_a_last_record_refused_for_its_length_pays_nothing_yet() -> None:
    card = bank_card(face=CONTACTLESS)
    tap(card, 1_500)
    assert send(card, "00B2012C01") == "6C0B"
    assert balance(card) == 5_000
    assert word(card, "00B2012C0B") == "9000"
    assert balance(card) == 3_500


@pytest.mark.parametrize(
    ("amount", "qualifiers", "kind"),
    [
        (5_000, QPBOC, TC),
        (5_001, QPBOC, ARQC),
        (5_001, QPBOC_OFFLINE_ONLY, AAC),
        (100, QPBOC_OFFLINE_ONLY, TC),
        (100, QPBOC_ONLINE_REQUIRED, ARQC),
    ],
    ids=["all of it", "too much", "too much, off-line", "off-line", "on-line wanted"],
)
def test_balance_and_terminal_decide_together(amount: int, qualifiers: str, kind: int) -> None:
    card = bank_card(face=CONTACTLESS)
    objects = tap(card, amount, qualifiers)
    given = tapped(objects, amount, qualifiers)
    assert given.kind == kind
    assert given.authorisation().verify()
    assert (0x94 in objects) == (0x9F4B in objects) == (kind == TC)
    assert balance(card) == 5_000


def test_the_signature_binds_counter_and_terminals_number() -> None:
    card = bank_card(face=CONTACTLESS)
    objects = tap(card, 100)
    key = published_key(CARD)
    content = key.recover(objects[0x9F4B])
    assert content[:7].hex() == "6a050103020001"
    assert content[-1] == 0xBC
    expected = hashlib.sha1(content[1:-21] + bytes.fromhex(UNPREDICTABLE), usedforsecurity=False).digest()
    assert content[-21:-1] == expected


def test_no_further_cryptogram_follows() -> None:
    card = bank_card(face=CONTACTLESS)
    tap(card, 100)
    assert word(card, "80AE400034" + "00" * 52 + "00") == "6985"


def test_a_card_without_electronic_cash_goes_online() -> None:
    card = bank_card(face=CONTACTLESS, electronic_cash=False, balance_fen=0)
    assert tapped(tap(card, 0), 0).kind == ARQC


def test_a_terminal_may_choose_debit_as_over_contacts() -> None:
    card = bank_card(face=CONTACTLESS)
    assert word(card, SELECT_ADF) == "9000"
    assert send(card, f"80A80000238321{tap_data(100, '40000000')}00") == (
        "80127C00080101001001030118010300200101009000"
    )


def test_a_terminal_that_offers_no_way_is_refused_and_counts_no_transaction() -> None:
    card = bank_card(face=CONTACTLESS)
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80A80000238321{tap_data(100, '90000000')}00") == "6985"
    assert fetch(card, "80CA9F3600") == "9F360200009000"


def test_quick_payment_needs_the_contactless_face() -> None:
    card = bank_card()
    assert word(card, SELECT_ADF) == "9000"
    assert word(card, f"80A80000238321{tap_data(100)}00") == "6700"
