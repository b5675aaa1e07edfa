"""Rows of the tables that a tier keeps.

Names are those of a city's copy of the platform in lower case (settlement.md §5.7); amounts are fen. Rows
that only this platform needs (messages, postings, sequences) have no model there.
"""

from __future__ import annotations

import msgspec

from onecard.sim.settlement.benefit import Used
from onecard.sim.settlement.benefit.outcome import Benefit

__all__ = [
    "AccumulationRow",
    "CalculationRow",
    "CardTacRow",
    "FeeRow",
    "InsuredVisitRow",
    "JournalRow",
    "MessageRow",
    "PostingRow",
    "ReversedRow",
    "SequenceRow",
    "SettlementRow",
    "VisitRow",
]


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    pass


class MessageRow(_Row, frozen=True, kw_only=True):
    """A message that changes state, and what was answered (settlement.md §10 Q-7).

    Attributes:
        message: ``msgid/infno``: card authentication travels under the number of its settlement (Q-10).
        digest: of the request, to tell a repeat from another message under the same number.
        state: ``"pending"`` while a neighbour's answer is out or lost, ``"answered"`` when it is final.
        forwarded: the request as it was sent on, for the very same bytes again; empty if it was not.
        reply: the final answer.
    """

    message: str
    msgid: str
    infno: str
    digest: str
    state: str
    fixmedins_code: str
    insu_admdvs: str
    mdtrt_id: str = ""
    forwarded: bytes = b""
    reply: bytes = b""
    received_us: int
    answered_us: int = 0


class JournalRow(_Row, frozen=True, kw_only=True):
    """A request as it came and its answer, with the times of both; written, never read back here."""

    entry: str
    infno: str
    request: bytes
    reply: bytes
    received_us: int
    answered_us: int


class ReversedRow(_Row, frozen=True, kw_only=True):
    """A message that was reversed, or that must not take effect if it arrives later (UR-8)."""

    omsgid: str
    oinfno: str
    by_msgid: str
    arrived: bool
    reversed_us: int


class SequenceRow(_Row, frozen=True, kw_only=True):
    """The last number dealt of a sequence, such as the visits of a day (settlement.md §2.4)."""

    name: str
    last: int


class PostingRow(_Row, frozen=True, kw_only=True):
    """A posting of the tier's book."""

    posting: str
    time_us: int
    reference: str
    purpose: str
    entries: tuple[tuple[str, int], ...]


class VisitRow(_Row, frozen=True, kw_only=True):
    """A visit at an institution here (MDTRT_D, OUTMED_MDTRT_D).

    Attributes:
        kind: ``"outpatient"``, ``"inpatient"`` or ``"pharmacy"``.
        number: institution and outpatient or inpatient number, to find the visit by.
        inhosp_stas: ``"1"`` in hospital, ``"0"`` discharged or never admitted.
        pending: the message that is out for this visit and not answered; others wait until it is.
        settled_times: settlements so far, cancelled ones included; numbers the next one.
        live_settlements: settlements in force.
    """

    mdtrt_id: str
    kind: str
    number: str
    psn_no: str
    psn_name: str = ""
    certno: str = ""
    insutype: str
    insu_admdvs: str
    fixmedins_code: str
    ipt_otp_no: str
    med_type: str = ""
    begntime: str = ""
    endtime: str = ""
    mdtrt_cert_type: str = ""
    mdtrt_cert_no: str = ""
    dise_codg: str = ""
    dscg_maindiag_code: str = ""
    adm_dept_codg: str = ""
    adm_bed: str = ""
    dscg_way: str = ""
    inhosp_stas: str = "0"
    diagnoses: int = 0
    emergency: bool = False
    year: int = 0
    pay_loc: str = "2"
    pending: str = ""
    settled_times: int = 0
    live_settlements: int = 0
    vali_flag: str = "1"


class FeeRow(_Row, frozen=True, kw_only=True):
    """A fee line (FEE_LIST_D, OUTMED_FEE_LIST_D); ``setl_id`` is empty while it is unsettled.

    Attributes:
        prior_setl_id: the settlement that was taken back last, to settle the line again should that be
            reversed (UR-6).
    """

    line: str
    feedetl_sn: str
    init_feedetl_sn: str = ""
    mdtrt_id: str
    psn_no: str
    chrg_bchno: str
    dise_codg: str = ""
    rx_drord_no: str = ""
    fee_ocur_time: str
    med_list_codg: str
    medins_list_codg: str
    list_type: str
    med_chrgitm_type: str
    chrgitm_lv: str
    pric_micro: int
    cnt_e4: int
    det_item_fee_sumamt: int
    pric_uplmt_amt_micro: int
    selfpay_prop_e4: int
    fulamt_ownpay_amt: int
    overlmt_selfpay: int
    preselfpay_amt: int
    inscp_amt: int
    setl_id: str = ""
    prior_setl_id: str = ""
    vali_flag: str = "1"


class InsuredVisitRow(_Row, frozen=True, kw_only=True):
    """A visit of a person insured here, wherever it is: what the insured place keeps of it.

    Attributes:
        stay: number of the stay in the year, from 1, as last settled; 0 for other visits.
        endtime: discharge, empty while in hospital and for other visits.
    """

    mdtrt_id: str
    psn_no: str
    insutype: str
    kind: str
    mdtrtarea_admvs: str
    fixmedins_code: str
    begntime: str
    year: int
    stay: int = 0
    endtime: str = ""
    is_open: bool = True
    live_settlements: int = 0
    settled_times: int = 0
    vali_flag: str = "1"


class SettlementRow(_Row, frozen=True, kw_only=True):
    """A settlement, or the cancellation or reversal of one (SETL_D, OUTMED_SETL_D).

    The same message gives the same row at every tier that it passes (settlement.md §9 C-29).

    Attributes:
        medins_setl_id: number of the message that settled, the ``omsgid`` of a reversal.
        init_setl_id: the settlement that this row takes back, empty for a settlement.
        setl_type: ``"2"``: online.
        mid_setl_flag: of a stay: ``"1"`` for an interim settlement, ``"0"`` for the one that ends it.
        details: ``setldetail`` as JSON.
        clr_day: day of the daily reconciliation, ``yyyy-MM-dd``, the same at all tiers.
        auth_serial: the card authentication that allowed it.
    """

    setl_id: str
    init_setl_id: str = ""
    mdtrt_id: str
    medins_setl_id: str
    psn_no: str
    psn_name: str = ""
    psn_cert_type: str = ""
    certno: str = ""
    gend: str = ""
    brdy: str = ""
    insutype: str
    psn_type: str
    cvlserv_flag: str
    insu_admdvs: str
    mdtrtarea_admvs: str
    pay_loc: str
    fixmedins_code: str
    dedc_hosp_lv: str
    setl_time: str
    med_type: str
    setl_type: str = "2"
    mid_setl_flag: str = ""
    medfee_sumamt: int
    fulamt_ownpay_amt: int
    overlmt_selfpay: int
    preselfpay_amt: int
    inscp_amt: int
    dedc_std: int = 0
    crt_dedc: int = 0
    act_pay_dedc: int
    hifp_pay: int
    pool_prop_selfpay_e4: int
    cvlserv_pay: int
    hifes_pay: int
    hifmi_pay: int
    hifob_pay: int
    hifdm_pay: int = 0
    maf_pay: int
    othfund_pay: int
    fund_pay_sumamt: int
    psn_pay: int
    acct_pay: int
    cash_payamt: int
    ownpay_hosp_part: int
    balc: int
    acct_mulaid_pay: int
    refd_setl_flag: str = "0"
    clr_optins: str
    clr_type: str
    clr_way: str = ""
    clr_day: str
    auth_serial: str = ""
    details: str = "[]"
    vali_flag: str = "1"
    opter_name: str = ""
    opt_time_us: int


class CalculationRow(_Row, frozen=True, kw_only=True):
    """How the insured place came to a settlement, to take it back exactly.

    Attributes:
        stay: number of the stay or visit in the year that it was computed with.
        filing: number of the filing that it used, empty for none.
    """

    setl_id: str
    psn_no: str
    insutype: str
    kind: str
    year: int
    setl_time_us: int
    benefit: Benefit
    entries: tuple[tuple[str, int], ...]
    stay: int = 0
    filing: str = ""


class AccumulationRow(_Row, frozen=True, kw_only=True):
    """What a person used of a year (settlement.md §2.6, accumulations of 0211)."""

    accumulation: str
    psn_no: str
    insutype: str
    year: int
    used: Used


class CardTacRow(_Row, frozen=True, kw_only=True):
    """A transaction check code of a settlement with a card (settlement.md §5.2 CA-6)."""

    setl_id: str
    tac: str
    auth_serial: str
    fixmedins_code: str
    mdtrt_id: str
    certno: str
    psn_no: str
    card_no: str
    psn_name: str
    rw_time: str
    vali_flag: str = "1"
