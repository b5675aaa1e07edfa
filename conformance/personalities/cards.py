"""Reference cards by personality: what stands in the slot where a card can be made anew.

All hold the same synthetic person, whose area (519900) is no real county (card.md §6.4). Challenges are draws
keyed by seed and case, so a case sees the same ones whatever ran before it, in whatever order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.personalisation import CardProfile, Holder, card_number, personalise
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.psam import ENVIRONMENTS, personalise_psam, psam_keys
from onecard.virtual_cards.purse.state import COUNTER_LIMIT, PurseState
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["PERSONALITIES", "PSAM", "case_number", "random_source", "reference_card"]

AREA = "519900"
_SERIAL = bytes.fromhex("000001AC")

_LAST_BUT_ONE = COUNTER_LIMIT - 1

PSAM = "psam"
"""The personality that is no user card: a PSAM, with roots of the levels that card.md §9.1 lists first."""

_HOLDER = Holder(
    social_security_number="519900199001010015",
    name="测试卡",
    sex="1",
    ethnic_group="01",
    birthplace=AREA,
    birth_date="19900101",
)
_ACCOUNT = PaymentProfile(
    pan="622848000000000018", effective="20250601", expiry="20350601", name="TEST/CARD", balance_fen=50_000
)


def _profile(version: str) -> CardProfile:
    return CardProfile(
        version=version,
        issuing_area=AREA,
        serial=_SERIAL,
        card_number=card_number("A0000001"),
        issue_date="20250601",
        valid_until="20350601",
        operating_system=bytes.fromhex("4A4446"),
    )


def _with_bank(memory: CardMemory, version: str) -> CardMemory:
    if version != "1.00":
        equip_payment(memory, _ACCOUNT)
    return memory


def _standard(version: str) -> CardMemory:
    return _with_bank(personalise(_profile(version), _HOLDER), version)


def _off_line(version: str) -> CardMemory:
    memory = _standard(version)
    equip_purse(memory, PurseState())
    return memory


def _last_transactions(version: str) -> CardMemory:
    memory = _standard(version)
    equip_purse(
        memory, PurseState(load_counter=_LAST_BUT_ONE, purchase_counter=_LAST_BUT_ONE, balance=10_000)
    )
    return memory


def _account_only(version: str) -> CardMemory:
    memory = personalise(replace(_profile(version), extensions=("account-only",)), _HOLDER)
    equip_purse(memory, PurseState())
    return memory


def _without_pin(version: str) -> CardMemory:
    return personalise(replace(_profile(version), pin=""), _HOLDER)


def _of_tries(limit: int) -> Callable[[str], CardMemory]:
    return lambda version: personalise(replace(_profile(version), pin_limit=limit), _HOLDER)


def _one_unblock(version: str) -> CardMemory:
    return personalise(replace(_profile(version), pin_unblocks=1), _HOLDER)


PERSONALITIES: Mapping[str, Callable[[str], CardMemory]] = MappingProxyType(
    {
        "standard": _standard,
        "off-line": _off_line,
        "off-line, last transactions": _last_transactions,
        "off-line, account only": _account_only,
        "no PIN": _without_pin,
        "PIN of 6 tries": _of_tries(6),
        "PIN of 10 tries": _of_tries(10),
        "one unblock": _one_unblock,
    }
)
"""How each personality's memory is made, of a specification version."""


@lru_cache(maxsize=64)
def _blueprint(version: str, personality: str) -> CardMemory:
    """Return what cards are copied from, and nobody else touches: to personalise costs more than to ask."""
    return PERSONALITIES[personality](version)


def _fresh_memory(version: str, personality: str) -> CardMemory:
    """Return a memory of its own; contents of files and states are immutable, the two tables are not."""
    made = _blueprint(version, personality)
    return replace(made, contents=dict(made.contents), key_failures=dict(made.key_failures))


def case_number(case: str) -> int:
    """Return a number of 64 bits for a case: who draws."""
    return int.from_bytes(hashlib.sha256(case.encode()).digest()[:8], "big")


def random_source(seed: int, case: str) -> Callable[[int], bytes]:
    """Return the challenges of one case's card, drawn by seed, case and occurrence."""
    stream = Stream(seed, "conformance/challenge")
    entity, occurrence = case_number(case), 0

    def random_bytes(size: int) -> bytes:
        nonlocal occurrence
        occurrence += 1
        return stream.random_bytes(size, entity, occurrence)

    return random_bytes


def reference_card(version: str, personality: str, *, seed: int, case: str) -> PoweredCard:
    """Make a reference card.

    Args:
        version: ``"1.00"``, ``"2.00"`` or ``"3.00"``.
        personality: key of :data:`PERSONALITIES`, or :data:`PSAM`.
        seed: of the run.
        case: id of the case.
    """
    random_bytes = random_source(seed, case)
    if personality == PSAM:
        keys = [
            key
            for environment in ENVIRONMENTS
            for key in psam_keys(environment.algorithm, PUBLISHED_KEYS, area_code=AREA)
        ]
        return personalise_psam(keys, area_code=AREA, random_bytes=random_bytes)
    return Card(_fresh_memory(version, personality), random_bytes=random_bytes)
