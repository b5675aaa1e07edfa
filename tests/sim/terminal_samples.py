"""Cards, PSAMs and terminals for the tests of terminals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from onecard.sim.terminals import Slots, Terminal
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face
from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise
from onecard.virtual_cards.psam import Psam, issue_psam
from onecard.virtual_cards.readers.in_process import CardConnection, Reader
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS, PublishedKeys

AREA = "519900"
TODAY = "20190603"
PIN = "123456"
NAME = "测试甲"
FORGED = PublishedKeys(national_root=lambda _name, _version, _algorithm: bytes(range(16)))

FACES = {face.name: face for face in (CONTACT, CONTACTLESS)}
FACES_OF = {"1.00": ("contact",), "2.00": ("contact",), "3.00": ("contact", "contactless")}
PRESENTATIONS = [(version, face) for version, faces in FACES_OF.items() for face in faces]
PRESENTATION_IDS = [f"{version}-{face}" for version, face in PRESENTATIONS]


def counting_random() -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(16, "big")[-size:]


def make_card(
    version: str = "3.00",
    *,
    keys: Any = PUBLISHED_KEYS,
    items: Any = None,
    reused_items: Any = None,
    area: str = AREA,
    **profile: Any,
) -> Card:
    particulars = {
        "issuing_area": area,
        "serial": bytes.fromhex("000001AC"),
        "card_number": "A00000011",
        "issue_date": "20180101",
        "valid_until": "20280101",
        "pin": PIN,
    } | profile
    holder = Holder(social_security_number="519900199001010015", name=NAME, birth_date="19900101")
    card_profile = CardProfile(version=version, **particulars)
    memory = personalise(card_profile, holder, items, reused_items=reused_items, keys=keys)
    return Card(memory, random_bytes=counting_random())


def make_psam(**options: Any) -> Psam:
    return issue_psam(PUBLISHED_KEYS, **({"area_code": AREA, "serial": "7"} | options))


def connection(card: Card | Psam, face: Face = CONTACT) -> CardConnection:
    reader = Reader("test slot")
    reader.insert(card, face)
    return reader.createConnection()


class Trace:
    """An observer that remembers every frame."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, str, str]] = []

    def __call__(self, slot: str, command: bytes, response: bytes) -> None:
        self.frames.append((slot, command.hex().upper(), response.hex().upper()))

    def commands(self, slot: str = "") -> list[str]:
        return [command for where, command, _ in self.frames if slot in ("", where)]


class Tampered:
    """A connection that works until its plan says otherwise."""

    def __init__(self, inner: CardConnection, plan: Callable[[int, list[int]], list[int] | None]) -> None:
        self._inner, self._plan, self._count = inner, plan, 0

    def connect(self) -> None:
        self._inner.connect()

    def disconnect(self) -> None:
        self._inner.disconnect()

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        return self._inner.getATR()

    def transmit(self, command: Sequence[int]) -> tuple[list[int], int, int]:
        """The plan returns a whole answer instead of the card's, or None; or raises."""
        self._count += 1
        instead = self._plan(self._count, list(command))
        if instead is None:
            return self._inner.transmit(command)
        return instead[:-2], instead[-2], instead[-1]


def make_terminal(card: Card | None = None, face: str = "contact", **options: Any) -> Terminal:
    psam = options.pop("psam") if "psam" in options else make_psam()
    slots = Slots(**{face: connection(card, FACES[face])}) if card is not None else None
    module = connection(psam) if isinstance(psam, Psam) else psam
    return Terminal(slots, module, **({"today": TODAY} | options))


def right_pin(_attempt: int) -> str:
    return PIN
