"""Filing of a transfer to another institution (转院备案): 2501, cancelled by 2502 (settlement.md §2.3).

The table of 2502 is not in the facts; it names the filing that 2501 returned [?]. Long-term and other
temporary filings (异地就医备案) reach the insured place over apps and counters (§5.4); the interface has no
message for them, so ``OF01`` files and ``OF02`` withdraws, both of this project.
"""

from __future__ import annotations

from onecard.sim.settlement.messages.fields import (
    Code3,
    Code30,
    Date,
    Message,
    Node,
    Optional3,
    Optional6,
    Optional50,
    Optional200,
    Optional500,
    Optional2000,
    OptionalCode3,
    OptionalCode6,
    OptionalDate,
    Text6,
    Text20,
    Text30,
    Text100,
    Text200,
)

__all__ = [
    "OutsideFiling",
    "OutsideFilingInput",
    "Transfer",
    "TransferCancellation",
    "TransferCancellationInput",
    "TransferInput",
    "TransferOutput",
    "TransferResult",
]


class Transfer(Node, kw_only=True):
    """2501 ``refmedin``."""

    psn_no: Text30
    insutype: OptionalCode6 = None
    tel: Optional50 = None
    addr: Optional200 = None
    insu_optins: Optional6 = None
    diag_code: Text20
    diag_name: Text100
    dise_cond_dscr: Optional2000 = None
    reflin_medins_no: Text30
    reflin_medins_name: Text200
    mdtrtarea_admdvs: Text6
    hosp_agre_refl_flag: OptionalCode3 = None
    refl_type: Code30
    refl_date: Date
    refl_rea: Text100
    refl_opnn: Text200
    begndate: OptionalDate = None
    enddate: OptionalDate = None
    refl_used_flag: Optional3 = None


class TransferInput(Message):
    """Input of 2501."""

    refmedin: Transfer


class TransferResult(Node, kw_only=True):
    """2501 ``result``: number of the filing."""

    trt_dcla_detl_sn: Text30


class TransferOutput(Message, kw_only=True):
    """Output of 2501."""

    result: TransferResult


class OutsideFiling(Node, kw_only=True):
    """OF01 ``outmed``, project-defined.

    ``rloc_type`` is the category: 1 long-term, 2 other temporary; ``rloc_rea`` the reason (§3.6).
    """

    psn_no: Text30
    insutype: OptionalCode6 = None
    rloc_type: Code3
    rloc_admdvs: Text6
    rloc_rea: OptionalCode3 = None
    addr: Optional200 = None
    tel: Optional50 = None
    agnter_name: Optional50 = None
    agnter_tel: Optional50 = None
    begndate: OptionalDate = None
    enddate: OptionalDate = None


class OutsideFilingInput(Message):
    """Input of OF01."""

    outmed: OutsideFiling


class TransferCancellation(Node, kw_only=True):
    """2502 and OF02 ``data`` [?]."""

    trt_dcla_detl_sn: Text30
    psn_no: Text30
    memo: Optional500 = None


class TransferCancellationInput(Message):
    """Input of 2502 and OF02."""

    data: TransferCancellation
