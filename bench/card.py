"""How fast the virtual card answers in process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.rows import at_least, best_rate
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise

if TYPE_CHECKING:
    from onecard.bench.rows import Row

__all__ = ["card_rows"]

READ_RECORD_BUDGET = 40_000
"""APDUs per second, architecture §9."""
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_CARD_NUMBER = bytes.fromhex("00B2072C0B")
SUCCESS = b"\x90\x00"


def card_rows() -> list[Row]:
    """Measure READ RECORD on a 3.00 card."""
    profile = CardProfile(
        version="3.00",
        issuing_area="310000",
        serial=bytes.fromhex("000001AC"),
        card_number="A00000019",
        issue_date="20190101",
        valid_until="20290101",
    )
    holder = Holder(social_security_number="519900199001010015", name="测试甲")
    card = Card(personalise(profile, holder), random_bytes=bytes)
    card.power_on()
    card.transmit(SELECT_SSSE)
    if not card.transmit(READ_CARD_NUMBER).endswith(SUCCESS):
        raise RuntimeError("the card does not answer READ RECORD with 9000")
    rate = best_rate(lambda: card.transmit(READ_CARD_NUMBER), repeats=20_000, rounds=5)
    return [at_least("READ RECORD in process, 3.00 card", round(rate), "APDU/s", READ_RECORD_BUDGET)]
