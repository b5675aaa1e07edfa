"""What the world tells a city platform: its insured people and its designated institutions.

The platform keeps no copy: it asks when a message names somebody, so a population of any size costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from onecard.sim.settlement.benefit import Used

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FilingRecord", "InsuredPerson", "MedicalInstitution", "Registry"]


class FilingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A filing for care elsewhere that a person has before the scenario starts (settlement.md §5.4).

    Attributes:
        kind: what it is.
        rloc_admdvs: where to: a province, a city or a district.
        begndate: first day, ``yyyy-MM-dd``; empty for long ago.
        enddate: last day; empty for no end.
        allo_setl_cnt: how many settlements a transfer allows, 0 for any number.
    """

    kind: Literal["long-term", "transferred", "temporary"]
    rloc_admdvs: str
    begndate: str = ""
    enddate: str = ""
    allo_setl_cnt: int = 0


class InsuredPerson(msgspec.Struct, frozen=True, kw_only=True):
    """An insured person, under the interface's names (settlement.md §2.3, 1101).

    Attributes:
        psn_no: person number issued by the insured place.
        certno: certificate number (social security number).
        psn_name: name.
        gend: sex, ``"1"`` or ``"2"``.
        brdy: birth date, ``yyyy-MM-dd``.
        insutype: ``"310"`` employee, ``"390"`` resident.
        psn_type: person category; the first two digits choose the benefit group.
        insuplc_admdvs: insured place.
        medical_account: ledger account of kind ``person-medical``; empty for people without one.
        medical_opening_fen: what it holds before the scenario starts.
        card_number: number of the physical card; empty for none.
        card_sn: card identification code.
        used: what the year has used before the scenario starts.
        identities: special identities (``psn_idet_type``), keys of
            :data:`~onecard.sim.settlement.benefit.IDENTITIES`.
        family_psn_no: family member whose personal account pays too (共济), insured in the same city; empty
            for none.
        filings: filings for care elsewhere.
    """

    psn_no: str
    certno: str
    psn_name: str
    gend: str
    brdy: str
    insutype: str
    psn_type: str
    insuplc_admdvs: str
    psn_cert_type: str = "01"
    naty: str = "01"
    psn_insu_stas: str = "1"
    cvlserv_flag: str = "0"
    emp_name: str = ""
    medical_account: str = ""
    medical_opening_fen: int = 0
    card_number: str = ""
    card_sn: str = ""
    used: Used = Used()
    identities: tuple[str, ...] = ()
    family_psn_no: str = ""
    filings: tuple[FilingRecord, ...] = ()


class MedicalInstitution(msgspec.Struct, frozen=True, kw_only=True):
    """A designated hospital or pharmacy.

    Attributes:
        fixmedins_code: ``H`` or ``P`` and 11 digits, beginning with the division.
        name: its name.
        kind: what it is.
        level: level for the deductible (``dedc_hosp_lv``), 1 to 3; 0 for a community centre or pharmacy.
        account: ledger account that the insurance pays into, kind ``institution-receivable``.
        uscc: unified social credit code; a made-up one by default.
    """

    fixmedins_code: str
    name: str
    kind: Literal["hospital", "pharmacy"]
    level: int
    account: str
    uscc: str = "000000000000000000"


class Registry(Protocol):
    """How the platform asks."""

    def person(self, psn_no: str) -> InsuredPerson | None:
        """Find a person by person number."""
        ...

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        """Find a person by credential: 01 e-card number, 02 certificate number, 03 card number."""
        ...

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        """Find a designated institution by code."""
        ...

    @property
    def institutions(self) -> Iterable[MedicalInstitution]:
        """All designated institutions."""
        ...
