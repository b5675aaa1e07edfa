"""The payment side's events: commands for a payment as far as it has come, from the card's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payment_samples import MERCHANT, SELECT_ADF, profile, terminal_data

from onecard.virtual_cards.payment.cryptograms import CIPHERS, mac, response_cryptogram, session_key
from onecard.virtual_cards.personalisation.payment import equip_payment

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Card
    from onecard.virtual_cards.payment.transaction import PaymentTransaction

__all__ = ["enter_bank", "external_authenticate", "generate_ac", "options", "put_data", "read_record"]

_CODE = b"00"


def enter_bank(card: Card) -> None:
    """Give a card the bank application and select it."""
    equip_payment(card.memory, profile())
    card.power_on()
    card.transmit(bytes.fromhex(SELECT_ADF))


def _transaction(card: Card) -> PaymentTransaction | None:
    return card.session.payment if card.session else None


def options(*, cash: bool = False, amount: int = 100) -> bytes:
    """Build GET PROCESSING OPTIONS over the contact face."""
    return bytes.fromhex(f"80A800000B8309{cash:02X}{amount:012d}015600")


def generate_ac(card: Card, asked: int, *, amount: int = 100) -> bytes:
    """Build the GENERATE AC that the transaction is due for: the second after an ARQC, else the first."""
    transaction = _transaction(card)
    second = transaction is not None and transaction.stage == "online"
    data = bytes.fromhex("3030" + terminal_data(amount) if second else terminal_data(amount) + MERCHANT)
    return bytes((0x80, 0xAE, asked, 0x00, len(data))) + data + b"\x00"


def external_authenticate(card: Card, *, wrong: bool = False) -> bytes:
    """Build EXTERNAL AUTHENTICATE as the issuer of this card would answer."""
    state, transaction = card.memory.payment, _transaction(card)
    assert state is not None
    cryptogram = transaction.cryptogram if transaction and transaction.cryptogram else bytes(8)
    response = response_cryptogram(
        CIPHERS[state.algorithm], state.cryptogram_key, state.transaction_counter, cryptogram, _CODE
    )
    return bytes.fromhex("008200000A") + bytes([response[0] ^ wrong]) + response[1:] + _CODE


def put_data(card: Card, *, wrong: bool = False, fen: int = 1_000) -> bytes:
    """Build the issuer script that sets the balance of electronic cash."""
    state, transaction = card.memory.payment, _transaction(card)
    assert state is not None
    cipher, counter = CIPHERS[state.algorithm], state.transaction_counter
    head, digits = bytes.fromhex("04DA9F790A"), bytes.fromhex(f"{fen:012d}")
    cryptogram = transaction.cryptogram if transaction else b""
    covered = head + counter.to_bytes(2, "big") + cryptogram + digits
    code = mac(cipher, session_key(cipher, state.script_key, counter), covered)[:4]
    return head + digits + bytes([code[0] ^ wrong]) + code[1:]


def read_record(card: Card, sfi: int, number: int) -> bytes:
    """Build READ RECORD with the right Le; SFI of a file that is there."""
    length = 1
    if card.session is not None and sfi in card.session.application.by_sfi:
        length = len(card.memory.records(card.session.application.by_sfi[sfi])[number - 1])
    return bytes((0x00, 0xB2, number, sfi << 3 | 4, length))
