"""Benefit computation: pure functions of policy, person's state and fee lines, in integer fen."""

from onecard.sim.settlement.benefit.calculation import (
    Accumulation,
    Band,
    Benefit,
    Reduction,
    Rule,
    benefit,
    pay_bands,
)
from onecard.sim.settlement.benefit.catalogue import Catalogue, Item, LineSplit, load_catalogue, split_line
from onecard.sim.settlement.benefit.policy import Policy, group_of, load_policy, policy_names

__all__ = [
    "Accumulation",
    "Band",
    "Benefit",
    "Catalogue",
    "Item",
    "LineSplit",
    "Policy",
    "Reduction",
    "Rule",
    "benefit",
    "group_of",
    "load_catalogue",
    "load_policy",
    "pay_bands",
    "policy_names",
    "split_line",
]
