"""The model of a city's day: everything that the engine is told, as data.

The scenario files of ``onecard.scenarios`` are exactly this structure in TOML. Each field that holds a
figure of the world names its source beside it in the built-in scenario.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim.people import PopulationParameters
from onecard.sim.places import PlaceKind
from onecard.sim.quantities import Count, Milliseconds, Minutes, Name, People, Probability, Variation, Yuan
from onecard.sim.services import Duration, Label, Service

__all__ = ["Behaviour", "CityDay", "Network", "Stop", "StopService"]


class StopService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service at a stop: how likely somebody who may want it goes there today."""

    probability: Probability


class Stop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the day's stops."""

    title: Label
    hour: str
    """The seed's hour, ``"07:00"``."""
    spread_minutes: Minutes = 20.0
    """Standard deviation of arrivals around the hour, when no curve is named."""
    curve: str | None = None
    """Hour curve of facts/world.md §6.2 for the arrivals, such as ``"registration"``."""
    services: dict[Name, StopService]


class Behaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people and readers behave."""

    e_card_preference: Probability
    """Share of e-card holders who show the code where both are taken."""
    pin_typo: Probability
    """A PIN entry goes wrong although the holder knows the PIN."""
    pin_attempts: Annotated[int, Meta(ge=1, le=15)]
    """Entries that a holder tries before giving up."""
    gives_up_last_try: Probability
    """Share of those who have forgotten their PIN who give up before the try that would lock the card."""
    pin_entry: Duration
    read_failure_contact: Probability
    read_failure_contactless: Probability
    read_attempts: Annotated[int, Meta(ge=1, le=10)]
    reinsertion: Duration
    code_display: Duration
    """From asking the app for a code to showing it at the reader."""
    identity_document: Duration
    """Extra time of a clerk who takes the resident identity card instead."""
    travel: Duration
    cash_opening_yuan: Yuan
    account_mean_yuan: Yuan
    account_variation: Variation
    personal_account_mean_yuan: Yuan
    deductible_used: Probability
    """Share of the yearly outpatient deductible that people have used by this day, on average."""
    withdrawal_share: Probability
    """Share of a collected subsidy that is withdrawn in cash."""


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Links and servers between places and institutions."""

    latency_minimum_ms: Milliseconds
    latency_mean_ms: Milliseconds
    city_servers: Count
    city_computation: Duration
    """Of a message's first step at the city's platform."""
    forwarding_servers: Count
    """Of the province and of the ministry, each."""
    forwarding_computation: Duration
    """Of forwarding a message, and of the city's steps after an answer."""
    bank_servers: Count
    bank_computation: Duration
    platform_servers: Count
    platform_computation: Duration

    def __post_init__(self) -> None:
        if self.latency_minimum_ms > self.latency_mean_ms:
            raise ValueError(
                f"latency_minimum_ms {self.latency_minimum_ms:g} is above"
                f" latency_mean_ms {self.latency_mean_ms:g}"
            )


class CityDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city, its people and one day."""

    date: str
    """The simulated day, ``"2019-04-23"``."""
    city: str
    """Region of the people: province, prefecture or county code (GB/T 2260)."""
    people: People
    population: PopulationParameters
    behaviour: Behaviour
    network: Network
    policy: str
    """Benefit policy file of the settlement platform, such as ``"shanghai-2023"``."""
    policy_outside_validity: bool = False
    """Whether a policy may be applied on a day on which it was not in force."""
    stops: dict[Name, Stop]
    services: dict[Name, Service]
    places: dict[Name, PlaceKind]
