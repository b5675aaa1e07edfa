"""The vectorised form equals the scalar form to the fen, and refuses what it cannot compute exactly."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from benefit_samples import differing, sample, scalar, taken

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import load_policy, policy_names, settle_benefits

DEFAULT = 300_000
EXHAUSTIVE = 20_000_000
CHUNK = 50_000


def assert_equal_forms(name: str, number: int, seed: int) -> None:
    policy = load_policy(name)
    drawn = sample(policy, number, seed=seed)
    at_once = settle_benefits(
        policy, drawn.case_arrays(), drawn.used_arrays(policy), drawn.split, drawn.money
    )
    assert differing(scalar(policy, drawn), at_once) == []


@pytest.mark.parametrize("name", policy_names())
def test_both_forms_agree(name: str) -> None:
    assert_equal_forms(name, -(-DEFAULT // len(policy_names())), seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", policy_names())
def test_both_forms_agree_on_twenty_million_settlements(name: str) -> None:
    chunks = -(-EXHAUSTIVE // (len(policy_names()) * CHUNK))
    for seed in range(2, 2 + chunks):
        assert_equal_forms(name, CHUNK, seed)


def test_a_sample_reaches_every_fund() -> None:
    policy = load_policy("xiongan-2023")
    drawn = sample(policy, 20_000)
    paid = settle_benefits(policy, drawn.case_arrays(), drawn.used_arrays(policy), drawn.split, drawn.money)
    funds = ("hifp", "hifob", "hifmi", "maf", "cvlserv", "hifes", "hifdm")
    counts = {fund: int(np.count_nonzero(getattr(paid, f"{fund}_pay_fen"))) for fund in funds}
    assert min(counts.values()) > 50, counts
    assert not paid.found.all()


def test_the_largest_amounts_do_not_overflow() -> None:
    policy = load_policy("hangzhou-2020")
    drawn = sample(policy, 1_000)
    own = np.zeros(1_000, dtype=np.int64)
    split = dataclasses.replace(
        drawn.split,
        amount_fen=own + 10**10,
        fulamt_ownpay_fen=own,
        overlmt_fen=own,
        preselfpay_fen=own,
        inscp_scp_fen=own + 10**10,
    )
    used = drawn.used_arrays(policy)
    full = dataclasses.replace(
        used, **{field.name: np.full(1_000, 10**12, dtype=np.int64) for field in dataclasses.fields(used)}
    )
    for state in (used, full):
        paid = settle_benefits(policy, drawn.case_arrays(), state, split, drawn.money)
        assert (
            min(int(getattr(paid, f"{fund}_pay_fen").min()) for fund in ("hifp", "hifob", "hifmi", "maf"))
            >= 0
        )
        assert int(paid.psn_part_amt_fen.min()) >= 0


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("cases", "level", 4),
        ("cases", "stay", 0),
        ("cases", "filing", 6),
        ("split", "amount_fen", 10**10 + 1),
        ("split", "inscp_scp_fen", -1),
        ("money", "family_fen", -1),
        ("used", "burden_fen", 10**12 + 1),
    ],
)
def test_a_value_out_of_range_names_its_field(part: str, field: str, value: int) -> None:
    policy = load_policy("beijing-2023")
    drawn = sample(policy, 10)
    parts: dict[str, Any] = {
        "cases": drawn.case_arrays(),
        "used": drawn.used_arrays(policy),
        "split": drawn.split,
        "money": drawn.money,
    }
    wrong = getattr(parts[part], field).copy()
    wrong[7] = value
    parts[part] = dataclasses.replace(parts[part], **{field: wrong})
    with pytest.raises(InputError, match=f"{field}.*{value}"):
        settle_benefits(policy, **parts)


def test_arrays_that_do_not_fit_are_refused() -> None:
    policy = load_policy("beijing-2023")
    drawn = sample(policy, 10)
    cases, used = drawn.case_arrays(), drawn.used_arrays(policy)
    with pytest.raises(InputError, match="amount_fen"):
        settle_benefits(policy, cases, used, taken(drawn.split, np.arange(9)), drawn.money)
    zeros: Any = np.zeros(10)
    floats = dataclasses.replace(drawn.money, family_fen=zeros)
    with pytest.raises(InputError, match=r"family_fen.*float64"):
        settle_benefits(policy, cases, used, drawn.split, floats)


def test_parts_that_do_not_sum_are_refused() -> None:
    policy = load_policy("beijing-2023")
    drawn = sample(policy, 10)
    split = dataclasses.replace(drawn.split, preselfpay_fen=drawn.split.preselfpay_fen + 1)
    with pytest.raises(InputError, match="do not sum"):
        settle_benefits(policy, drawn.case_arrays(), drawn.used_arrays(policy), split, drawn.money)


def test_no_settlements_are_no_benefits() -> None:
    policy = load_policy("beijing-2023")
    drawn = sample(policy, 10)
    nobody = np.arange(0)
    paid = settle_benefits(
        policy,
        taken(drawn.case_arrays(), nobody),
        taken(drawn.used_arrays(policy), nobody),
        taken(drawn.split, nobody),
        taken(drawn.money, nobody),
    )
    assert len(paid) == 0
