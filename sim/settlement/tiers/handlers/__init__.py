"""The transactions of a city, as a table: whose duty each is, and who does it."""

from onecard.sim.settlement.messages.transactions import TRANSACTIONS
from onecard.sim.settlement.tiers.handler import Handler, visit_node
from onecard.sim.settlement.tiers.handlers.inpatient import INPATIENT
from onecard.sim.settlement.tiers.handlers.money import MONEY
from onecard.sim.settlement.tiers.handlers.office import OFFICE
from onecard.sim.settlement.tiers.handlers.outpatient import OUTPATIENT

__all__ = ["HANDLERS", "VISIT_NODES", "Handler"]

HANDLERS: dict[str, Handler] = {**OUTPATIENT, **INPATIENT, **OFFICE, **MONEY}
"""Transaction number → who does it; the A variants are aliases (settlement.md §2.3 [?])."""

VISIT_NODES: dict[str, str] = {infno: visit_node(TRANSACTIONS[infno]) for infno in HANDLERS}
"""Transaction number → the input node that names the visit, or ``""``."""
