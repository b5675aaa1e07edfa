"""A visit: one citizen at one place for one service, and the places themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from onecard.sim.engine.network import Caller
from onecard.sim.engine.station import StationQueue
from onecard.sim.units.time import parse_clock

if TYPE_CHECKING:
    from simpy import Environment

    from onecard.sim.engine.citizens import Citizen
    from onecard.sim.places import PlaceKind
    from onecard.sim.services import Service

__all__ = ["VISITS_PER_PERSON", "Place", "Presented", "Step", "Visit", "make_places"]

VISITS_PER_PERSON = 64
"""A visit's number is the person's index times this, plus the how-manieth visit of the day."""

PLACES_PER_KIND = 10_000

CASH_ACCOUNTS = {"merchant": "merchant-cash", "institution": "institution-cash"}
"""Kind of a place's account → kind of its till; others put cash into the account itself."""


@dataclass(slots=True)
class Place:
    """One place of the city."""

    name: str
    """``"hospital/2"``."""
    kind: str
    number: int
    """Number of the place in the city: its kind's, and its own in the kind."""
    model: PlaceKind
    opens_us: int
    closes_us: int
    stations: dict[str, StationQueue]

    @property
    def account(self) -> str:
        """The ledger account that card payments at this place go to."""
        return f"{self.model.account}/{self.name}"

    @property
    def till(self) -> str:
        """The ledger account that cash paid at this place goes to."""
        return f"{CASH_ACCOUNTS.get(self.model.account, self.model.account)}/{self.name}"


def make_places(kinds: dict[str, PlaceKind], people: int, env: Environment) -> dict[str, list[Place]]:
    """Make the places of a city of this many people, by kind."""
    return {
        kind: [
            Place(
                name=f"{kind}/{number}",
                kind=kind,
                number=kind_number * PLACES_PER_KIND + number,
                model=model,
                opens_us=parse_clock(model.opens),
                closes_us=parse_clock(model.closes),
                stations={
                    name: StationQueue(env, station.servers) for name, station in model.stations.items()
                },
            )
            for number in range(1, model.count(people) + 1)
        ]
        for kind_number, (kind, model) in enumerate(kinds.items(), 1)
    }


class Step(NamedTuple):
    """How a back end ended."""

    reason: str
    """Empty when it was done."""
    paid_fen: int = 0
    final: bool = False
    """After this refusal nothing else is tried: the person leaves without."""


@dataclass(slots=True)
class Presented:
    """What showing a credential came to."""

    reason: str
    """Empty if accepted."""
    credential: str = "none"
    """``"card"``, ``"e-card"`` or ``"none"``."""
    face: str = ""
    apdus: int = 0
    card_us: int = 0
    pan: str = ""
    """Bank card number, where the credential may pay."""


@dataclass(slots=True)
class Visit:
    """One visit while it goes on."""

    number: int
    citizen: Citizen
    stop: str
    service_name: str
    service: Service
    place: Place
    planned_us: int
    arrive_us: int
    price_fen: int
    caller: Caller = field(init=False)
    mode: str = "card"
    """Credential that is tried next: ``"card"``, ``"e-card"``, or ``"none"`` after the fallback."""
    presented: Presented | None = None
    outcome: str = "done"
    fallback: str = ""
    tried: list[str] = field(default_factory=list)
    """Credentials refused at this visit."""
    shows: int = 0
    """Credentials shown so far, numbering the draws of each."""

    def __post_init__(self) -> None:
        self.caller = Caller(self.number, self.place.name)

    @property
    def over(self) -> bool:
        """Whether the visit has ended before its last stage."""
        return self.fallback == "turned-away"
