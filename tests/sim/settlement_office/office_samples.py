"""A strict city, and what a tier holds, for the tests of the office and of the envelope's doors."""

from __future__ import annotations

from typing import Any

import msgspec
from institutions_world import CATALOGUE, START, World

from onecard.sim.settlement.benefit import load_policy
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.kernel import Tier
from onecard.sim.settlement.tiers.options import TierOptions


class StrictWorld(World):
    """A world whose city has the given switches on."""

    def __init__(self, options: TierOptions) -> None:
        super().__init__()
        self.city = CityTier(
            admdvs="310000",
            start=START,
            registry=self,
            policy=load_policy("shanghai-2023"),
            fund_opening_fen=10**12,
            catalogue=CATALOGUE,
            authority=self.authority.address,
            options=options,
        )


def refusal(answer: dict[str, Any]) -> str:
    """The word of an answer's reason."""
    assert answer["infcode"] == -1, answer
    return str(answer["err_msg"]).partition(":")[0]


def holdings(tier: Tier) -> dict[str, list[bytes]]:
    """Everything that a tier holds, but for its memory of messages."""
    return {
        name: [msgspec.json.encode(row) for row in table]
        for name, table in tier.store.tables.items()
        if name != "MESSAGE" and len(table)
    }
