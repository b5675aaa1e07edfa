"""One string → a port: ``virtual:3.00``, ``pcsc:NAME``, ``tcp:HOST:PORT``, ``cmd:COMMAND``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.personalities.cards import reference_card
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.layouts import VERSIONS, load_layout

if TYPE_CHECKING:
    from onecard.conformance.adapters.port import CardPort
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["open_card"]

FORMS = "virtual:VERSION, pcsc:READER, tcp:HOST:PORT, cmd:COMMAND"


def open_card(iut: str, *, seed: int) -> CardPort:
    """Open the card that a string names.

    Raises:
        InputError: the string is not of a form, or names nothing.
        EnvironmentLacksError: it needs what this machine lacks.
    """
    kind, _, rest = iut.partition(":")
    if kind == "virtual":
        return _virtual(rest, seed)
    raise InputError("unknown kind of implementation", where="IUT", value=iut, allowed=FORMS)


def _virtual(version: str, seed: int) -> CardPort:
    if version not in VERSIONS:
        raise unknown_name("version", version, list(VERSIONS), where="IUT virtual:")

    def make(personality: str, case: str) -> PoweredCard:
        return reference_card(version, personality, seed=seed, case=case)

    faces = {"contact", "contactless"} if load_layout(version).contactless else {"contact"}
    return InProcessPort(f"virtual:{version}", make, faces=frozenset(faces))
