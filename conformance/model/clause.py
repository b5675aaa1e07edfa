"""A clause: one requirement, in our words, with where it comes from and what becomes of it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = ["CERTAINTIES", "Certainty", "Clause", "Level"]

Level: TypeAlias = Literal["MUST", "SHOULD", "MAY"]

Certainty: TypeAlias = Literal["S", "S-d", "M", "1", "?", "P"]
"""How well the source is known: a standard's text (``S``, its public draft ``S-d``), several independent
implementations (``M``), one (``1``), inferred (``?``), the project's choice (``P``)."""

CERTAINTIES = {
    "S": "standard's text",
    "S-d": "public draft of the standard",
    "M": "several independent implementations",
    "1": "one implementation",
    "?": "inferred",
    "P": "project's choice",
}


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One requirement."""

    id: str
    """``"card/select/by-name"``: kind, area, rule. Cases that test it begin with kind and area."""
    source: str
    """``"card.md §3.4; LD/T 32.3"``."""
    text: str
    """The requirement in our words, one sentence."""
    chinese: str = ""
    """The same in Chinese."""
    level: Level = "MUST"
    certainty: Certainty
    condition: str = ""
    """Option of the statement without which the clause does not apply (``"purse"``); empty: always."""
    nothing_to_try: str = ""
    """Why nothing forbidden can be tried against it; empty: some case tries."""
    not_testable: str = ""
    """Why no case tests it; empty: tested."""
    out_of_scope: str = ""
    """Why it is none of ours; empty: it is."""

    @property
    def tested(self) -> bool:
        """Whether cases must test it."""
        return not (self.not_testable or self.out_of_scope)
