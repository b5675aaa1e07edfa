"""What the bank application shows: directories, FCI, records, data objects (facts: card.md §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.bank_steps import (
    ADF,
    AIP,
    CASH_AFL,
    CONTACT_PDOL,
    CONTACTLESS_PDOL,
    DEBIT_AFL,
    BankCase,
)
from onecard.conformance.cards.builder import CaseBuilder, packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_PSE, _PPSE = "315041592E5359532E4444463031", "325041592E5359532E4444463031"

_RECORDS = (
    (1, 1, ("57", "5F20")),
    (2, 1, ("5A", "5F24", "5F25", "5F28", "5F34", "9F07", "8E", "9F0D", "9F0E", "9F0F")),
    (2, 2, ("9F46", "9F47", "9F48")),
    (3, 1, ("90", "92", "9F32", "8F")),
    (3, 2, ("8C", "8D")),
    (3, 3, ("9F08", "5F30")),
    (4, 1, ("9F14", "9F23")),
)
"""Records of the debit AFL with the objects that stand in them."""

_OBJECTS = (("9F79", 6), ("9F77", 6), ("9F78", 6), ("9F6D", 6), ("9F13", 2), ("9F17", 1), ("9F36", 2))
_LOG_FORMAT = "9A03 9F2103 9F0206 9F0306 9F1A02 5F2A02 9F4E14 9C01 9F3602"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield directory(context)
    if context.face == "contactless":
        yield proximity_directory(context)
    yield by_name(context)
    yield by_partial_name(context)
    yield selection_tells(context)
    yield debit_locator(context)
    if context.face == "contact":
        yield cash_locator(context)
    for number, (sfi, record, tags) in enumerate(_RECORDS, 1):
        yield record_has_objects(context, number, sfi, record, tags)
    yield account_numbers_agree(context)
    for number, (tag, size) in enumerate(_OBJECTS, 1):
        yield data_object(context, number, tag, size)
    yield log_format(context)


def directory(context: Context) -> Case:
    """PSE and its directory."""
    rule = "card/bank/pse"
    c = CaseBuilder(
        f"{rule}/01", "The PSE has a directory that names the application.", context, option="bank"
    )
    c.send(f"00A404000E{_PSE}00")
    c.status("9000", rule=rule)
    c.tlv("6F", "84", value=_PSE, rule=rule)
    c.tlv("6F", "A5", "88", value="01", rule=rule)
    c.send("00B2010C00")
    c.tlv("70", "61", "4F", value=ADF, rule=rule)
    c.send("00B2020C00")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def proximity_directory(context: Context) -> Case:
    """PPSE names the application in its FCI."""
    rule = "card/bank/ppse"
    c = CaseBuilder(f"{rule}/01", "The PPSE names the application.", context, option="bank")
    c.send(f"00A404000E{_PPSE}00")
    c.tlv("6F", "A5", "BF0C", "61", "4F", value=ADF, rule=rule)
    return c.case()


def by_name(context: Context) -> Case:
    """See that the debit application is there; the credit application is not."""
    rule = "card/bank/aid"
    c = CaseBuilder(f"{rule}/01", "The debit application is selected by its AID.", context, option="bank")
    c.send("00A4040008A00000033301010200")
    c.status("6A82", rule=rule, shows="forbidden")
    c.send(f"00A4040008{ADF}00")
    c.tlv("6F", "84", value=ADF, rule=rule)
    return c.case()


def by_partial_name(context: Context) -> Case:
    """A0000003330101 finds it, too."""
    rule = "card/bank/partial-aid"
    c = CaseBuilder(
        f"{rule}/01", "The AID without its last byte finds the application.", context, option="bank"
    )
    c.send(f"00A4040007{ADF[:-2]}00")
    c.tlv("6F", "84", value=ADF, rule=rule)
    return c.case()


def selection_tells(context: Context) -> Case:
    """See that the FCI has label, priority, PDOL, language, log entry."""
    rule = "card/bank/fci"
    c = BankCase(f"{rule}/{1 if context.face == 'contact' else 2:02}", "The FCI has its objects.", context)
    c.send(f"00A4040008{ADF}00")
    pdol = CONTACT_PDOL if context.face == "contact" else CONTACTLESS_PDOL
    c.tlv("6F", "A5", "9F38", value=pdol, rule=rule)
    for tag in ("50", "87", "5F2D", "9F11", "9F12"):
        c.tlv("6F", "A5", tag, rule=rule)
    c.tlv("6F", "A5", "BF0C", "9F4D", value="0B0A", rule=rule)
    return c.case()


def debit_locator(context: Context) -> Case:
    """GET PROCESSING OPTIONS of a debit tells AIP and AFL."""
    rule = "card/bank/processing-options"
    c = BankCase(f"{rule}/01", "GET PROCESSING OPTIONS tells AIP and AFL of debit.", context, effect="alters")
    c.send("80A80000028100 00")
    c.status("6A80", rule="card/bank/command-template", shows="forbidden")
    c.options()
    c.status("9000", rule="card/bank/command-template")
    c.matches(f"80{2 + len(packed(DEBIT_AFL)) // 2:02X}{AIP}{DEBIT_AFL}", rule=rule)
    return c.case()


def cash_locator(context: Context) -> Case:
    """GET PROCESSING OPTIONS of electronic cash."""
    rule = "card/bank/processing-options"
    c = BankCase(f"{rule}/02", "With 9F7A = 01 the AFL is that of electronic cash.", context, effect="alters")
    c.options(cash=True)
    c.matches(f"80{2 + len(packed(CASH_AFL)) // 2:02X}{AIP}{CASH_AFL}", rule=rule)
    c.send("00B2012C00")
    c.tlv("70", "9F74", rule=rule)
    return c.case()


def record_has_objects(context: Context, number: int, sfi: int, record: int, tags: tuple[str, ...]) -> Case:
    """See that a record of the AFL is there, in template 70, with its objects."""
    rule = "card/bank/records"
    c = BankCase(f"{rule}/{number:02}", f"Record {record} of SFI {sfi} has its objects.", context)
    p2 = f"{sfi << 3 | 4:02X}"
    c.send(f"00B2{record:02X}{p2}00")
    for tag in tags:
        c.tlv("70", tag, rule=rule)
    c.send(f"00B27F{p2}00")
    c.status("6A83", rule=rule, shows="forbidden")
    return c.case()


def account_numbers_agree(context: Context) -> Case:
    """Track 2 begins with the account number."""
    rule = "card/bank/account-number"
    c = BankCase(f"{rule}/01", "57 and 5A have the same account number.", context)
    record = c.must("00B2011400")
    c.matches("70..5A*")
    c.send("00B2010C00")
    c.matches(f"70..57..{{{record}[4:12]}}*", rule=rule)
    return c.case()


def data_object(context: Context, number: int, tag: str, size: int) -> Case:
    """GET DATA gives an object with tag and length."""
    rule = "card/bank/data-objects"
    c = BankCase(f"{rule}/{number:02}", f"GET DATA gives {tag}.", context)
    c.send(f"80CA{tag}00")
    c.matches(f"{tag}{size:02X}{'..' * size}", rule=rule)
    c.send("80CA9F0000")
    c.status("6A88", rule="card/bank/unknown-object", shows="forbidden")
    c.send(f"80CA{tag}00")
    c.status("9000", rule="card/bank/unknown-object")
    return c.case()


def log_format(context: Context) -> Case:
    """9F4F tells what a line of the log has."""
    rule = "card/bank/log-format"
    c = BankCase(f"{rule}/01", "GET DATA gives the format of the log.", context)
    c.send("80CA9F4F00")
    c.data(f"9F4F{len(packed(_LOG_FORMAT)) // 2:02X}{_LOG_FORMAT}", rule=rule)
    return c.case()
