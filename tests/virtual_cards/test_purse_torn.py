"""Card, PSAM and hosts together: loads and purchases, whole and torn at every byte."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from purse_samples import (
    TERMINAL,
    TIME,
    begin_load,
    begin_purchase,
    credit,
    enter,
    exchange,
    load,
    purchase,
    purchase_psam,
    purse_card,
    ready,
    send,
)

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.psam import issue_psam
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.host import load_tac_is_right, parse_load_offer, purchase_tac_is_right
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

EACH_VERSION = pytest.mark.parametrize("version", ["2.00", "3.00"])
AMOUNTS = PurchaseAmounts(account=1250, self_pay=300, pooled=4000)
ENDLESS = 1_000_000


def dtk(card: Card) -> bytes:
    return card.memory.card_key("DTK")


@EACH_VERSION
def test_a_load_and_a_purchase_from_end_to_end(version: str) -> None:
    card = purse_card(version)
    algorithm = card.memory.algorithm
    offer = begin_load(card, 5000)
    answer = exchange(card, credit(card, offer, 5000))
    for amount in (5000, 5001):
        right = load_tac_is_right(
            algorithm, dtk(card), answer[:4], offer, amount=amount, terminal_number=TERMINAL, time=TIME
        )
        assert right is (amount == 5000)

    psam = purchase_psam(card)
    for number, balance in ((1, 3750), (2, 2500)):
        tac, _mac2 = purchase(card, psam, AMOUNTS)
        assert purchase_tac_is_right(
            algorithm,
            dtk(card),
            tac,
            amounts=AMOUNTS,
            terminal_number=TERMINAL,
            terminal_serial=number.to_bytes(4, "big"),
            time=TIME,
        )
        assert send(card, "B026000104") == f"{balance:08X}9000"
    assert send(card, "B026000306") == "00001F4020259000"
    assert [record[:3].hex() for record in card.memory.contents["DF04", "EF08"]] == [
        "000132",
        "000032",
        "000031",
    ]
    assert send(psam, "00B0990004") == "000000029000"


@EACH_VERSION
def test_a_host_finds_a_card_that_lies_about_its_balance(version: str) -> None:
    card = purse_card(version, PurseState(balance=100))
    lie = bytearray(exchange(card, bytes.fromhex("B02800010B01000000FF") + TERMINAL)[:-2])
    lie[3] ^= 1
    with pytest.raises(AssertionError, match="MAC1"):
        credit(card, parse_load_offer(bytes(lie)), 255)
    with pytest.raises(ValueError, match="has 15 bytes, 16 are needed"):
        parse_load_offer(bytes(15))


@EACH_VERSION
def test_a_psam_of_another_city_cannot_take_money(version: str) -> None:
    card = purse_card(version, PurseState(balance=5000))
    psam = issue_psam(PUBLISHED_KEYS, area_code="110000", terminal_number=TERMINAL.hex())
    enter(psam, version)
    assert exchange(card, begin_purchase(card, psam, AMOUNTS)).hex() == "9302"


def wholeness(card: Card) -> tuple[PurseState, tuple[bytes, ...]]:
    purse, log = card.memory.purse, card.memory.contents.get(("DF04", "EF08"), ())
    assert purse is not None
    assert isinstance(log, tuple)
    return purse, log


def numbers(purse: PurseState) -> tuple[int, ...]:
    """Everything but the proofs, which have another random and serial each time."""
    return (
        purse.balance,
        purse.load_counter,
        purse.purchase_counter,
        purse.payment_year,
        purse.self_pay_total,
        purse.pooled_total,
    )


def tear_everywhere(
    card: Card, begin: Callable[[Card], bytes], settled: Callable[[Card, bool], None]
) -> tuple[int, int]:
    """Tear the command that ``begin`` builds at every byte; count how often it happened, and not."""
    before = wholeness(card)
    whole = copy.copy(card.memory)
    whole.contents = dict(card.memory.contents)
    card.memory.supply = supply = Tear(ENDLESS)
    exchange(card, begin(card))
    total, after = supply.spent, wholeness(card)
    assert after != before
    happened = 0
    for size in range(total):
        card.memory = copy.copy(whole)
        card.memory.contents = dict(whole.contents)
        card.memory.supply = None
        card.power_on()
        ready(card)
        command = begin(card)
        card.memory.supply = Tear(size)
        assert exchange(card, command) == b"", "the card has lost its power"
        assert card.transmit(command) == b""
        card.memory.supply = None
        assert card.power_on()
        ready(card)
        now = wholeness(card)
        done = numbers(now[0]) == numbers(after[0])
        assert done or now == before
        if done:
            assert now[1][1:] == before[1][:29], "the new record stands before the others"
        settled(card, done)
        happened += done
    return happened, total - happened


@EACH_VERSION
@pytest.mark.parametrize("earlier", [0, 30], ids=["empty-log", "full-log"])
def test_a_purchase_torn_at_any_byte_is_whole_and_its_proof_settles_it(version: str, earlier: int) -> None:
    card = purse_card(version, PurseState(balance=5000))
    psam = purchase_psam(card)
    for _ in range(earlier):
        load(card, 1)

    def settled(card: Card, done: bool) -> None:
        answer = exchange(card, bytes.fromhex("B02E0032020000"))
        if not done:
            assert answer.hex() == "9406"
            return
        mac2, tac = answer[:4], answer[4:8]
        assert exchange(psam, bytes.fromhex("8072000004") + mac2) == b"\x90\x00"
        serial = bytes.fromhex(send(psam, "00B0990004"))[:4]
        assert purchase_tac_is_right(
            card.memory.algorithm,
            dtk(card),
            tac,
            amounts=AMOUNTS,
            terminal_number=TERMINAL,
            terminal_serial=serial,
            time=TIME,
        )

    happened, lost = tear_everywhere(card, lambda card: begin_purchase(card, psam, AMOUNTS), settled)
    assert happened > 0
    assert lost > 0


@EACH_VERSION
def test_a_load_torn_at_any_byte_is_whole_and_its_proof_settles_it(version: str) -> None:
    card = purse_card(version, PurseState(balance=10))
    offers = []

    def begin(card: Card) -> bytes:
        offers.append(begin_load(card, 700))
        return credit(card, offers[-1], 700)

    def settled(card: Card, done: bool) -> None:
        answer = exchange(card, bytes.fromhex("B02E0031020000"))
        if not done:
            assert answer.hex() == "9406"
            return
        assert answer[:4] == offers[-1].mac1
        assert load_tac_is_right(
            card.memory.algorithm,
            dtk(card),
            answer[4:8],
            offers[-1],
            amount=700,
            terminal_number=TERMINAL,
            time=TIME,
        )

    happened, lost = tear_everywhere(card, begin, settled)
    assert happened > 0
    assert lost > 0


def test_a_psam_torn_at_any_byte_never_numbers_two_purchases_alike() -> None:
    card = purse_card(purse=PurseState(balance=500_000))
    psam = purchase_psam(card)
    psam.contents.supply = supply = Tear(ENDLESS)
    last = begin_purchase(card, psam, AMOUNTS)[5:9]
    for size in range(supply.spent):
        psam.contents.supply = Tear(size)
        with pytest.raises(AssertionError):
            begin_purchase(card, psam, AMOUNTS)
        psam.contents.supply = None
        enter(psam)
        serial = begin_purchase(card, psam, AMOUNTS)[5:9]
        assert serial > last
        last = serial
    assert supply.spent > 20
