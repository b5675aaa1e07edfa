"""The DIR file (facts: card.md §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import DedicatedFile

__all__ = ["cases"]

_P2 = 0x1E << 3 | 4


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield records(context)
    yield free(context)
    yield entries(context)
    yield listed(context)
    yield names_can_be_selected(context)


def _read(number: int) -> str:
    return f"00B2{number:02X}{_P2:02X}00"


def _count(context: Context) -> int:
    return len(context.claimed) - 1


def _label(application: DedicatedFile) -> str:
    """GBK of the label (card.md §3.1)."""
    return application.chinese.encode("gbk").hex().upper()


def records(context: Context) -> Case:
    """One after the other, then 6A83; READ BINARY does not fit."""
    rule = "card/dir/records"
    c = CaseBuilder(f"{rule}/01", "DIR is read by number from 1 until 6A83.", context)
    for number in range(1, _count(context) + 1):
        c.send(_read(number))
        c.status("9000", rule=rule)
    for number in (_count(context) + 1, _count(context) + 2, 0xFE):
        c.send(_read(number))
        c.status("6A83", rule=rule, shows="forbidden")
    c.send("00B0000001")
    c.status("6981", rule=rule, shows="forbidden")
    return c.case()


def free(context: Context) -> Case:
    """Right after the reset."""
    rule = "card/dir/free"
    c = CaseBuilder(f"{rule}/01", "DIR is read without any right.", context)
    c.send(_read(1))
    c.status("9000", rule=rule)
    c.matches("61*", rule=rule)
    return c.case()


def entries(context: Context) -> Case:
    """Template, name and label of each."""
    c = CaseBuilder("card/dir/entry/01", "Each entry is a template with a name and a label.", context)
    for number in range(1, _count(context) + 1):
        c.must(_read(number))
        c.tlv("61", "4F", rule="card/dir/entry")
        c.value_in(3, 4, *(f"{size:02X}" for size in range(5, 17)), rule="card/dir/entry")
        c.tlv("61", "50", rule="card/dir/label")
    return c.case()


def listed(context: Context) -> Case:
    """Every record as a whole, and no other."""
    rule = "card/dir/listed"
    c = CaseBuilder(f"{rule}/01", "DIR lists each social application once, in its place.", context)
    for number, application in enumerate(context.claimed[1:], start=1):
        name, label = application.aid.hex().upper(), _label(application)
        entry = f"4F{len(name) // 2:02X}{name}50{len(label) // 2:02X}{label}"
        c.send(_read(number))
        c.data(f"61{len(entry) // 2:02X}{entry}", rule=rule)
    c.send(_read(_count(context) + 1))
    c.status("6A83", rule=rule)
    return c.case()


def names_can_be_selected(context: Context) -> Case:
    """Send back in SELECT what 4F says."""
    rule = "card/dir/selectable"
    c = CaseBuilder(f"{rule}/01", "Every name that DIR lists can be selected.", context)
    for number, application in enumerate(context.claimed[1:], start=1):
        c.alive()
        entry = c.must(_read(number))
        size = len(application.aid)
        c.send(f"00A40400{{{entry}[3:4]}}{{{entry}[4:{4 + size}]}}")
        c.status("9000", rule=rule)
        c.tlv("6F", "84", value=f"{{{entry}[4:{4 + size}]}}", rule=rule)
    return c.case()
