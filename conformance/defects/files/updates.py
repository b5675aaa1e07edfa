"""Defects of ``files.updates``: records written elsewhere, not, or not for long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onecard.conformance.defects.files.record_modes import mode_taken_for
from onecard.conformance.defects.lies import Lie, answers, changes, turns
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_UPDATE = 0xDC
_LAST, _PREVIOUS, _NUMBER = 1, 3, 4
_HOUSEHOLD, _POLICIES = ("DF01", "EF05"), ("DF02", "EF16")


def _ignores_mode(mode: int) -> Callable[[PoweredCard], PoweredCard]:
    """Make a lie that answers updates of a mode with 9000 and does nothing."""
    return changes(
        lambda _card, command: (
            command,
            b"\x90\x00" if command[1] == _UPDATE and command[3] & 7 == mode else None,
        )
    )


def _refuses(head: str, word: str) -> Callable[[PoweredCard], PoweredCard]:
    start, answer = bytes.fromhex(head), bytes.fromhex(word)
    return changes(lambda _card, command: (command, answer if command.startswith(start) else None))


class _Forgets(Lie):
    """Writes into a memory that loses everything without power."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Go back to what was there when the card was made."""
        first = self.kept.setdefault("contents", dict(self.memory.contents))
        if isinstance(first, dict):
            self.memory.contents = dict(first)
        return atr


def _spills(card: Lie, command: bytes, response: bytes) -> bytes:
    """Change the last byte of the record behind the one that is written."""
    if command[1] == _UPDATE and response == b"\x90\x00" and _HOUSEHOLD in card.memory.contents:
        records = card.memory.contents[_HOUSEHOLD]
        if isinstance(records, tuple):
            card.memory.contents[_HOUSEHOLD] = (*records[:2], records[2][:-1] + b"\x00")
    return response


def _shorter_refused(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    return command, b"\x6a\x85" if command[:5] == bytes.fromhex("00DC022C48") else None


def _full_refused(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    full = len(card.memory.contents.get(_POLICIES, ())) == 4
    return command, b"\x6a\x84" if command[1] == _UPDATE and full else None


def _row(
    name: str, topic: str, lie: str, make: Callable[[PoweredCard], PoweredCard], case: str = ""
) -> Defect:
    return Defect(
        name=name,
        lie=lie,
        rule=f"card/update/{topic}",
        case=f"card/update/{case or topic + '/01'}",
        make=make,
    )


DEFECTS = (
    _row(
        "update-by-number-ignored",
        "number",
        "UPDATE RECORD by number answers 9000 and does nothing",
        _ignores_mode(_NUMBER),
    ),
    _row(
        "update-by-identifier-ignored",
        "identifier",
        "UPDATE RECORD by identifier answers 9000 and does nothing",
        _ignores_mode(0),
    ),
    _row(
        "last-instance-written-first",
        "instances",
        "the last instance of a tag is written over the first",
        mode_taken_for(_UPDATE, _LAST, 0),
    ),
    _row(
        "current-file-not-written", "current-file", "UPDATE RECORD needs an SFI", _refuses("00DC0204", "6986")
    ),
    _row("written-until-reset", "lasting", "what was written is lost at a reset", _Forgets),
    _row("update-spills-over", "only-this-record", "writing a record changes the next one", answers(_spills)),
    _row(
        "shorter-record-refused",
        "variable-length",
        "a record of a variable file keeps its length",
        changes(_shorter_refused),
    ),
    _row(
        "fixed-record-shortened",
        "fixed-length",
        "a shorter record in a fixed file is answered 9000",
        turns("00DC01CC", "6A85", "9000"),
    ),
    _row(
        "inner-length-not-checked",
        "tlv-length",
        "a wrong length byte is answered 9000",
        turns("00DC022C5221", "6A85", "9000"),
    ),
    _row(
        "identifier-not-compared",
        "identifier-agrees",
        "P1 and tag are not compared",
        turns("00DC2128", "6A85", "9000"),
    ),
    _row(
        "next-number-refused",
        "append-number",
        "the number behind the last is 6A83",
        _refuses("00DC0244", "6A83"),
    ),
    _row(
        "missing-identifier-refused",
        "append-identifier",
        "a missing identifier is 6A83",
        _refuses("00DCFD40", "6A83"),
    ),
    _row(
        "gap-taken",
        "consecutive",
        "a number that leaves a gap is answered 9000",
        turns("00DC0344", "6A83", "9000"),
        "append-number/01",
    ),
    _row(
        "full-file-answers-9000",
        "no-space",
        "a record without space is answered 9000",
        turns("00DC082C", "6A84", "9000"),
    ),
    _row(
        "no-file-to-write-not-found",
        "no-current-file",
        "writing without a current EF is 6A82",
        turns("00DC0204", "6986", "6A82"),
    ),
    _row(
        "unknown-file-to-write-without-record",
        "unknown-sfi",
        "writing an unknown SFI is 6A83",
        turns("00DC02EC", "6A82", "6A83"),
    ),
    _row(
        "bytes-written-as-record",
        "wrong-type",
        "UPDATE RECORD of a transparent file is 6A86",
        turns("00DC013C", "6981", "6A86"),
    ),
    _row(
        "full-cyclic-file-refused",
        "cyclic-append",
        "a full cyclic file takes no record",
        changes(_full_refused),
        "cyclic-append/02",
    ),
    _row(
        "cyclic-number-appends",
        "cyclic-number",
        "a number appends to a cyclic file",
        mode_taken_for(_UPDATE, _NUMBER, _PREVIOUS),
    ),
    _row(
        "cyclic-length-not-checked",
        "cyclic-length",
        "a cyclic record of another length is answered 9000",
        turns("00DC00B3", "6A85", "9000"),
    ),
)
