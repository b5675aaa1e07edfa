"""Pages of the documentation that are tables of the project's own data, written anew at every build."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from card_tables import commands_page, faults_page, states_page
from explore_tables import settlement_faults_page
from markdown_tables import table
from settlement_tables import codes_page, reasons_page, tier_tables_page, transactions_page

from onecard.scenarios import load_scenario
from onecard.sim import facts
from onecard.sim.engine.remedies import REMEDY_LABELS, reason_labels, remedy_for
from onecard.sim.people import Population
from onecard.sim.people.margins import margins
from onecard.sim.settlement.benefit import load_policy, policy_names
from onecard.sim.terminals import load_dialogues
from onecard.virtual_cards.code_tables import TABLES
from onecard.virtual_cards.layouts import (
    EXTENSIONS,
    VERSIONS,
    ElementaryFile,
    Item,
    Layout,
    load_layout,
)
from onecard.virtual_cards.security.key_table import key_rows

SAMPLE = 200_000
NATION = 1_395_380_000
SAME_RECORDS = ("2.00", "3.00")


def write_all(folder: Path) -> None:
    """Write every page into ``folder``."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page(), encoding="utf-8")


def facts_page() -> str:
    rows = [
        (row.id, row.value, row.unit, row.year, row.tag, row.source) for row in facts.all_facts().values()
    ]
    return (
        "# Figures of the world\n\nEvery figure of a model, with its tag: `seed` (the seed document),"
        " `public-read` (published, read), `public-recalled` (published, to be checked again), `derived`,"
        " `assumption`.\n\n" + table(("id", "value", "unit", "year", "tag", "source"), rows)
    )


def population_page() -> str:
    rows = [
        (row.name, f"{row.target:.4%}", f"{row.observed:.4%}", row.tag, row.source)
        for row in margins(Population(NATION, 7), sample=SAMPLE)
    ]
    return (
        f"# The population against its sources\n\nMargins of `Population({NATION:_}, 7)`, observed in a"
        f" sample of {SAMPLE:_} people.\n\n" + table(("margin", "target", "observed", "tag", "source"), rows)
    )


def services_page() -> str:
    scenario = load_scenario("daily-card-usage").scenario
    services = [
        (
            f"`{name}`",
            f"{service.title.en} {service.title.zh}",
            service.place,
            service.credential,
            ", ".join(stage.dialogue for stage in service.stages if stage.dialogue),
            ", ".join(stage.backend for stage in service.stages if stage.backend),
            service.fallback,
            service.source,
        )
        for name, service in scenario.services.items()
    ]
    dialogues = [
        (
            f"`{name}`",
            f"{each.title.en} {each.title.zh}",
            ", ".join(step.word for step in each.steps),
            each.source,
            each.mark,
        )
        for name, each in load_dialogues().items()
    ]
    refusals = [
        (
            f"`{name}`",
            f"{en} {zh}",
            "yes" if remedy_for(name).e_card else "no",
            REMEDY_LABELS.get(remedy_for(name).remedy, ("",))[0],
        )
        for name, (en, zh) in reason_labels().items()
    ]
    return (
        "# Services, dialogues, refusals\n\n## Services\n\n"
        + table(
            ("service", "title", "place", "credential", "dialogues", "back ends", "fallback", "source"),
            services,
        )
        + "\n## Card dialogues\n\n"
        + table(("dialogue", "title", "steps", "source", "mark"), dialogues)
        + "\n## Refusals\n\n"
        + table(("reason", "title", "e-card instead", "what follows"), refusals)
    )


def layouts_page() -> str:
    head = (
        "# File layouts of the card\n\nAs the virtual card has them. Marks: S the notice"
        " 人社信息函〔2012〕37号 or the standard it cites, S-d the amendment draft of LB 002,"
        " M several implementations, 1 seen once, ? inferred by the project.\n"
    )
    parts = [head]
    for version in VERSIONS:
        layout = load_layout(version)
        parts.append(f"\n## Version {version}\n\n### Applications of {version}\n\n{_applications(layout)}")
        parts.append(f"\n### Files of {version}\n\n{_files(_all_files(layout))}")
        if version == SAME_RECORDS[1]:
            parts.append(f"\nRecords: as version {SAME_RECORDS[0]}.\n")
        else:
            parts.append(f"\n### Records of {version}\n\n{_records(_all_files(layout))}")
        if any(item.reused for file in _all_files(layout) for item in file.items):
            parts.append(f"\n### Items of 2.00 on a card of {version}\n\n{_reused(_all_files(layout))}")
    parts.append(_extensions())
    return "".join(parts)


def _all_files(layout: Layout) -> list[ElementaryFile]:
    return [file for df in layout.applications for file in df.files]


def _applications(layout: Layout) -> str:
    rows = [
        (df.name, f"`{df.fid:04X}`", f"`{df.aid.hex().upper()}`", f"{df.english} {df.chinese}", df.mark)
        for df in layout.applications
    ]
    return table(("application", "identifier", "name for SELECT", "title", "mark"), rows)


def _files(files: Sequence[ElementaryFile]) -> str:
    rows = [
        (
            "/".join(file.path),
            f"{file.english} {file.chinese}",
            file.structure,
            f"{file.capacity} × {file.size}" if file.cyclic else file.size,
            file.read.text,
            file.write.text,
            file.category,
            f"{file.mark} ({file.note})" if file.note else file.mark,
        )
        for file in files
    ]
    return table(("file", "title", "structure", "bytes", "read", "write", "category", "mark"), rows)


def _records(files: Sequence[ElementaryFile]) -> str:
    rows = []
    for file in files:
        for number, item in enumerate(file.items, start=1):
            rows.append(_item_row(f"{'/'.join(file.path)} {'field ' if file.cyclic else ''}{number}", item))
            if number == len(file.items) or item is not file.items[number]:
                rows.extend(_item_row("", inner) for inner in (*item.inner, *item.parts))
    return table(("record", "tag", "type", "bytes", "item", "code table", "note"), rows)


def _item_row(where: str, item: Item) -> tuple[object, ...]:
    tag = f"`{item.tag:02X}`" if item.tag else ""
    codes = f"[{item.codes}](code-tables.md#{item.codes.replace('_', '-')})" if item.codes else ""
    return (where, tag, item.kind, item.length, f"{item.english} {item.chinese}", codes, item.note)


def _reused(files: Sequence[ElementaryFile]) -> str:
    rows = [
        (
            f"{'/'.join(file.path)} `{item.tag:02X}`",
            f"{item.kind} {item.length}",
            f"{item.reused.english} {item.reused.chinese}",
            f"{item.reused.kind} {item.reused.length}",
            f"as `{item.leader:02X}`" if item.leader else "its end in `EE`",
            item.reused.mark,
        )
        for file in files
        for item in file.items
        if item.reused
    ]
    return table(("record", "of 1.00", "may hold", "as", "told by", "mark"), rows)


def _extensions() -> str:
    parts = ["\n## Extensions\n\nLaid over any version by `load_layout(version, extensions=(…))`.\n"]
    known = {file.path: file for file in _all_files(load_layout("2.00"))}
    for name in EXTENSIONS:
        files = [
            file
            for file in _all_files(load_layout("2.00", extensions=(name,)))
            if known.get(file.path) != file
        ]
        parts.append(f"\n### {name}\n\n{_files(files)}\n{_records(files)}")
    return "".join(parts)


def keys_page() -> str:
    slots = load_layout("3.00", extensions=("local",)).keys
    rows = [
        (
            row.scope,
            row.name,
            "" if (key_id := slots[row.name].key_id) is None else f"`{key_id:02X}`",
            slots[row.name].use,
            row.groups,
            slots[row.name].tries or "never locks",
            " ".join(f"`{usage:02X}`" for usage in row.usages),
            "" if row.psam_id is None else f"`{row.psam_id:02X}`",
            f"`{row.hsm_address}`" if row.hsm_address else "",
            row.controls,
            f"{row.mark} ({row.note})" if row.note else row.mark,
        )
        for row in key_rows().values()
    ]
    head = ("scope", "key", "P2", "use", "versions", "tries", "PSAM usage", "PSAM id", "HSM", "for", "mark")
    return (
        "# Keys of the card\n\nP2: key identifier in EXTERNAL AUTHENTICATE. PSAM usage: high three bits"
        " levels of diversification still to do, low five bits type. HSM: address at a back end; those that"
        " begin with FF are the project's own.\n\n" + table(head, rows)
    )


def code_tables_page() -> str:
    head = (
        "# Code tables\n\nCodes that stand in the card's items, and those of card administration. Source and"
        " mark speak of codes and meanings; the wording, above all that of the second language, is the"
        " project's own.\n"
    )
    parts = [head]
    for name, each in TABLES.items():
        source = ", ".join(
            text for text in (each.source, each.clause, f"mark {each.mark}", each.note) if text
        )
        parts.append(f"\n## {name}\n\n{each.english} {each.chinese}. Source: {source}.\n\n")
        parts.append(
            table(("code", "English", "Chinese"), ((f"`{c.code}`", c.english, c.chinese) for c in each.codes))
        )
    return "".join(parts)


def policies_page() -> str:
    parts = ["# Benefit policies\n\nFigures of each policy with certainty mark (S, M, 1, ?) and source.\n"]
    for name in policy_names():
        policy = load_policy(name)
        rows = [(figure.where, figure.value, figure.mark, figure.source) for figure in policy.figures]
        parts.append(
            f"\n## {policy.english} {policy.chinese}\n\n" + table(("figure", "value", "mark", "source"), rows)
        )
    return "".join(parts)


PAGES = {
    "facts": facts_page,
    "population": population_page,
    "services": services_page,
    "layouts": layouts_page,
    "keys": keys_page,
    "code-tables": code_tables_page,
    "commands": commands_page,
    "states": states_page,
    "card-faults": faults_page,
    "policies": policies_page,
    "transactions": transactions_page,
    "settlement-codes": codes_page,
    "refusals": reasons_page,
    "tier-tables": tier_tables_page,
    "settlement-faults": settlement_faults_page,
}
