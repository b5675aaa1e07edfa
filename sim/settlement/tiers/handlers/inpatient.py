"""Duties in the transactions of stays and filings: 2301 to 2305, 2401 to 2405, 2501, 2502, OF01, OF02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.settlement.tiers.handler import Handler
from onecard.sim.settlement.tiers.insured import filing, taking_back
from onecard.sim.settlement.tiers.insured import inpatient as insured
from onecard.sim.settlement.tiers.insured import settlement as computing
from onecard.sim.settlement.tiers.treatment import inpatient, settlement, stay_fees, stay_settlement

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.outputs import AdmissionOutput

__all__ = ["INPATIENT"]


def _opened(output: AdmissionOutput) -> str:
    return output.result.mdtrt_id


_PRESETTLEMENT = Handler(place="both", treat=stay_settlement.prepare_stay, insure=computing.presettle)
_SETTLEMENT = Handler(
    place="both",
    treat=stay_settlement.prepare_stay,
    insure=computing.settle,
    complete=stay_settlement.stay_settled,
    card=True,
)

INPATIENT: dict[str, Handler] = {
    "2301": Handler(place="treatment", treat=stay_fees.upload_stay_fees),
    "2302": Handler(place="treatment", treat=stay_fees.cancel_stay_fees),
    "2303": _PRESETTLEMENT,
    "2303A": _PRESETTLEMENT,
    "2304": _SETTLEMENT,
    "2304A": _SETTLEMENT,
    "2305": Handler(
        place="both",
        treat=settlement.prepare_cancellation,
        insure=taking_back.cancel,
        complete=settlement.cancelled,
    ),
    "2401": Handler(
        place="both",
        treat=inpatient.prepare_admission,
        insure=insured.admit,
        complete=inpatient.admitted,
        opened=_opened,
    ),
    "2402": Handler(
        place="both",
        treat=inpatient.prepare_discharge,
        insure=insured.discharge,
        complete=inpatient.discharged,
    ),
    "2403": Handler(place="treatment", treat=inpatient.change_admission),
    "2404": Handler(
        place="both",
        treat=inpatient.check_stay,
        insure=insured.cancel_admission,
        complete=inpatient.admission_cancelled,
    ),
    "2405": Handler(
        place="both",
        treat=inpatient.check_stay,
        insure=insured.cancel_discharge,
        complete=inpatient.discharge_cancelled,
    ),
    "2501": Handler(place="insured", insure=filing.file_transfer),
    "2502": Handler(place="insured", insure=filing.cancel_transfer),
    "OF01": Handler(place="insured", insure=filing.file_outside),
    "OF02": Handler(place="insured", insure=filing.withdraw_outside),
}
"""Transaction number → who does it."""
