"""EXTERNAL AUTHENTICATE: versions, dialogues of drivers (facts: card.md §9.1, §12.3, §12.5, §21 Q11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    authenticate,
    challenge,
    external_command,
    key_number,
    key_of,
    proof,
    select,
    verify,
)
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_LOOK, _WRITE_BACK = "00B2022C00", "00DC022C03{look}"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for name in _keys_of_three_versions(context):
        yield each_version_proves(context, name)
    yield without_a_version_it_is_the_first(context)
    yield unknown_versions_are_not_found(context)
    yield a_terminal_names_version_one(context)
    if context.version == "3.00":
        yield the_drivers_dialogue(context)


def _keys_of_three_versions(context: Context) -> list[str]:
    """Return the keys to which the standard's draft gives three groups."""
    slots = (slot for application in context.layout.applications for slot in application.keys)
    external = (slot.name for slot in slots if slot.use == "external")
    return [name for name in external if key_row(name).groups == 3 and not key_row(name).note]


def _looked(c: CaseBuilder) -> None:
    """Read what is written back later, and see that it cannot be written yet."""
    c.must(_LOOK, name="look")
    c.length(3)
    c.must(_WRITE_BACK, "6982")


def each_version_proves(context: Context, name: str) -> Case:
    """Prove each of three versions, and one under the number of another."""
    c = CaseBuilder(
        f"card/external/versions/{key_number(name):02}",
        f"Each of the three versions of {name} proves under its own number only.",
        context,
        effect="restores",
    )
    slot = key_of(context, name)
    select(c, key_row(name).scope)
    for version in (1, 2, 3):
        authenticate(c, slot, version=version, told=version)
        c.status("9000", rule="card/external/versions")
        c.status("9000")
    authenticate(c, slot, version=1, told=2)
    c.status("63Cx", rule="card/external/versions", shows="forbidden")
    authenticate(c, slot, version=3, told=3)
    c.status("9000", rule="card/external/versions")
    return c.case()


def without_a_version_it_is_the_first(context: Context) -> Case:
    """Prove versions 1 and 2 without a number."""
    c = CaseBuilder(
        "card/external/default-version/01",
        "Without a 17th byte the proof is under version 1 of the key.",
        context,
        effect="restores",
    )
    slot = key_of(context, "RK1DF04")
    select(c, "DF04")
    authenticate(c, slot)
    c.status("9000", rule="card/external/default-version")
    c.status("9000")
    authenticate(c, slot, version=2)
    c.status("63Cx", rule="card/external/default-version", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/default-version")
    return c.case()


def unknown_versions_are_not_found(context: Context) -> Case:
    """Name versions that the key does not have."""
    c = CaseBuilder(
        "card/external/unknown-version/01", "A version that the key does not have is not found.", context
    )
    slot = key_of(context, "RK1DF04")
    select(c, "DF04")
    for version in (0, 4, 0xFF):
        authenticate(c, slot, told=version)
        c.status("6A88", rule="card/external/unknown-version", shows="forbidden")
    authenticate(c, slot, version=3, told=3)
    c.status("9000", rule="card/external/unknown-version")
    return c.case()


def a_terminal_names_version_one(context: Context) -> Case:
    """Name version 1, as a writer of the third generation always does."""
    c = CaseBuilder(
        "card/external/version-named/01",
        "Version 01 may be named for a key that writers name it for.",
        context,
        effect="restores",
    )
    _looked(c)
    authenticate(c, key_of(context, "UKSSSE"), told=1)
    c.status("9000", rule="card/external/version-named")
    c.send(_WRITE_BACK)
    c.status("9000", rule="card/external/version-named")
    return c.case()


def the_drivers_dialogue(context: Context) -> Case:
    """Do what drivers of the third generation do with every card."""
    c = CaseBuilder(
        "card/external/drivers-dialogue/01",
        "The dialogue of third-generation drivers ends with the holder's data read.",
        context,
    )
    rule = "card/external/drivers-dialogue"
    slot = key_of(context, "RKSSSE")
    for command in ("00A4020002EF05", "00B2010012", "00B2030006", "00B207000B"):
        c.send(command)
        c.status("9000", rule=rule)
    c.alive()
    original = challenge(c)
    random = challenge(c)
    wanted = c.let("authentication", random, original, key="IRK/1")
    c.send(f"0088000010{random}{original}")
    c.data(wanted, rule=rule)
    c.send("00A4020002EF06")
    c.send("00B2080014")
    c.status("6982", rule=rule, shows="forbidden")
    original = challenge(c)
    random = challenge(c)
    c.send(external_command(slot, proof(c, slot, random, original=original) + original))
    c.status("9000", rule=rule)
    for command in ("00A4020002EF05", "00B2050006", "00B2060006"):
        c.send(command)
        c.status("9000", rule=rule)
    for command in ("00A4020002EF06", "00B2080014", "00B2090020", "00B24E0016"):
        c.send(command)
        c.status("9000", rule=rule)
    verify(c, context.pin)
    c.status("9000", rule=rule)
    return c.case()
