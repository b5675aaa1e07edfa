"""The plan: computed from the statement, frozen before anything runs, complete enough to judge by."""

from __future__ import annotations

import msgspec

from onecard.conformance.model.case import Case
from onecard.conformance.model.clause import Clause
from onecard.conformance.model.statement import Statement

__all__ = ["ExpectedFailure", "KeyMaterial", "Plan", "PlannedCase"]

FORMAT = 1


class PlannedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One case and whether it is to be run."""

    case: Case
    excluded: str = ""
    """Why the statement excludes it, with the clause; empty: it does not."""
    withheld: str = ""
    """Why a destructive case is not run though the statement allows it; empty: it is run."""

    @property
    def to_run(self) -> bool:
        """Whether it is run."""
        return not (self.excluded or self.withheld)


class ExpectedFailure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A failure that is known and borne until a day."""

    case: str
    rule: str
    reason: str
    expires: str
    """``"2027-03-31"``."""


class KeyMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the values of the card's keys come from."""

    algorithm: str
    """``"3DES"`` or ``"SM4"``."""
    issuing_area: str
    city_keys: dict[str, str] = {}
    """``"RKSSSE/1"`` → key of the city, hexadecimal: diversified with ``{factor}`` it is the card's."""
    card_keys: dict[str, str] = {}
    """``"RKSSSE/1"`` → the card's own key, where the statement gives it."""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Everything that a run and a recheck need beside the implementation."""

    format: int = FORMAT
    version: str
    """Of the project."""
    suite: str
    """``"card"``."""
    seed: int
    strict: bool
    """Every clause binds, whatever its certainty: for our own references."""
    statement: Statement
    keys: KeyMaterial
    clauses: tuple[Clause, ...]
    """Those that the cases judge, sorted by id."""
    cases: tuple[PlannedCase, ...]
    """In the order of the run: destructive ones last."""
    expected_failures: tuple[ExpectedFailure, ...] = ()
    today: str = ""
    """The day that expected failures are held against; empty: there are none."""
    partial: str = ""
    """Why this plan is not the whole of what the statement asks for; empty: it is."""
