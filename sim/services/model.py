"""What a service is: who uses it, with which credential, in which stages.

A service is a list of stages at one place. At a stage a person queues for a station (a counter, a reader, a
gate), shows the credential if the stage has a card dialogue, waits for the back end if it has one, and is
served. All of it is data, so that a new service needs no code.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from onecard.sim import quantities
from onecard.sim.quantities import Age, Name, Seconds, Text, Variation

__all__ = [
    "BackEnd",
    "Credential",
    "Duration",
    "Fallback",
    "Label",
    "Price",
    "Service",
    "Stage",
    "Who",
]

Credential = Literal["card", "e-card", "either"]

Fallback = Literal["cash", "identity-document", "self-pay", "turned-away"]
"""What a service does for somebody without an accepted credential: take cash, take the resident identity
card at a counter, charge the full price without insurance, or send the person away."""

BackEnd = Literal[
    "bank-purchase",
    "subsidy-credit",
    "cash-withdrawal",
    "insured-registration",
    "insured-settlement",
    "pharmacy-settlement",
    "card-replacement",
    "pin-reset",
]

InsuranceKind = Literal["employee", "retired", "resident", "none"]


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages."""

    en: Text
    zh: Text


class Duration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long something takes, in seconds: log-normal around the mean, or constant if variation is 0."""

    mean_s: Seconds
    variation: Variation = 0.0
    minimum_s: Seconds = 0.0

    def __post_init__(self) -> None:
        if self.minimum_s > self.mean_s:
            raise ValueError(f"minimum_s {self.minimum_s:g} is above mean_s {self.mean_s:g}")


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What something costs, in yuan: log-normal around the mean, or constant if variation is 0."""

    mean_yuan: quantities.Price
    variation: Variation = 0.0
    minimum_yuan: quantities.Price = 0.01

    def __post_init__(self) -> None:
        if self.minimum_yuan > self.mean_yuan:
            raise ValueError(f"minimum_yuan {self.minimum_yuan:g} is above mean_yuan {self.mean_yuan:g}")


class Who(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may want the service."""

    ages: tuple[Age, Age] = (0, 120)
    insurance: tuple[InsuranceKind, ...] = ()
    """Insurance kinds; empty for all."""


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a service."""

    title: Label
    duration: Duration
    station: Name | None = None
    """Station of the place kind to queue for; none for a ride or a walk."""
    dialogue: str | None = None
    """Card dialogue (``sim/terminals/dialogues.toml``); an e-card holder shows a code instead."""
    backend: BackEnd | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service of the catalogue."""

    title: Label
    domain: str
    life_stages: tuple[str, ...]
    channel: str
    place: Name
    credential: Credential
    fallback: Fallback
    stages: tuple[Stage, ...]
    who: Who = Who()
    price: Price | None = None
    payer: str | None = None
    """For subsidies: who pays, the payer's ledger account, ``subsidy-payer/housing``."""
    source: str
    """Where the service and its figures come from, with the tag of facts/world.md §0."""

    @property
    def is_payment(self) -> bool:
        """Whether the credential is shown in order to pay."""
        return any(stage.backend == "bank-purchase" for stage in self.stages)
