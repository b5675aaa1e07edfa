"""The three kinds of visit as plans of messages that change something; queries are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from onecard.sim.settlement.clients.dialogue import Credential, Dialogue
from onecard.sim.settlement.clients.inpatient_stay import InpatientStay
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase

if TYPE_CHECKING:
    from onecard.sim.explore.errands import Errand
    from onecard.sim.settlement.clients.desk import Desk

__all__ = ["SETTLING", "Planned", "dialogue_of"]

SETTLING = {"2102": "2103", "2207": "2208", "2304": "2305"}
"""What settles → what cancels it."""


class Planned(Dialogue):
    """A dialogue whose plan can be changed.

    Attributes:
        SENDS: what a visit sends; the last one settles.
    """

    SENDS: ClassVar[tuple[str, ...]]

    def follow(self, *plan: str) -> None:
        """Replace the plan; clears the failure."""
        self._plan, self.failure = list(plan), None

    def undo(self) -> None:
        """Replace the plan by what takes back what was done, strictly backwards (ST-4)."""
        raise NotImplementedError


class _Purchase(PharmacyPurchase, Planned):
    SENDS = ("2102",)


class _OutpatientVisit(OutpatientVisit, Planned):
    SENDS = ("2201", "2203", "2204", "2207")


class _InpatientStay(InpatientStay, Planned):
    SENDS = ("2401", "2301", "2402", "2304")


def dialogue_of(wanted: Errand, desk: Desk) -> Planned:
    """Make the dialogue of a visit; the institution knows the person already."""
    person, number = wanted.person, f"{wanted.number:08d}"
    shown = Credential(
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_sn,
        certno=person.certno,
        psn_name=person.psn_name,
    )
    account = wanted.use_account
    dialogue: Planned
    if wanted.kind == "pharmacy":
        dialogue = _Purchase(desk=desk, credential=shown, charges=wanted.charges, use_account=account)
    elif wanted.kind == "outpatient":
        dialogue = _OutpatientVisit(
            desk=desk, credential=shown, ipt_otp_no=number, charges=wanted.charges, use_account=account
        )
    else:
        dialogue = _InpatientStay(
            desk=desk, credential=shown, ipt_no=number, batches=(wanted.charges,), use_account=account
        )
    dialogue.psn_no, dialogue.insutype = person.psn_no, person.insutype
    dialogue.certno, dialogue.psn_name = person.certno, person.psn_name
    dialogue.insuplc_admdvs = person.insuplc_admdvs
    dialogue.follow(*dialogue.SENDS)
    return dialogue
