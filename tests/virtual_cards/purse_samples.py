"""Off-line cards, and what terminal, PSAM and hosts do with their purse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from card_samples import AREA, make_card, select, verify

from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.psam import Psam, issue_psam
from onecard.virtual_cards.purse.amounts import PurchaseAmounts, money
from onecard.virtual_cards.purse.host import LoadOffer, authorise_load, parse_load_offer, parse_purchase_offer
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.diversification import city_factor, province_factor
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Card
    from onecard.virtual_cards.faces import Face

TERMINAL = bytes.fromhex("519900000042")
TIME = bytes.fromhex("20250701093015")
ENVIRONMENT = {"2.00": "7378312E73682EC9E7BBE1B1A3D5CF", "3.00": "7378332E73682EC9E7BBE1B1A3D5CF"}


def purse_card(
    version: str = "3.00", purse: PurseState | None = None, *, pin: str = "123456", face: Face | None = None
) -> Card:
    """Return a powered off-line card with the PIN verified and DF04 selected."""
    card = make_card(version, pin=pin)
    equip_purse(card.memory, purse or PurseState())
    if face is not None:
        card.power_on(face)
        select(card, "SSSE")
    ready(card, pin)
    return card


def ready(card: Card, pin: str = "123456") -> None:
    """Verify the PIN and select DF04."""
    if pin:
        select(card, "SSSE")
        assert verify(card, pin) == "9000"
    select(card, "DF04")


def exchange(card: Card | Psam, command: bytes) -> bytes:
    """Exchange one APDU, fetching an answer that waits."""
    response = card.transmit(command)
    while len(response) >= 2 and response[-2] == 0x61:
        response = response[:-2] + card.transmit(bytes((0x00, 0xC0, 0x00, 0x00, response[-1])))
    return response


def send(card: Card | Psam, command: str) -> str:
    """As :func:`exchange`, in hexadecimal text."""
    return exchange(card, bytes.fromhex(command)).hex().upper()


def initialize_load(amount: int, *, index: int = 1) -> bytes:
    """Build INITIALIZE FOR LOAD."""
    return bytes.fromhex("B02800010B") + bytes([index]) + money(amount) + TERMINAL


def initialize_purchase(amounts: PurchaseAmounts, *, index: int = 1) -> bytes:
    """Build INITIALIZE FOR PURCHASE."""
    return bytes.fromhex("B028010113") + bytes([index]) + amounts.encode() + TERMINAL


def begin_load(card: Card, amount: int) -> LoadOffer:
    """Send INITIALIZE FOR LOAD and take the answer apart."""
    answer = exchange(card, initialize_load(amount))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return parse_load_offer(answer[:-2])


def credit(card: Card, offer: LoadOffer, amount: int, *, time: bytes = TIME) -> bytes:
    """Let the host decide and build CREDIT FOR LOAD."""
    memory = card.memory
    data = authorise_load(
        memory.algorithm, memory.card_key("DLK"), offer, amount=amount, terminal_number=TERMINAL, time=time
    )
    assert data is not None, "the host finds MAC1 wrong"
    return bytes.fromhex("B02A00000B") + data


def load(card: Card, amount: int) -> bytes:
    """Load, and return the TAC."""
    answer = exchange(card, credit(card, begin_load(card, amount), amount))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return answer[:-2]


def purchase_psam(card: Card) -> Psam:
    """Return a PSAM that stands in the environment of the card's cipher."""
    psam = issue_psam(PUBLISHED_KEYS, area_code=AREA, terminal_number=TERMINAL.hex())
    enter(psam, card.memory.layout.version)
    return psam


def enter(psam: Psam, version: str = "3.00") -> None:
    """Power a PSAM and select the application in the environment of a card version's cipher."""
    psam.power_on()
    assert send(psam, "00A404000F" + ENVIRONMENT[version]).endswith("9000")
    assert send(psam, "00A4000002DF01").endswith("9000")


def init_sam(
    card: Card, offer: bytes, amounts: PurchaseAmounts, *, time: bytes = TIME, levels: int = 1
) -> bytes:
    """Build INIT SAM FOR PURCHASE from the 22 bytes of the card's offer."""
    factors = card.memory.historical[-8:] + city_factor(AREA) + province_factor(AREA)
    parsed = parse_purchase_offer(offer)
    data = (
        parsed.random
        + parsed.counter.to_bytes(2, "big")
        + amounts.encode()
        + b"2"
        + time
        + bytes((parsed.key_version, parsed.algorithm_id))
        + factors[: 8 * levels]
    )
    return bytes.fromhex("80700100") + bytes([len(data)]) + data


def begin_purchase(
    card: Card, psam: Psam, amounts: PurchaseAmounts, *, time: bytes = TIME, index: int = 1
) -> bytes:
    """Let card and PSAM begin, and build DEBIT FOR PURCHASE: terminal serial, time, MAC1."""
    offer = exchange(card, initialize_purchase(amounts, index=index))
    assert offer[-2:] == b"\x90\x00", offer.hex()
    answer = exchange(psam, init_sam(card, offer[:-2], amounts, time=time))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return bytes.fromhex("B02C01000F") + answer[:4] + time + answer[4:8]


def purchase(card: Card, psam: Psam, amounts: PurchaseAmounts, *, time: bytes = TIME) -> tuple[bytes, bytes]:
    """Pay, settle with the PSAM, and return TAC and MAC2."""
    answer = exchange(card, begin_purchase(card, psam, amounts, time=time))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    assert exchange(psam, bytes.fromhex("8072000004") + answer[4:8]) == b"\x90\x00"
    return answer[:4], answer[4:8]
