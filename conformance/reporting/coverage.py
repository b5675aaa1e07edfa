"""Observed coverage: what was really seen in the frames, beside what a card of the statement can show.

A pure function of plan and history. A command counts when the card gave an answer to it, a file when a
record or bytes of it came or were written, a tag when it stood in an answer. States are read off the
dialogue as far as a card tells: SELECT, GET CHALLENGE and the PIN's status words.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.reporting.declared import KINDS, Declared, declared_by
from onecard.conformance.reporting.states_seen import StatesSeen
from onecard.virtual_cards.decoding.commands import command_name
from onecard.virtual_cards.decoding.context import Context, follow, referenced_file
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.apdu import parse_command
from onecard.virtual_cards.iso7816.tlv import iterate_ber, iterate_simple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.model.plan import Plan

__all__ = ["Coverage", "CoverageRow", "coverage_of"]

_RECORDS = (0xB2, 0xDC)
_BINARY = (0xB0, 0xD6)
_SELECT = 0xA4
_GET_RESPONSE = 0xC0
_CONSTRUCTED = 0x20
_MORE = 0x9F0C
"""Primitive by its bits, and holds a template all the same (card.md §3.2)."""
_DEEPEST = 8


class CoverageRow(NamedTuple):
    """One thing: whether it was to be expected, and how often it was seen."""

    kind: str
    name: str
    english: str
    chinese: str
    declared: bool
    seen: int


class Coverage(NamedTuple):
    """Everything seen and everything that could have been."""

    rows: tuple[CoverageRow, ...]
    frames: int

    def of(self, kind: str) -> tuple[CoverageRow, ...]:
        """Return the rows of one kind: the declared ones first, in the order of the tables."""
        return tuple(row for row in self.rows if row.kind == kind)

    @property
    def never_seen(self) -> tuple[CoverageRow, ...]:
        """What is declared and was not seen once."""
        return tuple(row for row in self.rows if row.declared and not row.seen)


def coverage_of(plan: Plan, records: Iterable[StepRecord]) -> Coverage:
    """Count what the history shows.

    Args:
        plan: its statement says what can be seen.
        records: of any cases, in the order of the run.
    """
    observer = _Observer(plan.statement.card.specification)
    case = ""
    for record in records:
        if record.case != case:
            case = record.case
            observer.begin()
        for command, response in record.frames:
            observer.frame(bytes.fromhex(command), bytes.fromhex(response))
    return Coverage(tuple(_rows(declared_by(plan.statement), observer.seen)), observer.frames)


def _rows(declared: tuple[Declared, ...], seen: Counter[tuple[str, str]]) -> Iterator[CoverageRow]:
    known = {(each.kind, each.name) for each in declared}
    for kind in KINDS:
        for each in declared:
            if each.kind == kind:
                yield CoverageRow(*each, declared=True, seen=seen[kind, each.name])
        for other, name in sorted(seen):
            if other == kind and (kind, name) not in known:
                yield CoverageRow(kind, name, "", "", declared=False, seen=seen[kind, name])


class _Observer:
    """Follows every dialogue and counts."""

    def __init__(self, version: str) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        self.frames = 0
        self._version = version
        self.begin()

    def begin(self) -> None:
        """Begin a case: nothing is known of the card."""
        self._context = Context.of(self._version)
        self._states = StatesSeen()

    def frame(self, command: bytes, response: bytes) -> None:
        """Count one frame."""
        self.frames += 1
        if not command:
            self._context = Context(layout=self._context.layout)
            self._states.reset()
            return
        if len(response) < 2:
            return
        before = self._context
        self._context = follow(before, command, response)
        self._count("command", command_name(command, before) or _unnamed(command))
        word = int.from_bytes(response[-2:], "big")
        row = status.family(word)
        self._count("status word", row.name if row is not None else f"{word:04X}")
        self._contents(before, command, response[:-2], word)
        for state in self._states.after(before, self._context, command, word):
            self._count("state", state)

    def _count(self, kind: str, name: str) -> None:
        self.seen[kind, name] += 1

    def _contents(self, before: Context, command: bytes, data: bytes, word: int) -> None:
        apdu = parse_command(command)
        if apdu is not None and apdu.ins == _GET_RESPONSE and before.pending:
            apdu = parse_command(before.pending)
        if apdu is None or word != status.SUCCESS:
            return
        if before.environment == "social" and apdu.ins in (*_RECORDS, *_BINARY):
            file = referenced_file(before, apdu)
            if file is not None:
                path = "/".join(file.path)
                self._count("file", path)
                content = data or (apdu.data if apdu.ins == _RECORDS[1] else b"")
                if not file.transparent and not file.cyclic and apdu.ins in _RECORDS:
                    for tag in _simple_tags(content):
                        self._count("record tag", f"{path} {tag:02X}")
        elif apdu.ins == _SELECT or before.environment == "payment":
            for tag in _ber_tags(data):
                self._count("BER tag", f"{tag:X}")


def _unnamed(command: bytes) -> str:
    """Name what is no command of the tables: sweeps send hundreds, which are one row."""
    return "unknown instruction" if parse_command(command) is not None else "malformed command"


def _simple_tags(content: bytes) -> Iterator[int]:
    try:
        yield from [tag for tag, _ in iterate_simple(content)]
    except ValueError:  # no records, which is the judge's business
        return


def _ber_tags(content: bytes, depth: int = 0) -> Iterator[int]:
    try:
        objects = list(iterate_ber(content))
    except ValueError:
        return
    for tag, value in objects:
        yield tag
        if depth < _DEEPEST and (tag == _MORE or (tag >> 8 or tag) & _CONSTRUCTED):
            yield from _ber_tags(value, depth + 1)
