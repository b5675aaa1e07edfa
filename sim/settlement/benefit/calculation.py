"""What the funds and the person pay for one visit: a pure function, integers only.

Theory of operation. The in-scope amount of a visit lies on an axis: the in-scope amount of the year so far
(or of the stay) comes first, and the bands of the policy are intervals of that axis with a ratio and a fund
each (settlement.md §6.6: segments are bands of the total in-scope amount, the deductible inside the first).
The deductible takes the first part of the visit's interval as far as it is not used up; every band pays its
ratio of what is left inside it. Where the pooled payments of the year reach their cap, the rest of the
in-scope amount is paid by the row above the cap, if the region has one.

Ratios are integers of a millionth, so that a permille ratio times a permille reduction is exact. Each fund
is rounded once, half up to the fen (§10 Q-21); the person pays the difference, so the identities of §4 hold
for any input.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from onecard.sim.settlement.benefit.catalogue import LineSplit

__all__ = ["FUNDS", "Accumulation", "Band", "Benefit", "Fund", "Reduction", "Rule", "benefit", "pay_bands"]

Fund = Literal["pool", "large", "critical"]
FUNDS: tuple[Fund, ...] = ("pool", "large", "critical")
"""Basic pool (hifp), employee large-amount fund (hifob), resident critical-illness insurance (hifmi)."""

_WHOLE = 1_000_000
_PERMILLE = 1_000


class Band(msgspec.Struct, frozen=True):
    """An interval of the in-scope axis: up to ``upper_fen`` (None: without end) this fund pays this ratio."""

    upper_fen: int | None
    ratio_permille: int
    fund: Fund


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The policy's figures for one kind of person, visit and institution level.

    Attributes:
        period: over what deductible and bands run: ``"year"`` or ``"stay"``.
        deductible_fen: standard deductible (起付线).
        bands: in ascending order.
        pool_cap_fen: cap on the pooled payments of the year, None for none.
        over_cap: what pays beyond the cap, None for nobody; its ``upper_fen`` is not used.
    """

    period: Literal["year", "stay"]
    deductible_fen: int
    bands: tuple[Band, ...]
    pool_cap_fen: int | None = None
    over_cap: Band | None = None


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """Reduction for care outside the insured area: multiplier and points (settlement.md §6.4)."""

    multiplier_permille: int = 1000
    points_permille: int = 0

    def apply(self, ratio_permille: int) -> int:
        """Return the effective ratio in millionths, not below zero."""
        reduced = ratio_permille * self.multiplier_permille - self.points_permille * _PERMILLE
        return max(0, reduced)


UNREDUCED = Reduction()


class Accumulation(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has used of the year in one kind of visit, before the visit at hand."""

    in_scope_fen: int = 0
    deductible_fen: int = 0
    pool_fen: int = 0
    visits: int = 0

    def plus(self, paid: Benefit) -> Accumulation:
        """Return the accumulation after a settlement."""
        return self._moved(paid, 1)

    def minus(self, paid: Benefit) -> Accumulation:
        """Return the accumulation after that settlement was cancelled."""
        return self._moved(paid, -1)

    def _moved(self, paid: Benefit, sign: int) -> Accumulation:
        return Accumulation(
            in_scope_fen=self.in_scope_fen + sign * paid.split.inscp_scp_fen,
            deductible_fen=self.deductible_fen + sign * paid.act_pay_dedc_fen,
            pool_fen=self.pool_fen + sign * paid.hifp_pay_fen,
            visits=self.visits + sign,
        )


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts of one settlement, in fen, under the interface's names (settlement.md §2.3)."""

    split: LineSplit
    deductible_standard_fen: int
    act_pay_dedc_fen: int
    hifp_pay_fen: int
    hifob_pay_fen: int
    hifmi_pay_fen: int
    pool_ratio_millionths: int
    """Ratio of the highest pooled band that the visit reached."""
    pool_limit_fen: int
    """What the pool could still pay before this visit; -1 without a cap."""
    acct_pay_fen: int
    balance_fen: int
    """Personal account after the settlement."""

    @property
    def fund_pay_sumamt_fen(self) -> int:
        """Sum of the funds, the personal account excluded (settlement.md §4 A-4)."""
        return self.hifp_pay_fen + self.hifob_pay_fen + self.hifmi_pay_fen

    @property
    def psn_part_fen(self) -> int:
        """What the person bears (A-2)."""
        return self.split.amount_fen - self.fund_pay_sumamt_fen

    @property
    def psn_cash_pay_fen(self) -> int:
        """What the person pays in cash or by bank card (A-3)."""
        return self.psn_part_fen - self.acct_pay_fen


def pay_bands(
    rule: Rule, *, start_fen: int, end_fen: int, pool_left_fen: int | None, reduction: Reduction = UNREDUCED
) -> tuple[dict[Fund, int], int]:
    """Pay the interval from ``start_fen`` to ``end_fen`` of the in-scope axis.

    Args:
        rule: bands, and what pays beyond the cap.
        start_fen: where the payable part begins on the axis.
        end_fen: where it ends.
        pool_left_fen: what the pool may still pay this year; None without a cap.
        reduction: for care outside the insured area.

    Returns:
        Fen by fund, and the ratio in millionths of the highest pooled band reached.
    """
    paid: dict[Fund, int] = dict.fromkeys(FUNDS, 0)
    pool_left = None if pool_left_fen is None else max(0, pool_left_fen) * _WHOLE
    over_fen = 0
    reached = 0
    lower = 0
    for band in rule.bands:
        upper = end_fen if band.upper_fen is None else band.upper_fen
        inside_fen = min(end_fen, upper) - max(start_fen, lower)
        lower = upper
        if inside_fen <= 0:
            continue
        ratio = reduction.apply(band.ratio_permille)
        pays = inside_fen * ratio
        if band.fund == "pool":
            reached = ratio
            if pool_left is not None:
                if pays > pool_left:
                    over_fen += inside_fen - -(-pool_left // ratio)
                    pays = pool_left
                pool_left -= pays
        paid[band.fund] += pays
    if over_fen and rule.over_cap is not None:
        paid[rule.over_cap.fund] += over_fen * reduction.apply(rule.over_cap.ratio_permille)
    return {fund: (pays + _WHOLE // 2) // _WHOLE for fund, pays in paid.items()}, reached


def benefit(
    rule: Rule,
    state: Accumulation,
    lines: tuple[LineSplit, ...],
    *,
    balance_fen: int,
    use_account: bool,
    reduction: Reduction = UNREDUCED,
) -> Benefit:
    """Compute who pays what for the fee lines of one visit.

    Args:
        rule: the policy's figures for this person, visit and institution.
        state: what the person used of the year before.
        lines: the fee lines, split by the catalogue.
        balance_fen: personal account before the settlement.
        use_account: whether the person pays from the personal account (``acct_used_flag``).
        reduction: for care outside the insured area.

    Returns:
        All amounts of the settlement; the identities of settlement.md §4 hold.
    """
    split = LineSplit.total(lines)
    in_scope_fen = split.inscp_scp_fen
    yearly = rule.period == "year"
    used_fen = state.deductible_fen if yearly else 0
    start_fen = max(state.in_scope_fen, used_fen) if yearly else 0
    deductible_fen = min(max(rule.deductible_fen - used_fen, 0), in_scope_fen)
    pool_left_fen = None if rule.pool_cap_fen is None else max(0, rule.pool_cap_fen - state.pool_fen)
    paid, reached = pay_bands(
        rule,
        start_fen=start_fen + deductible_fen,
        end_fen=start_fen + in_scope_fen,
        pool_left_fen=pool_left_fen,
        reduction=reduction,
    )
    person_fen = split.amount_fen - sum(paid.values())
    account_fen = min(max(balance_fen, 0), person_fen) if use_account else 0
    return Benefit(
        split=split,
        deductible_standard_fen=rule.deductible_fen,
        act_pay_dedc_fen=deductible_fen,
        hifp_pay_fen=paid["pool"],
        hifob_pay_fen=paid["large"],
        hifmi_pay_fen=paid["critical"],
        pool_ratio_millionths=reached,
        pool_limit_fen=-1 if pool_left_fen is None else pool_left_fen,
        acct_pay_fen=account_fen,
        balance_fen=balance_fen - account_fen,
    )
