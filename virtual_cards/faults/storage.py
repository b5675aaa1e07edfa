"""Faults of what the card has stored: a flipped bit, a counter that stands still.

They reach into the memory of the card inside past its commits, because that is what they are about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.faults.wrapper import FaultError, FaultyCard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.layouts.layout import Contents, ElementaryFile
    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.purse.state import PurseState
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["COUNTERS", "CorruptedRecord", "StuckCounter"]

_READING = (0xB0, 0xB2)
"""READ BINARY, READ RECORD."""


class CorruptedRecord(FaultyCard):
    """A card on which one byte of one file is not what was written.

    Args:
        card: the card inside.
        file: application and EF, ``"DF01EF06"``.
        record: number from 1; ``0`` for a transparent file.
        byte: position in the record (TLV included) or file, from 0.
        mask: bits that flip.
        stored: the byte flips in the memory, once, at the next power-on, and stays so. Otherwise each
            reading command sees it flipped, and the memory is right.
        armed: see :class:`FaultyCard`.

    Raises:
        FaultError: the card has no such byte.
    """

    lie: ClassVar[str] = "reads a wrong byte"

    def __init__(
        self,
        card: PoweredCard,
        *,
        file: str,
        record: int,
        byte: int,
        mask: int = 0x01,
        stored: bool = False,
        armed: bool = True,
    ) -> None:
        super().__init__(card, armed=armed)
        self._file = _file(self.memory, file)
        self.record, self.byte, self.mask, self.stored = record, byte, mask, stored
        if self._flipped() == self.memory.read(self._file):
            raise FaultError(f"corrupted record: {file} has no byte {byte} in record {record}, or mask is 0")

    def _answer_to_reset(self, face: Face) -> bytes:
        if self.stored:
            self.stored, self.armed = False, False
            self.memory.apply(Change("contents", self._file.path, self._flipped()))
        return self.card.power_on(face)

    def _exchange(self, command: bytes) -> bytes:
        if self.stored or len(command) < 2 or command[1] not in _READING:
            return self.card.transmit(command)
        path, stored = self._file.path, self.memory.contents.get(self._file.path)
        self.memory.apply(Change("contents", path, self._flipped()))
        try:
            return self.card.transmit(command)
        finally:
            self.memory.apply(Change("contents", path, stored))

    def _flipped(self) -> Contents:
        contents = self.memory.read(self._file)
        if isinstance(contents, bytes):
            return contents if self.record else self._flip(contents)
        return tuple(
            self._flip(record) if number == self.record else record
            for number, record in enumerate(contents, start=1)
        )

    def _flip(self, record: bytes) -> bytes:
        at = self.byte
        return record[:at] + bytes(value ^ self.mask for value in record[at : at + 1]) + record[at + 1 :]


def _file(memory: CardMemory, place: str) -> ElementaryFile:
    for application in memory.applications:
        for file in application.files:
            if application.name + file.name == place:
                return file
    raise FaultError(f"corrupted record: file {place!r} does not exist on this card")


class _Counter(NamedTuple):
    read: Callable[[CardMemory], object]
    """Present value, or the state that holds it; ``None``: the card has no such counter."""
    back: Callable[[CardMemory, Any], Change]
    """What puts a value back."""


def _purse_back(memory: CardMemory, old: PurseState) -> Change:
    return Change(
        "purse",
        None,
        msgspec.structs.replace(
            memory.purse or old, load_counter=old.load_counter, purchase_counter=old.purchase_counter
        ),
    )


def _payment_back(memory: CardMemory, old: PaymentState) -> Change:
    return Change(
        "payment",
        None,
        msgspec.structs.replace(memory.payment or old, transaction_counter=old.transaction_counter),
    )


COUNTERS: Mapping[str, _Counter] = {
    "pin": _Counter(
        lambda memory: memory.pin_tries_left, lambda _, value: Change("pin_tries_left", None, value)
    ),
    "keys": _Counter(
        lambda memory: dict(memory.key_failures), lambda _, value: Change("key_failures", None, value)
    ),
    "purse": _Counter(lambda memory: memory.purse, _purse_back),
    "atc": _Counter(lambda memory: memory.payment, _payment_back),
}
"""Tries of the PIN, failures of all keys, both counters of the purse, the payment application's ATC."""


class StuckCounter(FaultyCard):
    """A card with a counter that never moves: each answer is right, but the next begins from the old count.

    Args:
        card: the card inside.
        counter: a name of :data:`COUNTERS`.
        armed: see :class:`FaultyCard`.

    Raises:
        FaultError: there is no such counter, or not on this card.
    """

    lie: ClassVar[str] = "does not count"

    def __init__(self, card: PoweredCard, *, counter: str, armed: bool = True) -> None:
        super().__init__(card, armed=armed)
        if counter not in COUNTERS:
            raise FaultError(f"counter {counter!r}: {', '.join(COUNTERS)} are allowed")
        if COUNTERS[counter].read(self.memory) is None:
            raise FaultError(f"counter {counter!r}: this card has none")
        self.counter = counter

    def _exchange(self, command: bytes) -> bytes:
        counter = COUNTERS[self.counter]
        before = counter.read(self.memory)
        answer = self.card.transmit(command)
        self.memory.apply(counter.back(self.memory, before))
        return answer
