"""The card, and the PSAM, that a trace asks for: made of its particulars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.psam import issue_psam
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS
from onecard.virtual_cards.traces.functions import KeyRing

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.card import CardMemory
    from onecard.virtual_cards.psam import Psam
    from onecard.virtual_cards.traces.document import CardDocument, Trace, Variant

__all__ = ["Devices", "issue_devices"]


@dataclass(frozen=True, slots=True)
class Devices:
    """What a trace is replayed against, and the keys with which its values are computed."""

    card: Card
    psam: Psam | None
    keys: KeyRing


def issue_devices(trace: Trace, variant: Variant, *, random_bytes: Callable[[int], bytes]) -> Devices:
    """Make card and PSAM of a trace, under the published test keys.

    Args:
        trace: for the particulars.
        variant: one of its variants, for the version.
        random_bytes: the card's source of challenges.

    Raises:
        PersonalisationError, KeyError: the particulars make no card.
    """
    memory = _memory(trace, variant)
    psam = trace.psam
    return Devices(
        card=Card(memory, random_bytes=random_bytes),
        psam=None
        if psam is None
        else issue_psam(
            PUBLISHED_KEYS,
            area_code=psam.area_code,
            environments=psam.environments,
            level=psam.level,
            levels=psam.levels,
        ),
        keys=KeyRing(
            keys=PUBLISHED_KEYS,
            algorithm=memory.algorithm,
            issuing_area=memory.issuing_area,
            historical=memory.historical,
        ),
    )


def _memory(trace: Trace, variant: Variant) -> CardMemory:
    card, holder = trace.card, trace.holder
    profile = CardProfile(
        version=variant.version,
        issuing_area=card.issuing_area,
        serial=bytes.fromhex(card.serial),
        card_number=card.card_number,
        issue_date=card.issue_date,
        valid_until=card.valid_until,
        initialiser_sequence=card.initialiser_sequence,
        pin=card.pin,
        pin_limit=card.pin_limit,
        extensions=card.extensions,
        chip_provider=bytes.fromhex(card.chip_provider),
        operating_system=bytes.fromhex(card.operating_system),
        card_maker=bytes.fromhex(card.card_maker),
    )
    memory = personalise(
        profile,
        Holder(
            social_security_number=holder.social_security_number,
            name=holder.name,
            sex=holder.sex,
            ethnic_group=holder.ethnic_group,
            birthplace=holder.birthplace,
            birth_date=holder.birth_date,
        ),
    )
    _write(memory, card)
    account = card.account
    if account is not None:
        bank = PaymentProfile(
            pan=account.pan,
            effective=account.effective,
            expiry=account.expiry,
            name=account.name,
            balance_fen=account.balance_fen,
        )
        equip_payment(memory, bank)
    return memory


def _write(memory: CardMemory, card: CardDocument) -> None:
    """Replace what the trace's card holds in other bytes than ours would."""
    for place, values in card.records.items():
        file = memory.layout.file(*place.split("/"))
        new = {int(tag, 16): simple(int(tag, 16), bytes.fromhex(value)) for tag, value in values.items()}
        records = memory.records(file)
        absent = set(new) - {record[0] for record in records}
        if absent:
            raise KeyError(f"{place} has no record {min(absent):02X}")
        memory.replace(file, tuple(new.get(record[0], record) for record in records))
    for place, start in card.files.items():
        file = memory.layout.file(*place.split("/"))
        beginning = bytes.fromhex(start)
        memory.replace(file, beginning + memory.binary(file)[len(beginning) :])
