"""Make a card's memory: issuer data, holder data, and whatever other items are asked for.

Only what differs from the layout's blank contents is stored, so a card is cheap to make and small to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from onecard.virtual_cards.card.memory import CardMemory
from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.layouts.encoding import encode_value, split_text
from onecard.virtual_cards.layouts.loader import load_layout
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
    from onecard.virtual_cards.layouts.layout import Contents, ElementaryFile, Item, Layout
    from onecard.virtual_cards.personalisation.profile import CardProfile, Holder
    from onecard.virtual_cards.security.ciphers import Algorithm
    from onecard.virtual_cards.security.test_keys import KeySource

__all__ = ["Items", "personalise"]

ItemValue = str | Mapping[str, str]
Items = Mapping[str, Mapping[str, ItemValue] | bytes]
"""Items by file and tag: ``{"DF01EF06": {"28": "13900000000"}}``.

A value is text (see ``layouts.encoding``), for a ``B-TLV`` a mapping of inner tags to text. ``"40#2"`` is the
second record with tag ``40``. A transparent file takes bytes, which are filled up with ``00``.
"""

_SERIAL_IN_HISTORICAL_FROM = "3.00"
_PIN_LIMITS = range(1, 16)
_MAKER_SIZE = 7
_NAME_SIZE = 0x1E
_NAME_EXTENSION = 0x4E


def personalise(
    profile: CardProfile,
    holder: Holder,
    items: Items | None = None,
    *,
    keys: KeySource = PUBLISHED_KEYS,
) -> CardMemory:
    """Make the memory of a personalised card.

    Args:
        profile: the card's particulars.
        holder: the holder's particulars.
        items: further items by file and tag, see :data:`Items`.
        keys: where the card takes its keys from.

    Returns:
        A memory for one :class:`onecard.virtual_cards.card.Card`.

    Raises:
        PersonalisationError: a value does not fit its field; one line with file, tag, value, field.
        LayoutError: the version is not known.
    """
    layout = load_layout(profile.version)
    if profile.pin_limit not in _PIN_LIMITS:
        raise PersonalisationError(f"pin_limit {profile.pin_limit}: 1 to 15 are allowed")
    memory = CardMemory(
        layout=layout,
        keys=keys,
        issuing_area=profile.issuing_area,
        historical=_historical(profile),
        pin=_pin(profile.pin),
        pin_limit=profile.pin_limit,
        pin_tries_left=profile.pin_limit,
    )
    memory.contents[("SSSE", "EF05")] = _issuer_records(layout, profile, memory.algorithm)
    memory.contents[("SSSE", "EF06")] = _holder_records(layout, holder)
    for place, values in (items or {}).items():
        file = _file(layout, place)
        memory.replace(file, _contents(file, memory.read(file), values))
    return memory


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
    return _filled(layout.file("SSSE", "EF05"), values)


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
    return _filled(file, values)


def _filled(file: ElementaryFile, values: Mapping[int, str | bytes]) -> tuple[bytes, ...]:
    """Build every record of a file, in the order of the layout."""
    return tuple([simple(item.tag, _field(file, item, values[item.tag])) for item in file.items])


def _field(file: ElementaryFile, item: Item, value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        field = value
        if len(field) != item.length:
            where = f"{file.path[0]}/{file.path[1]} item {item.tag:02X}"
            raise PersonalisationError(f"{where}: {len(field)} bytes, the field has {item.length}")
        return field
    try:
        return encode_value(item.kind, value, item.length)
    except ValueError as error:
        raise PersonalisationError(f"{file.path[0]}/{file.path[1]} item {item.tag:02X}: {error}") from None


def _file(layout: Layout, place: str) -> ElementaryFile:
    """Find the file that ``"DF01EF06"`` or ``"SSSEEF08"`` names."""
    try:
        return layout.file(place[:4], place[4:])
    except (KeyError, ValueError):
        raise PersonalisationError(f"file {place!r} does not exist on version {layout.version}") from None


def _contents(file: ElementaryFile, present: Contents, values: Mapping[str, ItemValue] | bytes) -> Contents:
    """Write items, or bytes, into a file's present contents."""
    where = f"{file.path[0]}/{file.path[1]}"
    if isinstance(present, bytes):
        if not isinstance(values, bytes) or len(values) > len(present):
            raise PersonalisationError(f"{where} is transparent: up to {len(present)} bytes are allowed")
        return values + present[len(values) :]
    if isinstance(values, bytes) or file.cyclic:
        raise PersonalisationError(f"{where} is {file.structure}: items cannot be written into it this way")
    records = list(present)
    for tag, value in values.items():
        number = _record_number(file, tag)
        item = file.items[number - 1]
        records[number - 1] = simple(item.tag, _value(file, item, value))
    return tuple(records)


def _record_number(file: ElementaryFile, tag: str) -> int:
    """Find the record of ``"28"`` or ``"40#2"``."""
    text, _, instance = tag.partition("#")
    numbers = [number for number, item in enumerate(file.items, start=1) if f"{item.tag:02X}" == text.upper()]
    wanted = instance or "1"
    if wanted.isdecimal() and 1 <= int(wanted) <= len(numbers):
        return numbers[int(wanted) - 1]
    allowed = ", ".join(f"{item.tag:02X}" for item in file.items)
    raise PersonalisationError(f"{file.path[0]}/{file.path[1]} has no item {tag!r}; allowed: {allowed}")


def _value(file: ElementaryFile, item: Item, value: ItemValue) -> bytes:
    if isinstance(value, str):
        return _field(file, item, value)
    unknown = set(value) - {f"{inner.tag:02X}" for inner in item.inner}
    if unknown:
        raise PersonalisationError(
            f"{file.path[0]}/{file.path[1]} item {item.tag:02X} has no inner item {min(unknown)!r}"
        )
    return b"".join(
        simple(inner.tag, _field(file, inner, value.get(f"{inner.tag:02X}", ""))) for inner in item.inner
    )
