"""What the world tells a city platform: its insured people and its designated institutions.

The platform keeps no copy: it asks when a message names somebody, so a population of any size costs nothing.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from onecard.sim.settlement.benefit import Accumulation

__all__ = ["InsuredPerson", "MedicalInstitution", "Registry"]


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
        outpatient: outpatient use of the year before the scenario starts.
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
    outpatient: Accumulation = Accumulation()


class MedicalInstitution(msgspec.Struct, frozen=True, kw_only=True):
    """A designated hospital or pharmacy.

    Attributes:
        fixmedins_code: ``H`` or ``P`` and 11 digits, beginning with the division.
        name: its name.
        kind: what it is.
        level: level for the deductible (``dedc_hosp_lv``), 1 to 3; 0 for a community centre or pharmacy.
        account: ledger account that the insurance pays into, kind ``institution-receivable``.
    """

    fixmedins_code: str
    name: str
    kind: Literal["hospital", "pharmacy"]
    level: int
    account: str


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
