"""The insured people as their cities see them, with the filings that they made before the scenario starts."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.registry import FilingRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from onecard.sim.engine.settlement.demand import Planned
    from onecard.sim.nation import PopulationRegistry
    from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution

__all__ = ["FiledPeople", "filings_of"]

FILED = ("long-term", "transferred", "temporary")
"""Filings that stand in the insured place's register; an emergency is marked by the institution (§5.4)."""
LATEST_FILING_DAYS = 1
TEMPORARY_DAYS = 183
"""A temporary filing is valid for six months (settlement.md §5.4 [?])."""


def filings_of(planned: Iterable[Planned], start: datetime.date) -> dict[int, tuple[FilingRecord, ...]]:
    """Return the filings of people by their index, one for each city that they go to."""
    records: dict[int, dict[str, FilingRecord]] = {}
    begun = start - datetime.timedelta(days=LATEST_FILING_DAYS)
    for each in planned:
        if each.filing in FILED:
            temporary = each.filing != "long-term"
            ends = begun + datetime.timedelta(days=TEMPORARY_DAYS)
            records.setdefault(each.person, {})[each.treated] = FilingRecord(
                kind=each.filing,  # type: ignore[arg-type] # one of the three
                rloc_admdvs=each.treated,
                begndate=begun.isoformat(),
                enddate=ends.isoformat() if temporary else "",
            )
    return {person: tuple(by_city.values()) for person, by_city in records.items()}


class FiledPeople:
    """A city's registry whose people have filings.

    Args:
        registry: the people and institutions.
        filings: index in the city → filings.
    """

    def __init__(self, registry: PopulationRegistry, filings: Mapping[int, tuple[FilingRecord, ...]]) -> None:
        self._registry = registry
        self._filings: dict[str, tuple[FilingRecord, ...]] = {}
        for index, records in filings.items():
            person = registry.insured(index)
            if person is not None:
                self._filings[person.psn_no] = records

    @property
    def institutions(self) -> Sequence[MedicalInstitution]:
        """The designated institutions."""
        return self._registry.institutions

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        """Find an institution by its code."""
        return self._registry.institution(fixmedins_code)

    def insured(self, index: int) -> InsuredPerson | None:
        """Return an insured person by index."""
        return self._with_filings(self._registry.insured(index))

    def person(self, psn_no: str) -> InsuredPerson | None:
        """Find a person by person number."""
        return self._with_filings(self._registry.person(psn_no))

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        """Find a person by credential: 01 e-card number, 02 certificate number, 03 card number."""
        return self._with_filings(self._registry.by_credential(mdtrt_cert_type, mdtrt_cert_no))

    def _with_filings(self, person: InsuredPerson | None) -> InsuredPerson | None:
        records = self._filings.get(person.psn_no) if person is not None else None
        if person is None or records is None:
            return person
        return msgspec.structs.replace(person, filings=records)
