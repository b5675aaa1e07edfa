"""Keys of another application open nothing, though their number is the same (facts: card.md §9.1, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import (
    authenticate,
    builder_for,
    enter,
    look,
    reach,
    rights_at_power_on,
    standard_files,
)
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["other_application_cases"]

_RULE = "card/access/other-application"


def other_application_cases(context: Context) -> Iterator[Case]:
    """Give one case for each application whose files a key opens."""
    for number, (file, key, foreign) in enumerate(_pairs(context), start=1):
        yield foreign_key_opens_nothing(context, number, file, key, foreign)


def _pairs(context: Context) -> Iterator[tuple[ElementaryFile, str, str]]:
    """Give a file, the key that reads it, and a key of another application with the same identifier."""
    seen = set()
    held = rights_at_power_on(context)
    for file in standard_files(context):
        keys = [alternative - held for alternative in file.read.alternatives]
        key = next((min(each) for each in keys if len(each) == 1 and PIN not in each), "")
        foreign = _same_identifier(context, file, key) if key else ""
        if foreign and file.path[0] not in seen and not file.cyclic and not file.read.allows(held):
            seen.add(file.path[0])
            yield file, key, foreign


def _same_identifier(context: Context, file: ElementaryFile, key: str) -> str:
    wanted = (context.layout.keys[key].key_id or 0) & 0x0F
    options = ("DF05", "DF06")  # a card may lack these
    return next(
        (
            slot.name
            for application in context.layout.applications
            for slot in application.keys
            if application.name not in (file.path[0], *options)
            and slot.use == "external"
            and slot.tries
            and (slot.key_id or 0) & 0x0F == wanted
        ),
        "",
    )


def foreign_key_opens_nothing(
    context: Context, number: int, file: ElementaryFile, key: str, foreign: str
) -> Case:
    """Prove a key of the same number elsewhere, then read; then the right key."""
    purpose = f"{foreign} has the number of {key} and does not open {'/'.join(file.path)}."
    c = builder_for(context, file, f"card/access/other-application/{number:02d}", purpose)
    scope = context.layout.keys[foreign].scope
    if scope != "SSSE":
        enter(c, scope)
    authenticate(c, foreign)
    reach(c, file, (), back=scope != "SSSE" and file.path[0] == "SSSE")
    c.send(look(file).read)
    c.status("6982", rule=_RULE, shows="forbidden")
    authenticate(c, key)
    wanted = look(file)
    c.send(wanted.read)
    c.status("9000", rule=_RULE)
    c.matches(wanted.form, rule=_RULE)
    return c.case()
