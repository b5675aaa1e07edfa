"""The rows of ``setldetail``: fund by fund, with limit and the calculation as text (settlement.md §3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.benefit.terms import WHOLE
from onecard.sim.units.money import fen_to_yuan

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.outcome import Benefit

__all__ = ["FUND_TYPES", "HOSPITAL_TYPE", "RESIDENT_POOL", "FundRow", "fund_rows"]

FUND_TYPES: dict[str, tuple[str, str]] = {
    "hifp_pay": ("310100", "职工基本医疗保险统筹基金"),
    "hifob_pay": ("330100", "职工大额医疗费用补助"),
    "hifmi_pay": ("390200", "居民大病保险"),
    "maf_pay": ("610100", "医疗救助"),
    "cvlserv_pay": ("320100", "公务员医疗补助"),
    "hifes_pay": ("370100", "企业补充医疗保险"),
    "hifdm_pay": ("350100", "伤残军人医疗补助"),
    "acct_pay": ("310200", "个人账户"),
}
"""Fund type and name by field (settlement.md §3.5, the codes ending 00: §10 Q-5), for employees."""
RESIDENT_POOL = ("390100", "居民基本医疗保险统筹基金")
HOSPITAL_TYPE = ("999996", "医院负担")
_RESIDENT = "39"


class FundRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``setldetail``.

    Attributes:
        fund_pay_type: fund type.
        fund_pay_type_name: its name.
        inscp_scp_fen: amount inside policy scope.
        crt_payb_lmt_fen: what the fund could still pay; the in-scope amount where it has no cap.
        fund_payamt_fen: what it pays.
        setl_proc_info: the calculation as text.
    """

    fund_pay_type: str
    fund_pay_type_name: str
    inscp_scp_fen: int
    crt_payb_lmt_fen: int
    fund_payamt_fen: int
    setl_proc_info: str


def fund_rows(benefit: Benefit, *, insutype: str) -> tuple[FundRow, ...]:
    """Return the rows of the funds, the account and the hospital that pay something (A-5, A-6).

    Args:
        benefit: the settlement.
        insutype: insurance type, which chooses the pool's fund type.
    """
    limits = {
        "hifp_pay": benefit.pool_limit_fen,
        "hifob_pay": benefit.large_limit_fen,
        "hifmi_pay": benefit.critical_limit_fen,
        "maf_pay": benefit.aid_limit_fen,
    }
    rows = []
    for field, (code, name) in FUND_TYPES.items():
        paid_fen: int = getattr(benefit, f"{field}_fen")
        if paid_fen:
            resident = field == "hifp_pay" and insutype.startswith(_RESIDENT)
            limit_fen = limits.get(field)
            rows.append(
                _row(benefit, RESIDENT_POOL if resident else (code, name), limit_fen, paid_fen, field)
            )
    if benefit.hosp_part_amt_fen:
        rows.append(_row(benefit, HOSPITAL_TYPE, None, benefit.hosp_part_amt_fen, "hosp_part_amt"))
    return tuple(rows)


def _row(
    benefit: Benefit, fund: tuple[str, str], limit_fen: int | None, paid_fen: int, field: str
) -> FundRow:
    products = [
        f"{fen_to_yuan(step.base_fen)} x {_ratio(step.ratio_millionths)}"
        for step in benefit.steps
        if step.field == field
    ]
    limit = "" if limit_fen is None else f", at most {fen_to_yuan(limit_fen)}"
    text = f"{' + '.join(products)}{limit}: {fen_to_yuan(paid_fen)}" if products else fen_to_yuan(paid_fen)
    return FundRow(
        fund_pay_type=fund[0],
        fund_pay_type_name=fund[1],
        inscp_scp_fen=benefit.inscp_scp_fen,
        crt_payb_lmt_fen=benefit.inscp_scp_fen if limit_fen is None else limit_fen,
        fund_payamt_fen=paid_fen,
        setl_proc_info=text,
    )


def _ratio(millionths: int) -> str:
    """Show a ratio without needless zeros: 0.9, 0.765, 1."""
    whole, part = divmod(millionths, WHOLE)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")
