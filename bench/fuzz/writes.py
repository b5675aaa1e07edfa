"""Whether a write to the memory was one that the command may make: one check per cell.

The checks see the memory's state before the write in the subject's shadow, and the rights and the challenge
that the session had before the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from onecard.bench.fuzz.invariants import Breach, contents_fit
from onecard.bench.fuzz.rights import (
    AUTHENTICATE,
    CHANGE_PIN,
    UNBLOCK,
    VERIFY,
    is_met,
    mac_is_right,
    proof_is_right,
)
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.payment.data_objects import MOST_FEN
from onecard.virtual_cards.security.pin import is_packed_pin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onecard.bench.fuzz.subject import Subject
    from onecard.virtual_cards.chip.nonvolatile import Change
    from onecard.virtual_cards.layouts.layout import ElementaryFile, FilePath
    from onecard.virtual_cards.payment.state import PaymentState
    from onecard.virtual_cards.purse.state import PurseState

__all__ = ["check_refusal", "check_write"]

_BLOCK_APPLICATION, _BLOCK_CARD = 0x1E, 0x16
_COUNTERS = frozenset({"pin_tries_left", "key_failures", "payment"})
"""Cells that remember failures; ``payment`` counts scripts."""
_UPDATES = (0xDC, 0xD6)
_PURSE_CLASS = 0xB0
_INITIALIZE, _CREDIT, _DEBIT, _STARTING_DAY = 0x28, 0x2A, 0x2C, 0x56
_PURSE_LOG = ("DF04", "EF08")
_SECURED = 0x04
_MONEY_LIMIT = 0xFFFF_FFFF
_GET_OPTIONS, _GENERATE, _READ, _PUT_DATA = 0xA8, 0xAE, 0xB2, 0xDA
_PAYING = (_GENERATE, _READ, _PUT_DATA)
"""Off-line payment; over qPBOC it is complete when the last record is read; a script sets any balance."""
_MOST_TRANSACTIONS = 0xFFFF


def check_write(subject: Subject, change: Change) -> None:
    """Judge one change of one cell; raises :class:`Breach`."""
    check = _CHECKS.get(change.cell)
    if check is None:
        raise Breach("every write is known", change.cell)
    check(subject, change)


def check_refusal(committed: Sequence[Sequence[Change]], status_word: int) -> None:
    """Judge what a command wrote that answered an error."""
    cells = {change.cell for changes in committed for change in changes}
    if status_word == status.MEMORY_FAILURE or not cells <= _COUNTERS:
        detail = f"{status_word:04X}, {', '.join(sorted(cells))}"
        raise Breach("a refused command writes counters, or nothing", detail)


def _instruction(subject: Subject) -> int:
    return subject.command[1] if len(subject.command) > 1 else -1


def _contents(subject: Subject, change: Change) -> None:
    path = cast("FilePath", change.key)
    file = subject.files[path]
    where = f"{path[0]}/{path[1]}"
    if not contents_fit(file, change.value):
        raise Breach("a file keeps the shape of its structure", where)
    if subject.application.environment == "payment":
        allowed = file in subject.application.files
    elif subject.command[0] == _PURSE_CLASS:
        allowed = path == _PURSE_LOG and _instruction(subject) in (_CREDIT, _DEBIT)
    else:
        allowed = _update_allowed(subject, file)
    if not allowed:
        raise Breach("a file is written by a command that has the right", where)


def _update_allowed(subject: Subject, file: ElementaryFile) -> bool:
    if _instruction(subject) not in _UPDATES or file not in subject.application.files:
        return False
    secured = subject.command[0] != _SECURED or mac_is_right(subject, _maintenance_key(subject))
    return secured and is_met(file.write, subject.rights)


def _maintenance_key(subject: Subject) -> str:
    return next(key.name for key in subject.application.keys if key.use == "mac")


def _unblocked(subject: Subject) -> bool:
    """Tell whether the command is a PIN CHANGE/UNBLOCK in order."""
    key = subject.layout.pin_maintenance_key
    return _instruction(subject) == UNBLOCK and "PUK" in subject.rights and mac_is_right(subject, key)


def _old_pin_given(subject: Subject) -> bool:
    """Tell whether the command shows the PIN that the card had before it."""
    old = cast("bytes", subject.shadow.cells["pin"])
    if _instruction(subject) == VERIFY:
        return bool(old) and subject.command[5:] == old
    return _instruction(subject) == CHANGE_PIN and subject.command[5:].startswith(old + b"\xff")


def _pin(subject: Subject, change: Change) -> None:
    new = cast("bytes", change.value)
    if new and not is_packed_pin(new):
        raise Breach("a PIN is packed digits, or not set", new.hex())
    if new == subject.shadow.cells["pin"]:
        return
    holder = _instruction(subject) == CHANGE_PIN and _old_pin_given(subject)
    if not holder and not _unblocked(subject):
        raise Breach("a PIN changes by its holder or under the PUK", new.hex())


def _tries(subject: Subject, change: Change) -> None:
    old, new = cast("int", subject.shadow.cells["pin_tries_left"]), cast("int", change.value)
    if new < old:
        if new != old - 1 or _instruction(subject) not in (VERIFY, CHANGE_PIN):
            raise Breach("tries fall one by one", f"{old} to {new}")
    elif new > old and not (_old_pin_given(subject) or _unblocked(subject)):
        raise Breach("tries rise only by the right PIN or an unblock", f"{old} to {new}")


def _unblocks(subject: Subject, change: Change) -> None:
    old, new = subject.shadow.cells["pin_unblocks_left"], change.value
    if old != new and (not isinstance(old, int) or new != old - 1 or not _unblocked(subject)):
        raise Breach("unblocks fall one by one", f"{old} to {new}")


def _failures(subject: Subject, change: Change) -> None:
    name = cast("str", change.key)
    slot = subject.layout.keys[name]
    old, new = subject.shadow.failures.get(name, 0), change.value
    if new is None:
        right = proof_is_right(subject, name) or (name == "PUK" and _unblocked(subject))
    else:
        counted = (AUTHENTICATE, UNBLOCK) if name == "PUK" else (AUTHENTICATE,)
        right = new == old + 1 <= slot.tries and _instruction(subject) in counted
    if not right:
        raise Breach("a key's failures rise one by one, and end with a right proof", f"{name} {old} to {new}")


def _applications(subject: Subject, change: Change) -> None:
    old = cast("frozenset[str]", subject.shadow.cells["blocked_applications"])
    name = subject.application.name
    in_order = _instruction(subject) == _BLOCK_APPLICATION and subject.rights & {"BK", f"LK{name}"}
    if not in_order or change.value != old | {name} or not mac_is_right(subject, _maintenance_key(subject)):
        raise Breach(
            "an application is blocked under BK or LK, and for good", f"{sorted(old)} {change.value}"
        )


def _card(subject: Subject, change: Change) -> None:
    in_order = _instruction(subject) == _BLOCK_CARD and "BK" in subject.rights
    if not in_order or change.value is not True or not mac_is_right(subject, "STK"):
        raise Breach("a card is blocked under BK, and for good", str(change.value))


def _purse(subject: Subject, change: Change) -> None:
    old, new = cast("PurseState", subject.shadow.cells["purse"]), cast("PurseState", change.value)
    for amount in (new.balance, new.self_pay_total, new.pooled_total):
        if not 0 <= amount <= _MONEY_LIMIT:
            raise Breach("money stays within its field", str(new))
    instruction = _instruction(subject)
    direction = {_CREDIT: 1, _DEBIT: -1, _STARTING_DAY: 0}.get(instruction)
    moved = new.balance - old.balance
    counted = (new.load_counter - old.load_counter, new.purchase_counter - old.purchase_counter)
    expected = {_CREDIT: (1, 0), _DEBIT: (0, 1), _STARTING_DAY: (0, 0)}.get(instruction)
    if direction is None or moved * direction < 0 or (not direction and moved) or counted != expected:
        raise Breach("purse amounts change by CREDIT and DEBIT only", f"{old} to {new}")


def _payment(subject: Subject, change: Change) -> None:
    old, new = cast("PaymentState", subject.shadow.cells["payment"]), cast("PaymentState", change.value)
    instruction = _instruction(subject)
    if subject.application.environment != "payment":
        raise Breach("the payment application changes by its own commands", subject.application.name)
    if not 0 <= new.balance <= new.ceiling <= MOST_FEN and new.balance > old.balance:
        raise Breach("money stays within its field", f"{new.balance} of {new.ceiling} fen")
    moved = new.balance - old.balance
    if (
        new.balance < 0
        or (moved > 0 and instruction != _PUT_DATA)
        or (moved < 0 and instruction not in _PAYING)
    ):
        detail = f"{old.balance} to {new.balance} fen"
        raise Breach("electronic cash falls by paying and rises by issuer script", detail)
    counted = new.transaction_counter - old.transaction_counter
    if counted != (instruction == _GET_OPTIONS) or new.transaction_counter > _MOST_TRANSACTIONS:
        raise Breach("the transaction counter counts transactions", f"{counted} by {instruction:02X}")


_CHECKS: dict[str, Callable[[Subject, Change], None]] = {
    "contents": _contents,
    "pin": _pin,
    "pin_tries_left": _tries,
    "pin_unblocks_left": _unblocks,
    "key_failures": _failures,
    "blocked_applications": _applications,
    "card_blocked": _card,
    "purse": _purse,
    "payment": _payment,
}
