"""Settlement network: envelope, transactions, benefits, the city platform, and its clients."""

from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import Charge, Credential, Failure, Settled, charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.calendar import Calendar
from onecard.sim.settlement.messages.identities import IDENTITIES, Violation, check_identities
from onecard.sim.settlement.messages.reasons import REASONS, Reason
from onecard.sim.settlement.platform import TRANSACTIONS, CityPlatform
from onecard.sim.settlement.registry import InsuredPerson, MedicalInstitution, Registry

__all__ = [
    "IDENTITIES",
    "REASONS",
    "TRANSACTIONS",
    "Calendar",
    "Charge",
    "CityPlatform",
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
