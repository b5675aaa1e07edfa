"""What a case is made for: the card that the statement claims, over one of its faces."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.security.pin import encode_pin

if TYPE_CHECKING:
    from onecard.conformance.model.case import FaceName
    from onecard.conformance.model.statement import Statement
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.layouts.layout import DedicatedFile, Layout

__all__ = ["SSSE_NAME", "Context", "option_of"]

SSSE_NAME = "7378312E73682EC9E7BBE1B1A3D5CF"
"""DF name of the SSSE (card.md §3.1)."""

_OPTIONS = MappingProxyType({"DF05": "health", "DF06": "relief"})
"""Applications of the informative annexes; a card may lack them (card.md §2, §5.7)."""


def option_of(application: str) -> str:
    """Return the option under which a card has an application; empty: every card has it."""
    return _OPTIONS.get(application, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Statement, face, and what follows from them."""

    statement: Statement
    face: FaceName
    seed: int

    @property
    def layout(self) -> Layout:
        """The layout of the specification that is claimed."""
        return load_layout(self.statement.card.specification)

    @property
    def claimed(self) -> tuple[DedicatedFile, ...]:
        """The layout's applications without those of options that are not claimed, SSSE first."""
        options = ("", *self.statement.card.options)
        return tuple(each for each in self.layout.applications if option_of(each.name) in options)

    @property
    def version(self) -> str:
        """``"1.00"``, ``"2.00"`` or ``"3.00"``."""
        return self.statement.card.specification

    @property
    def habits(self) -> Face:
        """What differs between the faces at APDU level."""
        return FACES[self.face]

    @property
    def algorithm(self) -> str:
        """Identifier of the claimed cipher, two hexadecimal digits (card.md §9.2)."""
        return "03" if self.statement.card.algorithm == "SM4" else "01"

    @property
    def block_size(self) -> int:
        """Of the claimed cipher: 8 or 16."""
        return 16 if self.statement.card.algorithm == "SM4" else 8

    @property
    def pin(self) -> str:
        """The packed PIN, hexadecimal."""
        return encode_pin(self.statement.card.facts.pin).hex().upper()

    @property
    def wrong_pin(self) -> str:
        """A PIN of the same length that is not the PIN."""
        digits = self.statement.card.facts.pin
        return encode_pin("".join(str((int(digit) + 5) % 10) for digit in digits)).hex().upper()

    def random(self, case: str, occurrence: int = 0, size: int = 8) -> str:
        """Return a terminal's random for a case, hexadecimal; other ones for other occurrences."""
        stream = Stream(self.seed, f"conformance/terminal/{case}")
        return stream.random_bytes(size, 0, occurrence).hex().upper()
