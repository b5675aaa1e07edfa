"""The transactions of a city, as a table: whose duty each is, and who does it."""

from onecard.sim.settlement.tiers.handler import Handler
from onecard.sim.settlement.tiers.handlers.inpatient import INPATIENT
from onecard.sim.settlement.tiers.handlers.money import MONEY
from onecard.sim.settlement.tiers.handlers.office import OFFICE
from onecard.sim.settlement.tiers.handlers.outpatient import OUTPATIENT

__all__ = ["HANDLERS", "Handler"]

HANDLERS: dict[str, Handler] = {**OUTPATIENT, **INPATIENT, **OFFICE, **MONEY}
"""Transaction number → what it is; 2206A and 2207A are aliases (settlement.md §2.3 [?])."""
