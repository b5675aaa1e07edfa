"""Pages of the documentation that are tables of the project's own data, written anew at every build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from onecard.scenarios import load_scenario
from onecard.sim import facts
from onecard.sim.engine.remedies import REMEDY_LABELS, reason_labels, remedy_for
from onecard.sim.people import Population
from onecard.sim.people.margins import margins
from onecard.sim.settlement.benefit import load_policy, policy_names
from onecard.sim.terminals import load_dialogues
from onecard.virtual_cards.layouts import VERSIONS, load_layout

SAMPLE = 200_000
NATION = 1_395_380_000


def write_all(folder: Path) -> None:
    """Write every page into ``folder``."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page(), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


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
    head = "# File layouts of the card\n\nAs the virtual card has them; sources stand in the TOML files.\n"
    parts = [head]
    for version in VERSIONS:
        layout = load_layout(version)
        rows = [
            ("/".join(file.path), file.structure, file.read.text, file.write.text)
            for directory in layout.applications
            for file in directory.files
        ]
        parts.append(f"\n## Version {version}\n\n" + table(("file", "structure", "read", "write"), rows))
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
    "policies": policies_page,
}
