"""The way to a file: which rights open it, the steps that earn them, the commands that look and write.

Everything follows from the layout, so a case about "every file" is one function of a file. DIR is not here:
area ``directory`` has it. Files whose records are not public (card.md §5.8, DF02/EF07) are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import option_of
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Effect
    from onecard.virtual_cards.layouts.access import Access
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = [
    "Look",
    "authenticate",
    "builder_for",
    "enter",
    "look",
    "other_key",
    "place",
    "reach",
    "rights_at_power_on",
    "short_reference",
    "standard_files",
    "usual",
    "verify",
]

_DIRECTORY = 0x1E

NUMBER = 0b100
FIRST, LAST, NEXT, PREVIOUS = range(4)
FROM_NUMBER, TO_NUMBER = 0b101, 0b110


class Look(NamedTuple):
    """One record, or 16 bytes, of a file: how it is read, and how it is written."""

    read: str
    size: int
    """Bytes that reading gives."""
    write: str
    """Command header and Lc for so many bytes."""
    form: str
    """Pattern of what reading gives: that it is this record, whatever its value."""


def standard_files(context: Context) -> Iterator[ElementaryFile]:
    """Give every file of the version whose structure is public, in the layout's order."""
    for application in context.layout.applications:
        for file in application.files:
            if file.sfi != _DIRECTORY and (file.items or file.transparent):
                yield file


def place(file: ElementaryFile) -> str:
    """Name a file in ids of cases: ``"df01-ef05"``."""
    return "-".join(file.path).lower()


def builder_for(
    context: Context, file: ElementaryFile, case: str, purpose: str, *, effect: Effect = "none"
) -> CaseBuilder:
    """Begin a case about a file, with the option under which a card has it."""
    return CaseBuilder(case, purpose, context, option=option_of(file.path[0]), effect=effect)


def short_reference(file: ElementaryFile, mode: int) -> str:
    """Return P2 of a record command: SFI and mode."""
    return f"{file.sfi << 3 | mode:02X}"


def look(file: ElementaryFile, number: int = 0) -> Look:
    """Return how to read and write the first bytes of a transparent file, or one record.

    Args:
        file: the file.
        number: which record; ``0``: the last that the layout lists, of a cyclic file the newest.
    """
    if file.transparent:
        return Look(f"00B0{0x80 | file.sfi:02X}0010", 16, f"00D6{0x80 | file.sfi:02X}0010", ".." * 16)
    p2 = short_reference(file, NUMBER)
    if file.cyclic:
        header = f"00DC00{short_reference(file, PREVIOUS)}{file.size:02X}"
        return Look(f"00B201{p2}{file.size:02X}", file.size, header, ".." * file.size)
    number = number or len(file.items)
    item = file.items[number - 1]
    size = item.length + 2
    form = f"{item.tag:02X}{item.length:02X}" + ".." * item.length
    return Look(f"00B2{number:02X}{p2}{size:02X}", size, f"00DC{number:02X}{p2}{size:02X}", form)


def usual(access: Access) -> frozenset[str]:
    """Return the rights by which a condition is usually met: the first alternative, PIN before keys."""
    return access.alternatives[0]


def rights_at_power_on(context: Context) -> frozenset[str]:
    """Return the rights that nobody has to earn: the PIN's, if none is set (card.md §10, VERIFY)."""
    return frozenset() if context.statement.card.facts.pin else frozenset((PIN,))


def other_key(context: Context, file: ElementaryFile, access: Access) -> str:
    """Return a key of the file's application that does not belong to a condition; empty: there is none."""
    application = context.layout.by_name[file.path[0]]
    external = [key.name for key in application.keys if key.use == "external" and key.tries]
    near = [name for name in external if name in file.read.rights | file.write.rights]
    return next((name for name in near + external if name not in access.rights), "")


def verify(c: CaseBuilder, *, checked: bool = True) -> None:
    """Present the right PIN, if one is set."""
    pin = c.context.pin
    if pin:
        _send(c, f"00200000{len(pin) // 2:02X}{pin}", checked=checked)


def enter(c: CaseBuilder, application: str, *, checked: bool = True) -> None:
    """SELECT an application by name."""
    name = c.context.layout.by_name[application].aid
    _send(c, f"00A40400{len(name):02X}{name.hex().upper()}00", checked=checked)


def authenticate(c: CaseBuilder, key: str, *, checked: bool = True) -> None:
    """Prove one key by EXTERNAL AUTHENTICATE, in the application that has it."""
    original = c.context.random(key)
    challenge = _send(c, "0084000008", checked=checked)
    proof = c.let("authentication", "{" + challenge + "}", original, key=f"{key}/1")
    key_id = c.context.layout.keys[key].key_id or 0
    _send(c, f"008200{key_id:02X}10 {proof} {original}", checked=checked)


def reach(
    c: CaseBuilder, file: ElementaryFile, rights: Collection[str], *, back: bool = False, checked: bool = True
) -> None:
    """Earn rights and make a file's application current; PIN under the SSSE, keys where they belong.

    Args:
        c: the case, in the SSSE.
        file: what is wanted.
        rights: ``"PIN"`` and names of keys of the file's application.
        back: another application is current: the SSSE is selected first.
        checked: every step must succeed; a case that has something to bring back goes on in any case.
    """
    if back:
        _send(c, f"{SELECT_SSSE}00", checked=checked)
    if PIN in rights:
        verify(c, checked=checked)
    if file.path[0] != "SSSE":
        enter(c, file.path[0], checked=checked)
    for key in sorted(set(rights) - {PIN}):
        authenticate(c, key, checked=checked)


def _send(c: CaseBuilder, command: str, *, checked: bool) -> str:
    return c.must(command) if checked else c.send(command)
