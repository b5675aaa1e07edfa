"""Pages about the settlement network: transactions, code lists, refusals, tables of a tier."""

from __future__ import annotations

from markdown_tables import table

from onecard.sim.settlement.messages.codes import CODES
from onecard.sim.settlement.messages.identities import IDENTITIES
from onecard.sim.settlement.messages.reasons import REASONS
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table
from onecard.sim.settlement.store import SCHEMA
from onecard.sim.settlement.tiers.handlers import HANDLERS


def transactions_page() -> str:
    rows = [
        (
            f"`{infno}`",
            " ".join(spec.title),
            HANDLERS[infno].place if infno in HANDLERS else "between tiers",
            "yes" if spec.changes_state else "no",
            "yes" if spec.reversible else "no",
            f"`{spec.path}`" if spec.path else "",
            spec.mark,
        )
        for infno, spec in TRANSACTIONS.items()
    ]
    head = (
        "# Transactions\n\nEvery message that the tiers know (settlement.md §2). *Whose duty*: the place of"
        " treatment, the insured place, or both. Marks: S specification text, M several implementations, 1"
        " seen once, ? inferred by the project.\n\n"
    )
    columns = ("infno", "title", "whose duty", "changes state", "reversible", "path", "mark")
    parts = [head, table(columns, rows)]
    for infno, spec in TRANSACTIONS.items():
        if not spec.alias_of:
            parts.append(f"\n## {infno} {spec.title[0]} {spec.title[1]}\n\n{_fields(infno)}")
    return "".join(parts)


def _fields(infno: str) -> str:
    rows = [
        (
            row.node,
            f"`{row.field}`",
            row.type,
            row.length,
            "Y" if row.required else "",
            "D" if row.dictionary else "",
        )
        for row in field_table(infno)
    ]
    return table(("node", "field", "type", "length", "required", "dictionary"), rows)


def codes_page() -> str:
    head = (
        "# Code lists of the settlement interface\n\nAn unknown value is a warning, not a refusal: provinces"
        " add values of their own (settlement.md §3).\n"
    )
    parts = [head]
    for name, codes in CODES.items():
        rows = [(f"`{code}`", english, chinese) for code, (english, chinese) in codes.items()]
        parts.append(f"\n## {name}\n\n{table(('code', 'English', '中文'), rows)}")
    return "".join(parts)


def reasons_page() -> str:
    rows = [(f"`{word}`", english, chinese) for word, (english, chinese) in REASONS.items()]
    identities = [(identity.clause, identity.mark) for identity in IDENTITIES]
    return (
        "# Refusals and amount identities\n\n## Refusals\n\nThe word stands in front of every `err_msg`.\n\n"
        + table(("word", "English", "中文"), rows)
        + "\n## Amount identities\n\n"
        + "Checked by `check_identities` on any platform's answer (settlement.md §4).\n\n"
        + table(("identity", "mark"), identities)
    )


def tier_tables_page() -> str:
    rows = [
        (f"`{spec.name}`", " ".join(spec.title), f"`{spec.key}`", "yes" if spec.resident else "no")
        for spec in SCHEMA
    ]
    head = (
        "# Tables of a tier\n\nNames of settlement.md §5.7 where they exist there; amounts are fen. Rows are"
        " never deleted.\n\n"
    )
    parts = [head, table(("table", "holds", "key", "in memory"), rows)]
    for spec in SCHEMA:
        columns = ", ".join(f"`{name.upper()}`" for name in spec.row.__struct_fields__)
        parts.append(f"\n## {spec.name}\n\n{columns}\n")
    return "".join(parts)
