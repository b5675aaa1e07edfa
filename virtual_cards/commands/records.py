"""READ RECORD and UPDATE RECORD: by number or identifier, one or several (facts: card.md §3.4, §4, §10).

Numbers do not move the record pointer, identifiers do; SELECT and a reference by SFI take the pointer away.
``P1 = 00`` stands for the current record (by number) or for any record (by identifier). Records of a cyclic
file have no identifier, so P1 is not looked at there. The pointer moves only when the record was given:
a ``6Cxx`` followed by the same command with the right Le must not skip an instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import SUCCESS, Refusal, read_answer
from onecard.virtual_cards.commands.secure_messaging import plain_data
from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["READ_MODES", "UPDATE_MODES", "current_or_short", "read_record", "update_record"]

FIRST, LAST, NEXT, PREVIOUS, NUMBER, FROM_NUMBER, TO_NUMBER = range(7)

READ_MODES = (FIRST, LAST, NEXT, PREVIOUS, NUMBER, FROM_NUMBER, TO_NUMBER)
UPDATE_MODES = (FIRST, LAST, NEXT, PREVIOUS, NUMBER)

_LONGEST_ANSWER = 255
_MOST_RECORDS = 0xFE
_NO_TAGS = (0x00, 0xFF)


def current_or_short(session: Session, sfi: int) -> ElementaryFile:
    """Return the EF that an SFI names, and make it current; the current EF for SFI 0."""
    if sfi == 0:
        if session.file is None:
            raise Refusal(status.NO_CURRENT_FILE)
        return session.file
    file = session.application.by_sfi.get(sfi)
    if file is None:
        raise Refusal(status.FILE_NOT_FOUND)
    session.select_file(file)
    return file


def read_record(session: Session, apdu: CommandApdu) -> bytes:
    """Give one record, or several in one answer."""
    file = current_or_short(session, apdu.p2 >> 3)
    if file.structure == "transparent":
        raise Refusal(status.WRONG_FILE_TYPE)
    if not file.read.allows(session.rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)
    records = session.memory.records(file)
    mode = apdu.p2 & 0x07
    if mode >= NUMBER:
        number = apdu.p1 or session.record
        if not 1 <= number <= len(records):
            raise Refusal(status.RECORD_NOT_FOUND)
        data = records[number - 1] if mode == NUMBER else _several(records, number, mode)
        return read_answer(session, data, apdu.le or 0)
    number = _instance(session, file, records, apdu.p1, mode)
    if not number:
        raise Refusal(status.RECORD_NOT_FOUND)
    response = read_answer(session, records[number - 1], apdu.le or 0)
    if response.endswith(SUCCESS):
        session.record = number
    return response


def _several(records: tuple[bytes, ...], number: int, mode: int) -> bytes:
    """Concatenate from P1 to the last or back: as many whole records as one answer holds (ours)."""
    wanted = (
        records[number - 1 :]
        if mode == FROM_NUMBER
        else records[: number - 2 : -1]
        if number > 1
        else records[::-1]
    )
    joined = wanted[0]
    for record in wanted[1:]:
        if len(joined) + len(record) > _LONGEST_ANSWER:
            break
        joined += record
    return joined


def _instance(session: Session, file: ElementaryFile, records: tuple[bytes, ...], tag: int, mode: int) -> int:
    """Return the number of the record that an identifier and a mode name, ``0`` if there is none."""
    numbers: range = range(1, len(records) + 1)
    if mode == NEXT:
        numbers = range(session.record + 1, len(records) + 1)
    elif mode == PREVIOUS:
        numbers = range((session.record or len(records) + 1) - 1, 0, -1)
    elif mode == LAST:
        numbers = range(len(records), 0, -1)
    any_record = tag == 0 or file.structure == "cyclic"
    for number in numbers:
        if any_record or records[number - 1][0] == tag:
            return number
    return 0


def update_record(session: Session, apdu: CommandApdu) -> bytes:
    """Replace or append one record; the file's contents change as a whole or not at all."""
    file = current_or_short(session, apdu.p2 >> 3)
    if file.structure == "transparent":
        raise Refusal(status.WRONG_FILE_TYPE)
    if not file.write.allows(session.rights):
        raise Refusal(status.SECURITY_NOT_SATISFIED)
    data = plain_data(session, apdu)
    if file.structure == "cyclic":
        _update_cyclic(session, file, apdu, data)
    else:
        _update_linear(session, file, apdu, data)
    return SUCCESS


def _update_cyclic(session: Session, file: ElementaryFile, apdu: CommandApdu, data: bytes) -> None:
    """Append in mode "previous" as record 1, dropping the oldest of a full file; else replace."""
    if len(data) != file.size:
        raise Refusal(status.LENGTH_AGAINST_STRUCTURE)
    records = session.memory.records(file)
    mode = apdu.p2 & 0x07
    if mode == PREVIOUS:
        session.memory.replace(file, ((data, *records))[: file.capacity])
        session.record = 1
        return
    number = (apdu.p1 or session.record) if mode == NUMBER else _instance(session, file, records, 0, mode)
    if not 1 <= number <= len(records):
        raise Refusal(status.RECORD_NOT_FOUND)
    session.memory.replace(file, _replaced(records, number, data))
    if mode != NUMBER:
        session.record = number


def _update_linear(session: Session, file: ElementaryFile, apdu: CommandApdu, data: bytes) -> None:
    """Replace the record that P1 names; the number after the last, or a missing identifier, appends."""
    if len(data) < 2 or data[1] != len(data) - 2 or data[0] in _NO_TAGS:
        raise Refusal(status.LENGTH_AGAINST_STRUCTURE)
    records = session.memory.records(file)
    mode = apdu.p2 & 0x07
    if mode == NUMBER:
        number = apdu.p1 or session.record
        if not 1 <= number <= len(records) + 1:
            raise Refusal(status.RECORD_NOT_FOUND)
    else:
        if apdu.p1 not in (0, data[0]):
            raise Refusal(status.LENGTH_AGAINST_STRUCTURE)
        number = _instance(session, file, records, apdu.p1, mode) or len(records) + 1
    session.memory.replace(file, _fitting(file, records, _replaced(records, number, data), data))
    if mode != NUMBER:
        session.record = number


def _replaced(records: tuple[bytes, ...], number: int, record: bytes) -> tuple[bytes, ...]:
    return (*records[: number - 1], record, *records[number:])


def _fitting(
    file: ElementaryFile, old: tuple[bytes, ...], new: tuple[bytes, ...], record: bytes
) -> tuple[bytes, ...]:
    """Return the new records if the file may hold them."""
    if file.structure == "linear fixed" and old and len(record) != len(old[0]):
        raise Refusal(status.LENGTH_AGAINST_STRUCTURE)
    if len(new) > _MOST_RECORDS or sum(map(len, new)) > file.size:
        raise Refusal(status.NO_SPACE)
    return new
