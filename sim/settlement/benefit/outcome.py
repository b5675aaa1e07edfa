"""What a settlement comes to: every amount of ``setlinfo`` in fen, and the fund rows of ``setldetail``.

The funds are rounded one by one, half up to the fen (settlement.md §10 Q-21), and everything else is derived
from them, so the amount identities A-1 to A-6 hold by construction: the person bears what no fund and not the
hospital pays, and pays in cash what no account pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN, WHOLE
from onecard.sim.units.money import fen_to_yuan

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Visit
    from onecard.sim.settlement.benefit.catalogue import LineSplit

__all__ = ["FUND_TYPES", "HOSPITAL_TYPE", "Benefit", "FundRow", "Step", "fund_rows"]

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


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One product of the calculation: a fund pays a ratio of a part of the bill.

    Attributes:
        field: of the fund, such as ``"hifp_pay"``.
        base_fen: the part that the ratio applies to.
        ratio_millionths: effective ratio.
    """

    field: str
    base_fen: int
    ratio_millionths: int


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts of one settlement, in fen, under the interface's names (settlement.md §2.3, §4).

    Attributes:
        visit: kind of visit.
        split: the bill's four parts.
        deductible_standard_fen: standard deductible that applied (``DEDC_STD``).
        crt_dedc_fen: what was left of it before (``CRT_DEDC``).
        act_pay_dedc_fen: charged now.
        pool_prop_selfpay_millionths: effective ratio of the highest pooled band that the visit reached.
        pool_limit_fen: what the pool could still pay before; None without a cap (``crt_payb_lmt_amt``).
        large_limit_fen: the same of the large-amount fund.
        critical_limit_fen: the same of critical-illness insurance.
        aid_limit_fen: the same of medical aid.
        burden_fen: what was added to the personal burden of the year.
        hosp_part_amt_fen: borne by the hospital.
        acct_pay_fen: from accounts: the person's own, and the family's unless that is separate.
        acct_mulaid_pay_fen: from family members' accounts.
        balc_fen: the person's own account after the settlement.
        family_balc_fen: what family members' accounts offer after it.
        fund_includes_account: ``fund_pay_sumamt`` includes ``acct_pay``.
        account_separate: ``acct_mulaid_pay`` is beside ``acct_pay``.
        steps: the calculation of the funds.
        window: number of the deductible's period; None where it is the year.
        standard_raise_fen: how much the year's highest standard deductible rose.
        stays_begun: 1, or 0 for an interim settlement.
    """

    visit: Visit
    split: LineSplit
    deductible_standard_fen: int
    crt_dedc_fen: int
    act_pay_dedc_fen: int
    hifp_pay_fen: int
    hifob_pay_fen: int
    hifmi_pay_fen: int
    maf_pay_fen: int
    cvlserv_pay_fen: int
    hifes_pay_fen: int
    hifdm_pay_fen: int
    oth_pay_fen: int = 0
    pool_prop_selfpay_millionths: int
    pool_limit_fen: int | None
    large_limit_fen: int | None
    critical_limit_fen: int | None
    aid_limit_fen: int | None
    burden_fen: int
    hosp_part_amt_fen: int
    acct_pay_fen: int
    acct_mulaid_pay_fen: int
    balc_fen: int
    family_balc_fen: int
    fund_includes_account: bool
    account_separate: bool
    steps: tuple[Step, ...]
    window: int | None
    standard_raise_fen: int
    stays_begun: int

    @property
    def inscp_scp_fen(self) -> int:
        """Amount inside policy scope."""
        return self.split.inscp_scp_fen

    @property
    def funds_fen(self) -> int:
        """Sum of the funds, no account (settlement.md §4 A-4)."""
        return (
            self.hifp_pay_fen
            + self.hifob_pay_fen
            + self.hifmi_pay_fen
            + self.maf_pay_fen
            + self.cvlserv_pay_fen
            + self.hifes_pay_fen
            + self.hifdm_pay_fen
            + self.oth_pay_fen
        )

    @property
    def fund_pay_sumamt_fen(self) -> int:
        """Sum of the funds, with the account where the region counts it (§10 Q-3)."""
        return self.funds_fen + (self.acct_pay_fen if self.fund_includes_account else 0)

    @property
    def psn_part_amt_fen(self) -> int:
        """What the person bears (A-2), accounts and cash."""
        return self.split.amount_fen - self.funds_fen - self.hosp_part_amt_fen

    @property
    def own_account_fen(self) -> int:
        """What the person's own account pays: ``acct_pay`` without the family's part (§10 Q-4)."""
        return self.acct_pay_fen - (0 if self.account_separate else self.acct_mulaid_pay_fen)

    @property
    def psn_cash_pay_fen(self) -> int:
        """What the person pays in cash or by bank card (A-3)."""
        return self.psn_part_amt_fen - self.own_account_fen - self.acct_mulaid_pay_fen


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


def limit_of(cap_fen: int, used_fen: int) -> int | None:
    """Return what a fund can still pay this year, None without a cap."""
    return None if cap_fen == UNLIMITED_FEN else max(0, cap_fen - used_fen)
