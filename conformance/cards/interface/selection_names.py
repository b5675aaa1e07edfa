"""SELECT by name: every application, partial names, lengths, the bank (facts: card.md §3.1, §3.4, §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import option_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import DedicatedFile

__all__ = ["name_cases"]

_RID = "D156000005"
_BANK = "A000000333010101"
_PSE = "315041592E5359532E4444463031"
_PPSE = "325041592E5359532E4444463031"


def name_cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for application in context.layout.applications[1:]:
        yield by_name(context, application)
    yield partial_names(context)
    yield next_after_a_whole_name(context)
    yield name_lengths(context)
    if context.version != "1.00":
        yield payment(context)
        yield payment_partial(context)


def _is_informative(application: DedicatedFile) -> bool:
    """Tell whether only the informative annex has it."""
    return all(file.category == "optional" for file in application.files)


def _select(name: str, p2: str = "00") -> str:
    return f"00A404{p2}{len(name) // 2:02X}{name}"


def by_name(context: Context, application: DedicatedFile) -> Case:
    """SELECT a DF by name; its first file is then there."""
    rule = "card/select/by-label" if _is_informative(application) else "card/select/by-name"
    c = CaseBuilder(
        f"{rule}/{application.name}",
        f"SELECT by name finds {application.name}.",
        context,
        option=option_of(application.name),
    )
    aid = application.aid.hex().upper()
    c.send(_select(aid))
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=aid, rule=rule)
    c.send(f"00A4020002 {application.files[-1].fid:04X}")
    c.status("9000", rule=rule)
    return c.case()


def partial_names(context: Context) -> Case:
    """Go by the RID through every application that has it, each once."""
    matching = [
        application
        for application in context.layout.applications
        if application.aid.hex().upper().startswith(_RID)
    ]
    c = CaseBuilder(
        "card/select/partial-name/01", "The RID alone finds one application after the other.", context
    )
    c.send(_select(_RID))
    c.status("9000", rule="card/select/partial-name")
    c.matches(f"6F..84..{_RID}*", rule="card/select/partial-name")
    before = c.last
    for _ in matching[1:]:
        c.send(_select(_RID, "02"))
        c.matches(f"6F..84..{_RID}*", rule="card/select/next")
        c.differs(f"{{{before}}}", rule="card/select/next")
        before = c.last
    c.send(_select(_RID, "02"))
    c.status("6A82", rule="card/select/next-end", shows="forbidden")
    c.send(_select("D156000006"))
    c.status("6A82", rule="card/select/partial-name", shows="forbidden")
    return c.case()


def next_after_a_whole_name(context: Context) -> Case:
    """Ask for the next after a whole name, which has one match."""
    rule = "card/select/next-end"
    c = CaseBuilder(f"{rule}/01", "After the only match of a whole name there is no next.", context)
    c.send(SELECT_SSSE)
    c.status("9000", rule=rule)
    c.send(SELECT_SSSE.replace("00A40400", "00A40402"))
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def name_lengths(context: Context) -> Case:
    """4 and 17 bytes; 6 and 15 are names."""
    rule = "card/select/name-length"
    c = CaseBuilder(f"{rule}/01", "Names of 4 and 17 bytes answer 6700.", context)
    c.send(_select(f"{_RID}00"))
    c.status("9000", rule=rule)
    for name in (_RID[:8], _RID + "00" * 12):
        c.send(_select(name))
        c.status("6700", rule=rule, shows="forbidden")
    return c.case()


def payment(context: Context) -> Case:
    """PSE or PPSE, the AID, and an AID that the card lacks."""
    rule = "card/select/payment"
    c = CaseBuilder(
        f"{rule}/01", "The bank's directory and application are selected by name.", context, option="bank"
    )
    directory = _PSE if context.face == "contact" else _PPSE
    for name in (directory, _BANK):
        c.send(_select(name) + "00")
        c.status("9000", rule=rule)
        c.tlv("6F", "84", value=name, rule=rule)
    c.send(_select("A0000003330101FF"))
    c.status("6A82", rule=rule, shows="forbidden")
    return c.case()


def payment_partial(context: Context) -> Case:
    """Seven bytes of eight."""
    rule = "card/select/payment-partial"
    c = CaseBuilder(f"{rule}/01", "The partial AID selects the bank application.", context, option="bank")
    c.send(_select(_BANK[:14]) + "00")
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=_BANK, rule=rule)
    return c.case()
