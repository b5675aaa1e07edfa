"""A terminal's part of a payment, for the tests of the bank application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from card_samples import make_card, send, word

from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.iso7816.tlv import iterate_ber
from onecard.virtual_cards.payment.issuer import Authorisation
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment

if TYPE_CHECKING:
    from onecard.virtual_cards.card import Card
    from onecard.virtual_cards.faces import Face

PAN = "9156066772668682673"
PSN = "01"
SELECT_PSE = "00A404000E315041592E5359532E444446303100"
SELECT_PPSE = "00A404000E325041592E5359532E444446303100"
SELECT_ADF = "00A4040008A00000033301010100"

DATE, TIME = "260715", "101530"
UNPREDICTABLE = "1E78EEBC"
MERCHANT = b"CORNER SHOP".ljust(20).hex().upper()
TVR = "0080046000"
TC, ARQC, AAC = 0x40, 0x80, 0x00
QPBOC = "26000080"
QPBOC_OFFLINE_ONLY = "2E000080"
QPBOC_ONLINE_REQUIRED = "26800080"


def profile(**changes: object) -> PaymentProfile:
    values: dict[str, object] = {
        "pan": PAN,
        "psn": PSN,
        "expiry": "20350630",
        "effective": "20250601",
        "name": "张三",
        "balance_fen": 5_000,
    }
    return PaymentProfile(**(values | changes))  # type: ignore[arg-type]


def bank_card(version: str = "3.00", *, face: Face = CONTACT, **changes: object) -> Card:
    """Return a powered card with the bank application, nothing selected of it."""
    card = make_card(version)
    equip_payment(card.memory, profile(**changes))
    card.power_on(face)
    return card


@dataclass(frozen=True)
class Given:
    """A cryptogram as the terminal gets it."""

    kind: int
    counter: int
    cryptogram: bytes
    issuer_data: bytes
    values: dict[int, bytes]

    def authorisation(self) -> Authorisation:
        objects = {
            **self.values,
            0x82: bytes.fromhex("7C00"),
            0x9F36: self.counter.to_bytes(2, "big"),
            0x9F26: self.cryptogram,
            0x9F10: self.issuer_data,
        }
        return Authorisation(pan=PAN, psn=PSN, objects=objects)


def fetch(card: Card, command: str) -> str:
    """Exchange an APDU as a T=0 reader does, GET RESPONSE and the right Le included; data and status word."""
    answer = send(card, command)
    if answer[-4:-2] == "6C":
        answer = send(card, command[:-2] + answer[-2:])
    while answer[-4:-2] == "61":
        answer = answer[:-4] + send(card, f"00C00000{answer[-2:]}")
    return answer


def begin(card: Card, *, cash: bool = False, amount: int = 100) -> str:
    """Select the ADF and begin a transaction over contacts; return the answer to GPO."""
    assert word(card, SELECT_ADF) == "9000"
    assert card.memory.payment is not None
    pdol = f"{cash:02X}{amount:012d}0156" if card.memory.payment.electronic_cash else ""
    return send(card, f"80A80000{len(pdol) // 2 + 2:02X}83{len(pdol) // 2:02X}{pdol}00")


def terminal_data(amount: int = 100, *, other: int = 0, currency: str = "0156", kind: str = "00") -> str:
    """Values of CDOL2 but ``8A``."""
    return f"{amount:012d}{other:012d}0156{TVR}{currency}{DATE}{kind}{UNPREDICTABLE}{TIME}"


def values_of(data: str) -> dict[int, bytes]:
    raw = bytes.fromhex(data)
    sizes = ((0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))
    values, at = {}, 0
    for tag, size in sizes:
        values[tag] = raw[at : at + size]
        at += size
    return values


def first(card: Card, asked: int, amount: int = 100, **changes: object) -> Given:
    """Send the first GENERATE AC."""
    data = terminal_data(amount, **changes)  # type: ignore[arg-type]
    return given(send(card, f"80AE{asked:02X}0034{data}{MERCHANT}00"), data)


def second(card: Card, asked: int, amount: int = 100, *, code: str = "00") -> Given:
    """Send the second GENERATE AC."""
    data = terminal_data(amount)
    return given(send(card, f"80AE{asked:02X}0022{code.encode().hex()}{data}00"), data)


def given(answer: str, data: str) -> Given:
    assert answer[-4:] == "9000", answer
    ((tag, value),) = iterate_ber(bytes.fromhex(answer[:-4]))
    assert tag == 0x80
    return Given(value[0], int.from_bytes(value[1:3], "big"), value[3:11], value[11:], values_of(data))


def go_online(card: Card, amount: int = 100) -> Given:
    """Ask for an ARQC, and let the issuer be authenticated."""
    request = first(card, ARQC, amount)
    assert request.kind == ARQC
    response = request.authorisation().answer()
    assert word(card, f"008200000A{response.hex()}") == "9000"
    return request


def tap_data(amount: int, qualifiers: str = QPBOC) -> str:
    return f"{qualifiers}{amount:012d}{0:012d}0156{TVR}0156{DATE}00{UNPREDICTABLE}"


def tap(card: Card, amount: int, qualifiers: str = QPBOC) -> dict[int, bytes]:
    """Select the ADF and send GPO over qPBOC; return the objects of template 77."""
    assert word(card, SELECT_ADF) == "9000"
    data = tap_data(amount, qualifiers)
    answer = send(card, f"80A80000238321{data}00")
    assert answer[-4:] == "9000", answer
    ((tag, value),) = iterate_ber(bytes.fromhex(answer[:-4]))
    assert tag == 0x77
    return dict(iterate_ber(value))


def tapped(objects: dict[int, bytes], amount: int, qualifiers: str = QPBOC) -> Given:
    """Return the cryptogram of a tap."""
    return Given(
        objects[0x9F27][0],
        int.from_bytes(objects[0x9F36], "big"),
        objects[0x9F26],
        objects[0x9F10],
        values_of(tap_data(amount, qualifiers)[8:]),
    )


def read_all(card: Card, afl: bytes) -> list[str]:
    """Read the records of an AFL in order; return them."""
    records = []
    for at in range(0, len(afl), 4):
        for number in range(afl[at + 1], afl[at + 2] + 1):
            answer = fetch(card, f"00B2{number:02X}{afl[at] | 4:02X}00")
            assert answer[-4:] == "9000", (afl.hex(), number, answer)
            records.append(answer[:-4])
    return records


def balance(card: Card) -> int:
    """Read the balance by GET DATA."""
    answer = fetch(card, "80CA9F7900")
    assert answer[-4:] == "9000"
    return int(answer[6:18])


def stored(card: Card) -> tuple[object, object]:
    """Return everything that lasts of the bank application."""
    return card.memory.payment, dict(card.memory.contents)
