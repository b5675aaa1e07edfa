"""A pharmacy's side of a purchase: 1101, 2101, 2102 (settlement.md §2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from onecard.sim.settlement.clients.dialogue import Dialogue
from onecard.sim.settlement.messages.amounts import fen_to_yuan, scaled_to_text
from onecard.sim.settlement.messages.inputs import DrugDetail, DrugInfo, DrugPurchaseInput
from onecard.sim.settlement.messages.outputs import PurchaseOutput

if TYPE_CHECKING:
    from onecard.sim.settlement.clients.desk import Desk
    from onecard.sim.settlement.clients.dialogue import Charge, Credential

__all__ = ["PharmacyPurchase"]

_PURCHASE = msgspec.json.Decoder(PurchaseOutput)


class PharmacyPurchase(Dialogue):
    """A pharmacy's side of one purchase.

    Args:
        desk: where the messages come from.
        credential: what the person showed.
        charges: the bill.
        use_account: whether the personal account pays.
    """

    PLAN = ("1101", "2101", "2102")

    def __init__(
        self, *, desk: Desk, credential: Credential, charges: tuple[Charge, ...], use_account: bool = True
    ) -> None:
        super().__init__(desk=desk, credential=credential, plan=self.PLAN)
        self.charges = charges
        self.use_account = use_account

    def undo(self) -> None:
        """Replace the plan by the cancellation of the purchase, if it was settled; clears the failure."""
        self._plan = ["2103"] if "2102" in self.done else []
        self.failure = None

    def _purchase(self, time: str) -> DrugPurchaseInput:
        shown = self.credential
        total_fen = sum(line.amount_fen for line in self.charges)
        return DrugPurchaseInput(
            DrugInfo(
                psn_no=self.psn_no,
                mdtrt_cert_type=shown.mdtrt_cert_type,
                mdtrt_cert_no=shown.mdtrt_cert_no,
                begntime=time,
                medfee_sumamt=fen_to_yuan(total_fen),
                insutype=self.insutype,
                acct_used_flag="1" if self.use_account else "0",
                med_type="41",
                card_sn=shown.card_sn or None,
                certno=self.certno,
                psn_name=self.psn_name,
                expContent=shown.extension,
            ),
            [
                DrugDetail(
                    feedetl_sn=str(number),
                    rx_circ_flag="0",
                    fee_ocur_time=time,
                    med_list_codg=line.med_list_codg,
                    medins_list_codg=line.med_list_codg,
                    det_item_fee_sumamt=fen_to_yuan(line.amount_fen),
                    cnt=scaled_to_text(line.count_e4, 4),
                    pric=scaled_to_text(line.price_micro, 6),
                )
                for number, line in enumerate(self.charges, 1)
            ],
        )

    def _read_presettlement(self, output: bytes) -> None:
        self.presettled = _PURCHASE.decode(output).setlinfo

    def _read_settlement(self, output: bytes) -> None:
        self.settlement = _PURCHASE.decode(output).setlinfo
        self.mdtrt_id = self.settlement.mdtrt_id

    _build: ClassVar = {
        "1101": Dialogue.query_person,
        "2101": _purchase,
        "2102": _purchase,
        "2103": Dialogue.cancellation,
    }
    _read: ClassVar = {
        "1101": Dialogue.read_person,
        "2101": _read_presettlement,
        "2102": _read_settlement,
        "2103": Dialogue.read_cancellation,
    }
