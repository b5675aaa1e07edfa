"""The statement: what an implementation claims, and the facts that the harness needs to talk to it."""

from __future__ import annotations

from typing import Literal

import msgspec

from onecard.conformance.model.case import FaceName

__all__ = ["CardClaims", "CardFacts", "KeyClaims", "Statement"]


class CardFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the harness must know of the card at hand."""

    issuing_area: str
    """Six digits, the first three bytes of the card identification code."""
    pin: str = "123456"
    """Empty: not set."""
    pin_tries: int = 3
    key_tries: int = 3
    chip_provider: str = ""
    """ATR T1–T2, four hexadecimal digits; empty: not claimed, a person is asked."""
    card_maker: str = ""
    """ATR T6–T7."""


class CardClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a card claims."""

    specification: Literal["1.00", "2.00", "3.00"]
    algorithm: Literal["3DES", "SM4"]
    faces: tuple[FaceName, ...] = ("contact",)
    options: tuple[str, ...] = ()
    """Of ``statements.OPTIONS``: ``"purse"``, ``"bank"``, ``"psam"`` …"""
    personality: str = "standard"
    """Which card of ``personalities`` the one at hand is, where it cannot be made anew."""
    facts: CardFacts


class KeyClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Test keys. Never the keys of cards in use: they go into the bundle."""

    source: Literal["published", "given"] = "published"
    """``published``: the project's invented roots, diversified; ``given``: ``values``."""
    values: dict[str, str] = {}
    """``"RKSSSE/1"`` → the card's own key, hexadecimal."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An implementation conformance statement."""

    kind: Literal["card"]
    vendor: str
    product: str
    version: str
    card: CardClaims
    keys: KeyClaims = KeyClaims()
    destructive: tuple[str, ...] = ()
    """Patterns of destructive cases that may be run: ``"card/block/*"``."""
