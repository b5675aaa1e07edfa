"""Defects that the cases of ``cards.files.access`` must find: conditions taken too lightly, or too hard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, answers, changes
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.layouts.layout import FilePath
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS", "file_named", "takes_for"]

Rights = Callable[[set[str]], set[str]]

_BY_RECORD, _BY_OFFSET = (0xB2, 0xDC), (0xB0, 0xD6)
_READ, _WRITE = (0xB0, 0xB2), (0xD6, 0xDC)


def file_named(card: Lie, command: bytes) -> FilePath | None:
    """Return the file that a read or write command is about, ``None`` for another command."""
    ins, session = command[1], card.session
    if ins in _BY_RECORD:
        sfi = command[3] >> 3
    elif ins in _BY_OFFSET:
        sfi = command[2] & 0x1F if command[2] & 0x80 else 0
    else:
        return None
    file = session.application.by_sfi.get(sfi) if sfi else session.file
    return file.path if file else None


def takes_for(path: FilePath, instructions: tuple[int, ...], rights: Rights) -> Callable[[PoweredCard], Lie]:
    """Make a lie that takes the rights held for others while one file is read or written."""

    def before(card: Lie, command: bytes) -> tuple[bytes, None]:
        if command[1] in instructions and file_named(card, command) == path:
            card.kept["rights"] = card.session.rights
            card.session.rights = rights(set(card.session.rights))
        return command, None

    def after(card: Lie, _command: bytes, response: bytes) -> bytes:
        held = card.kept.pop("rights", None)
        if isinstance(held, set):
            card.session.rights = held
        return response

    return lambda card: Lie(card, before=before, after=after)


def _needs(path: FilePath, right: str) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that refuses to read a free file without a right."""

    def before(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        reads = command[1] in _READ and file_named(card, command) == path
        return command, b"\x69\x82" if reads and right not in card.session.rights else None

    return changes(before)


def _takes_log_from(key: str) -> Callable[[PoweredCard], PoweredCard]:
    def before(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        log = command[1] == _WRITE[1] and file_named(card, command) == ("DF04", "EF08")
        return command, b"\x90\x00" if log and key in card.session.rights else None

    return changes(before)


def _remembers_numbers(card: PoweredCard) -> PoweredCard:
    """Remember the number of a key that was proved, not whose it is."""

    def before(card: Lie, command: bytes) -> tuple[bytes, None]:
        session, proved = card.session, card.kept.get("proved", set())
        if isinstance(proved, set) and command[1] in _READ:
            keys = session.application.keys
            session.rights |= {key.name for key in keys if (key.key_id or 0) & 0x0F in proved}
        return command, None

    def after(card: Lie, command: bytes, response: bytes) -> bytes:
        if command[:2] == b"\x00\x82" and response == b"\x90\x00":
            proved = card.kept.setdefault("proved", set())
            if isinstance(proved, set):
                proved.add(command[3] & 0x0F)
        return response

    return Lie(card, before=before, after=after)


def _gives_while_refusing(card: Lie, command: bytes, response: bytes) -> bytes:
    """Give the record that is refused, and the refusal behind it."""
    about = file_named(card, command) if command[1] in _READ else None
    if about != ("DF01", "EF05") or response != b"\x69\x82":
        return response
    held, card.session.rights = card.session.rights, {*card.session.rights, PIN}
    given = card.card.transmit(command)
    card.session.rights = held
    return given[:-2] + response


def _ignores_update(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    ignored = file_named(card, command) == ("DF01", "EF08") and "UK3DF01" in card.session.rights
    return command, b"\x90\x00" if command[1] in _WRITE and ignored else None


def _with(*rights: str) -> Rights:
    return lambda held: held | set(rights)


def _without(*rights: str) -> Rights:
    return lambda held: held - set(rights)


def _given(right: str, gives: str) -> Rights:
    return lambda held: held | {gives} if right in held else held


def _row(
    name: str,
    rule: str,
    case: str,
    lie: str,
    make: Callable[[PoweredCard], PoweredCard],
    version: str = "3.00",
) -> Defect:
    return Defect(
        name=name,
        lie=lie,
        rule=f"card/access/{rule}",
        case=f"card/access/{case}",
        make=make,
        version=version,
    )


DEFECTS = (
    _row(
        "reserved-file-needs-pin",
        "read-free",
        "df01-ef16-read/02",
        "a reserved file is not free to read",
        _needs(("DF01", "EF16"), PIN),
    ),
    _row(
        "log-read-by-key",
        "read-pin",
        "df04-ef08-read/01",
        "the medical log is read after a key, without the PIN",
        takes_for(("DF04", "EF08"), _READ, _given("RK1DF04", PIN)),
    ),
    _row(
        "household-read-by-anybody",
        "read-pin-or-key",
        "df01-ef05-read/01",
        "DF01/EF05 is read without any right",
        takes_for(("DF01", "EF05"), _READ, _with(PIN)),
    ),
    _row(
        "refusal-gives-the-record",
        "read-pin-or-key",
        "df01-ef05-read/01",
        "READ RECORD without a right gives the record and 6982",
        answers(_gives_while_refusing),
    ),
    _row(
        "writing-key-reads",
        "read-pin-or-key",
        "df02-ef05-read/01",
        "the key that writes DF02/EF05 reads it too",
        takes_for(("DF02", "EF05"), _READ, _given("UK1DF02", PIN)),
    ),
    _row(
        "unemployment-read-by-first-key",
        "read-pin-or-key",
        "df03-ef05-read/03",
        "DF03/EF05 does not know its own read key RK2DF03",
        takes_for(("DF03", "EF05"), _READ, _without("RK2DF03")),
    ),
    _row(
        "settlement-read-by-pin-alone",
        "read-pin-and-key",
        "df04-ef06-read/01",
        "DF04/EF06 asks for the PIN only",
        takes_for(("DF04", "EF06"), _READ, _given(PIN, "RK1DF04")),
    ),
    _row(
        "settlement-read-by-key-alone",
        "read-pin-and-key",
        "df04-ef06-read/01",
        "DF04/EF06 asks for the key only",
        takes_for(("DF04", "EF06"), _READ, _given("RK1DF04", PIN)),
    ),
    _row(
        "honours-read-by-pin",
        "read-key",
        "df07-ef05-read/01",
        "DF07/EF05 is read after the PIN",
        takes_for(("DF07", "EF05"), _READ, _given(PIN, "RK1DF07")),
    ),
    _row(
        "photo-read-by-writing-key",
        "read-key",
        "ssse-ef08-read/01",
        "the photo is read after the key that writes it",
        takes_for(("SSSE", "EF08"), _READ, _given("UKSSSE", "RKSSSE")),
    ),
    _row(
        "marital-status-written-by-holder",
        "write-key",
        "df01-ef08-write/01",
        "DF01/EF08 is written after the PIN",
        takes_for(("DF01", "EF08"), _WRITE, _given(PIN, "UK3DF01")),
    ),
    _row(
        "residence-written-by-household-key",
        "write-key",
        "df01-ef06-write/01",
        "the read key of DF01 writes EF06",
        takes_for(("DF01", "EF06"), _WRITE, _given("RK1DF01", "UK4DF01")),
    ),
    _row(
        "update-answered-not-done",
        "write-key",
        "df01-ef08-write/02",
        "UPDATE RECORD answers 9000 and does nothing",
        changes(_ignores_update),
    ),
    _row(
        "log-written-by-key",
        "write-never",
        "df04-ef08-write/01",
        "UK2DF04 appends to the medical log",
        _takes_log_from("UK2DF04"),
    ),
    _row(
        "issuer-data-need-key",
        "issuer-data",
        "ssse-ef05-read/02",
        "the issuer data need RKSSSE",
        _needs(("SSSE", "EF05"), "RKSSSE"),
    ),
    _row(
        "holder-data-free",
        "holder-data",
        "ssse-ef06-read/01",
        "the holder's data are free, as on version 2.00",
        takes_for(("SSSE", "EF06"), _READ, _with("RKSSSE")),
    ),
    _row(
        "holder-data-by-pin",
        "holder-data-pin",
        "ssse-ef06-read/01",
        "the PIN replaces RKSSSE",
        takes_for(("SSSE", "EF06"), _READ, _given(PIN, "RKSSSE")),
    ),
    _row(
        "keys-known-by-number",
        "other-application",
        "other-application/01",
        "a key that was proved is remembered by its number, whatever application it belongs to",
        _remembers_numbers,
    ),
    _row(
        "v1-issuer-data-need-pin",
        "v1-read-free",
        "ssse-ef05-read/02",
        "the issuer data need the PIN",
        _needs(("SSSE", "EF05"), PIN),
        "1.00",
    ),
    _row(
        "v1-household-read-by-key",
        "v1-read-pin",
        "df01-ef05-read/01",
        "DF01/EF05 is read after the key that writes it",
        takes_for(("DF01", "EF05"), _READ, _given("UK1DF01", PIN)),
        "1.00",
    ),
    _row(
        "v1-status-read-by-anybody",
        "v1-read-pin-or-key",
        "df01-ef07-read/01",
        "DF01/EF07 is read without any right",
        takes_for(("DF01", "EF07"), _READ, _with(PIN)),
        "1.00",
    ),
    _row(
        "v1-unemployment-read-by-pin-alone",
        "v1-read-pin-and-key",
        "df03-ef05-read/01",
        "DF03/EF05 asks for the PIN only",
        takes_for(("DF03", "EF05"), _READ, _given(PIN, "RK2DF03")),
        "1.00",
    ),
    _row(
        "v1-household-written-by-holder",
        "v1-write-key",
        "df01-ef05-write/01",
        "DF01/EF05 is written after the PIN",
        takes_for(("DF01", "EF05"), _WRITE, _given(PIN, "UK1DF01")),
        "1.00",
    ),
    _row(
        "v1-log-written-by-key",
        "v1-write-never",
        "df04-ef08-write/01",
        "UK2DF04 appends to the medical log",
        _takes_log_from("UK2DF04"),
        "1.00",
    ),
)
