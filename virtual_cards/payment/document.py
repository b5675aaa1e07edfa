"""``application.toml`` as written: its schema, and objects put into bytes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from onecard.virtual_cards.iso7816.tlv import ber

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ApplicationDocument",
    "DataObjectDocument",
    "FileDocument",
    "ObjectDocument",
    "PaymentDocument",
    "encode_objects",
    "payment_document",
]

_FILE = Path(__file__).with_name("application.toml")


class ObjectDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A BER-TLV object: its tag, and one way to say its value."""

    tag: int
    value: str = ""
    text: str = ""
    dol: str = ""
    field: str = ""
    objects: tuple[ObjectDocument, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether the value is known only when a card is personalised."""
        return bool(self.field) or any(inner.personal for inner in self.objects)


class FileDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An EF: linear with records, or a log."""

    sfi: int
    structure: Literal["linear variable", "cyclic"]
    records: tuple[tuple[ObjectDocument, ...], ...] = ()
    log: str = ""
    head: int = 0
    capacity: int = 0
    english: str
    chinese: str
    mark: str

    @property
    def personal(self) -> bool:
        """Whether a record holds something of the card or its holder."""
        return any(item.personal for record in self.records for item in record)


class ApplicationDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """PSE, PPSE or ADF."""

    name: str
    aid: str
    contactless: bool = False
    proprietary: tuple[ObjectDocument, ...]
    proprietary_debit: tuple[ObjectDocument, ...] = ()
    proprietary_contactless: tuple[ObjectDocument, ...] = ()
    ef: tuple[FileDocument, ...] = ()
    english: str
    chinese: str
    mark: str


class DataObjectDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What GET DATA gives for a tag: a field of the payment state, or a constant."""

    tag: int
    state: str = ""
    """Name of the field of the payment state."""
    form: Literal["binary", "digits", ""] = ""
    length: int = 0
    value: str = ""
    dol: str = ""
    electronic_cash: bool = False
    """Whether only cards with electronic cash have it."""
    writable: bool = False
    """Whether an issuer script may replace it (PUT DATA)."""
    english: str
    chinese: str
    mark: str


class PaymentDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    aip: str
    currency: str
    dol: dict[str, str]
    afl: dict[str, str]
    data_object: tuple[DataObjectDocument, ...]
    application: tuple[ApplicationDocument, ...]


@lru_cache(maxsize=1)
def payment_document() -> PaymentDocument:
    """Return the bank application's data, always the same object."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=PaymentDocument)


def encode_objects(objects: tuple[ObjectDocument, ...], fields: Mapping[str, bytes] | None = None) -> bytes:
    """Put objects into bytes.

    Args:
        objects: what to encode.
        fields: values of personalised objects by name; an empty one leaves its object out.
    """
    encoded = b""
    for item in objects:
        value = _value(item, fields or {})
        if value or not item.field:
            encoded += ber(item.tag, value)
    return encoded


def _value(item: ObjectDocument, fields: Mapping[str, bytes]) -> bytes:
    if item.field:
        return fields[item.field]
    if item.dol:
        return bytes.fromhex(payment_document().dol[item.dol])
    if item.objects:
        return encode_objects(item.objects, fields)
    return item.text.encode("ascii") or bytes.fromhex(item.value)
