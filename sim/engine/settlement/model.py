"""The model of a settlement network's days: everything that the engine is told, as data.

Scenario files of kind ``settlement`` are exactly this structure in TOML. Cities are keyed by their division
code, outages by a name, so that any of it can be overridden by its path.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.quantities import Count, Milliseconds, Name, People, Probability, Yuan
from onecard.sim.services import Duration, Label, Price

__all__ = ["City", "Demand", "Links", "Outage", "Recovery", "SettlementNetwork", "Tiers"]

Weight = Annotated[float, Meta(ge=0.0, le=1e6)]
Factor = Annotated[float, Meta(ge=1.0, le=1e6)]
Skew = Annotated[float, Meta(ge=-86_400.0, le=86_400.0)]
Days = Annotated[int, Meta(ge=1, le=31)]
Institutions = Annotated[int, Meta(ge=1, le=999)]
Tries = Annotated[int, Meta(ge=0, le=1000)]
PositiveSeconds = Annotated[float, Meta(gt=0.0, le=86_400.0)]


class City(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An insured city that takes part."""

    title: Label | None = None
    """Its name; by default its province's with the code."""
    policy: str
    """Its benefit policy file, such as ``"shanghai-2023"``."""
    weight: Weight = 1.0
    """Its share of the people, compared with the other cities'."""
    attraction: Weight = 1.0
    """Its share of the patients who go elsewhere, compared with the other cities'."""
    hospitals: Institutions = 3
    """Hospitals of level 1, 2 and 3, in turn."""
    pharmacies: Institutions = 3


class Demand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is treated today, where, and what it costs; each person at most once a day."""

    outpatient: Probability
    """An insured person visits a hospital today."""
    pharmacy: Probability
    """... or buys medicine."""
    inpatient: Probability = 0.0
    """... or is discharged from a stay, whose messages the hospital sends at the discharge."""
    outside_city: Probability
    """Share of those treated who are treated in another city of their province, where there is one."""
    outside_province: Probability
    """Share of those treated who are treated in another province."""
    long_term: Probability
    """Share of those treated elsewhere who have filed for long (settlement.md §5.4)."""
    transferred: Probability
    """... who were transferred and filed."""
    temporary: Probability
    """... who filed for a time."""
    emergency: Probability
    """Share of those treated elsewhere without a filing who come as an emergency, which counts as filed."""
    e_card: Probability
    """Share of the holders of an electronic card who show it."""
    taken_back: Probability
    """Share of the settlements that the institution cancels before the person has left."""
    consultation: Duration
    """Between registration and settlement."""
    outpatient_price: Price
    pharmacy_price: Price
    inpatient_price: Price

    def __post_init__(self) -> None:
        for fields in (
            ("outpatient", "pharmacy", "inpatient"),
            ("outside_city", "outside_province"),
            ("long_term", "transferred", "temporary"),
        ):
            total = sum(getattr(self, field) for field in fields)
            if total > 1 + 1e-9:
                raise ValueError(f"{' + '.join(fields)} add up to {total:g}, more than 1")


class Tiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Servers and computation times of the tiers."""

    city_servers: Count
    city_computation: Duration
    """Of a message's first step at a city's platform."""
    province_servers: Count
    ministry_servers: Count
    forwarding: Duration
    """Of a message at a province or the ministry, and of every tier's steps after an answer."""
    authority_servers: Count
    authority_computation: Duration
    holds_servers: bool = False
    """Whether a server waits with its message for the next tier's answer."""


class Links(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a hop takes: a minimum, and exponential above it up to the mean."""

    latency_minimum_ms: Milliseconds
    latency_mean_ms: Milliseconds

    def __post_init__(self) -> None:
        if self.latency_minimum_ms > self.latency_mean_ms:
            raise ValueError(
                f"latency_minimum_ms {self.latency_minimum_ms:g} is above"
                f" latency_mean_ms {self.latency_mean_ms:g}"
            )


class Outage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is out of order for a while."""

    what: Literal["down", "cut", "lossy", "slow", "skew"]
    """The tier is down; its link to ``peer`` is cut, or loses the share ``loss`` of all messages and of all
    replies; it computes ``factor`` times as long; its clock is ``skew_s`` ahead."""
    where: str
    """Address of a tier: ``"ministry"``, ``"province/31"``, ``"city/310000"``, ``"authority/310000"``."""
    peer: str = ""
    """The link's other end."""
    day: Days = 1
    begins: str
    ends: str
    """Times of that day, ``"09:00"``."""
    loss: Probability = 0.0
    factor: Factor = 1.0
    skew_s: Skew = 0.0


class Recovery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What institutions do about an unknown result (settlement.md §5.3)."""

    timeout_s: PositiveSeconds = 30.0
    """How long an answer is waited for (§10 Q-11)."""
    repeats: Tries = 2
    """How often the same message is sent again before it is reversed."""
    wait_s: PositiveSeconds = 1.0
    longest_wait_s: PositiveSeconds = 30.0
    query_repeats: Tries = 10
    """How often a query is asked again before the person pays in full."""
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 500
    """How often anything is sent at most; then it is left to people."""
    attempts: Annotated[int, Meta(ge=1, le=100)] = 2
    """How often a settlement is begun anew after a reversal before the person pays in full."""


class SettlementNetwork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cities of several provinces, and some days of settlements between them."""

    date: str
    """The first day, ``"2024-03-04"``."""
    days: Days = 1
    people: People
    """Insured people of all cities together."""
    cities: dict[Annotated[str, Meta(pattern=r"^[0-9]{6}(?![\s\S])", description="six digits")], City]
    policy_outside_validity: bool = False
    """Whether policies may be applied on days on which they were not in force."""
    fund_opening_yuan: Yuan = 1e9
    """What each fund of each city holds."""
    prepayment_yuan: Yuan = 1e8
    """What each province has paid each other one in advance."""
    demand: Demand
    tiers: Tiers
    links: Links
    outages: dict[Name, Outage] = {}
    recovery: Recovery = Recovery()
