"""Pages of what ``onecard explore`` does to the settlement network."""

from __future__ import annotations

from markdown_tables import table

from onecard.sim.explore import DEFECTS, FAULTS
from onecard.sim.explore.errands import MIX


def settlement_faults_page() -> str:
    faults = [
        (
            row.name,
            row.place,
            f"{row.shortest_us / 1e6:g} to {row.longest_us / 1e6:g}" if row.longest_us else "",
            row.weight,
            *row.title,
        )
        for row in FAULTS.values()
    ]
    defects = [(row.name, *row.title) for row in DEFECTS.values()]
    mix = [(kind, route, share) for (kind, route), share in MIX.items()]
    return (
        "# Faults of the settlement network\n\nWhat `onecard explore` injects.\n\n"
        + table(("fault", "happens to", "seconds", "weight", "English", "Chinese"), faults)
        + "\n## Deliberate defects\n\nTiers and hosts that are wrong in one way: the search finds each.\n\n"
        + table(("defect", "English", "Chinese"), defects)
        + "\n## Visits\n\n"
        + table(("visit", "insured", "per cent"), mix)
    )
