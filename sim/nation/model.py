"""What a nation of the settlement network is made of, as data."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.nation.special import SpecialShares

__all__ = ["CityModel", "NationModel"]


class CityModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city that takes part.

    Attributes:
        admdvs: its division code (GB/T 2260), ``"310000"``.
        policy: name of its benefit policy file; by default the one of its region in force on the date.
        people: how many people are insured here.
        hospitals: hospitals of level 1, 2 and 3, in turn.
        pharmacies: pharmacies.
        closed: services that it has not opened for people from other provinces, nor for its own there.
        special: how many of its people have identities, filings and so on; nobody by default.
    """

    admdvs: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
    policy: str
    people: Annotated[int, Meta(ge=1, le=10_000_000)] = 1000
    hospitals: Annotated[int, Meta(ge=1, le=999)] = 3
    pharmacies: Annotated[int, Meta(ge=1, le=999)] = 3
    closed: tuple[Literal["outpatient", "inpatient", "pharmacy"], ...] = ()
    special: SpecialShares = SpecialShares()


class NationModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cities, provinces and the ministry, on one date.

    Attributes:
        date: the date of time zero, ``yyyy-MM-dd``.
        seed: of the people.
        cities: who takes part; provinces follow from them.
        fund_opening_yuan: what each fund of each city holds.
        prepayment_yuan: what each province has paid each other one in advance.
    """

    date: str
    seed: Annotated[int, Meta(ge=0)] = 7
    cities: tuple[CityModel, ...]
    fund_opening_yuan: int = 1_000_000_000
    prepayment_yuan: int = 100_000_000
