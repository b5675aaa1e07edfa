"""What people need in a seed: visits, each a pure function of (seed, number)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from onecard.sim.draws import Stream
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.dialogue import Charge, charge
from onecard.sim.settlement.clients.recovery import RecoveryPolicy
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution

if TYPE_CHECKING:
    from onecard.sim.explore.nation import Stage

__all__ = ["MIX", "SPREAD_US", "Errand", "errand"]

SPREAD_US = 60_000_000
"""Visits begin within this time."""

MIX: dict[tuple[str, str], int] = {
    ("pharmacy", "local"): 60,
    ("pharmacy", "province"): 6,
    ("pharmacy", "nation"): 12,
    ("outpatient", "local"): 8,
    ("outpatient", "province"): 3,
    ("outpatient", "nation"): 5,
    ("inpatient", "local"): 2,
    ("inpatient", "province"): 1,
    ("inpatient", "nation"): 3,
}
"""Kind of visit and route → per cent: the insured city itself, another city of its province, another
province."""

_AFTERWARDS: dict[str, int] = {"keep": 70, "cancel": 12, "cancel-and-settle-again": 8, "reverse": 10}
"""What an institution does with a settlement once it has it → per cent; ``reverse`` is UR-9."""
_POLICIES = {
    RecoveryPolicy(): 70,
    RecoveryPolicy(timeout_us=5_000_000, repeats=1): 30,
}
"""How patient institutions are → per cent. The impatient ones wait less long than their city does, against
settlement.md §10 Q-11: they reverse what is still under way."""
_ITEMS = ("SYN-S-2002", "SYN-W-5007", "SYN-S-1002")
_ACCOUNT_SHARE = 0.8
"""Share of the settlements that use the personal account."""
Value = TypeVar("Value")


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as it is planned.

    Attributes:
        number: of the visit in its seed.
        kind: ``"pharmacy"``, ``"outpatient"`` or ``"inpatient"``.
        city: place of treatment.
        insured_city: where the person is insured.
        person: who.
        institution: where.
        charges: the bill.
        use_account: whether the personal account pays.
        begins_us: when.
        afterwards: what becomes of the settlement: kept, cancelled, cancelled and settled again, reversed.
        policy: how patient the institution is.
    """

    number: int
    kind: str
    city: str
    insured_city: str
    person: InsuredPerson
    institution: MedicalInstitution
    charges: tuple[Charge, ...]
    use_account: bool
    begins_us: int
    afterwards: str
    policy: RecoveryPolicy


def errand(stage: Stage, seed: int, number: int) -> Errand:
    """Plan a visit.

    Stays go round the people, so that nobody is in hospital twice at a time while there are more people than
    visits.
    """
    stream = Stream(seed, "explore/visits")
    kind, route = _weighted(MIX, stream.below(100, number, 0))
    routes = stage.routes[route]
    city, home = routes[stream.below(len(routes), number, 1)]
    people = stage.people[home]
    places = stage.institutions[city, "pharmacy" if kind == "pharmacy" else "hospital"]
    lines = 1 if kind == "pharmacy" else 1 + stream.below(2, number, 4)
    items = [_ITEMS[stream.below(len(_ITEMS), number, 6 + line)] for line in range(lines)]
    who = number % len(people) if kind == "inpatient" else stream.below(len(people), number, 3)
    return Errand(
        number=number,
        kind=kind,
        city=city,
        insured_city=home,
        person=people[who],
        institution=places[stream.below(len(places), number, 5)],
        charges=tuple(charge(load_catalogue()[item], 1 + line) for line, item in enumerate(items)),
        use_account=stream.happens(_ACCOUNT_SHARE, number, 8),
        begins_us=stream.below(SPREAD_US, number, 9),
        afterwards=_weighted(_AFTERWARDS, stream.below(100, number, 10)),
        policy=_weighted(_POLICIES, stream.below(100, number, 11)),
    )


def _weighted(table: dict[Value, int], draw: int) -> Value:
    """Return the row of a table of percentages that a draw from 0 to 99 falls on."""
    for value, weight in table.items():
        if draw < weight:
            return value
        draw -= weight
    raise ValueError(f"the weights of a table sum to less than 100: {table}")
