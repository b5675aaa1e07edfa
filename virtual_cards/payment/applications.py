"""The bank application as the card holds it: applications with their files, and what commands look up.

Four kinds of card share four sets of objects: with or without a contactless face, with or without electronic
cash. A card's memory points to one set; only records that differ between cards are stored with the card.
Files may always be read and never be written by the commands of the social side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816.tlv import ber, find_ber
from onecard.virtual_cards.layouts.access import parse_access
from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile
from onecard.virtual_cards.payment.data_objects import DataObjectList, parse_dol
from onecard.virtual_cards.payment.document import encode_objects, payment_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.payment.document import (
        ApplicationDocument,
        DataObjectDocument,
        FileDocument,
    )

__all__ = [
    "ADF",
    "LOAD_LOG_SFI",
    "LOG_SFI",
    "RECORD_TEMPLATE",
    "PaymentRules",
    "payment_applications",
    "payment_rules",
    "pdol_of",
    "references",
]

ADF = "PAYMENT"
"""Name of the debit and electronic cash application."""

LOG_SFI, LOAD_LOG_SFI = 0x0B, 0x0C
RECORD_TEMPLATE = 0x70

_FREE, _NEVER = parse_access("free"), parse_access("never")
_LONGEST_RECORD = 254
_FCI, _DF_NAME, _PROPRIETARY, _PDOL = 0x6F, 0x84, 0xA5, 0x9F38


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRules:
    """What the commands of the ADF look up."""

    aip: bytes
    """Application interchange profile, ``82``."""
    currency: bytes
    """Application currency, ``9F51``."""
    afl: Mapping[str, bytes]
    """Application file locators by name: ``standard_debit``, ``electronic_cash``, ``qpboc``."""
    dol: Mapping[str, DataObjectList]
    """Data object lists by name: ``cdol1``, ``cdol2``, ``ddol``, ``log``, ``load_log``."""
    data_objects: Mapping[int, DataObjectDocument] = field(repr=False)
    """What GET DATA gives, by tag."""


@lru_cache(maxsize=1)
def payment_rules() -> PaymentRules:
    """Return what ``application.toml`` says beside the files."""
    document = payment_document()
    return PaymentRules(
        aip=bytes.fromhex(document.aip),
        currency=bytes.fromhex(document.currency),
        afl=MappingProxyType({name: bytes.fromhex(text) for name, text in document.afl.items()}),
        dol=MappingProxyType({name: parse_dol(bytes.fromhex(text)) for name, text in document.dol.items()}),
        data_objects=MappingProxyType({row.tag: row for row in document.data_object}),
    )


@lru_cache(maxsize=4)
def payment_applications(*, contactless: bool, electronic_cash: bool) -> tuple[DedicatedFile, ...]:
    """Return the applications of one kind of card, the same objects for the same arguments.

    Args:
        contactless: whether the card has a contactless face: it then has a PPSE, and a second FCI.
        electronic_cash: whether it has electronic cash beside debit.
    """
    return tuple(
        _application(document, contactless=contactless, electronic_cash=electronic_cash)
        for document in payment_document().application
        if contactless or not document.contactless
    )


@lru_cache(maxsize=8)
def pdol_of(fci: bytes) -> DataObjectList:
    """Return the PDOL that an FCI tells, an empty list if it tells none."""
    return parse_dol(find_ber(fci, _PDOL) or b"")


def references(afl: bytes) -> tuple[tuple[int, int, bool], ...]:
    """List the records of an AFL: SFI, record number, whether it is signed (EMV Book 3 §10.2)."""
    found = []
    for at in range(0, len(afl), 4):
        sfi, first, last, signed = afl[at] >> 3, *afl[at + 1 : at + 4]
        found += [(sfi, number, number < first + signed) for number in range(first, last + 1)]
    return tuple(found)


def _application(document: ApplicationDocument, *, contactless: bool, electronic_cash: bool) -> DedicatedFile:
    aid = bytes.fromhex(document.aid)
    proprietary = document.proprietary
    if document.proprietary_debit and not electronic_cash:
        proprietary = document.proprietary_debit
    over_air = document.proprietary_contactless if contactless else ()
    files = tuple(_file(document, file) for file in document.ef)
    return DedicatedFile(
        name=document.name,
        # Neither side of the firewall selects these by identifier: PBOC selects by name only.
        fid=0,
        aid=aid,
        fci=_fci(aid, encode_objects(proprietary)),
        fci_contactless=_fci(aid, encode_objects(over_air)) if over_air else b"",
        environment="payment",
        files=files,
        english=document.english,
        chinese=document.chinese,
        mark=document.mark,
        by_fid=MappingProxyType({}),
        by_sfi=MappingProxyType({file.sfi: file for file in files}),
        by_key_id=MappingProxyType({}),
    )


def _fci(aid: bytes, proprietary: bytes) -> bytes:
    return ber(_FCI, ber(_DF_NAME, aid) + ber(_PROPRIETARY, proprietary))


def _file(application: ApplicationDocument, file: FileDocument) -> ElementaryFile:
    records: tuple[bytes, ...] = ()
    if not file.personal:
        records = tuple(ber(RECORD_TEMPLATE, encode_objects(record)) for record in file.records)
    size = _LONGEST_RECORD * len(file.records)
    if file.log:
        size = file.head + payment_rules().dol[file.log].size
    return ElementaryFile(
        path=(application.name, f"EF{file.sfi:02X}"),
        fid=0xEF00 | file.sfi,
        sfi=file.sfi,
        structure=file.structure,
        read=_FREE,
        write=_NEVER,
        items=(),
        capacity=file.capacity,
        size=size,
        english=file.english,
        chinese=file.chinese,
        category="enabled",
        mark=file.mark,
        blank=records,
    )
