"""A hospital's side of a stay (settlement.md §2.2, order of calls).

The plan can be followed in parts: the host asks for the next request at the simulated time at which the
hospital would send it, days apart. Fees go up in batches; with interim settlements every batch but the last
is settled before the discharge. :meth:`InpatientStay.undo` replaces the plan by what takes back what was
done, strictly backwards (ST-4): settlement, discharge, fees, admission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from onecard.sim.settlement.clients.dialogue import Dialogue
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_to_text
from onecard.sim.settlement.messages.inputs import (
    Admission,
    AdmissionInput,
    Cancellation,
    CancellationInput,
    Discharge,
    DischargeInput,
    InpatientDiagnosis,
    InpatientFeeCancellation,
    InpatientFeeCancellationInput,
    InpatientFeeInput,
    InpatientFeeLine,
    InpatientSettlement,
    InpatientSettlementInput,
    OutsideFiling,
    OutsideFilingInput,
    StayDiagnosis,
    StayReference,
    StayReferenceInput,
    Transfer,
    TransferInput,
)
from onecard.sim.settlement.messages.outputs import (
    AdmissionOutput,
    FeesOutput,
    SettlementInfo,
    SettlementOutput,
    TransferOutput,
)

if TYPE_CHECKING:
    from onecard.sim.settlement.clients.desk import Desk
    from onecard.sim.settlement.clients.dialogue import Charge, Credential

__all__ = ["FILINGS", "InpatientStay"]

FILINGS = {"transferred": "2501", "long-term": "OF01", "temporary": "OF01"}
"""How a person may file at the hospital's desk, before the admission: category → transaction."""

_OUTSIDE_TYPES = {"long-term": "1", "temporary": "2"}
_ADMISSION = msgspec.json.Decoder(AdmissionOutput)
_FEES = msgspec.json.Decoder(FeesOutput)
_SETTLEMENT = msgspec.json.Decoder(SettlementOutput)
_FILING = msgspec.json.Decoder(TransferOutput)


class InpatientStay(Dialogue):
    """A hospital's side of one stay.

    Args:
        desk: where the messages come from.
        credential: what the person showed.
        ipt_no: the hospital's inpatient number, unique in the hospital.
        batches: the bill, in the parts in which its lines are uploaded.
        interim: settle every batch but the last before the discharge.
        filing: what the person files before the admission, one of :data:`FILINGS`; empty for nothing.
        med_type: medical category; ``"24"`` is an emergency.
        use_account: whether the personal account pays.
        hospital_part_fen: what the hospital bears of the final settlement.
        dept_code: department.
        dept_name: its name.
        doctor_no: code of the attending doctor.
        doctor_name: name of the attending doctor.
        diagnosis: code and name of the main diagnosis.
    """

    UNDO: ClassVar = {"2304": "2305", "2402": "2405", "2301": "2302", "2401": "2404"}
    """What takes a transaction back (settlement.md §2.2)."""

    def __init__(
        self,
        *,
        desk: Desk,
        credential: Credential,
        ipt_no: str,
        batches: tuple[tuple[Charge, ...], ...],
        interim: bool = False,
        filing: str = "",
        med_type: str = "21",
        use_account: bool = True,
        hospital_part_fen: int = 0,
        dept_code: str = "A03",
        dept_name: str = "内科",
        doctor_no: str = "D310000000001",
        doctor_name: str = "医师",
        diagnosis: tuple[str, str] = ("J18.900", "肺炎"),
    ) -> None:
        super().__init__(desk=desk, credential=credential, plan=_plan(len(batches), interim, filing))
        self.ipt_no = ipt_no
        self.batches = batches
        self.filing = filing
        self.med_type = med_type
        self.use_account = use_account
        self.hospital_part_fen = hospital_part_fen
        self.dept_code, self.dept_name = dept_code, dept_name
        self.doctor_no, self.doctor_name = doctor_no, doctor_name
        self.diagnosis = diagnosis
        self.fees: list[FeesOutput] = []
        self.settlements: list[SettlementInfo] = []
        self.trt_dcla_detl_sn = ""
        self._settled_batches: list[int] = []
        self._taken_back: list[tuple[SettlementInfo, int]] = []

    @property
    def admitted(self) -> bool:
        """Whether the platform has the admission."""
        return bool(self.mdtrt_id)

    def undo(self) -> None:
        """Replace the plan by what takes back what was done, strictly backwards; clears the failure.

        A filing stays: it is the person's.
        """
        plan: list[str] = []
        for infno in reversed(self.done):
            back = self.UNDO.get(infno)
            if back is not None and plan[-1:] != [back]:
                plan.append(back)
        self._plan = plan
        self.failure = None

    # ---- filing and admission

    def _transfer(self, time: str) -> TransferInput:
        code, name = self.diagnosis
        sender = self.desk
        return TransferInput(
            Transfer(
                psn_no=self.psn_no,
                insutype=self.insutype,
                diag_code=code,
                diag_name=name,
                reflin_medins_no=sender.fixmedins_code,
                reflin_medins_name=sender.fixmedins_name,
                mdtrtarea_admdvs=sender.mdtrtarea_admvs,
                refl_type="3" if sender.mdtrtarea_admvs[:2] != self.insuplc_admdvs[:2] else "2",
                refl_date=time[:10],
                refl_rea="病情需要",
                refl_opnn="同意转院",
            )
        )

    def _outside(self, time: str) -> OutsideFilingInput:
        return OutsideFilingInput(
            OutsideFiling(
                psn_no=self.psn_no,
                insutype=self.insutype,
                rloc_type=_OUTSIDE_TYPES[self.filing],
                rloc_admdvs=self.desk.mdtrtarea_admvs,
                begndate=time[:10],
            )
        )

    def _read_filing(self, output: bytes) -> None:
        self.trt_dcla_detl_sn = _FILING.decode(output).result.trt_dcla_detl_sn

    def _admission(self, time: str) -> AdmissionInput:
        code, name = self.diagnosis
        return AdmissionInput(
            Admission(
                psn_no=self.psn_no,
                insutype=self.insutype,
                begntime=time,
                mdtrt_cert_type=self.credential.mdtrt_cert_type,
                mdtrt_cert_no=self.credential.mdtrt_cert_no,
                med_type=self.med_type,
                ipt_no=self.ipt_no,
                atddr_no=self.doctor_no,
                chfpdr_name=self.doctor_name,
                adm_diag_dscr=name,
                adm_dept_codg=self.dept_code,
                adm_dept_name=self.dept_name,
                adm_bed="1",
                dscg_maindiag_code=code,
                dscg_maindiag_name=name,
            ),
            [InpatientDiagnosis(**self._diagnosed(time))],
        )

    def _diagnosed(self, time: str) -> dict[str, Any]:
        code, name = self.diagnosis
        return {
            "psn_no": self.psn_no,
            "diag_type": "1",
            "maindiag_flag": "1",
            "diag_srt_no": 1,
            "diag_code": code,
            "diag_name": name,
            "diag_dept": self.dept_code,
            "dise_dor_no": self.doctor_no,
            "dise_dor_name": self.doctor_name,
            "diag_time": time,
        }

    def _read_admission(self, output: bytes) -> None:
        self.mdtrt_id = _ADMISSION.decode(output).result.mdtrt_id

    # ---- fees

    def _fee_lines(self, time: str) -> InpatientFeeInput:
        batch = len(self.fees)
        return InpatientFeeInput(
            [
                InpatientFeeLine(
                    feedetl_sn=f"{self.ipt_no[:20]}-{batch + 1}-{number}",
                    mdtrt_id=self.mdtrt_id,
                    psn_no=self.psn_no,
                    med_type=self.med_type,
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
                for number, line in enumerate(self.batches[batch], 1)
            ]
        )

    def _read_fees(self, output: bytes) -> None:
        self.fees.append(_FEES.decode(output))

    def _fee_cancellation(self, _time: str) -> InpatientFeeCancellationInput:
        return InpatientFeeCancellationInput(
            [InpatientFeeCancellation(feedetl_sn="0000", mdtrt_id=self.mdtrt_id, psn_no=self.psn_no)]
        )

    def _read_fee_cancellation(self, _output: bytes) -> None:
        del self.fees[self._settled :]

    # ---- settlement

    @property
    def _settled(self) -> int:
        """Number of the batches that are settled."""
        return sum(self._settled_batches)

    def _total(self, field: str) -> str:
        rows = [row for batch in self.fees[self._settled :] for row in batch.result]
        return fen_to_yuan(sum(fen_of(getattr(row, field), field) for row in rows))

    def _settlement(self, _time: str) -> InpatientSettlementInput:
        shown = self.credential
        interim = self._plan.count("2304") > 1
        part_fen = 0 if interim else self.hospital_part_fen
        said = msgspec.json.encode({"hosp_part_amt": fen_to_yuan(part_fen)}).decode() if part_fen else None
        return InpatientSettlementInput(
            InpatientSettlement(
                psn_no=self.psn_no,
                mdtrt_cert_type=shown.mdtrt_cert_type,
                mdtrt_cert_no=shown.mdtrt_cert_no,
                medfee_sumamt=self._total("det_item_fee_sumamt"),
                psn_setlway="01",
                mdtrt_id=self.mdtrt_id,
                insutype=self.insutype,
                acct_used_flag="1" if self.use_account else "0",
                mid_setl_flag="1" if interim else "0",
                fulamt_ownpay_amt=self._total("fulamt_ownpay_amt"),
                overlmt_selfpay=self._total("overlmt_amt"),
                preselfpay_amt=self._total("preselfpay_amt"),
                inscp_scp_amt=self._total("inscp_scp_amt"),
                card_sn=shown.card_sn or None,
                certno=self.certno,
                psn_name=self.psn_name,
                expContent=said,
            )
        )

    def _read_presettlement(self, output: bytes) -> None:
        self.presettled = _SETTLEMENT.decode(output).setlinfo

    def _read_settlement(self, output: bytes) -> None:
        self.settlement = _SETTLEMENT.decode(output).setlinfo
        self.settlements.append(self.settlement)
        self._settled_batches.append(len(self.fees) - self._settled)

    def _cancellation(self, _time: str) -> CancellationInput:
        setl_id = self.settlements[-1].setl_id if self.settlements else None
        return CancellationInput(
            Cancellation(setl_id=setl_id or "", mdtrt_id=self.mdtrt_id, psn_no=self.psn_no)
        )

    def _read_cancellation(self, output: bytes) -> None:
        _SETTLEMENT.decode(output)
        self.note_taken_back()

    def note_taken_back(self) -> None:
        """Note that the last settlement is no more: it was cancelled, or reversed by 2601."""
        self._taken_back.append((self.settlements.pop(), self._settled_batches.pop()))
        self.settlement = self.settlements[-1] if self.settlements else None

    def note_restored(self) -> None:
        """Note that the settlement cancelled last is in force again: its cancellation was reversed (UR-6)."""
        self.settlement, batches = self._taken_back.pop()
        self.settlements.append(self.settlement)
        self._settled_batches.append(batches)

    # ---- discharge, and what takes it and the admission back

    def _discharge(self, time: str) -> DischargeInput:
        return DischargeInput(
            Discharge(
                mdtrt_id=self.mdtrt_id,
                psn_no=self.psn_no,
                insutype=self.insutype,
                endtime=time,
                dscg_dept_codg=self.dept_code,
                dscg_dept_name=self.dept_name,
                dscg_way="1",
            ),
            [StayDiagnosis(**self._diagnosed(time), mdtrt_id=self.mdtrt_id)],
        )

    def _reference(self, _time: str) -> StayReferenceInput:
        return StayReferenceInput(StayReference(mdtrt_id=self.mdtrt_id, psn_no=self.psn_no))

    def _read_admission_cancellation(self, _output: bytes) -> None:
        self.mdtrt_id = ""

    _build: ClassVar = {
        "1101": Dialogue.query_person,
        "2501": _transfer,
        "OF01": _outside,
        "2401": _admission,
        "2301": _fee_lines,
        "2303": _settlement,
        "2304": _settlement,
        "2402": _discharge,
        "2305": _cancellation,
        "2405": _reference,
        "2302": _fee_cancellation,
        "2404": _reference,
    }
    _read: ClassVar = {
        "1101": Dialogue.read_person,
        "2501": _read_filing,
        "OF01": _read_filing,
        "2401": _read_admission,
        "2301": _read_fees,
        "2303": _read_presettlement,
        "2304": _read_settlement,
        "2305": _read_cancellation,
        "2302": _read_fee_cancellation,
        "2404": _read_admission_cancellation,
    }


def _plan(batches: int, interim: bool, filing: str) -> tuple[str, ...]:
    """Write the order of calls."""
    filed = (FILINGS[filing],) if filing else ()
    between = ("2301", "2303", "2304") if interim else ("2301",)
    return ("1101", *filed, "2401", *between * (batches - 1), "2301", "2303", "2402", "2304")
