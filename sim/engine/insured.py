"""The insured people and designated institutions of a city, as its settlement platform sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.settlement.benefit import Case, KindUsed, Used
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.settlement.tiers.money import receivable

if TYPE_CHECKING:
    from onecard.sim.engine.citizens import Citizen, CitizenRegistry
    from onecard.sim.engine.model import Behaviour
    from onecard.sim.engine.visit import Place
    from onecard.sim.settlement.benefit import Policy

__all__ = ["INSURANCE_TYPES", "InsuredRegistry", "institution_code"]

INSURANCE_TYPES = {"employee": "310", "retired": "310", "resident": "390"}
"""Insurance kind of the population → insurance type of the interface (settlement.md §3.1)."""
MEDICAL_ACCOUNT_HOLDERS = ("employee", "retired")
"""Insurance kinds with a personal medical account (settlement.md §6.5)."""
PHARMACY = "pharmacy"
DEDUCTIBLE_LEVEL = 3
"""Level whose yearly deductible the opening use is drawn against; Shanghai's is the same at all levels."""


def institution_code(place: Place, city: str) -> str:
    """Return the institution code: H or P, the division, five digits (settlement.md §1.1)."""
    letter = "P" if place.kind == PHARMACY else "H"
    number = int(place.name.rpartition("/")[2])
    tens = INSTITUTION_KINDS.index(place.kind) if place.kind in INSTITUTION_KINDS else len(INSTITUTION_KINDS)
    return f"{letter}{city}{tens}{number:04d}"


INSTITUTION_KINDS = ("hospital", "clinic", "pharmacy")


class InsuredRegistry:
    """Answers the settlement platform's look-ups out of the citizens.

    Args:
        citizens: the people.
        places: the medical institutions.
        policy: for the standard deductible, of which people have used a part.
        city: division code.
        behaviour: mean share of the deductible used before today, opening balances.
        seed: the world's seed.
    """

    def __init__(
        self,
        citizens: CitizenRegistry,
        places: list[Place],
        policy: Policy,
        *,
        city: str,
        behaviour: Behaviour,
        seed: int,
    ) -> None:
        self._citizens = citizens
        self._policy = policy
        self._behaviour = behaviour
        self._medical = Stream(seed, "citizens/medical-balance")
        self._used = Stream(seed, "insured/deductible-used")
        self._persons: dict[str, InsuredPerson] = {}
        self._institutions = {
            code: _institution(place, code)
            for place, code in ((place, institution_code(place, city)) for place in places)
        }

    def person(self, psn_no: str) -> InsuredPerson | None:
        """Find a person by person number; only who was found by a credential before has business here."""
        return self._persons.get(psn_no)

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        """Find a person by e-card number (01), identity number (02) or card number (03)."""
        find = {
            "01": self._citizens.by_essc_no,
            "02": self._citizens.by_identity,
            "03": self._citizens.by_card_number,
        }.get(mdtrt_cert_type)
        citizen = find(mdtrt_cert_no) if find is not None else None
        if citizen is None or citizen.person.insurance not in INSURANCE_TYPES:
            return None
        known = self._persons.get(citizen.person.psn_no)
        if known is None:
            known = self._persons[citizen.person.psn_no] = self._insured(citizen)
        return known

    @property
    def institutions(self) -> tuple[MedicalInstitution, ...]:
        """The designated institutions."""
        return tuple(self._institutions.values())

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        """Find an institution by its code."""
        return self._institutions.get(fixmedins_code)

    def _insured(self, citizen: Citizen) -> InsuredPerson:
        person = citizen.person
        used_fen = self._used_fen(citizen)
        has_account = person.insurance in MEDICAL_ACCOUNT_HOLDERS
        return InsuredPerson(
            psn_no=person.psn_no,
            certno=person.identity_number,
            psn_name=citizen.name,
            gend=person.sex,
            brdy=person.birth_date.isoformat(),
            insutype=INSURANCE_TYPES[person.insurance],
            psn_type=person.psn_type,
            insuplc_admdvs=person.city_code,
            naty=person.ethnic_group,
            medical_account=f"person-medical/{person.index:010d}" if has_account else "",
            medical_opening_fen=self._opening_fen(person.index) if has_account else 0,
            card_number=person.card_number,
            card_sn=citizen.card_identification_code,
            used=Used(outpatient=KindUsed(in_scope_fen=used_fen, deductible_fen=used_fen)),
        )

    def _opening_fen(self, person: int) -> int:
        """Draw what a personal account holds in the morning: uniform around the mean."""
        return round(self._medical.uniform(person) * 2 * self._behaviour.personal_account_mean_yuan * 100)

    def _used_fen(self, citizen: Citizen) -> int:
        """Draw how much of the yearly outpatient deductible is used: uniform around the mean share."""
        person = citizen.person
        case = Case(
            insutype=INSURANCE_TYPES[person.insurance],
            psn_type=person.psn_type,
            age=person.age,
            visit="outpatient",
            level=DEDUCTIBLE_LEVEL,
        )
        terms = self._policy.terms(case)
        if terms is None:
            return 0
        share = min(1.0, 2.0 * self._behaviour.deductible_used * self._used.uniform(person.index))
        return round(terms.standard_fen * share)


def _institution(place: Place, code: str) -> MedicalInstitution:
    return MedicalInstitution(
        fixmedins_code=code,
        name=f"{place.model.title.zh}{place.name.rpartition('/')[2]}",
        kind="pharmacy" if place.kind == PHARMACY else "hospital",
        level=0 if place.kind == PHARMACY else place.model.level,
        account=receivable(code),
    )
