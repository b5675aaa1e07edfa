"""INIT SAM and CREDIT SAM FOR PURCHASE: the PSAM's own rules."""

from __future__ import annotations

import pytest
from card_samples import AREA
from purse_samples import (
    TERMINAL,
    begin_purchase,
    enter,
    exchange,
    init_sam,
    initialize_purchase,
    purchase,
    purchase_psam,
    purse_card,
    send,
)

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import WornMemory
from onecard.virtual_cards.psam import Psam, issue_psam
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

AMOUNTS = PurchaseAmounts(account=100, pooled=900)
CREDIT_SAM = bytes.fromhex("8072000004")


def rich_card(version: str = "3.00") -> Card:
    return purse_card(version, PurseState(balance=100_000))


def sam_command(card: Card, *, levels: int = 1) -> bytes:
    offer = exchange(card, initialize_purchase(AMOUNTS))
    return init_sam(card, offer[:-2], AMOUNTS, levels=levels)


def replaced(command: bytes, at: int, value: int) -> bytes:
    return command[: 5 + at] + bytes([value]) + command[6 + at :]


@pytest.mark.parametrize("version", ["2.00", "3.00"])
@pytest.mark.parametrize(
    ("level", "levels"), [("city", 1), ("provincial", 2), ("national", 3)], ids=["city", "province", "nation"]
)
def test_roots_of_every_level_pay(version: str, level: str, levels: int) -> None:
    card = rich_card(version)
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA, terminal_number=TERMINAL.hex(), level=level)
    enter(psam, version)
    for wrong in {1, 2, 3} - {levels}:
        assert exchange(psam, sam_command(card, levels=wrong)).hex() == "6a80"
    command = sam_command(card, levels=levels)
    answer = exchange(psam, command)
    debit = bytes.fromhex("B02C01000F") + answer[:4] + command[24:31] + answer[4:8]
    assert exchange(card, debit)[-2:] == b"\x90\x00"


def test_the_answer_waits_for_get_response_on_t0() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    assert psam.transmit(sam_command(card)) == bytes.fromhex("6108")
    assert len(psam.transmit(bytes.fromhex("00C0000008"))) == 10


@pytest.mark.parametrize("word", [0x9302, 0x63CF])
def test_a_wrong_mac2_is_refused_and_ends_the_purchase(word: int) -> None:
    card = rich_card()
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA, terminal_number=TERMINAL.hex())
    psam.contents.wrong_mac2 = word
    enter(psam)
    answer = exchange(card, begin_purchase(card, psam, AMOUNTS))
    assert exchange(psam, CREDIT_SAM + bytes(4)).hex() == f"{word:04x}"
    assert exchange(psam, CREDIT_SAM + answer[4:8]).hex() == "6901"


def test_a_mac2_is_asked_for_once_and_only_after_init() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    assert exchange(psam, CREDIT_SAM + bytes(4)).hex() == "6901"
    _tac, mac2 = purchase(card, psam, AMOUNTS)
    assert exchange(psam, CREDIT_SAM + mac2).hex() == "6901"
    answer = exchange(card, begin_purchase(card, psam, AMOUNTS))
    enter(psam)
    assert exchange(psam, CREDIT_SAM + answer[4:8]).hex() == "6901", "a reset forgets the purchase"


def test_key_delivery_in_between_does_not_disturb_a_purchase() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    answer = exchange(card, begin_purchase(card, psam, AMOUNTS))
    assert send(psam, "BFDE6708" + "28" + "11" * 40) == "9000"
    assert exchange(psam, CREDIT_SAM + answer[4:8]).hex() == "9000"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param(lambda command: replaced(command, 26, 4), "6A88", id="unknown-key-version"),
        pytest.param(lambda command: replaced(command, 27, 1), "6A80", id="algorithm-of-another-environment"),
        pytest.param(lambda command: command[:4] + b"\x23" + command[5:-1], "6700", id="factor-cut-short"),
        pytest.param(lambda command: command[:4] + b"\x1b" + command[5:32], "6700", id="data-cut-short"),
        pytest.param(
            lambda command: command[:4] + b"\x3c" + command[5:] + bytes(24), "6700", id="four-factors"
        ),
        pytest.param(lambda command: b"\x80\x70\x00" + command[3:], "6A86", id="other-P1"),
    ],
)
def test_what_init_sam_refuses_leaves_the_serial(change: object, status: str) -> None:
    card = rich_card()
    psam = purchase_psam(card)
    assert callable(change)
    assert exchange(psam, change(sam_command(card))).hex().upper() == status
    assert send(psam, "00B0990004") == "000000009000"


def test_init_sam_needs_the_application_and_the_key() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    assert send(psam, "00A40000023F00")[-4:] == "9000"
    assert exchange(psam, sam_command(card)).hex() == "6985"
    without = issue_psam(PUBLISHED_KEYS, area_code=AREA, without=("DPK",))
    enter(without)
    assert exchange(without, sam_command(card)).hex() == "6a88"


def serial_of(psam: Psam) -> str:
    return send(psam, "00B0990004")


def test_the_terminal_serial_counts_begun_purchases_and_survives_power() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    purchase(card, psam, AMOUNTS)
    begin_purchase(card, psam, AMOUNTS)
    assert serial_of(psam) == "000000029000"
    enter(psam)
    assert serial_of(psam) == "000000029000"
    assert begin_purchase(card, psam, AMOUNTS)[5:9].hex() == "00000003"


def test_an_exhausted_serial_begins_no_purchase() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    psam.contents.terminal_serial = 0xFFFF_FFFE
    assert begin_purchase(card, psam, AMOUNTS)[5:9].hex() == "ffffffff"
    assert exchange(psam, sam_command(card)).hex() == "9402"


def test_a_psam_that_cannot_write_says_so_and_gives_no_mac() -> None:
    card = rich_card()
    psam = purchase_psam(card)
    psam.contents.supply = WornMemory()
    assert exchange(psam, sam_command(card)).hex() == "6581"
    assert exchange(psam, CREDIT_SAM + bytes(4)).hex() == "6901"
