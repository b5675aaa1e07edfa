"""Cases, accumulations, bills and accounts as int64 arrays of one length, one element per settlement.

Each class mirrors a scalar one field by field; ``of`` builds it from scalars, and the arrays may as well come
from a simulation. Texts become the numbers that they are written with ("310" is 310, "1101" is 11) and places
in closed lists; special identities are bits in the order of
:data:`~onecard.sim.settlement.benefit.case.IDENTITIES`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onecard.sim.settlement.benefit.case import FILINGS, IDENTITIES, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from onecard.sim.settlement.benefit.case import Case, Money
    from onecard.sim.settlement.benefit.catalogue import LineSplit
    from onecard.sim.settlement.benefit.policy import Policy
    from onecard.sim.settlement.benefit.used import Used

__all__ = [
    "BenefitArrays",
    "BoolArray",
    "CaseArrays",
    "IntArray",
    "MoneyArrays",
    "SplitArrays",
    "UsedArrays",
    "identity_bits",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_IDENTITY_BIT = {code: 1 << place for place, code in enumerate(IDENTITIES)}


def identity_bits(identities: Iterable[str]) -> int:
    """Return special identities as bits; a code outside the list has none, as no policy can name it."""
    bits = 0
    for identity in identities:
        bits |= _IDENTITY_BIT.get(identity, 0)
    return bits


def _ints(values: Iterable[int]) -> IntArray:
    return np.fromiter(values, dtype=np.int64)


def _flags(values: Iterable[bool]) -> BoolArray:
    return np.fromiter(values, dtype=np.bool_)


class _Arrays:
    """Arrays of one length."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseArrays(_Arrays):
    """Cases; see :class:`~onecard.sim.settlement.benefit.case.Case`.

    Attributes:
        insutype: 310, 390, ….
        psn_group: first two digits of the person category, 11 to 16.
        age: in years.
        visit: place in ``VISITS``.
        level: 0 to 3.
        stay: from 1.
        filing: place in ``FILINGS``.
        same_province: flags.
        cvlserv: flags.
        identities: bits, see :func:`identity_bits`.
        month: 1 to 12.
        stay_day: from 0.
    """

    insutype: IntArray
    psn_group: IntArray
    age: IntArray
    visit: IntArray
    level: IntArray
    stay: IntArray
    filing: IntArray
    same_province: BoolArray
    cvlserv: BoolArray
    identities: IntArray
    month: IntArray
    stay_day: IntArray

    @staticmethod
    def of(cases: Sequence[Case]) -> CaseArrays:
        """Build from scalars."""
        return CaseArrays(
            insutype=_ints(int(case.insutype) for case in cases),
            psn_group=_ints(int(case.psn_type[:2]) for case in cases),
            age=_ints(case.age for case in cases),
            visit=_ints(VISITS.index(case.visit) for case in cases),
            level=_ints(case.level for case in cases),
            stay=_ints(case.stay for case in cases),
            filing=_ints(FILINGS.index(case.filing) for case in cases),
            same_province=_flags(case.same_province for case in cases),
            cvlserv=_flags(case.cvlserv_flag == "1" for case in cases),
            identities=_ints(identity_bits(case.identities) for case in cases),
            month=_ints(case.month for case in cases),
            stay_day=_ints(case.stay_day for case in cases),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsedArrays(_Arrays):
    """What the year used before, for the kind of visit of each case, in fen.

    Attributes:
        in_scope_fen: in-scope amount of this kind of visit.
        deductible_fen: deductible charged.
        standard_fen: highest standard deductible.
        pool_fen: paid by the pool.
        window_deductible_fen: deductible charged in the period that the case falls into.
        window_in_scope_fen: in-scope amount of that period.
        large_fen: paid by the large-amount fund, all kinds.
        burden_fen: personal burden, all kinds.
        critical_fen: paid by critical-illness insurance.
        aid_fen: paid by medical aid.
    """

    in_scope_fen: IntArray
    deductible_fen: IntArray
    standard_fen: IntArray
    pool_fen: IntArray
    window_deductible_fen: IntArray
    window_in_scope_fen: IntArray
    large_fen: IntArray
    burden_fen: IntArray
    critical_fen: IntArray
    aid_fen: IntArray

    @staticmethod
    def of(policy: Policy, cases: Sequence[Case], used: Sequence[Used]) -> UsedArrays:
        """Build from scalars; the policy says which period of the deductible a case falls into."""
        kinds = [each.of(case.visit) for case, each in zip(cases, used, strict=True)]
        windows = [
            kind.window(number) if (number := policy.window(case)) is not None else (0, 0)
            for case, kind in zip(cases, kinds, strict=True)
        ]
        return UsedArrays(
            in_scope_fen=_ints(kind.in_scope_fen for kind in kinds),
            deductible_fen=_ints(kind.deductible_fen for kind in kinds),
            standard_fen=_ints(kind.standard_fen for kind in kinds),
            pool_fen=_ints(kind.pool_fen for kind in kinds),
            window_deductible_fen=_ints(window[0] for window in windows),
            window_in_scope_fen=_ints(window[1] for window in windows),
            large_fen=_ints(each.large_fen for each in used),
            burden_fen=_ints(each.burden_fen for each in used),
            critical_fen=_ints(each.critical_fen for each in used),
            aid_fen=_ints(each.aid_fen for each in used),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitArrays(_Arrays):
    """Bills; see :class:`~onecard.sim.settlement.benefit.catalogue.LineSplit`."""

    amount_fen: IntArray
    fulamt_ownpay_fen: IntArray
    overlmt_fen: IntArray
    preselfpay_fen: IntArray
    inscp_scp_fen: IntArray

    @staticmethod
    def of(splits: Sequence[LineSplit]) -> SplitArrays:
        """Build from scalars."""
        return SplitArrays(
            amount_fen=_ints(split.amount_fen for split in splits),
            fulamt_ownpay_fen=_ints(split.fulamt_ownpay_fen for split in splits),
            overlmt_fen=_ints(split.overlmt_fen for split in splits),
            preselfpay_fen=_ints(split.preselfpay_fen for split in splits),
            inscp_scp_fen=_ints(split.inscp_scp_fen for split in splits),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MoneyArrays(_Arrays):
    """Accounts; see :class:`~onecard.sim.settlement.benefit.case.Money`."""

    balance_fen: IntArray
    family_fen: IntArray
    use_account: BoolArray
    hosp_part_fen: IntArray

    @staticmethod
    def of(money: Sequence[Money]) -> MoneyArrays:
        """Build from scalars."""
        return MoneyArrays(
            balance_fen=_ints(each.balance_fen for each in money),
            family_fen=_ints(each.family_fen for each in money),
            use_account=_flags(each.use_account for each in money),
            hosp_part_fen=_ints(each.hosp_part_fen for each in money),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BenefitArrays(_Arrays):
    """Settlements; see :class:`~onecard.sim.settlement.benefit.outcome.Benefit`.

    ``found`` tells where the policy has a rule; elsewhere every amount is zero. A limit is -1 without a cap.
    """

    found: BoolArray
    deductible_standard_fen: IntArray
    crt_dedc_fen: IntArray
    act_pay_dedc_fen: IntArray
    hifp_pay_fen: IntArray
    hifob_pay_fen: IntArray
    hifmi_pay_fen: IntArray
    maf_pay_fen: IntArray
    cvlserv_pay_fen: IntArray
    hifes_pay_fen: IntArray
    hifdm_pay_fen: IntArray
    fund_pay_sumamt_fen: IntArray
    pool_prop_selfpay_millionths: IntArray
    pool_limit_fen: IntArray
    large_limit_fen: IntArray
    critical_limit_fen: IntArray
    aid_limit_fen: IntArray
    burden_fen: IntArray
    hosp_part_amt_fen: IntArray
    psn_part_amt_fen: IntArray
    acct_pay_fen: IntArray
    acct_mulaid_pay_fen: IntArray
    psn_cash_pay_fen: IntArray
    balc_fen: IntArray
    family_balc_fen: IntArray
    standard_raise_fen: IntArray
    stays_begun: IntArray
