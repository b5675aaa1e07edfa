"""A hospital's side of an outpatient visit (settlement.md §2.2, order of calls).

The plan can be followed in parts: registration ends when :attr:`OutpatientVisit.registered` is true, and the
charges may be set later. After a failure :meth:`OutpatientVisit.undo` replaces the plan by what takes back
what was done, strictly backwards (ST-4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from onecard.sim.settlement.clients.dialogue import Dialogue
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_to_text
from onecard.sim.settlement.messages.inputs import (
    Diagnosis,
    FeeCancellation,
    FeeCancellationInput,
    FeeInput,
    FeeLine,
    Registration,
    RegistrationCancellation,
    RegistrationCancellationInput,
    RegistrationInput,
    Settlement,
    SettlementInput,
    VisitInformation,
    VisitInformationInput,
)
from onecard.sim.settlement.messages.outputs import FeesOutput, RegistrationOutput, SettlementOutput

if TYPE_CHECKING:
    from onecard.sim.settlement.clients.desk import Desk
    from onecard.sim.settlement.clients.dialogue import Charge, Credential

__all__ = ["OutpatientVisit"]

_REGISTRATION = msgspec.json.Decoder(RegistrationOutput)
_FEES = msgspec.json.Decoder(FeesOutput)
_SETTLEMENT = msgspec.json.Decoder(SettlementOutput)


class OutpatientVisit(Dialogue):
    """A hospital's side of one outpatient visit.

    Args:
        desk: where the messages come from.
        credential: what the person showed.
        ipt_otp_no: the hospital's number of the visit, unique in the hospital.
        charges: the bill; may be set later, before the fee lines are sent.
        med_type: medical category.
        use_account: whether the personal account pays.
        dept_code: department.
        dept_name: its name.
        doctor_no: code of the attending doctor.
        doctor_name: name of the attending doctor.
        diagnosis: code and name of the main diagnosis.
    """

    PLAN = ("1101", "2201", "2203", "2204", "2206", "2207")
    UNDO: ClassVar = {"2207": "2208", "2204": "2205", "2201": "2202"}
    """What takes a transaction back; in the order settlement, fees, registration (settlement.md §2.2)."""

    def __init__(
        self,
        *,
        desk: Desk,
        credential: Credential,
        ipt_otp_no: str,
        charges: tuple[Charge, ...] = (),
        med_type: str = "11",
        use_account: bool = True,
        dept_code: str = "A03",
        dept_name: str = "内科",
        doctor_no: str = "D310000000001",
        doctor_name: str = "医师",
        diagnosis: tuple[str, str] = ("J06.900", "急性上呼吸道感染"),
    ) -> None:
        super().__init__(desk=desk, credential=credential, plan=self.PLAN)
        self.ipt_otp_no = ipt_otp_no
        self.charges = charges
        self.med_type = med_type
        self.use_account = use_account
        self.dept_code, self.dept_name = dept_code, dept_name
        self.doctor_no, self.doctor_name = doctor_no, doctor_name
        self.diagnosis = diagnosis
        self.fees: FeesOutput | None = None

    @property
    def registered(self) -> bool:
        """Whether the platform has the registration."""
        return bool(self.mdtrt_id)

    def undo(self) -> None:
        """Replace the plan by what takes back what was done, strictly backwards; clears the failure."""
        self._plan = [undo for done, undo in self.UNDO.items() if done in self.done]
        self.failure = None

    def _registration(self, time: str) -> RegistrationInput:
        return RegistrationInput(
            Registration(
                psn_no=self.psn_no,
                insutype=self.insutype,
                begntime=time,
                mdtrt_cert_type=self.credential.mdtrt_cert_type,
                mdtrt_cert_no=self.credential.mdtrt_cert_no,
                ipt_otp_no=self.ipt_otp_no,
                atddr_no=self.doctor_no,
                dr_name=self.doctor_name,
                dept_code=self.dept_code,
                dept_name=self.dept_name,
                caty=self.dept_code,
            )
        )

    def _read_registration(self, output: bytes) -> None:
        self.mdtrt_id = _REGISTRATION.decode(output).data.mdtrt_id

    def _visit_information(self, time: str) -> VisitInformationInput:
        code, name = self.diagnosis
        return VisitInformationInput(
            VisitInformation(
                mdtrt_id=self.mdtrt_id, psn_no=self.psn_no, med_type=self.med_type, begntime=time
            ),
            [
                Diagnosis(
                    diag_type="1",
                    diag_srt_no=1,
                    diag_code=code,
                    diag_name=name,
                    diag_dept=self.dept_code,
                    dise_dor_no=self.doctor_no,
                    dise_dor_name=self.doctor_name,
                    diag_time=time,
                    vali_flag="1",
                )
            ],
        )

    def _fee_lines(self, time: str) -> FeeInput:
        return FeeInput(
            [
                FeeLine(
                    feedetl_sn=f"{self.ipt_otp_no[:24]}-{number}",
                    mdtrt_id=self.mdtrt_id,
                    psn_no=self.psn_no,
                    chrg_bchno="1",
                    rx_circ_flag="0",
                    fee_ocur_time=time,
                    med_list_codg=line.med_list_codg,
                    medins_list_codg=line.med_list_codg,
                    det_item_fee_sumamt=fen_to_yuan(line.amount_fen),
                    cnt=scaled_to_text(line.count_e4, 4),
                    pric=scaled_to_text(line.price_micro, 6),
                    bilg_dept_codg=self.dept_code,
                    bilg_dept_name=self.dept_name,
                    bilg_dr_codg=self.doctor_no,
                    bilg_dr_name=self.doctor_name,
                    hosp_appr_flag="1",
                )
                for number, line in enumerate(self.charges, 1)
            ]
        )

    def _read_fees(self, output: bytes) -> None:
        self.fees = _FEES.decode(output)

    def _total(self, field: str) -> str:
        rows = [] if self.fees is None else self.fees.result
        return fen_to_yuan(sum(fen_of(getattr(row, field), field) for row in rows))

    def _presettlement(self, _time: str) -> SettlementInput:
        shown = self.credential
        return SettlementInput(
            Settlement(
                psn_no=self.psn_no,
                mdtrt_cert_type=shown.mdtrt_cert_type,
                mdtrt_cert_no=shown.mdtrt_cert_no,
                med_type=self.med_type,
                medfee_sumamt=self._total("det_item_fee_sumamt"),
                psn_setlway="01",
                mdtrt_id=self.mdtrt_id,
                chrg_bchno="1",
                insutype=self.insutype,
                acct_used_flag="1" if self.use_account else "0",
                card_sn=shown.card_sn or None,
                certno=self.certno,
                psn_name=self.psn_name,
            )
        )

    def _read_presettlement(self, output: bytes) -> None:
        self.presettled = _SETTLEMENT.decode(output).setlinfo

    def _settlement(self, time: str) -> SettlementInput:
        node = self._presettlement(time)
        node.data.fulamt_ownpay_amt = self._total("fulamt_ownpay_amt")
        node.data.overlmt_selfpay = self._total("overlmt_amt")
        node.data.preselfpay_amt = self._total("preselfpay_amt")
        node.data.inscp_scp_amt = self._total("inscp_scp_amt")
        node.data.expContent = self.credential.extension
        return node

    def _read_settlement(self, output: bytes) -> None:
        self.settlement = _SETTLEMENT.decode(output).setlinfo

    def _fee_cancellation(self, _time: str) -> FeeCancellationInput:
        return FeeCancellationInput(
            FeeCancellation(mdtrt_id=self.mdtrt_id, chrg_bchno="0000", psn_no=self.psn_no)
        )

    def _registration_cancellation(self, _time: str) -> RegistrationCancellationInput:
        return RegistrationCancellationInput(
            RegistrationCancellation(psn_no=self.psn_no, mdtrt_id=self.mdtrt_id, ipt_otp_no=self.ipt_otp_no)
        )

    _build: ClassVar = {
        "1101": Dialogue.query_person,
        "2201": _registration,
        "2203": _visit_information,
        "2204": _fee_lines,
        "2206": _presettlement,
        "2207": _settlement,
        "2208": Dialogue.cancellation,
        "2205": _fee_cancellation,
        "2202": _registration_cancellation,
    }
    _read: ClassVar = {
        "1101": Dialogue.read_person,
        "2201": _read_registration,
        "2204": _read_fees,
        "2206": _read_presettlement,
        "2207": _read_settlement,
        "2208": Dialogue.read_cancellation,
    }
