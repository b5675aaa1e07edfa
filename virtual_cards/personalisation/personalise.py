"""Make a card's memory: issuer data, holder data, and whatever other items are asked for.

Only what differs from the layout's blank contents is stored, so a card is cheap to make and small to keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.layouts.encoding import split_text
from onecard.virtual_cards.layouts.loader import load_layout
from onecard.virtual_cards.personalisation.items import Items, filled, find_file, write_items
from onecard.virtual_cards.personalisation.numbers import (
    area_digits,
    card_identification_code,
    check_serial,
    initialising_organisation,
)
from onecard.virtual_cards.personalisation.profile import PersonalisationError
from onecard.virtual_cards.security.pin import encode_pin
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.layouts.layout import Layout
    from onecard.virtual_cards.personalisation.profile import CardProfile, Holder
    from onecard.virtual_cards.security.ciphers import Algorithm
    from onecard.virtual_cards.security.test_keys import KeySource

__all__ = ["personalise"]

_SERIAL_IN_HISTORICAL_FROM = "3.00"
_PIN_LIMITS = range(1, 16)
_UNBLOCK_LIMITS = range(256)
_MAKER_SIZE = 7
_NAME_SIZE = 0x1E
_NAME_EXTENSION = 0x4E


def personalise(
    profile: CardProfile,
    holder: Holder,
    items: Items | None = None,
    *,
    reused_items: Items | None = None,
    key_tries_left: Mapping[str, int] | None = None,
    keys: KeySource = PUBLISHED_KEYS,
) -> CardMemory:
    """Make the memory of a personalised card.

    Args:
        profile: the card's particulars.
        holder: the holder's particulars.
        items: further items by file and tag, see :data:`Items`.
        reused_items: items of 2.00 that are written into records of a card of 1.00 (card.md §6.6).
        key_tries_left: tries left by key name, ``0``: locked; all of them for keys that are absent.
        keys: where the card takes its keys from.

    Returns:
        A memory for one :class:`onecard.virtual_cards.card.Card`.

    Raises:
        PersonalisationError: a value does not fit its field; one line with file, tag, value, field.
        LayoutError: the version or an extension is not known.
    """
    layout = load_layout(profile.version, extensions=profile.extensions)
    memory = CardMemory(
        layout=layout,
        keys=keys,
        issuing_area=profile.issuing_area,
        historical=_historical(profile),
        pin=_pin(profile.pin),
        pin_limit=_within("pin_limit", profile.pin_limit, _PIN_LIMITS),
        pin_tries_left=_tries_left(profile),
        pin_unblocks_left=_unblocks(profile),
        key_failures=_key_failures(layout, key_tries_left) if key_tries_left else {},
    )
    memory.contents[("SSSE", "EF05")] = _issuer_records(layout, profile, memory.algorithm)
    memory.contents[("SSSE", "EF06")] = _holder_records(layout, holder)
    for given, reused in ((items, False), (reused_items, True)):
        for place, values in (given or {}).items():
            file = find_file(layout, place)
            memory.replace(file, write_items(file, memory.read(file), values, reused=reused))
    return memory


def _within(what: str, value: int, allowed: range) -> int:
    if value not in allowed:
        raise PersonalisationError(f"{what} {value}: {allowed[0]} to {allowed[-1]} are allowed")
    return value


def _tries_left(profile: CardProfile) -> int:
    if profile.pin_tries_left is None:
        return profile.pin_limit
    return _within("pin_tries_left", profile.pin_tries_left, range(profile.pin_limit + 1))


def _unblocks(profile: CardProfile) -> int | None:
    if profile.pin_unblocks is None:
        return None
    return _within("pin_unblocks", profile.pin_unblocks, _UNBLOCK_LIMITS)


def _key_failures(layout: Layout, tries_left: Mapping[str, int]) -> dict[str, int]:
    """Turn tries left into failures in a row, which is what a card remembers."""
    limits = {key.name: key.tries for key in layout.keys.values() if key.tries}
    failures = {}
    for name, left in tries_left.items():
        if name not in limits:
            raise PersonalisationError(f"key {name!r} has no retry counter; allowed: {', '.join(limits)}")
        _within(f"key_tries_left of {name}", left, range(limits[name] + 1))
        if left < limits[name]:
            failures[name] = limits[name] - left
    return failures


def _pin(digits: str) -> bytes:
    try:
        return encode_pin(digits)
    except ValueError as error:
        raise PersonalisationError(str(error)) from None


def _historical(profile: CardProfile) -> bytes:
    """Build T1…TD (card.md §8.1, §21 Q18)."""
    area, serial = area_digits(profile.issuing_area), profile.serial
    maker = profile.chip_provider + profile.operating_system + profile.card_maker
    if len(maker) != _MAKER_SIZE:
        raise PersonalisationError(
            f"chip_provider, operating_system, card_maker {maker.hex()!r}: 2, 3 and 2 bytes are allowed"
        )
    if profile.version >= _SERIAL_IN_HISTORICAL_FROM:
        return maker + area[:2] + check_serial(serial)
    if check_serial(serial)[0] == 0:
        return maker + area + serial[1:]
    if area[2]:
        raise PersonalisationError(
            f"card serial {serial.hex()!r}: on version {profile.version} its first byte must be 00"
            f" in an area whose code does not end in 00"
        )
    # A city of more than 2**24 cards counts on in TA, which is 00 in a prefecture's area code: its answers
    # to reset, and so its cards' keys, stay different from each other. [P]
    return maker + area[:2] + serial


def _issuer_records(layout: Layout, profile: CardProfile, algorithm: Algorithm) -> tuple[bytes, ...]:
    area = profile.issuing_area
    identification = card_identification_code(
        area, profile.serial, algorithm=algorithm, authentication_code=profile.authentication_code
    )
    initialiser = initialising_organisation(
        area, profile.initialiser_area or area, profile.initialiser_sequence
    )
    values: dict[int, str | bytes] = {
        0x01: identification,
        0x02: profile.card_class,
        0x03: profile.version,
        0x04: initialiser,
        0x05: profile.issue_date,
        0x06: profile.valid_until,
        0x07: profile.card_number,
    }
    return filled(layout.file("SSSE", "EF05"), values)


def _holder_records(layout: Layout, holder: Holder) -> tuple[bytes, ...]:
    file = layout.file("SSSE", "EF06")
    name, extension = holder.name, ""
    if len(name) > _NAME_SIZE // 2 and any(item.tag == _NAME_EXTENSION for item in file.items):
        name, extension = split_text(name, _NAME_SIZE)
    values: dict[int, str | bytes] = {
        0x08: holder.social_security_number,
        0x09: name,
        _NAME_EXTENSION: extension,
        0x0A: holder.sex,
        0x0B: holder.ethnic_group,
        0x0C: holder.birthplace,
        0x0D: holder.birth_date,
    }
    return filled(file, values)
