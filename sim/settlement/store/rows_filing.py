"""Rows of filings for care outside the insured place (settlement.md §5.4).

Long-term and other temporary filings are in OUT_APPY_EVT_C, transfers in REFL_APPY_EVT_C, with the columns
that the facts describe; where they give no column name, the name is the interface's or this project's
(``chk_stas`` review status, ``rpt_stas`` report status, ``dcla_souc`` source).
"""

from __future__ import annotations

import msgspec

__all__ = ["FilingRow", "OutsideFilingRow", "TransferRow"]


class FilingRow(msgspec.Struct, frozen=True, kw_only=True):
    """What both kinds have.

    Attributes:
        trt_dcla_detl_sn: number of the filing.
        evtsn: number of the event that brought it.
        filing: category: ``"long-term"``, ``"transferred"`` or ``"temporary"``.
        dcla_souc: where it comes from: ``"registry"``, or the transaction's number.
        rloc_admdvs: where to: a province, a city or a district.
        rloc_coty_type: kind of area: 1 another district of the city, 2 another city of the province,
            3 another province (settlement.md §3.6).
        out_onln_way: over which platform: 1 the province's, 2 the national one [?].
        begndate: first day, empty for long ago.
        enddate: last day, empty for no end.
        rpt_stas: 1: reported to the higher tier.
        chk_stas: review status, 1: approved.
        fixmedins_code: institution that sent it.
        opt_time: when it was made; before discharge it counts, after that not.
    """

    trt_dcla_detl_sn: str
    evtsn: str
    filing: str
    dcla_souc: str
    psn_no: str
    insutype: str = ""
    insu_admdvs: str
    rloc_admdvs: str
    rloc_coty_type: str
    out_onln_way: str
    addr: str = ""
    tel: str = ""
    begndate: str = ""
    enddate: str = ""
    rpt_stas: str = "1"
    chk_stas: str = "1"
    vali_flag: str = "1"
    fixmedins_code: str = ""
    opt_time: str = ""


class OutsideFilingRow(FilingRow, frozen=True, kw_only=True):
    """A long-term or other temporary filing (OUT_APPY_EVT_C).

    Attributes:
        rloc_rea: reason of the stay outside (settlement.md §3.6).
        agnter_name: who filed on the person's behalf.
        agnter_tel: telephone of that person.
    """

    rloc_rea: str = ""
    agnter_name: str = ""
    agnter_tel: str = ""


class TransferRow(FilingRow, frozen=True, kw_only=True):
    """A transfer (REFL_APPY_EVT_C).

    Attributes:
        allo_setl_cnt: how many settlements it allows, 0 for any number.
        used_setl_cnt: how many settlements in force use it.
        mdtrt_id: the visit that used it last.
        setl_id: the settlement that used it last.
    """

    diag_code: str = ""
    diag_name: str = ""
    reflin_medins_no: str = ""
    reflin_medins_name: str = ""
    refl_type: str = ""
    refl_date: str = ""
    refl_rea: str = ""
    refl_opnn: str = ""
    allo_setl_cnt: int = 0
    used_setl_cnt: int = 0
    mdtrt_id: str = ""
    setl_id: str = ""
