"""Writing that power loss cannot spoil (facts: card.md §11, "anti-tear").

A command hands all that it changes to :meth:`CardMemory.commit` at once. With steady power the changes are
applied and that is all. The byte form below is what the chip does, and what runs when power may fail:

1. the changes are written, byte by byte, into a journal and sealed with their length and a checksum;
2. each changed cell is written, byte by byte, in place;
3. the journal is cleared.

At power-on a whole journal is applied again, a journal without its seal is thrown away; both may be cut
short in their turn. So wherever the power fails, all of a command's changes are there afterwards, or none.
A cell that was being written when the power failed holds :class:`Damaged` until then; whoever reads it
without recovery gets an error, not a value. Both forms are proved equal by tests.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onecard.virtual_cards.chip.memory import Cell

__all__ = [
    "Change",
    "Damaged",
    "PowerLost",
    "Supply",
    "Tear",
    "WornMemory",
    "WriteFailed",
    "journal_changes",
    "journal_of",
]


class Change(NamedTuple):
    """One cell's new value."""

    cell: str
    """Name of a field of :class:`CardMemory`, a key of its ``CELLS``."""
    key: object
    """Key in a field that is a mapping; ``None`` for a plain field."""
    value: object
    """New value; ``None`` removes the key from a mapping."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """What stands in a cell that was half written when the power failed."""

    written: bytes


class JournalledMemory(Protocol):
    """A memory that this can write: the user card's, the PSAM's."""

    CELLS: ClassVar[Mapping[str, Cell]]
    journal: bytes
    supply: Supply | None

    def apply(self, change: Change) -> None:
        """Put one value into its cell."""
        ...


class PowerLost(Exception):  # noqa: N818 - the card loses power; that is no error of the program
    """The power failed in the middle of a command: the card answers nothing."""


class WriteFailed(Exception):  # noqa: N818 - the card refuses with 6581
    """The memory does not take the bytes, and said so before the first of them (status word ``6581``)."""


class Supply(Protocol):
    """What the memory is written with: decides how many bytes get through."""

    def spend(self, size: int) -> int:
        """Say how many of the next ``size`` bytes are written; fewer than asked means that power fails.

        Raises:
            WriteFailed: only for the first bytes of a commit, while the memory is still as it was.
        """
        ...


class Tear:
    """Power that fails when a number of bytes have been written.

    Args:
        after_bytes: bytes that are still written; ``0``: not even one.
    """

    __slots__ = ("left", "spent")

    def __init__(self, after_bytes: int) -> None:
        self.left = after_bytes
        self.spent = 0

    def spend(self, size: int) -> int:
        """Count bytes down (see :class:`Supply`)."""
        through = min(size, self.left)
        self.left -= through
        self.spent += through
        return through


class WornMemory:
    """Memory that takes no more bytes: every write fails, cleanly, before it begins."""

    __slots__ = ()

    def spend(self, size: int) -> int:
        """Refuse."""
        raise WriteFailed(f"{size} bytes cannot be written")


class _Entry(msgspec.Struct, array_like=True):
    cell: str
    key: msgspec.Raw
    value: msgspec.Raw


_SEAL_SIZE = 8
_encode = msgspec.msgpack.Encoder().encode


def commit(memory: JournalledMemory, changes: Sequence[Change]) -> None:
    """Write all of these changes or, if power fails, none.

    Raises:
        PowerLost, WriteFailed: from the memory's supply, see :func:`commit_bytewise`.
    """
    if memory.supply is None:
        for change in changes:
            memory.apply(change)
    else:
        commit_bytewise(memory, changes, memory.supply)


def commit_bytewise(memory: JournalledMemory, changes: Sequence[Change], supply: Supply) -> None:
    """Write changes as the chip does: journal, cells, journal cleared.

    Raises:
        PowerLost: the supply gave out; the memory is as the power left it.
        WriteFailed: the memory refuses; nothing was written.
    """
    sealed = journal_of(changes)
    through = supply.spend(len(sealed))
    memory.journal = sealed[:through]
    if through < len(sealed):
        raise PowerLost
    _apply(memory, changes, supply)


def recover(memory: JournalledMemory) -> None:
    """Bring a memory to a whole state after power-on, with whatever supply it has.

    Raises:
        PowerLost: the power failed again; recovery starts over at the next power-on.
        WriteFailed: the memory takes no more bytes; what the power cut short stays so.
    """
    if not memory.journal:
        return
    changes = _unseal(memory)
    if changes is None:
        _clear_journal(memory, memory.supply)
    else:
        _apply(memory, changes, memory.supply)


def journal_of(changes: Sequence[Change]) -> bytes:
    """Return the whole, sealed journal of a commit."""
    return _seal(_encode([(change.cell, change.key, change.value) for change in changes]))


def journal_changes(memory: JournalledMemory) -> list[Change] | None:
    """Return what a memory's journal will do at power-on; ``None``: nothing, for it was cut short."""
    return _unseal(memory)


def _apply(memory: JournalledMemory, changes: Sequence[Change], supply: Supply | None) -> None:
    for change in changes:
        if supply is not None:
            data = _encode(change.value)
            through = supply.spend(len(data))
            if through < len(data):
                memory.apply(change._replace(value=Damaged(data[:through])))
                raise PowerLost
        memory.apply(change)
    _clear_journal(memory, supply)


def _clear_journal(memory: JournalledMemory, supply: Supply | None) -> None:
    """Clear the journal: one byte of it is its mark, so there is no half way."""
    if supply is not None and not supply.spend(1):
        raise PowerLost
    memory.journal = b""


def _seal(body: bytes) -> bytes:
    return body + len(body).to_bytes(4, "big") + zlib.crc32(body).to_bytes(4, "big")


def _unseal(memory: JournalledMemory) -> list[Change] | None:
    """Return a journal's changes, ``None`` when it was cut short."""
    body, seal = memory.journal[:-_SEAL_SIZE], memory.journal[-_SEAL_SIZE:]
    if seal != _seal(body)[-_SEAL_SIZE:]:
        return None
    entries = msgspec.msgpack.decode(body, type=list[_Entry])
    return [
        Change(
            entry.cell,
            msgspec.msgpack.decode(entry.key, type=memory.CELLS[entry.cell].key),
            msgspec.msgpack.decode(entry.value, type=memory.CELLS[entry.cell].value),
        )
        for entry in entries
    ]
