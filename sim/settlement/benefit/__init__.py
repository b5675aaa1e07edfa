"""Benefit computation: pure functions of policy, person's state and fee lines, in integer fen.

:func:`settle_benefit` and :func:`settle_benefits` compute a settlement, one or many at once;
:func:`load_policy` and :func:`policy_for` find the policy; both forms return the same amounts, as a
:class:`Benefit` or as :class:`BenefitArrays`.
"""

from onecard.sim.settlement.benefit.arrays import (
    BenefitArrays,
    CaseArrays,
    MoneyArrays,
    SplitArrays,
    UsedArrays,
)
from onecard.sim.settlement.benefit.case import IDENTITIES, Case, Filing, Money, Visit, group_of
from onecard.sim.settlement.benefit.catalogue import Catalogue, Item, LineSplit, load_catalogue, split_line
from onecard.sim.settlement.benefit.figures import Figure
from onecard.sim.settlement.benefit.files import load_policy, policy_names
from onecard.sim.settlement.benefit.fund_rows import FundRow, fund_rows
from onecard.sim.settlement.benefit.outcome import Benefit
from onecard.sim.settlement.benefit.policy import Policy
from onecard.sim.settlement.benefit.regions import PolicyChoice, policy_for
from onecard.sim.settlement.benefit.settle import settle_benefit
from onecard.sim.settlement.benefit.settle_arrays import settle_benefits
from onecard.sim.settlement.benefit.used import KindUsed, Used, Window

__all__ = [
    "IDENTITIES",
    "Benefit",
    "BenefitArrays",
    "Case",
    "CaseArrays",
    "Catalogue",
    "Figure",
    "Filing",
    "FundRow",
    "Item",
    "KindUsed",
    "LineSplit",
    "Money",
    "MoneyArrays",
    "Policy",
    "PolicyChoice",
    "SplitArrays",
    "Used",
    "UsedArrays",
    "Visit",
    "Window",
    "fund_rows",
    "group_of",
    "load_catalogue",
    "load_policy",
    "policy_for",
    "policy_names",
    "settle_benefit",
    "settle_benefits",
    "split_line",
]
