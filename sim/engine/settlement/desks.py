"""The institutions' desks: who treats whom, what the person shows, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.draws import Stream
from onecard.sim.engine.fees import FeeBook
from onecard.sim.engine.sampling import sample_price_fen
from onecard.sim.nation.registry import essc_number
from onecard.sim.settlement import Credential, Desk, OutpatientVisit, PharmacyPurchase
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay

if TYPE_CHECKING:
    from onecard.sim.engine.settlement.demand import Planned
    from onecard.sim.engine.settlement.model import SettlementNetwork
    from onecard.sim.nation import Nation
    from onecard.sim.settlement import Calendar
    from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution

__all__ = ["Desks"]

EMERGENCY = {"outpatient": "13", "inpatient": "24"}
"""Kind of treatment → medical category of an emergency (settlement.md §3.2)."""
USUAL = {"outpatient": "11", "inpatient": "21"}
"""... and of any other."""


class Desks:
    """Chooses institutions and writes their bills.

    Args:
        model: the scenario.
        seed: the world's seed.
        nation: people and institutions.
        calendar: the world's calendar.
    """

    def __init__(self, model: SettlementNetwork, seed: int, nation: Nation, calendar: Calendar) -> None:
        self._model, self._nation, self._calendar = model, nation, calendar
        self._fees = FeeBook(seed)
        self._desks: dict[str, Desk] = {}
        self._institution = Stream(seed, "settlement/institution")
        self._e_card = Stream(seed, "settlement/e-card")
        self._price = Stream(seed, "settlement/price")

    def client(
        self, planned: Planned, person: InsuredPerson
    ) -> OutpatientVisit | PharmacyPurchase | InpatientStay:
        """Return the institution's side of a treatment, ready for its first message."""
        institution = self._institution_for(planned)
        desk = self._desk(institution, planned.treated)
        credential, demand = self._credential(planned, person), self._model.demand
        med_type = (EMERGENCY if planned.filing == "emergency" else USUAL).get(planned.kind, "")
        if planned.kind == "inpatient":
            budget_fen = sample_price_fen(demand.inpatient_price, self._price, planned.visit, 0)
            return InpatientStay(
                desk=desk,
                credential=credential,
                ipt_no=f"{planned.visit:012d}",
                batches=(self._fees.stay_charges(planned.visit, budget_fen),),
                med_type=med_type,
            )
        if planned.kind == "pharmacy":
            budget_fen = sample_price_fen(demand.pharmacy_price, self._price, planned.visit, 0)
            charges = self._fees.purchase_charges(planned.visit, budget_fen)
            return PharmacyPurchase(desk=desk, credential=credential, charges=charges)
        budget_fen = sample_price_fen(demand.outpatient_price, self._price, planned.visit, 0)
        return OutpatientVisit(
            desk=desk,
            credential=credential,
            ipt_otp_no=f"{planned.visit:012d}",
            charges=self._fees.visit_charges(planned.visit, institution.level, budget_fen),
            med_type=med_type,
        )

    def _institution_for(self, planned: Planned) -> MedicalInstitution:
        kind = "pharmacy" if planned.kind == "pharmacy" else "hospital"
        found = [each for each in self._nation.registries[planned.treated].institutions if each.kind == kind]
        return found[self._institution.below(len(found), planned.visit)]

    def _desk(self, institution: MedicalInstitution, city: str) -> Desk:
        desk = self._desks.get(institution.fixmedins_code)
        if desk is None:
            desk = self._desks[institution.fixmedins_code] = Desk(
                fixmedins_code=institution.fixmedins_code,
                fixmedins_name=institution.name,
                mdtrtarea_admvs=city,
                calendar=self._calendar,
            )
        return desk

    def _credential(self, planned: Planned, person: InsuredPerson) -> Credential:
        """Choose what the person shows: the electronic card by preference, the card, else the certificate."""
        number = essc_number(planned.city, planned.person)
        has_e_card = self._nation.registries[planned.city].by_credential("01", number) is not None
        if has_e_card and self._e_card.happens(self._model.demand.e_card, planned.visit):
            return Credential(mdtrt_cert_type="01", mdtrt_cert_no=number)
        if not person.card_number:
            return Credential(mdtrt_cert_type="02", mdtrt_cert_no=person.certno)
        return Credential(
            mdtrt_cert_type="03",
            mdtrt_cert_no=person.card_number,
            card_sn=person.card_sn,
            certno=person.certno,
            psn_name=person.psn_name,
        )
