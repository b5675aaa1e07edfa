"""The insured people and designated institutions of a city, out of its population.

People are a pure function of their index; one is built when a message names them. Numbers are looked up in an
index that is built once, when it is first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.authority import CardRecord
from onecard.sim.authority.statuses import CardStatus
from onecard.sim.draws import Stream
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution
from onecard.sim.units.money import yuan_to_fen
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.personalisation import card_identification_code
from onecard.virtual_cards.security.ciphers import algorithm_by_id

if TYPE_CHECKING:
    from onecard.sim.nation.model import CityModel
    from onecard.sim.nation.special import SpecialDraws
    from onecard.sim.people import Person, Population

__all__ = [
    "INSURANCE_TYPES",
    "PopulationRegistry",
    "essc_number",
    "institution_number",
    "social_credit_code",
]

INSURANCE_TYPES = {"employee": "310", "retired": "310", "resident": "390"}
"""Insurance kind of the population → insurance type of the interface (settlement.md §3.1)."""
MEDICAL_ACCOUNT_HOLDERS = ("employee", "retired")
"""Insurance kinds with a personal medical account (settlement.md §6.5)."""
MEDICAL_ACCOUNT_MEAN_FEN = yuan_to_fen("1200")
"""Mean of what a personal account holds at the start [assumption]."""
_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def institution_number(city: str, kind: str, number: int) -> str:
    """Return the code of an institution: ``H`` or ``P``, division, five digits (settlement.md §1.1)."""
    return f"{'P' if kind == 'pharmacy' else 'H'}{city}{number:05d}"


def essc_number(city: str, index: int) -> str:
    """Return the number of an electronic card, 18 digits, unique in the nation."""
    return f"{city}{index:012d}"


def social_credit_code(city: str, number: int, *, public: bool) -> str:
    """Make up a unified social credit code: 18 characters of which the last checks the others (GB 32100)."""
    code = f"{'12' if public else '91'}{city}{number:09d}"
    total = sum(_CREDIT_DIGITS.index(digit) * 3**place for place, digit in enumerate(code))
    return code + _CREDIT_DIGITS[-total % 31]


class PopulationRegistry:
    """What a city's platform and its card authority know of people and institutions.

    Args:
        model: the city.
        population: its people.
        seed: of the opening balances.
        special: who has identities, filings, a relative's account.
    """

    def __init__(self, model: CityModel, population: Population, seed: int, special: SpecialDraws) -> None:
        self._model = model
        self._population = population
        self._special = special
        self._balances = Stream(seed, f"nation/medical-balance/{model.admdvs}")
        self._insured: dict[int, InsuredPerson | None] = {}
        self._cards: dict[int, CardRecord] = {}
        self._index: dict[tuple[str, str], int] = {}
        self._institutions = _institutions(model)

    @property
    def institutions(self) -> tuple[MedicalInstitution, ...]:
        """The designated institutions."""
        return tuple(self._institutions.values())

    def insured(self, index: int) -> InsuredPerson | None:
        """Return an insured person by index; None for somebody without insurance."""
        if index not in self._insured:
            self._insured[index] = self._build(self._population.person(index))
        return self._insured[index]

    def person(self, psn_no: str) -> InsuredPerson | None:
        """Find a person by person number."""
        return self._find("psn_no", psn_no)

    def by_credential(self, mdtrt_cert_type: str, mdtrt_cert_no: str) -> InsuredPerson | None:
        """Find a person by e-card number (01), identity number (02) or card number (03)."""
        return self._find(mdtrt_cert_type, mdtrt_cert_no)

    def institution(self, fixmedins_code: str) -> MedicalInstitution | None:
        """Find an institution by its code."""
        return self._institutions.get(fixmedins_code)

    def card(self, number: str) -> CardRecord | None:
        """Find a card by its number, or by the number of its electronic card, for the card authority."""
        self._build_index()
        index = self._index.get(("03", number), self._index.get(("01", number)))
        if index is None:
            return None
        if index not in self._cards:
            self._cards[index] = self._card_record(self._population.person(index))
        return self._cards[index]

    def _find(self, kind: str, number: str) -> InsuredPerson | None:
        self._build_index()
        index = self._index.get((kind, number))
        return None if index is None else self.insured(index)

    def _build_index(self) -> None:
        if self._index:
            return
        for person in self._population:
            if person.psn_no:
                self._index["psn_no", person.psn_no] = person.index
            self._index["02", person.identity_number] = person.index
            if person.card_number:
                self._index["03", person.card_number] = person.index
            if person.e_card:
                self._index["01", essc_number(self._model.admdvs, person.index)] = person.index

    def _build(self, person: Person) -> InsuredPerson | None:
        insutype = INSURANCE_TYPES.get(person.insurance)
        if insutype is None:
            return None
        has_account = person.insurance in MEDICAL_ACCOUNT_HOLDERS
        opening_fen = int(self._balances.uniform(person.index) * 2 * MEDICAL_ACCOUNT_MEAN_FEN)
        return InsuredPerson(
            psn_no=person.psn_no,
            certno=person.identity_number,
            psn_name=person.name,
            gend=person.sex,
            brdy=person.birth_date.isoformat(),
            insutype=insutype,
            psn_type=person.psn_type,
            insuplc_admdvs=self._model.admdvs,
            naty=person.ethnic_group,
            medical_account=f"person-medical/{person.psn_no}" if has_account else "",
            medical_opening_fen=opening_fen if has_account else 0,
            card_number=person.card_number,
            card_sn=_card_sn(person),
            cvlserv_flag="1" if has_account and self._special.is_civil_servant(person.index) else "0",
            identities=self._special.identities(person.index),
            family_psn_no="" if has_account else self._relative(person.index),
            filings=self._special.filings(person.index),
        )

    def _relative(self, index: int) -> str:
        """Return the person number of the relative whose account pays too; empty for none."""
        asked = self._special.relatives(index, len(self._population))
        relatives = (self._population.person(other) for other in asked)
        return next((each.psn_no for each in relatives if each.insurance in MEDICAL_ACCOUNT_HOLDERS), "")

    def _card_record(self, person: Person) -> CardRecord:
        return CardRecord(
            card_number=person.card_number,
            card_sn=_card_sn(person),
            certno=person.identity_number,
            psn_name=person.name,
            status=CardStatus(person.card_status),
            expires=person.valid_until.isoformat() if person.valid_until else "",
            essc_no=essc_number(self._model.admdvs, person.index) if person.e_card else "",
        )


def _card_sn(person: Person) -> str:
    """Return the card identification code, 32 hexadecimal digits (card.md §6.1); empty without a card."""
    if not person.card_version:
        return ""
    algorithm = algorithm_by_id(load_layout(person.card_version).algorithm_id)
    return card_identification_code(person.city_code, person.card_serial, algorithm=algorithm).hex().upper()


def _institutions(model: CityModel) -> dict[str, MedicalInstitution]:
    made = [("hospital", number, number % 3 + 1) for number in range(model.hospitals)] + [
        ("pharmacy", number, 0) for number in range(model.pharmacies)
    ]
    found: dict[str, MedicalInstitution] = {}
    for kind, number, level in made:
        code = institution_number(model.admdvs, kind, number)
        found[code] = MedicalInstitution(
            fixmedins_code=code,
            name=f"{'定点药店' if kind == 'pharmacy' else '定点医院'}{number}（模拟）",
            kind=kind,  # type: ignore[arg-type] # one of the two
            level=level,
            account=f"institution-receivable/{code}",
            uscc=social_credit_code(model.admdvs, len(found), public=kind == "hospital"),
        )
    return found
