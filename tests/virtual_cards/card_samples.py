"""Cards and terminal-side helpers for the tests of the user card."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.personalisation import CardProfile, Holder, card_number, personalise
from onecard.virtual_cards.security.messages import authentication_data

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.layouts import ElementaryFile
    from onecard.virtual_cards.personalisation import Items
    from onecard.virtual_cards.security.test_keys import KeySource

SELECT_SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
AREA = "519900"

PROFILE = CardProfile(
    version="3.00",
    issuing_area=AREA,
    serial=bytes.fromhex("000001AC"),
    card_number=card_number("A0000001"),
    issue_date="20250601",
    valid_until="20350601",
    operating_system=bytes.fromhex("4A4446"),
    authentication_code=b"\xff" * 4,
)
HOLDER = Holder(
    social_security_number="519900199001010015",
    name="张三",
    sex="1",
    ethnic_group="01",
    birthplace="519900",
    birth_date="19900101",
)
ORIGINAL = bytes.fromhex("A1A2A3A4A5A6A7A8")


class Counter:
    """Random bytes that are easy to follow: every call gives other ones."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, size: int) -> bytes:
        self.calls += 1
        return self.calls.to_bytes(size, "big")


def make_card(
    version: str = "3.00",
    *,
    items: Items | None = None,
    face: Face = CONTACT,
    pin: str = "123456",
    pin_limit: int = 3,
    keys: KeySource | None = None,
) -> Card:
    """Return a powered card with SSSE selected."""
    profile = replace(PROFILE, version=version, pin=pin, pin_limit=pin_limit)
    memory = personalise(profile, HOLDER, items)
    if keys is not None:
        memory.keys = keys
    card = Card(memory, random_bytes=Counter())
    card.power_on(face)
    card.transmit(bytes.fromhex(SELECT_SSSE))
    return card


def send(card: Card, command: str) -> str:
    """Exchange one APDU as hexadecimal text (spaces are welcome)."""
    return card.transmit(bytes.fromhex(command)).hex().upper()


def word(card: Card, command: str) -> str:
    """Exchange one APDU and return only the status word."""
    return send(card, command)[-4:]


def select(card: Card, application: str, file: str = "") -> None:
    """Select an application (``"SSSE"``, ``"DF01"``) and maybe an EF (``"EF05"``)."""
    fid = "DDF1" if application == "SSSE" else application
    assert word(card, f"00A4000002{fid}00") == "9000"
    if file:
        assert word(card, f"00A4020002{file}") == "9000"


def proof(card: Card, key: str, challenge: bytes, *, version: int = 1) -> bytes:
    """Compute what a terminal sends for a key: authentication data and original."""
    memory = card.memory
    return (
        authentication_data(memory.algorithm, memory.card_key(key, version), challenge, ORIGINAL) + ORIGINAL
    )


def authenticate(card: Card, key: str, *, version: int | None = None, wrong: bool = False) -> str:
    """Ask for a challenge and send EXTERNAL AUTHENTICATE for a key; return the status word."""
    challenge = bytes.fromhex(send(card, "0084000008")[:-4])
    data = proof(card, key, challenge, version=version or 1)
    if wrong:
        data = bytes([data[0] ^ 1]) + data[1:]
    if version is not None:
        data += bytes([version])
    slot = card.memory.layout.keys[key]
    return word(card, f"008200{slot.key_id:02X}{len(data):02X}{data.hex()}")


def verify(card: Card, pin: str = "123456") -> str:
    """Send VERIFY with a PIN of an even number of digits; return the status word."""
    return word(card, f"00200000{len(pin) // 2:02X}{pin}")


def read_command(file: ElementaryFile) -> str:
    """Return a command that reads the current EF from its beginning."""
    return "00B0000001" if file.transparent else "00B2010400"


def update_command(card: Card, file: ElementaryFile) -> str:
    """Return a command that writes the present value again (cyclic and empty files: appends a record)."""
    if file.transparent:
        return "00D600000100"
    if file.cyclic:
        return f"00DC0003{file.size:02X}" + "31" * file.size
    record = next(iter(card.memory.records(file)), b"\xee\x00")
    return f"00DC0104{len(record):02X}{record.hex()}"
