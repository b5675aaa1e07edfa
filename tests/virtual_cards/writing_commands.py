"""Every command that writes, as a row: how the card comes to the point, and the command's bytes.

A row's preparation is deterministic, so it can be repeated for every byte at which power may fail. A new
writing command is a new row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from card_samples import authenticate, make_card, select, send, verify
from payment_driver import (
    enter_bank,
    external_authenticate,
    generate_ac,
    options,
    put_data,
    read_record,
)
from payment_samples import AAC, ARQC, SELECT_ADF, TC, tap_data
from secured import (
    APPLICATION_BLOCK,
    CARD_BLOCK,
    NEW_PIN,
    UNBLOCK,
    get_challenge,
    maintenance_key,
    proof_command,
    with_mac,
)

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.purse.amounts import PurchaseAmounts
from onecard.virtual_cards.purse.cryptograms import purchase_mac1, purchase_session_key
from onecard.virtual_cards.purse.host import authorise_load, parse_load_offer, parse_purchase_offer
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.messages import encrypt_data, session_key

__all__ = ["WRITING", "Writing", "fresh"]


class Writing(NamedTuple):
    """One command in one situation."""

    name: str
    prepare: Callable[[Card], bytes]
    """Bring a fresh card to the point and return the command."""
    answer: str
    """What the card answers when the power stays."""
    commits: int
    """How many times it commits."""
    version: str = "3.00"
    pin: str = "123456"


def fresh(row: Writing) -> tuple[Card, bytes]:
    """Return a card that has come to the point, and the command."""
    card = make_card(row.version, pin=row.pin)
    return card, row.prepare(card)


def update(application: str, key: str, command: str) -> Callable[[Card], bytes]:
    """Write a file under its key."""

    def prepare(card: Card) -> bytes:
        select(card, application)
        assert authenticate(card, key) == "9000"
        return bytes.fromhex(command)

    return prepare


def update_with_mac(application: str, key: str, header: str, data: str) -> Callable[[Card], bytes]:
    """Write a file under its key with a MAC."""

    def prepare(card: Card) -> bytes:
        select(card, application)
        assert authenticate(card, key) == "9000"
        return with_mac(
            card, header, bytes.fromhex(data), challenge=get_challenge(card), key=maintenance_key(card)
        )

    return prepare


def after_wrong_pins(number: int, command: str) -> Callable[[Card], bytes]:
    """Send a command after some wrong PINs."""

    def prepare(card: Card) -> bytes:
        for _ in range(number):
            assert verify(card, "000000").startswith("63C")
        return bytes.fromhex(command)

    return prepare


def external(
    key: str, *, failures: int = 0, flip: int = 0, application: str = "SSSE"
) -> Callable[[Card], bytes]:
    """Authenticate a key after some failures."""

    def prepare(card: Card) -> bytes:
        select(card, application)
        for _ in range(failures):
            assert authenticate(card, key, wrong=True).startswith("63C")
        return proof_command(card, key, challenge=get_challenge(card), flip=flip)

    return prepare


def maintain(
    header: str,
    *,
    key: str,
    application: str = "SSSE",
    flip: int = 0,
    pin: str | None = None,
    unblocks: int | None = None,
    wrong_pins: int = 0,
) -> Callable[[Card], bytes]:
    """Send a maintenance command under the right of a key; with a packed PIN, enciphered."""

    def prepare(card: Card) -> bytes:
        card.memory.pin_unblocks_left = unblocks
        for _ in range(wrong_pins):
            verify(card, "000000")
        select(card, application)
        assert authenticate(card, key) == "9000"
        challenge = get_challenge(card)
        stk = "STK" if header != APPLICATION_BLOCK else maintenance_key(card)
        data = b""
        if pin is not None:
            algorithm = card.memory.algorithm
            session = session_key(algorithm, card.memory.card_key(stk), challenge)
            data = encrypt_data(algorithm, session, bytes.fromhex(pin))
        return with_mac(card, header, data, challenge=challenge, key=stk, flip=flip)

    return prepare


_TERMINAL, _TIME = bytes.fromhex("519900000001"), bytes.fromhex("20250630120000")
_AMOUNT = 12_345


def _purse_card(card: Card) -> None:
    """Give the card a purse, go to its application and verify the PIN."""
    equip_purse(card.memory, PurseState(balance=1_000_000, load_counter=7, purchase_counter=9))
    select(card, "DF04")
    assert verify(card) == "9000"


def load(card: Card) -> bytes:
    """Begin a load, and have the host authorise it."""
    _purse_card(card)
    memory = card.memory
    begin = f"B0280001 0B 01 {_AMOUNT:08X} {_TERMINAL.hex()} 10"
    offer = parse_load_offer(bytes.fromhex(send(card, begin)[:-4]))
    data = authorise_load(
        memory.algorithm,
        memory.card_key("DLK"),
        offer,
        amount=_AMOUNT,
        terminal_number=_TERMINAL,
        time=_TIME,
    )
    assert data is not None
    return bytes.fromhex("B02A00000B") + data + b"\x04"


def purchase(card: Card) -> bytes:
    """Begin a purchase, and have the PSAM agree."""
    _purse_card(card)
    memory = card.memory
    amounts = PurchaseAmounts(account=_AMOUNT, self_pay=200, pooled=300)
    begin = f"B0280101 13 01 {amounts.encode().hex()} {_TERMINAL.hex()} 16"
    offer = parse_purchase_offer(bytes.fromhex(send(card, begin)[:-4]))
    serial = bytes.fromhex("00000042")
    key = purchase_session_key(
        memory.algorithm,
        memory.card_key("DPK"),
        random=offer.random,
        counter=offer.counter,
        terminal_serial=serial,
    )
    code = purchase_mac1(memory.algorithm, key, amounts=amounts, terminal_number=_TERMINAL, time=_TIME)
    return bytes.fromhex("B02C01000F") + serial + _TIME + code + b"\x08"


def starting_day(card: Card) -> bytes:
    """Authenticate the key of the starting day."""
    _purse_card(card)
    assert authenticate(card, "DSK") == "9000"
    return bytes.fromhex("B0560000020401")


def bank(*steps: Callable[[Card], bytes], contactless: bool = False) -> Callable[[Card], bytes]:
    """Enter the bank application, go through these steps, and return the last one's command."""

    def prepare(card: Card) -> bytes:
        enter_bank(card)
        if contactless:
            assert card.power_on(CONTACTLESS)
            assert card.transmit(bytes.fromhex(SELECT_ADF))[-2:] == b"\x90\x00"
        for step in steps[:-1]:
            assert card.transmit(step(card))[-2:] == b"\x90\x00"
        return steps[-1](card)

    return prepare


def _begin(card: Card) -> bytes:
    return options()


def _begin_cash(card: Card) -> bytes:
    return options(cash=True)


def _tap(card: Card) -> bytes:
    return bytes.fromhex(f"80A80000238321{tap_data(100)}00")


def _ask(kind: int) -> Callable[[Card], bytes]:
    return lambda card: generate_ac(card, kind)


_LAST_RECORD = (5, 1)
"""SFI and number of the record that completes an off-line qPBOC purchase."""

_RECORD = "31" * 18
_FIXED = "32" * 0x27

WRITING = (
    Writing("update record", update("SSSE", "UKSSSE", "00DC0A30030A0132"), "9000", 1),
    Writing("update record by number", update("SSSE", "UKSSSE", "00DC0334030A0132"), "9000", 1),
    Writing("update record 1.00", update("SSSE", "UKSSSE", "00DC0A30030A0132"), "9000", 1, "1.00"),
    Writing("append a record", update("DF01", "UK2DF01", "00DC8838048802AABB"), "9000", 1),
    Writing("append to a cyclic file", update("DF02", "UK6DF02", f"00DC00B312{_RECORD}"), "9000", 1),
    Writing("update record of equal length", update("DF03", "UK8DF03", f"00DC01CC297927{_FIXED}"), "9000", 1),
    Writing("update binary", update("DF01", "UK7DF01", "00D6960408" + "A5" * 8), "9000", 1),
    Writing("update record with MAC", update_with_mac("SSSE", "UKSSSE", "04DC0A30", "0A0132"), "9000", 1),
    Writing(
        "update record with MAC 2.00",
        update_with_mac("SSSE", "UKSSSE", "04DC0A30", "0A0132"),
        "9000",
        1,
        "2.00",
    ),
    Writing("update binary with MAC", update_with_mac("DF01", "UK8DF01", "04D69700", "A5A6"), "9000", 1),
    Writing("verify right", after_wrong_pins(0, "0020000003123456"), "9000", 2),
    Writing("verify right after a failure", after_wrong_pins(1, "0020000003123456"), "9000", 2),
    Writing("verify right at the last try", after_wrong_pins(2, "0020000003123456"), "9000", 2),
    Writing("verify wrong", after_wrong_pins(0, "0020000003000000"), "63C2", 1),
    Writing("verify wrong at the last try", after_wrong_pins(2, "0020000003000000"), "63C0", 1),
    Writing("change pin", after_wrong_pins(1, "805E010007123456FF654321"), "9000", 2),
    Writing("change pin wrong", after_wrong_pins(0, "805E010007000000FF654321"), "63C2", 1),
    Writing("change pin to none", after_wrong_pins(0, "805E010004123456FF"), "9000", 2),
    Writing("change pin from none", after_wrong_pins(0, "805E010004FF654321"), "9000", 1, pin=""),
    Writing("unblock", maintain(UNBLOCK, key="PUK", unblocks=7, wrong_pins=3), "9000", 3),
    Writing("unblock with a wrong MAC", maintain(UNBLOCK, key="PUK", flip=1), "6988", 1),
    Writing("new pin", maintain(NEW_PIN, key="PUK", pin="654321"), "9000", 3),
    Writing(
        "new pin 2.00",
        maintain(NEW_PIN, key="PUK", pin="654321", unblocks=1, wrong_pins=2),
        "9000",
        3,
        "2.00",
    ),
    Writing("new pin none", maintain(NEW_PIN, key="PUK"), "9000", 3),
    Writing("new pin that is none", maintain(NEW_PIN, key="PUK", pin="12"), "6A80", 2),
    Writing("authenticate right", external("RKSSSE"), "9000", 2),
    Writing(
        "authenticate right after failures", external("UK1DF01", failures=2, application="DF01"), "9000", 2
    ),
    Writing("authenticate wrong", external("RKSSSE", flip=1), "63C2", 1),
    Writing("authenticate wrong at the last try", external("PUK", failures=2, flip=1), "63C0", 1),
    Writing("authenticate a blocking key", external("BK"), "9000", 0),
    Writing("application block", maintain(APPLICATION_BLOCK, key="BK"), "9000", 1),
    Writing(
        "application block DF03", maintain(APPLICATION_BLOCK, key="LKDF03", application="DF03"), "9000", 1
    ),
    Writing("credit for load", load, "9000", 1),
    Writing("credit for load 1.00", load, "9000", 1, "1.00"),
    Writing("debit for purchase", purchase, "9000", 1),
    Writing("debit for purchase 2.00", purchase, "9000", 1, "2.00"),
    Writing("update/get starting day", starting_day, "9000", 1),
    Writing("card block", maintain(CARD_BLOCK, key="BK"), "9000", 1),
    Writing("get processing options", bank(_begin), "9000", 1),
    Writing("get processing options of qPBOC", bank(_tap, contactless=True), "9000", 1),
    Writing(
        "read record that completes a qPBOC purchase",
        bank(_tap, lambda card: read_record(card, *_LAST_RECORD), contactless=True),
        "9000",
        1,
    ),
    Writing("generate ac: off-line TC", bank(_begin_cash, _ask(TC)), "9000", 1),
    Writing("generate ac: ARQC", bank(_begin, _ask(ARQC)), "9000", 1),
    Writing("generate ac: AAC", bank(_begin, _ask(AAC)), "9000", 1, "2.00"),
    Writing("generate ac: on-line TC", bank(_begin, _ask(ARQC), external_authenticate, _ask(TC)), "9000", 1),
    Writing("put data", bank(_begin, _ask(ARQC), external_authenticate, put_data), "9000", 1),
    Writing(
        "put data with a wrong MAC",
        bank(_begin, _ask(ARQC), external_authenticate, lambda card: put_data(card, wrong=True)),
        "6988",
        1,
    ),
    Writing("card block 1.00", maintain(CARD_BLOCK, key="BK"), "9000", 1, "1.00"),
)
"""Each writing command of the card, in each situation in which it writes something else."""
