"""What a settlement comes to: every amount of ``setlinfo`` in fen.

The funds are rounded one by one, half up to the fen (settlement.md §10 Q-21), and everything else is derived
from them, so the amount identities A-1 to A-6 hold by construction: the person bears what no fund and not the
hospital pays, and pays in cash what no account pays.
"""

from __future__ import annotations

import msgspec

from onecard.sim.settlement.benefit.case import Visit
from onecard.sim.settlement.benefit.catalogue import LineSplit
from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN

__all__ = ["Benefit", "Step", "limit_of"]


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


def limit_of(cap_fen: int, used_fen: int) -> int | None:
    """Return what a fund can still pay this year, None without a cap."""
    return None if cap_fen == UNLIMITED_FEN else max(0, cap_fen - used_fen)
