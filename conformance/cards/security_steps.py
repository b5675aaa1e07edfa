"""Steps about PIN and keys that modules of cases share: challenge, proof, VERIFY, and what a right opens.

Who spends a try asks first how many are left (:func:`tries_left`) or gives a right proof before the wrong
one, so that a card that cannot be made anew is not locked by a case that is not about locking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.security.key_table import key_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.virtual_cards.layouts.access import Access
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile, KeySlot

__all__ = [
    "ASK_TRIES",
    "NO_CURRENT_FILE",
    "ORIGINAL",
    "Opened",
    "authenticate",
    "challenge",
    "external_command",
    "external_keys",
    "falsified",
    "gain",
    "key_number",
    "key_of",
    "observed_by",
    "pin_right",
    "proof",
    "select",
    "tries_left",
    "verify",
    "verify_command",
]

ORIGINAL = "1122334455667788"
"""The free half of an authentication; terminals send this one (card.md §11)."""

ASK_TRIES = "0020000000"
"""VERIFY with Lc = 0."""

NO_CURRENT_FILE = ("6986", "6A82")
"""A reference to the current EF where there is none; which of the two is open (card.md §21 Q33), and judged
by the clauses about just that."""

_PIN_FILE = "00B2012C00"
"""First record of DF01 EF05, which the PIN opens in every version."""

_MOST_TRIES = 15


def select(c: CaseBuilder, name: str) -> str:
    """SELECT an application by its DF name."""
    aid = c.context.layout.by_name[name].aid.hex().upper()
    return c.must(f"00A40400 {len(aid) // 2:02X} {aid}")


def verify_command(pin: str) -> str:
    """Return VERIFY with a packed PIN."""
    return f"00200000{len(pin) // 2:02X}{pin}"


def verify(c: CaseBuilder, pin: str, *, name: str = "") -> str:
    """Send VERIFY with a packed PIN."""
    return c.send(verify_command(pin), name=name)


def tries_left(c: CaseBuilder, more_than: int = 0, *, name: str = "") -> str:
    """Ask how many tries of the PIN are left; there must be more than so many for the case to go on."""
    return c.must(ASK_TRIES, *(f"63C{n:X}" for n in range(more_than + 1, _MOST_TRIES + 1)), name=name)


def pin_right(c: CaseBuilder) -> str:
    """SELECT DF01 and read what only the PIN, or a key that is not held, opens."""
    select(c, "DF01")
    return c.send(_PIN_FILE)


def challenge(c: CaseBuilder, size: int = 8) -> str:
    """Ask for a challenge; returns the hole that stands for it."""
    name = c.must(f"00840000{size:02X}")
    c.length(size)
    return "{" + name + "}"


def proof(c: CaseBuilder, slot: KeySlot, random: str, *, version: int = 1, original: str = ORIGINAL) -> str:
    """Compute a terminal's authentication data under a key; returns the hole."""
    return c.let("authentication", random, original, key=f"{slot.name}/{version}")


def falsified(c: CaseBuilder, value: str, size: int = 8) -> str:
    """Turn the last bit of a value over; returns the hole."""
    return c.let("xor", value, "00" * (size - 1) + "01")


def authenticate(
    c: CaseBuilder,
    slot: KeySlot,
    *,
    wrong: bool = False,
    version: int = 1,
    told: int | None = None,
    original: str = ORIGINAL,
    size: int = 8,
) -> str:
    """Ask for a challenge and send EXTERNAL AUTHENTICATE.

    Args:
        c: the case.
        slot: key whose identifier is P2.
        wrong: with one bit of the proof turned over.
        version: of the key that proves.
        told: version in the 17th byte; ``None``: no such byte.
        original: the free half, 8 bytes.
        size: of the challenge.
    """
    given = proof(c, slot, challenge(c, size), version=version, original=original)
    if wrong:
        given = falsified(c, given)
    return c.send(external_command(slot, given + original, told=told))


def external_command(slot: KeySlot, data: str, *, told: int | None = None) -> str:
    """Return EXTERNAL AUTHENTICATE for a key; the data are a template of 16 bytes."""
    tail = "" if told is None else f"{told:02X}"
    return f"008200{slot.key_id:02X}{10 if told is None else 11}{data}{tail}"


def key_of(context: Context, name: str) -> KeySlot:
    """Return a key of the layout."""
    return context.layout.keys[name]


def external_keys(context: Context) -> Iterator[tuple[DedicatedFile, KeySlot]]:
    """Give every key that EXTERNAL AUTHENTICATE takes, with its application."""
    for application in context.layout.applications:
        for slot in application.keys:
            if slot.use == "external":
                yield application, slot


def key_number(name: str) -> int:
    """Return a number for a key that is the same in every version: its place in the key table."""
    return list(key_rows()).index(name) + 1


def gain(c: CaseBuilder, rights: frozenset[str]) -> None:
    """Gain rights for which the case is not made: the PIN's, and keys' of the current application."""
    for right in sorted(rights):
        if right == PIN:
            verify(c, c.context.pin)
        else:
            authenticate(c, key_of(c.context, right))
        c.status("9000")


class Opened(NamedTuple):
    """A command that a key's right makes possible."""

    command: str
    """Template."""
    needs: frozenset[str]
    """Rights that it needs beside the key's."""
    look: str = ""
    """For a write: what reads first what is then written back."""
    look_needs: frozenset[str] = frozenset()
    size: int = 0
    """Bytes that ``look`` gives."""
    appends: bool = False
    """It leaves a record more."""


def observed_by(application: DedicatedFile, slot: KeySlot) -> Opened | None:
    """Find what a key opens, ``None``: nothing; rather reading than writing back, that than appending."""
    found = [each for file in application.files for each in _openings(file, slot.name)]
    return min(found, key=lambda opened: (opened.appends, bool(opened.look), len(opened.needs)), default=None)


def _openings(file: ElementaryFile, key: str) -> Iterator[Opened]:
    look, write, size = _reading(file)
    if not size:
        return
    reading = _beside(file.read, key)
    if reading is not None and not file.cyclic:
        yield Opened(look, reading)
    writing = _beside(file.write, key)
    if writing is None:
        return
    if file.cyclic:
        blank = b"".join(item.blank_value for item in file.items).hex().upper()
        yield Opened(f"00DC00{file.sfi << 3 | 3:02X}{size:02X}{blank}", writing, appends=True)
    else:
        others = [each for each in file.read.alternatives if key not in each]
        yield Opened(write, writing, look, min(others, key=len), size)


def _reading(file: ElementaryFile) -> tuple[str, str, int]:
    """Return what reads a small piece of a file, what writes it back, and its size; none of an empty file."""
    if file.transparent:
        at = f"{0x80 | file.sfi:02X}00"
        return f"00B0{at}04", f"00D6{at}04{{look}}", 4
    if file.cyclic:
        return "", "", file.size
    if not file.items:
        return "", "", 0
    number = min(range(len(file.items)), key=lambda index: file.items[index].length)
    size = 2 + file.items[number].length
    at = f"{number + 1:02X}{file.sfi << 3 | 4:02X}"
    return f"00B2{at}00", f"00DC{at}{size:02X}{{look}}", size


def _beside(access: Access, key: str) -> frozenset[str] | None:
    """Return the rights that a condition asks for beside a key; ``None``: the key is of no use."""
    found = [each - {key} for each in access.alternatives if key in each]
    return min(found, key=len, default=None)
