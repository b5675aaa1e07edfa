"""Transactions of outpatients, pharmacies and everybody: 1101, 2001, 2101 to 2103, 2201 to 2208, 2601."""

from __future__ import annotations

from onecard.sim.settlement.messages import inputs, outputs
from onecard.sim.settlement.tiers import reversal
from onecard.sim.settlement.tiers.handler import Handler, decoder_of
from onecard.sim.settlement.tiers.insured import person, visits
from onecard.sim.settlement.tiers.insured import settlement as computing
from onecard.sim.settlement.tiers.treatment import fees, settlement
from onecard.sim.settlement.tiers.treatment import visits as registering

__all__ = ["OUTPATIENT"]

_SETTLEMENT_OUTPUT = decoder_of(outputs.SettlementOutput)
_PURCHASE_OUTPUT = decoder_of(outputs.PurchaseOutput)

_VISIT_INFORMATION = Handler(
    title=("outpatient visit information", "门诊就诊信息上传"),
    decoder=decoder_of(inputs.VisitInformationInput),
    place="treatment",
    treat=registering.visit_information,
    node="mdtrtinfo",
)
_PRESETTLEMENT = Handler(
    title=("outpatient pre-settlement", "门诊预结算"),
    decoder=decoder_of(inputs.SettlementInput),
    place="both",
    treat=settlement.prepare_outpatient,
    insure=computing.presettle,
    output=_SETTLEMENT_OUTPUT,
    complete=lambda _city, _call, output, _rows: output,
    changes_state=False,
)
_SETTLEMENT = Handler(
    title=("outpatient settlement", "门诊结算"),
    decoder=decoder_of(inputs.SettlementInput),
    place="both",
    treat=settlement.prepare_outpatient,
    insure=computing.settle,
    complete=settlement.settled,
    output=_SETTLEMENT_OUTPUT,
    card=True,
)

OUTPATIENT: dict[str, Handler] = {
    "1101": Handler(
        title=("person information", "人员基本信息获取"),
        decoder=decoder_of(inputs.PersonQueryInput),
        place="insured",
        insure=person.person_information,
        home=person.home_of_credential,
        names_person=False,
        changes_state=False,
    ),
    "2001": Handler(
        title=("benefit check", "待遇检查"),
        decoder=decoder_of(inputs.TreatmentCheckInput),
        place="insured",
        insure=person.benefit_check,
        changes_state=False,
    ),
    "2101": Handler(
        title=("pharmacy pre-settlement", "药店预结算"),
        decoder=decoder_of(inputs.DrugPurchaseInput),
        place="both",
        treat=settlement.prepare_purchase,
        insure=computing.presettle_purchase,
        complete=settlement.purchased,
        output=_PURCHASE_OUTPUT,
        node="druginfo",
        changes_state=False,
    ),
    "2102": Handler(
        title=("pharmacy settlement", "药店结算"),
        decoder=decoder_of(inputs.DrugPurchaseInput),
        place="both",
        treat=settlement.prepare_purchase,
        insure=computing.purchase,
        complete=settlement.purchased,
        output=_PURCHASE_OUTPUT,
        node="druginfo",
        card=True,
    ),
    "2103": Handler(
        title=("cancel pharmacy settlement", "药店结算撤销"),
        decoder=decoder_of(inputs.CancellationInput),
        place="both",
        treat=settlement.prepare_cancellation,
        insure=computing.cancel,
        complete=settlement.cancelled,
        output=_SETTLEMENT_OUTPUT,
    ),
    "2201": Handler(
        title=("outpatient registration", "门诊挂号"),
        decoder=decoder_of(inputs.RegistrationInput),
        place="both",
        treat=registering.prepare_registration,
        insure=visits.register,
        complete=registering.open_visit,
        output=decoder_of(outputs.RegistrationOutput),
        opened=lambda output: output.data.mdtrt_id,
    ),
    "2202": Handler(
        title=("cancel outpatient registration", "门诊挂号撤销"),
        decoder=decoder_of(inputs.RegistrationCancellationInput),
        place="both",
        treat=registering.check_cancellation,
        insure=visits.cancel_registration,
        complete=registering.close_visit,
    ),
    "2203": _VISIT_INFORMATION,
    "2203A": _VISIT_INFORMATION,
    "2204": Handler(
        title=("upload outpatient fees", "门诊费用明细信息上传"),
        decoder=decoder_of(inputs.FeeInput),
        place="treatment",
        treat=fees.upload_fees,
        node="",
    ),
    "2205": Handler(
        title=("cancel outpatient fees", "门诊费用明细信息撤销"),
        decoder=decoder_of(inputs.FeeCancellationInput),
        place="treatment",
        treat=fees.cancel_fees,
    ),
    "2206": _PRESETTLEMENT,
    "2206A": _PRESETTLEMENT,
    "2207": _SETTLEMENT,
    "2207A": _SETTLEMENT,
    "2208": Handler(
        title=("cancel outpatient settlement", "门诊结算撤销"),
        decoder=decoder_of(inputs.CancellationInput),
        place="both",
        treat=settlement.prepare_cancellation,
        insure=computing.cancel,
        complete=settlement.cancelled,
        output=_SETTLEMENT_OUTPUT,
    ),
    "2601": Handler(
        title=("reversal", "冲正"),
        decoder=decoder_of(inputs.ReversalInput),
        place="both",
        treat=reversal.prepare_reversal,
        insure=reversal.reverse,
        complete=reversal.complete_reversal,
        output=decoder_of(reversal.ReversalOutput),
    ),
}
"""Transaction number → what it is; 2206A and 2207A are aliases (settlement.md §2.3 [?])."""
