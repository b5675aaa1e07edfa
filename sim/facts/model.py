"""What a fact and a province are, as checked structures."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["Fact", "Province", "Tag"]

Tag = Literal["seed", "public-read", "public-recalled", "derived", "assumption"]
Words = Annotated[str, Meta(min_length=1)]
Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Year = Annotated[int, Meta(ge=1949, le=2100)]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One figure of the world."""

    id: Identifier
    """Dotted words, general to special: ``"failure.card-read.contact"``."""
    value: int | float | str | list[float]
    unit: Words
    """``"share"``, ``"people"``, ``"yuan"``, ``"s"``, ``"date"`` …"""
    year: Year
    tag: Tag
    source: Words
    """Where it comes from: document and place, or the formula of a derived figure."""
    note: str = ""


class Province(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One province-level unit of mainland China."""

    code: Annotated[str, Meta(pattern=r"^\d{2}$")]
    name: Words
    population_10k: Annotated[int, Meta(gt=0)]
    """Residents at the end of 2018, in 10 000 people."""
    urban_share: Annotated[float, Meta(ge=0.0, le=1.0)]
    """Share of residents in towns and cities, 2018."""
    ethnic_shares: dict[str, float]
    """GB 3304 code of an ethnic group -> share of the residents; the rest is Han (``"01"``)."""
