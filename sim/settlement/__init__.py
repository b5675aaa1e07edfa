"""Settlement network: envelope, transactions, benefits, the tiers, and the clients of institutions."""

from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, Failure, Settled, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.identities import IDENTITIES, Violation, check_identities
from onecard.sim.settlement.messages.reasons import REASONS, Reason
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution, Registry
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.handlers import HANDLERS

__all__ = [
    "HANDLERS",
    "IDENTITIES",
    "REASONS",
    "Calendar",
    "Charge",
    "CityTier",
    "Credential",
    "Desk",
    "Failure",
    "InsuredPerson",
    "MedicalInstitution",
    "OutpatientVisit",
    "PharmacyPurchase",
    "Reason",
    "Registry",
    "Settled",
    "Violation",
    "charge",
    "check_identities",
]
