"""What a card may never do: the table that every fuzzed APDU is judged by.

A row of :data:`INVARIANTS` is a name, its clause, and when it is looked at: ``each`` APDU, each ``write`` to
the memory, each change of the session's ``rights``, at each ``start``, or now and then in ``depth``. The
checks of writes and rights do not believe the card: they compute again, from the state before the command,
whether PIN, proof or MAC was right.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.payment.applications import ADF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["ALLOWED", "INVARIANTS", "UNKNOWN", "Breach", "Invariant", "contents_fit"]


class Invariant(NamedTuple):
    """One thing that always holds."""

    name: str
    clause: str
    when: str


INVARIANTS = MappingProxyType(
    {
        row.name: row
        for row in (
            Invariant("no exception leaves the card", "card.md §10", "each"),
            Invariant("a powered card answers at least a status word", "card.md §10", "each"),
            Invariant("an answer is at most 258 bytes", "ISO/IEC 7816-3 §12.1", "each"),
            Invariant("the status word is listed for the command", "card.md §10", "each"),
            Invariant("data come with 9000 or 61xx only", "ISO/IEC 7816-4 §5.3", "each"),
            Invariant("a blocked card answers 6A81 to everything", "card.md §11, §21 Q34", "each"),
            Invariant("a file is read by whom its condition allows", "card.md §5.1, §10", "each"),
            Invariant("a file is written by a command that has the right", "card.md §5.1, §10", "write"),
            Invariant("a refused command writes counters, or nothing", "card.md §9.1, §10, §11", "write"),
            Invariant("a file keeps the shape of its structure", "card.md §4, §5", "write"),
            Invariant("a PIN is packed digits, or not set", "card.md §10", "write"),
            Invariant("a PIN changes by its holder or under the PUK", "card.md §10, §11", "write"),
            Invariant("tries rise only by the right PIN or an unblock", "card.md §11", "write"),
            Invariant("tries fall one by one", "card.md §11", "write"),
            Invariant("unblocks fall one by one", "card.md §11", "write"),
            Invariant(
                "a key's failures rise one by one, and end with a right proof", "card.md §9.1", "write"
            ),
            Invariant("an application is blocked under BK or LK, and for good", "card.md §11", "write"),
            Invariant("a card is blocked under BK, and for good", "card.md §11", "write"),
            Invariant("purse amounts change by CREDIT and DEBIT only", "card.md §13", "write"),
            Invariant("money stays within its field", "card.md §13, §15", "write"),
            Invariant("the payment application changes by its own commands", "card.md §15", "write"),
            Invariant("electronic cash falls by paying and rises by issuer script", "card.md §15", "write"),
            Invariant("the transaction counter counts transactions", "card.md §15", "write"),
            Invariant("every write is known", "card.md §11", "write"),
            Invariant("rights come from the right command only", "card.md §11", "rights"),
            Invariant("rights go by the commands that end them", "card.md §11", "rights"),
            Invariant("another application keeps no right but the PIN", "card.md §11, §21 Q29", "rights"),
            Invariant("a challenge comes from GET CHALLENGE and is used once", "card.md §11", "rights"),
            Invariant("a start begins with nothing", "card.md §11", "start"),
            Invariant("a torn command is done or not done", "card.md §11", "start"),
            Invariant("nothing is written beside a commit", "card.md §11", "depth"),
            Invariant("the journal is empty between commands", "card.md §11", "depth"),
            Invariant("counters stay within their limits", "card.md §9.1, §11", "depth"),
            Invariant("the session points at what is there", "card.md §3.4", "depth"),
        )
    }
)
"""Every invariant by name."""


class Breach(Exception):  # noqa: N818 - the card broke a rule; the fuzzer is in order
    """An invariant does not hold."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.invariant = INVARIANTS[name]
        self.detail = detail


_FAMILIES = {status.RESPONSE_WAITING: 0x100, status.TRIES_LEFT: 0x10, status.RIGHT_LENGTH: 0x100}


def _expanded(words: Iterable[int]) -> frozenset[int]:
    return frozenset(word + more for word in words for more in range(_FAMILIES.get(word, 1)))


UNKNOWN = _expanded(
    {
        status.WRONG_LENGTH,
        status.UNKNOWN_CLASS,
        status.UNKNOWN_INSTRUCTION,
        status.APPLICATION_BLOCKED,
        status.NOT_SUPPORTED,
    }
)
"""What the dispatcher answers when no row of the table is meant."""


def _allowed(environment: str) -> dict[bytes, frozenset[int]]:
    found: dict[bytes, frozenset[int]] = {}
    for cla in {cla for rule in ENVIRONMENTS[environment] for cla in rule.classes}:
        for ins in range(0x100):
            rule = rule_for(cla, ins, environment)
            if rule is not None:
                found[bytes((cla, ins))] = _expanded(STANDARD_STATUS | rule.status_words)
    return found


ALLOWED: Mapping[str, Mapping[bytes, frozenset[int]]] = MappingProxyType(
    {environment: MappingProxyType(_allowed(environment)) for environment in ENVIRONMENTS}
)
"""Status words by environment and by the command's first two bytes; others: :data:`UNKNOWN`."""

_MOST_RECORDS = 0xFE
_BANK = ADF
"""Its records are BER-TLV, and no command writes them but the logs."""


def contents_fit(file: ElementaryFile, value: object) -> bool:
    """Tell whether contents have the shape of the file's structure."""
    if file.transparent:
        return isinstance(value, bytes) and len(value) == file.size
    if not isinstance(value, tuple) or len(value) > _MOST_RECORDS:
        return False
    if file.cyclic:
        return len(value) <= file.capacity and all(len(record) == file.size for record in value)
    if file.path[0] != _BANK and any(len(record) < 2 or record[1] != len(record) - 2 for record in value):
        return False
    fixed = file.structure != "linear fixed" or len({len(record) for record in value}) <= 1
    return fixed and sum(map(len, value)) <= file.size
