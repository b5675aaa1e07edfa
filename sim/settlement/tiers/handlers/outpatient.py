"""Duties in the transactions of outpatients, pharmacies and everybody: 1101, 2001, 2101 to 2208, 2601."""

from __future__ import annotations

from onecard.sim.settlement.tiers import reversal
from onecard.sim.settlement.tiers.handler import Handler, decoder_of
from onecard.sim.settlement.tiers.insured import person, taking_back, visits
from onecard.sim.settlement.tiers.insured import settlement as computing
from onecard.sim.settlement.tiers.treatment import fees, settlement
from onecard.sim.settlement.tiers.treatment import visits as registering

__all__ = ["OUTPATIENT"]

_PURCHASE_QUERY = Handler(
    place="both",
    treat=settlement.prepare_purchase,
    insure=computing.presettle_purchase,
    complete=settlement.purchased,
)
_PURCHASE = Handler(
    place="both",
    treat=settlement.prepare_purchase,
    insure=computing.purchase,
    complete=settlement.purchased,
    card=True,
)
_VISIT_INFORMATION = Handler(place="treatment", treat=registering.visit_information)
_PRESETTLEMENT = Handler(place="both", treat=settlement.prepare_outpatient, insure=computing.presettle)
_SETTLEMENT = Handler(
    place="both",
    treat=settlement.prepare_outpatient,
    insure=computing.settle,
    complete=settlement.settled,
    card=True,
)
_CANCELLATION = Handler(
    place="both",
    treat=settlement.prepare_cancellation,
    insure=taking_back.cancel,
    complete=settlement.cancelled,
)

OUTPATIENT: dict[str, Handler] = {
    "1101": Handler(place="insured", insure=person.person_information, home=person.home_of_credential),
    "2001": Handler(place="insured", insure=person.benefit_check),
    "2101": _PURCHASE_QUERY,
    "2101A": _PURCHASE_QUERY,
    "2102": _PURCHASE,
    "2102A": _PURCHASE,
    "2103": _CANCELLATION,
    "2201": Handler(
        place="both",
        treat=registering.prepare_registration,
        insure=visits.register,
        complete=registering.open_visit,
        opened=lambda output: output.data.mdtrt_id,
    ),
    "2202": Handler(
        place="both",
        treat=registering.check_cancellation,
        insure=visits.cancel_registration,
        complete=registering.close_visit,
    ),
    "2203": _VISIT_INFORMATION,
    "2203A": _VISIT_INFORMATION,
    "2204": Handler(place="treatment", treat=fees.upload_fees),
    "2205": Handler(place="treatment", treat=fees.cancel_fees),
    "2206": _PRESETTLEMENT,
    "2206A": _PRESETTLEMENT,
    "2207": _SETTLEMENT,
    "2207A": _SETTLEMENT,
    "2208": _CANCELLATION,
    "2601": Handler(
        place="both",
        treat=reversal.prepare_reversal,
        insure=reversal.reverse,
        complete=reversal.complete_reversal,
        answer=decoder_of(reversal.ReversalOutput),
    ),
}
"""Transaction number → who does it; 2206A and 2207A are aliases (settlement.md §2.3 [?])."""
