"""Issuer and holder data: what the statement and the numbers' own rules say (facts: card.md §4, §5.2, §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_rights import builder_for, look, reach, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["issuer_cases"]

_ISSUER = "9156000002"
_RID = "D156000005"


def issuer_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield issuer_data_at_once(context)
    yield holder_data_at_once(context)
    yield card_identification_code(context)
    yield card_serial(context)
    yield specification_version(context)
    yield initialising_organisation(context)
    yield validity(context)
    yield card_number(context)
    yield social_security_number(context)


def _file(context: Context, name: str, topic: str, purpose: str) -> tuple[CaseBuilder, ElementaryFile]:
    file = context.layout.file("SSSE", name)
    c = builder_for(context, file, f"card/contents/{topic}/01", purpose)
    reach(c, file, usual(file.read))
    return c, file


def _at_once(context: Context, name: str, topic: str, purpose: str) -> Case:
    """Read a whole file as terminals do: SELECT it, then READ RECORD from record 1 with the total as Le."""
    c, file = _file(context, name, topic, purpose)
    total = sum(item.length + 2 for item in file.items)
    c.must(f"00A4020002{file.fid:04X}")
    c.send(f"00B20105{total:02X}", raw=True)
    c.status("9000", rule=f"card/contents/{topic}")
    c.length(total, rule=f"card/contents/{topic}")
    c.records(*((item.tag, item.length) for item in file.items), rule=f"card/contents/{topic}")
    return c.case()


def issuer_data_at_once(context: Context) -> Case:
    """READ RECORD 00B2010540."""
    return _at_once(context, "EF05", "issuer-total", "One command reads all issuer data, 64 bytes.")


def holder_data_at_once(context: Context) -> Case:
    """READ RECORD 00B201055B; 1.00 has no name extension."""
    return _at_once(context, "EF06", "holder-total", "One command reads all data of the holder.")


def card_identification_code(context: Context) -> Case:
    """Its first eight bytes are known."""
    c, file = _file(context, "EF05", "card-id", "The card identification code begins with area and RID.")
    area = context.statement.card.facts.issuing_area
    c.send(look(file, 1).read)
    c.value_in(2, 5, area, rule="card/contents/card-id-area")
    c.value_in(5, 10, _RID, rule="card/contents/card-id-rid")
    return c.case()


def card_serial(context: Context) -> Case:
    """Compare it with the answer to reset."""
    c, file = _file(context, "EF05", "card-serial", "The card's serial is that of its answer to reset.")
    serial = "{historical[9:13]}" if context.version == "3.00" else "00{historical[10:13]}"
    c.send(look(file, 1).read)
    c.value_in(10, 14, serial, rule="card/contents/card-serial")
    return c.case()


def specification_version(context: Context) -> Case:
    """Compare it with the statement's claim."""
    c, file = _file(context, "EF05", "version", "The version on the card is the one that is claimed.")
    claimed = ("2.00", "2.01") if context.version == "2.00" else (context.version,)
    c.send(look(file, 3).read)
    c.one_of(*(f"0304{text.encode('ascii').hex()}" for text in claimed), rule="card/contents/version")
    return c.case()


def initialising_organisation(context: Context) -> Case:
    """Look at its beginning: issuer and issuing area."""
    c, file = _file(
        context, "EF05", "initialiser", "The initialiser's number begins with issuer and issuing area."
    )
    area = context.statement.card.facts.issuing_area
    c.send(look(file, 4).read)
    c.value_in(2, 10, _ISSUER + area, rule="card/contents/initialiser")
    return c.case()


def validity(context: Context) -> Case:
    """Ten years, as packed digits; no carry goes beyond the digit of the decade before 2090."""
    c, file = _file(context, "EF05", "validity", "The card is valid for ten years from its issue.")
    issued = c.must(look(file, 5).read)
    c.length(6)
    end = c.let("add", "{" + issued + "[2:6]}", "00100000")
    c.send(look(file, 6).read)
    c.data(f"0604{end}", rule="card/contents/validity")
    return c.case()


def card_number(context: Context) -> Case:
    """Eight characters and a check character."""
    c, file = _file(context, "EF05", "card-number", "The card number's last character checks the others.")
    c.send(look(file, 7).read)
    c.record(0x07, 9, "card number", rule="card/contents/card-number")
    return c.case()


def social_security_number(context: Context) -> Case:
    """Check a citizen's number by GB 11643."""
    c, file = _file(
        context, "EF06", "social-security-number", "The social security number checks by GB 11643."
    )
    c.send(look(file, 1).read)
    c.record(0x08, 18, "identity number", rule="card/contents/social-security-number")
    return c.case()
