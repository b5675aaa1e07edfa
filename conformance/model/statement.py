"""The statement: what an implementation claims, and the facts that the harness needs to talk to it.

The descriptions are those of the published schema (``docs/schemas/statement.schema.json``).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.conformance.model.case import FaceName

__all__ = ["CardClaims", "CardFacts", "KeyClaims", "Statement"]


class CardFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the harness must know of the card at hand."""

    issuing_area: Annotated[
        str, Meta(description="six digits, the first three bytes of the card identification code")
    ]
    pin: Annotated[str, Meta(description="the PIN, 4 to 12 digits; empty: not set")] = "123456"
    pin_tries: Annotated[int, Meta(description="tries of the PIN when none is used, 2 to 15")] = 3
    key_tries: Annotated[int, Meta(description="tries of each key when none is used, 2 to 15")] = 3
    chip_provider: Annotated[
        str, Meta(description="ATR T1 T2, four hexadecimal digits; empty: not claimed, a person is asked")
    ] = ""
    card_maker: Annotated[
        str, Meta(description="ATR T6 T7, four hexadecimal digits; empty: not claimed, a person is asked")
    ] = ""


class CardClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a card claims."""

    specification: Annotated[
        Literal["1.00", "2.00", "3.00"], Meta(description="specification version: 1.00, 2.00 or 3.00")
    ]
    algorithm: Annotated[
        Literal["3DES", "SM4"], Meta(description="cipher of the social side: 3DES or SM4 (3.00 only)")
    ]
    faces: Annotated[
        tuple[FaceName, ...], Meta(description="faces of the card: contact, contactless (3.00 only)")
    ] = ("contact",)
    options: Annotated[tuple[str, ...], Meta(description="options that it has: purse, bank, psam")] = ()
    personality: Annotated[
        str, Meta(description="which card of the suite the one at hand is, where it cannot be made anew")
    ] = "standard"
    facts: CardFacts


class KeyClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Test keys. Never the keys of cards in use: they go into the bundle."""

    source: Annotated[
        Literal["published", "given"],
        Meta(description="published (the project's invented roots, diversified) or given (the values below)"),
    ] = "published"
    values: Annotated[
        dict[str, str],
        Meta(description='"RKSSSE/1", name and version of a key, to the card\'s own key in hexadecimal'),
    ] = {}


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An implementation conformance statement."""

    kind: Annotated[Literal["card"], Meta(description="what is under test: card")]
    vendor: Annotated[str, Meta(description="who makes it; not empty")]
    product: Annotated[str, Meta(description="what it is called; not empty")]
    version: Annotated[str, Meta(description="which version of it; not empty")]
    card: CardClaims
    keys: KeyClaims = KeyClaims()
    destructive: Annotated[
        tuple[str, ...], Meta(description='patterns of destructive cases that may be run: "card/block/*"')
    ] = ()
