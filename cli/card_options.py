"""Options that several ``onecard card`` commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.faces import FACES, Face
from onecard.virtual_cards.layouts import VERSIONS

__all__ = [
    "AsJson",
    "Extensions",
    "FaceName",
    "LayoutVersion",
    "Offline",
    "Payment",
    "PersonIndex",
    "Pin",
    "Population",
    "Seed",
    "bytes_of",
    "face_of",
]

PersonIndex = Annotated[
    str | None, typer.Option("--person", metavar="N", help="Whose card: the person's number, from 0.")
]
LayoutVersion = Annotated[
    str | None,
    typer.Option(
        "--layout",
        metavar="VERSION",
        help=f"Issue a card of this version: {', '.join(VERSIONS)}. Default: the card that the person holds.",
    ),
]
Seed = Annotated[
    str | None, typer.Option(metavar="N", help="Seed of the population and of the card's challenges.")
]
Population = Annotated[
    str | None, typer.Option("--population", metavar="N", help="How many people live in the city.")
]
Pin = Annotated[str | None, typer.Option(metavar="DIGITS", help="The PIN, 4 to 12 digits; empty: not set.")]
Offline = Annotated[bool, typer.Option("--offline", help="Used off-line: with a medical purse.")]
Payment = Annotated[
    bool | None,
    typer.Option("--payment/--no-payment", help="With a bank application. Default: if the person has one."),
]
Extensions = Annotated[
    list[str] | None,
    typer.Option("--extension", metavar="NAME", help="Extension of the layout: local, account-only."),
]
FaceName = Annotated[
    str, typer.Option("--face", metavar="FACE", help="The card's face: contact, contactless.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


def face_of(name: str) -> Face:
    """Return a face by name; ``InputError`` if there is none."""
    if name not in FACES:
        raise unknown_name("face", name, list(FACES), where="--face")
    return FACES[name]


def bytes_of(text: str, *, where: str) -> bytes:
    """Read hexadecimal, with spaces and colons between the bytes if one likes.

    Raises:
        InputError: not hexadecimal, or half a byte; shows place and value.
    """
    digits = "".join(text.replace(":", " ").split())
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise InputError(
            "not hexadecimal bytes", where=where, value=text, allowed="pairs of digits 0-9 A-F"
        ) from None
