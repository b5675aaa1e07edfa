"""UPDATE RECORD that makes linear files longer: traces stay (facts: card.md §2, §10).

A file that has no room answers 6A84; that is no fault, and the rest of such a case is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import builder_for, reach, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["appending_cases"]

_ROOM = ("9000", "65xx", "67xx", "69xx", "6A80", "6A82", "6A83", "6A85", "6A86", "6Dxx", "6Exx")
"""Every answer but 6A84."""

_RECORD = "FD025A5A"
"""Tags FD and FC belong to no standard item."""


def appending_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield missing_number(context)
    yield missing_identifier(context)
    yield no_space(context)


def _begin(context: Context, file: ElementaryFile, topic: str, purpose: str) -> CaseBuilder:
    c = builder_for(context, file, f"card/update/{topic}/01", purpose, effect="alters")
    reach(c, file, usual(file.read) | usual(file.write))
    return c


def missing_number(context: Context) -> Case:
    """Append by the number behind the last; the one behind that leaves a gap."""
    file = context.layout.file("DF01", "EF08")
    after = len(file.items) + 1
    c = _begin(context, file, "append-number", "The next number appends a record; a gap is refused.")
    c.send(f"00DC{after + 1:02X}4404{_RECORD}")
    c.status("6A83", rule="card/update/consecutive", shows="forbidden")
    c.send(f"00DC{after:02X}4404{_RECORD}")
    c.status(*_ROOM)
    c.status("9000", rule="card/update/append-number")
    c.send(f"00B2{after:02X}4404")
    c.data(_RECORD, rule="card/update/append-number")
    c.send(f"00B2{after + 1:02X}4404")
    c.status("6A83", rule="card/update/append-number", shows="forbidden")
    c.send(f"00DC{after + 1:02X}4404FC025A5A")
    c.status(*_ROOM)
    c.status("9000", rule="card/update/consecutive")
    return c.case()


def missing_identifier(context: Context) -> Case:
    """Append by a tag that is not there; again, it replaces."""
    rule = "card/update/append-identifier"
    file = context.layout.file("DF01", "EF08")
    after = len(file.items) + 1
    c = _begin(context, file, "append-identifier", "A missing identifier appends a record, once.")
    c.must("00B2FD4004", "6A83")
    c.send(f"00DCFD4004{_RECORD}")
    c.status(*_ROOM)
    c.status("9000", rule=rule)
    c.send(f"00B2{after:02X}4404")
    c.data(_RECORD, rule=rule)
    c.send("00DCFD4004FD02A5A5")
    c.status("9000", rule=rule)
    c.send(f"00B2{after:02X}4404")
    c.data("FD02A5A5", rule=rule)
    c.send(f"00B2{after + 1:02X}4404")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def no_space(context: Context) -> Case:
    """Append to the issuer's data, which are not extended and so have no room."""
    rule = "card/update/no-space"
    file = context.layout.file("SSSE", "EF05")
    after = len(file.items) + 1
    c = _begin(context, file, "no-space", "A record for which the file has no room is refused.")
    c.must("00B2072C0B")
    number = c.last
    c.send(f"00DC{after:02X}2C04{_RECORD}")
    c.status("6A84", rule=rule, shows="forbidden")
    c.send(f"00B2{after:02X}2C04")
    c.status("6A83", rule=rule, shows="forbidden")
    c.send("00DC072C0B{" + number + "}")
    c.status("9000", rule=rule)
    return c.case()
