"""Defects of ``tearing.anti_tear``: after power loss the state is one between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from onecard.conformance.defects.lies import is_
from onecard.conformance.defects.wrong import Defect, WrongCard

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

Spoil = Callable[["CardMemory"], None]


class _Torn(WrongCard):
    """After a command during which the power failed the memory is neither old nor new.

    The reference recovers first, so that the lie is told on a whole memory and is the only one.
    """

    def __init__(self, card: PoweredCard, head: str, spoil: Spoil) -> None:
        super().__init__(card)
        self._head, self._spoil = head, spoil
        self._torn = False

    def transmit(self, command: bytes) -> bytes:
        """Remember that this one was torn."""
        if self.memory.supply is not None and is_(command, self._head):
            self._torn = True
        return super().transmit(command)

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Spoil what was recovered."""
        if self._torn:
            self._torn = False
            self._spoil(self.memory)
        return atr


class _Dies(_Torn):
    """A card that finds a journal does not answer any more."""

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Say nothing."""
        return b"" if self._torn else atr


def _between(head: str, spoil: Spoil) -> Callable[[PoweredCard], PoweredCard]:
    return lambda card: _Torn(card, head, spoil)


def _half_record(memory: CardMemory) -> None:
    file = memory.layout.file("SSSE", "EF05")
    records = list(memory.records(file))
    records[5] = records[5][:4] + b"\xff\xff"
    memory.contents[file.path] = tuple(records)


def _half_binary(memory: CardMemory) -> None:
    file = memory.layout.file("DF01", "EF16")
    binary = memory.binary(file)
    memory.contents[file.path] = binary[:8] + b"\x5a" * 8 + binary[16:]


def _lost_record(memory: CardMemory) -> None:
    file = memory.layout.file("DF02", "EF07")
    memory.contents[file.path] = memory.records(file)[1:]


def _all_tries(memory: CardMemory) -> None:
    memory.pin_tries_left = memory.pin_limit


def _no_failures(memory: CardMemory) -> None:
    memory.key_failures.clear()


def _half_pin(memory: CardMemory) -> None:
    memory.pin = memory.pin[:2] + b"\x00"


def _one_try(memory: CardMemory) -> None:
    memory.pin_tries_left = 1


def _not_blocked(memory: CardMemory) -> None:
    memory.blocked_applications = frozenset()


def _card_not_blocked(memory: CardMemory) -> None:
    memory.card_blocked = False


def _money_without_count(memory: CardMemory) -> None:
    assert memory.purse is not None  # noqa: S101 - the case asks for a card with a purse
    memory.purse = msgspec.structs.replace(memory.purse, balance=memory.purse.balance + 700)


def _log_lost(memory: CardMemory) -> None:
    file = memory.layout.file("DF04", "EF08")
    memory.contents[file.path] = memory.records(file)[1:]


def _no_proof(memory: CardMemory) -> None:
    assert memory.purse is not None  # noqa: S101 - as above
    memory.purse = msgspec.structs.replace(memory.purse, load_proof=None, purchase_proof=None)


def _half_paid(memory: CardMemory) -> None:
    assert memory.payment is not None  # noqa: S101 - the case asks for a card with a bank application
    memory.payment = msgspec.structs.replace(memory.payment, balance=1)


def _defect(
    name: str, lie: str, rule: str, point: int, make: Callable[[PoweredCard], PoweredCard], case: str = ""
) -> Defect:
    area = "card/tear/"
    return Defect(
        name=f"torn-{name}", lie=lie, rule=area + rule, case=f"{area}{case or rule}/{point:02}", make=make
    )


DEFECTS = (
    _defect(
        "card-dies",
        "a card that was torn gives no answer to reset",
        "lives",
        2,
        lambda card: _Dies(card, "00DC", _all_tries),
        "record",
    ),
    _defect(
        "record-is-half-written",
        "a torn UPDATE RECORD leaves half a record",
        "record",
        2,
        _between("00DC", _half_record),
    ),
    _defect(
        "binary-is-half-written",
        "a torn UPDATE BINARY leaves half of the bytes",
        "binary",
        3,
        _between("00D6", _half_binary),
    ),
    _defect(
        "append-loses-a-record",
        "a torn append loses the record before",
        "cyclic",
        2,
        _between("00DC", _lost_record),
    ),
    _defect(
        "verify-costs-nothing",
        "power that fails gives the try back",
        "pin-try",
        4,
        _between("0020", _all_tries),
    ),
    _defect(
        "authentication-costs-nothing",
        "power that fails gives the key's try back",
        "key-try",
        4,
        _between("0082", _no_failures),
    ),
    _defect(
        "pin-is-between",
        "a torn CHANGE PIN leaves a PIN that nobody knows",
        "pin-change",
        2,
        _between("805E", _half_pin),
    ),
    _defect(
        "new-pin-is-between",
        "a torn PIN CHANGE/UNBLOCK leaves a PIN that nobody knows",
        "pin-reset",
        3,
        _between("8424", _half_pin),
    ),
    _defect(
        "unblocked-with-one-try", "a torn unblocking leaves one try", "unblock", 2, _between("8424", _one_try)
    ),
    _defect(
        "application-is-free-again",
        "power loss undoes APPLICATION BLOCK",
        "application-block",
        4,
        _between("841E", _not_blocked),
    ),
    _defect(
        "card-is-free-again",
        "power loss undoes CARD BLOCK",
        "card-block",
        4,
        _between("8416", _card_not_blocked),
    ),
    _defect(
        "load-without-counter",
        "a torn load adds money that was not counted",
        "load",
        1,
        _between("B02A", _money_without_count),
    ),
    _defect(
        "load-without-log", "a torn load loses its line in the log", "load", 4, _between("B02A", _log_lost)
    ),
    _defect(
        "purchase-gives-back",
        "a torn purchase gives money",
        "purchase",
        2,
        _between("B02C", _money_without_count),
    ),
    _defect(
        "proof-is-lost",
        "the proof of a finished purchase is lost with the power",
        "proof",
        4,
        _between("B02C", _no_proof),
        "purchase",
    ),
    _defect(
        "cash-is-between",
        "a torn payment leaves a balance of one fen",
        "cash",
        2,
        _between("80AE", _half_paid),
    ),
)
