"""Issuing: from a person of the population to the memory of the card that the person holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise

if TYPE_CHECKING:
    import datetime

    from onecard.sim.people import Person
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.personalisation import Items

__all__ = ["issue_card"]

PIN_LOCKED = "3"
"""AAZ502 of a card locked because its PIN was entered wrong too often."""
SCHEMES = {"employee": "310", "retired": "310", "resident": "390"}
"""Insurance kind → scheme code of DF04 EF05 (card.md §7.11)."""
INSURED_CLASSES = {"employee": "11", "retired": "21", "resident": "91"}
"""Insurance kind → insured class of DF04 EF05 (card.md §5.6)."""


def issue_card(
    person: Person, name: str, *, pin: str | None = None, extensions: tuple[str, ...] = ()
) -> CardMemory:
    """Make the memory of the card that a person holds.

    Args:
        person: holder of a card.
        name: the holder's name, ``person.name``; given because making it costs more than the card.
        pin: another PIN than the person's; empty: not set.
        extensions: extensions of the card's layout.

    Raises:
        PersonalisationError, LayoutError: the PIN or an extension is not allowed.
    """
    profile = replace(_card_profile(person), extensions=extensions)
    if pin is not None:
        profile = replace(profile, pin=pin)
    memory = personalise(profile, _holder(person, name), _card_items(person))
    if person.card_status == PIN_LOCKED:
        memory.pin_tries_left = 0
    return memory


def _card_profile(person: Person) -> CardProfile:
    """Return the particulars of a person's card."""
    return CardProfile(
        version=person.card_version or "",
        issuing_area=person.city_code,
        serial=person.card_serial,
        card_number=person.card_number,
        issue_date=_compact(person.issue_date),
        valid_until=_compact(person.valid_until),
        pin=person.pin,
    )


def _holder(person: Person, name: str) -> Holder:
    """Return the holder's data of a person's card."""
    return Holder(
        social_security_number=person.identity_number,
        name=name,
        sex=person.sex,
        ethnic_group=person.ethnic_group,
        birthplace=person.county_code,
        birth_date=_compact(person.birth_date),
    )


def _card_items(person: Person) -> Items:
    """Return the further data on a person's card: phone number, and medical insurance basics (card.md §5.6).

    Cards of version 1.00 have other items there (card.md §5.8) and stay without.
    """
    if person.card_version == "1.00":
        return {}
    items: dict[str, dict[str, str]] = {"DF01EF06": {"24": person.county_code, "28": person.mobile}}
    if person.insurance in SCHEMES:
        items["DF04EF05"] = {
            "81": SCHEMES[person.insurance] + "00000",
            "84": person.city_code,
            "8C": INSURED_CLASSES[person.insurance],
            "8F": "1",
        }
    return items


def _compact(day: datetime.date | None) -> str:
    return day.strftime("%Y%m%d") if day is not None else ""
