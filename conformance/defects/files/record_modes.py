"""Defects that the cases of ``cards.files.record_modes`` must find: confused modes, straying pointers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, answers, changes, turns
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS", "mode_taken_for"]

_READ, _SELECT = 0xB2, 0xA4
_FIRST, _LAST, _NEXT, _PREVIOUS, _NUMBER, _FROM, _TO = range(7)
_OK = b"\x90\x00"


def mode_taken_for(ins: int, mode: int, other: int) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that takes one mode of a record command for another."""

    def before(_card: Lie, command: bytes) -> tuple[bytes, None]:
        if command[1] == ins and command[3] & 7 == mode:
            return command[:3] + bytes((command[3] & 0xF8 | other,)) + command[4:], None
        return command, None

    return changes(before)


def _refuses(ins: int, mode: int, word: str) -> Callable[[PoweredCard], PoweredCard]:
    return changes(
        lambda _card, command: (
            command,
            bytes.fromhex(word) if command[1] == ins and command[3] & 7 == mode else None,
        )
    )


def _searches(command: bytes) -> bool:
    return command[1] == _READ and command[3] & 7 < _NUMBER


def _counts_from_zero(_card: Lie, command: bytes) -> tuple[bytes, None]:
    if command[1] == _READ and command[3] & 7 == _NUMBER and command[2] < 0xFE:
        return command[:2] + bytes((command[2] + 1,)) + command[3:], None
    return command, None


def _next_needs_current(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    lost = _searches(command) and command[3] & 7 >= _NEXT and not card.session.record
    return command, b"\x6a\x83" if lost else None


def _current_is_first(card: Lie, command: bytes) -> tuple[bytes, None]:
    if command[:4] == bytes.fromhex("00B20004") and not card.session.record:
        return bytes.fromhex("00B20104") + command[4:], None
    return command, None


def _number_moves(card: Lie, command: bytes, response: bytes) -> bytes:
    if command[1] == _READ and command[3] & 7 == _NUMBER and response.endswith(_OK):
        card.session.record = command[2]
    return response


def _identifier_stays(card: Lie, command: bytes, response: bytes) -> bytes:
    if _searches(command):
        card.session.record = int(str(card.kept.setdefault("first", card.session.record)))
    return response


def _failure_forgets(card: Lie, command: bytes, response: bytes) -> bytes:
    if _searches(command) and response == b"\x6a\x83":
        card.session.record = 0
    return response


def _wrong_length_moves(card: Lie, command: bytes, response: bytes) -> bytes:
    if _searches(command) and response[:1] == b"\x6c":
        card.session.record = command[2]
    return response


def _keeps_over(head: str) -> Callable[[PoweredCard], PoweredCard]:
    """Keep EF and pointer over commands of one beginning."""
    start = bytes.fromhex(head)

    def before(card: Lie, command: bytes) -> tuple[bytes, None]:
        card.kept = {"file": card.session.file, "record": card.session.record}
        return command, None

    def after(card: Lie, command: bytes, response: bytes) -> bytes:
        if command.startswith(start) and card.kept["file"] is not None:
            card.session.file = card.kept["file"]
            card.session.record = int(str(card.kept["record"]))
        return response

    return lambda card: Lie(card, before=before, after=after)


def _sfi_keeps(card: Lie, command: bytes) -> tuple[bytes, None]:
    file = card.session.file
    if command[1] == _READ and file is not None and command[3] >> 3 == file.sfi:
        return command[:3] + bytes((command[3] & 7,)) + command[4:], None
    return command, None


def _sfi_does_not_select(card: Lie, command: bytes, response: bytes) -> bytes:
    if command[1] == _READ and command[3] >> 3:
        card.session.file = None
    return response


def _file_survives_reset(card: PoweredCard) -> PoweredCard:
    class Remembers(Lie):
        def before(self, command: bytes) -> tuple[bytes, bytes | None]:
            if command[1] == _READ and not command[3] >> 3 and self.session.file is None:
                self.session.file = self.session.application.by_sfi.get(5)
            return command, None

    return Remembers(card)


def _first_to_last(_card: Lie, command: bytes, response: bytes) -> bytes:
    """Give the records of "from the last" in the order of their numbers."""
    if command[1] != _READ or command[3] & 7 != _TO or not response.endswith(_OK):
        return response
    records, data = [], response[:-2]
    while data:
        size = 2 + data[1]
        records.append(data[:size])
        data = data[size:]
    return b"".join(reversed(records)) + _OK


def _cuts(_card: Lie, command: bytes, response: bytes) -> bytes:
    several = command[1] == _READ and command[3] & 7 == _FROM and len(response) > 0x80
    return response[:-2] + b"\x44" + _OK if several and response.endswith(_OK) else response


def _oldest_is_first(card: Lie, command: bytes, response: bytes) -> bytes:
    path = ("DF02", "EF16")
    if command[1] == 0xDC and response == _OK and path in card.memory.contents:
        records = card.memory.records(card.memory.layout.file(*path))
        card.memory.contents[path] = (*records[1:], records[0])
    return response


def _row(
    topic: str, lie: str, make: Callable[[PoweredCard], PoweredCard], *, name: str = "", face: str = ""
) -> Defect:
    case = topic.removesuffix("-contactless")
    return Defect(
        name=name or f"records-not-{topic}",
        lie=lie,
        rule=f"card/records/{topic}",
        case=f"card/records/{case}/01{face}",
        make=make,
    )


_NO_SFI_0 = turns("00B20700", "", "6986")

DEFECTS = (
    _row("number", "numbers count from 00", changes(_counts_from_zero), name="record-numbers-from-zero"),
    _row(
        "identifier",
        "an identifier that is not there answers 9000",
        turns("00B27E28", "6A83", "9000"),
        name="unknown-identifier-found",
    ),
    _row(
        "last-instance",
        "the last instance is not supported",
        _refuses(_READ, _LAST, "6A86"),
        name="last-instance-unsupported",
    ),
    _row(
        "next-instance",
        "next is taken for first",
        mode_taken_for(_READ, _NEXT, _FIRST),
        name="next-record-is-first",
    ),
    _row(
        "previous-instance",
        "previous is taken for last",
        mode_taken_for(_READ, _PREVIOUS, _LAST),
        name="previous-record-is-last",
    ),
    _row(
        "no-current-record",
        "next needs a current record",
        changes(_next_needs_current),
        name="next-needs-current-record",
    ),
    _row(
        "current-record",
        "without a current record number 00 is the first",
        changes(_current_is_first),
        name="record-00-is-first",
    ),
    _row(
        "number-keeps-pointer",
        "reading by number moves the pointer",
        answers(_number_moves),
        name="number-moves-pointer",
    ),
    _row(
        "identifier-moves-pointer",
        "the pointer stays at the first record found",
        answers(_identifier_stays),
        name="identifier-leaves-pointer",
    ),
    _row(
        "failure-keeps-pointer",
        "a search in vain takes the pointer away",
        answers(_failure_forgets),
        name="failed-search-clears-pointer",
    ),
    _row(
        "length-keeps-pointer",
        "6Cxx moves the pointer, so a reader skips a record",
        answers(_wrong_length_moves),
        name="wrong-length-moves-pointer",
    ),
    _row(
        "select-clears-pointer",
        "SELECT of the EF keeps the pointer",
        _keeps_over("00A40200"),
        name="select-keeps-record-pointer",
    ),
    _row(
        "sfi-clears-pointer",
        "the current EF's SFI keeps the pointer",
        changes(_sfi_keeps),
        name="sfi-keeps-record-pointer",
    ),
    _row(
        "application-clears-file",
        "SELECT of the application keeps EF and pointer",
        _keeps_over("00A40400"),
        name="record-pointer-outlives-application",
    ),
    _row(
        "from-number",
        "from P1 on gives one record only",
        mode_taken_for(_READ, _FROM, _NUMBER),
        name="from-number-gives-one",
    ),
    _row(
        "to-number",
        "from the last back gives the records in the order of numbers",
        answers(_first_to_last),
        name="backwards-is-forwards",
    ),
    _row("several-fit", "the last record of a long answer is cut off", answers(_cuts), name="record-cut-off"),
    _row("current-file", "SFI 0 is not supported", _NO_SFI_0, name="current-file-not-read"),
    _row(
        "sfi-selects",
        "an SFI does not make its EF current",
        answers(_sfi_does_not_select),
        name="sfi-does-not-select",
    ),
    _row(
        "no-current-file",
        "the EF is current still after a reset",
        _file_survives_reset,
        name="file-current-after-reset",
    ),
    _row(
        "unknown-sfi",
        "an unknown SFI is answered like a missing record",
        turns("00B201DC", "6A82", "6A83"),
        name="unknown-sfi-without-record",
    ),
    _row(
        "parameters",
        "the undefined mode is taken for a number",
        mode_taken_for(_READ, 7, _NUMBER),
        name="undefined-mode-read",
    ),
    _row(
        "duplicate-tags",
        "only the first record of a tag is found",
        turns("00B24002", "", "6A83"),
        name="second-of-a-tag-not-found",
    ),
    _row("cyclic-order", "record 1 is the oldest", answers(_oldest_is_first), name="cyclic-oldest-first"),
    _row(
        "le-zero",
        "Le 00 on contact gives the record at once",
        turns("00B2032C00", "6C06", "0304332E30309000"),
        name="le-zero-not-told",
    ),
    _row(
        "le-longer",
        "too long an Le on contact gives the record",
        turns("00B2032C20", "6C06", "0304332E30309000"),
        name="le-longer-not-told",
    ),
    _row(
        "le-shorter",
        "too short an Le cuts the record",
        turns("00B2032C02", "6C06", "03049000"),
        name="le-shorter-cuts",
    ),
    _row(
        "le-zero-contactless",
        "Le 00 is answered 6Cxx over the contactless face",
        turns("00B2032C00", "", "6C06"),
        name="le-zero-told-without-contacts",
        face="@contactless",
    ),
    _row(
        "le-longer-contactless",
        "too long an Le is answered 6Cxx over the contactless face",
        turns("00B2032C20", "", "6C06"),
        name="le-longer-told-without-contacts",
        face="@contactless",
    ),
)
