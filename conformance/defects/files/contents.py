"""Defects that the cases of ``cards.files.contents`` must find: files that hold something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, answers, turns
from onecard.conformance.defects.wrong import Defect, WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import FilePath
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

Records = tuple[bytes, ...]


def _holds(path: FilePath, change: Callable[[Records], Records]) -> Callable[[PoweredCard], PoweredCard]:
    """Make a card whose file holds other records."""

    def make(card: PoweredCard) -> PoweredCard:
        wrong = WrongCard(card)
        file = wrong.memory.layout.file(*path)
        wrong.memory.contents[path] = change(wrong.memory.records(file))
        return wrong

    return make


def _has_size(path: FilePath, size: int) -> Callable[[PoweredCard], PoweredCard]:
    def make(card: PoweredCard) -> PoweredCard:
        wrong = WrongCard(card)
        wrong.memory.contents[path] = bytes(size)
        return wrong

    return make


def _value(number: int, value: str) -> Callable[[Records], Records]:
    """Write a value into the beginning of one record's value."""
    data = bytes.fromhex(value)

    def change(records: Records) -> Records:
        old = records[number - 1]
        new = old[:2] + data + old[2 + len(data) :]
        return (*records[: number - 1], new, *records[number:])

    return change


def _at(number: int, offset: int, value: str) -> Callable[[Records], Records]:
    """Write bytes somewhere into one record."""
    data = bytes.fromhex(value)

    def change(records: Records) -> Records:
        old = records[number - 1]
        new = old[:offset] + data + old[offset + len(data) :]
        return (*records[: number - 1], new, *records[number:])

    return change


def _swapped(records: Records) -> Records:
    return (records[1], records[0], *records[2:])


def _forgets_the_oldest_early(card: Lie, command: bytes, response: bytes) -> bytes:
    path = ("DF02", "EF16")
    if command[1] == 0xDC and path in card.memory.contents:
        card.memory.contents[path] = card.memory.contents[path][:3]
    return response


def _row(
    name: str,
    topic: str,
    case: str,
    lie: str,
    make: Callable[[PoweredCard], PoweredCard],
    *,
    version: str = "3.00",
) -> Defect:
    area = "" if case.startswith("card/") else "card/contents/"
    return Defect(
        name=name, lie=lie, rule=f"card/contents/{topic}", case=area + case, make=make, version=version
    )


_EF05, _EF06 = ("SSSE", "EF05"), ("SSSE", "EF06")

DEFECTS = (
    _row(
        "file-missing",
        "files",
        "df01-ef0a/01",
        "DF01/EF0A is not there",
        turns("00A4020002EF0A", "9000", "6A82"),
    ),
    _row(
        "records-read-as-bytes",
        "structure",
        "ssse-ef05/01",
        "READ BINARY reads a file of records",
        turns("00B085", "6981", "019000"),
    ),
    _row(
        "records-in-another-order",
        "records",
        "df01-ef06/01",
        "the first two records of DF01/EF06 are exchanged",
        _holds(("DF01", "EF06"), _swapped),
    ),
    _row(
        "v1-record-missing",
        "v1-records",
        "df01-ef05/01",
        "DF01/EF05 lacks its last record",
        _holds(("DF01", "EF05"), lambda records: records[:-1]),
        version="1.00",
    ),
    _row(
        "employment-records-in-another-order",
        "unemployment-records",
        "df02-ef06/01",
        "the first two records of DF02/EF06 are exchanged",
        _holds(("DF02", "EF06"), _swapped),
    ),
    _row(
        "item-60-twice",
        "item-60",
        "item-60/01",
        "item 60 stands in DF03/EF05 as well",
        _holds(("DF03", "EF05"), lambda records: (*records, bytes.fromhex("6004FFFFFFFF"))),
    ),
    _row(
        "holder-data-extended",
        "not-extended",
        "ssse-ef06/01",
        "an eighth record follows the holder's data",
        _holds(_EF06, lambda records: (*records, bytes.fromhex("EA0131"))),
    ),
    _row(
        "fingerprint-of-1024-bytes",
        "transparent-size",
        "ssse-ef07/01",
        "the fingerprint takes 1024 bytes",
        _has_size(("SSSE", "EF07"), 1024),
    ),
    _row(
        "policy-records-with-tag",
        "cyclic-size",
        "df02-ef16/01",
        "cyclic records carry a tag and a length",
        _holds(("DF02", "EF16"), lambda _records: (bytes.fromhex("9A12") + bytes(18),)),
    ),
    _row(
        "log-records-of-24-bytes",
        "log-size",
        "df04-ef08/01",
        "the medical log lacks the pooled fund",
        _holds(("DF04", "EF08"), lambda _records: (bytes(24),)),
    ),
    _row(
        "cyclic-file-keeps-three",
        "cyclic-capacity",
        "card/update/cyclic-append/02",
        "DF02/EF16 keeps three records",
        answers(_forgets_the_oldest_early),
    ),
    _row(
        "area-right-justified",
        "packed",
        "ssse-ef06/01",
        "the birthplace is filled with F on its left",
        _holds(_EF06, _value(6, "FF5199")),
    ),
    _row(
        "name-right-justified",
        "text",
        "ssse-ef06/01",
        "the name is filled with 00 on its left",
        _holds(_EF06, _value(2, "0000")),
    ),
    _row(
        "degree-without-inner-tags",
        "templates",
        "df01-ef15/01",
        "a degree is its fields without inner records",
        _holds(("DF01", "EF15"), _value(2, "313131")),
    ),
    _row(
        "birth-date-of-month-thirteen",
        "dates",
        "ssse-ef06/01",
        "the birth date has a thirteenth month",
        _holds(_EF06, _value(7, "19901301")),
    ),
    _row(
        "sex-seven",
        "codes",
        "ssse-ef06/01",
        "the sex is a code that no table has",
        _holds(_EF06, _value(4, "37")),
    ),
    _row(
        "issuer-data-one-by-one",
        "issuer-total",
        "issuer-total/01",
        "only single records of EF05 can be read",
        turns("00B20105", "", "6A86"),
    ),
    _row(
        "holder-data-one-by-one",
        "holder-total",
        "holder-total/01",
        "only single records of EF06 can be read",
        turns("00B20105", "", "6A86"),
    ),
    _row(
        "card-id-of-another-area",
        "card-id-area",
        "card-id/01",
        "the card identification code names another area",
        _holds(_EF05, _value(1, "310000")),
    ),
    _row(
        "card-id-with-another-rid",
        "card-id-rid",
        "card-id/01",
        "the card identification code has another RID",
        _holds(_EF05, _at(1, 5, "D156000006")),
    ),
    _row(
        "serial-not-of-the-atr",
        "card-serial",
        "card-serial/01",
        "serial and answer to reset differ",
        _holds(_EF05, _at(1, 10, "00000001")),
    ),
    _row(
        "version-without-dot",
        "version",
        "version/01",
        "the version is written 0300",
        _holds(_EF05, _value(3, "30333030")),
    ),
    _row(
        "initialiser-unknown",
        "initialiser",
        "initialiser/01",
        "the initialiser's number has another issuer",
        _holds(_EF05, _value(4, "9156000003")),
    ),
    _row(
        "valid-for-five-years",
        "validity",
        "validity/01",
        "the card is valid for five years",
        _holds(_EF05, _value(6, "20300601")),
    ),
    _row(
        "card-number-check-wrong",
        "card-number",
        "card-number/01",
        "the card number's check character is wrong",
        _holds(_EF05, _at(7, 10, "38")),
    ),
    _row(
        "identity-check-wrong",
        "social-security-number",
        "social-security-number/01",
        "the social security number's check character is wrong",
        _holds(_EF06, _at(1, 19, "58")),
    ),
)
