"""The benefit function: the published vectors, and what must hold for any policy, state and lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.settlement.benefit import (
    Accumulation,
    Band,
    LineSplit,
    Reduction,
    Rule,
    benefit,
    load_policy,
    pay_bands,
)

YUAN = 100


def in_scope(yuan: int) -> tuple[LineSplit, ...]:
    return (LineSplit(amount_fen=yuan * YUAN, inscp_scp_fen=yuan * YUAN),)


@pytest.mark.parametrize(
    ("policy", "psn_type", "level", "stay", "yuan", "pool", "large", "person"),
    [
        pytest.param("beijing-2023", "1101", 3, 1, 50_000, "42895.00", "0", "7105.00", id="beijing-active"),
        pytest.param("beijing-2023", "1201", 3, 1, 50_000, "46958.50", "0", "3041.50", id="beijing-retired"),
        pytest.param("beijing-2023", "1101", 1, 2, 20_000, "17415.00", "0", "2585.00", id="second-stay"),
        pytest.param(
            "beijing-2023", "1101", 3, 1, 150_000, "90395.00", "42500", "17105.00", id="large-amount"
        ),
        pytest.param(
            "hangzhou-2020", "1101", 3, 1, 100_000, "84944.00", "0", "15056.00", id="hangzhou-active"
        ),
        pytest.param("shanghai-2023", "1101", 3, 1, 21_500, "17000.00", "0", "4500.00", id="shanghai-active"),
    ],
)
def test_inpatient_vectors_of_the_facts(
    *, policy: str, psn_type: str, level: int, stay: int, yuan: int, pool: str, large: str, person: str
) -> None:
    rule = load_policy(policy).rule(
        insutype="310", psn_type=psn_type, age=50, visit="inpatient", level=level, stay=stay
    )
    assert rule is not None
    paid = benefit(rule, Accumulation(), in_scope(yuan), balance_fen=0, use_account=False)
    expected = [round(float(figure) * YUAN) for figure in (pool, large, person)]
    assert [paid.hifp_pay_fen, paid.hifob_pay_fen, paid.psn_part_fen] == expected


@pytest.mark.parametrize(
    ("edges", "threshold", "burden", "expected"),
    [
        pytest.param(
            ((24_000, 600), (40_000, 650), (56_000, 700)), 8_000, 50_000, 27_000, id="hainan-resident"
        ),
        pytest.param(((80_404, 600), (None, 700)), 30_404, 100_404, 44_000, id="beijing-resident"),
    ],
)
def test_critical_illness_vectors_are_the_same_bands(
    edges: tuple[tuple[int | None, int], ...], threshold: int, burden: int, expected: int
) -> None:
    bands = tuple(Band(None if upper is None else upper * YUAN, ratio, "critical") for upper, ratio in edges)
    rule = Rule(period="year", deductible_fen=threshold * YUAN, bands=bands)
    paid, _ = pay_bands(rule, start_fen=threshold * YUAN, end_fen=burden * YUAN, pool_left_fen=None)
    assert paid["critical"] == expected * YUAN


@pytest.mark.parametrize(
    ("reduction", "effective"),
    [
        pytest.param(Reduction(multiplier_permille=900), 810_000, id="multiplier"),
        pytest.param(Reduction(points_permille=100), 800_000, id="points"),
        pytest.param(Reduction(points_permille=950), 0, id="not-below-zero"),
    ],
)
def test_care_elsewhere_reduces_the_ratio(reduction: Reduction, effective: int) -> None:
    assert reduction.apply(900) == effective


def outpatient(policy: str, psn_type: str, level: int, *, insutype: str = "310", age: int = 40) -> Rule:
    rule = load_policy(policy).rule(
        insutype=insutype, psn_type=psn_type, age=age, visit="outpatient", level=level
    )
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("insutype", "psn_type", "level", "expected"),
    [
        ("310", "1101", 1, (500, 800)),
        ("310", "1101", 2, (500, 750)),
        ("310", "1101", 3, (500, 700)),
        ("310", "1201", 3, (300, 750)),
        ("310", "1201", 0, (300, 850)),
        ("390", "1501", 1, (500, 700)),
        ("390", "1501", 3, (500, 500)),
        ("390", "16", 2, (300, 600)),
        ("390", "1403", 2, (300, 600)),
    ],
)
def test_shanghai_outpatient_figures(
    insutype: str, psn_type: str, level: int, expected: tuple[int, int]
) -> None:
    rule = outpatient("shanghai-2023", psn_type, level, insutype=insutype)
    assert (rule.deductible_fen, rule.bands[0].ratio_permille) == (expected[0] * YUAN, expected[1])


def test_the_yearly_deductible_is_charged_once() -> None:
    rule = outpatient("shanghai-2023", "1101", 3)
    state = Accumulation()
    charged = []
    for _ in range(3):
        paid = benefit(rule, state, in_scope(300), balance_fen=0, use_account=False)
        charged.append((paid.act_pay_dedc_fen // YUAN, paid.hifp_pay_fen // YUAN))
        state = state.plus(paid)
    assert charged == [(300, 0), (200, 70), (0, 210)]


def test_the_band_of_the_year_changes_the_ratio_inside_one_visit() -> None:
    rule = outpatient("beijing-2023", "1101", 3)
    state = Accumulation(in_scope_fen=19_000 * YUAN, deductible_fen=1_800 * YUAN)
    paid = benefit(rule, state, in_scope(3_000), balance_fen=0, use_account=False)
    assert paid.hifp_pay_fen == 1_000 * 70 + 2_000 * 60


def test_the_yearly_cap_stops_the_pool() -> None:
    rule = outpatient("chengdu-2023", "1101", 3)
    state = Accumulation(in_scope_fen=4_000 * YUAN, deductible_fen=200 * YUAN, pool_fen=1_900 * YUAN)
    paid = benefit(rule, state, in_scope(1_000), balance_fen=0, use_account=False)
    assert paid.hifp_pay_fen == 100 * YUAN
    after = benefit(rule, state.plus(paid), in_scope(1_000), balance_fen=0, use_account=False)
    assert after.hifp_pay_fen == 0


def test_above_the_cap_the_next_fund_pays_its_ratio_of_the_rest() -> None:
    rule = load_policy("shanghai-2023").rule(
        insutype="310", psn_type="1101", age=50, visit="inpatient", level=3
    )
    assert rule is not None
    state = Accumulation(pool_fen=(630_000 - 850) * YUAN)
    paid = benefit(rule, state, in_scope(1_500 + 1_000 + 500), balance_fen=0, use_account=False)
    assert (paid.hifp_pay_fen, paid.hifob_pay_fen) == (850 * YUAN, 400 * YUAN)


rules = st.builds(
    lambda period, deductible, uppers, ratios, funds, cap, over: Rule(
        period=period,
        deductible_fen=deductible,
        bands=tuple(
            Band(upper, ratio, fund)
            for upper, ratio, fund in zip([*sorted(set(uppers)), None], ratios, funds, strict=False)
        ),
        pool_cap_fen=cap,
        over_cap=over,
    ),
    st.sampled_from(["year", "stay"]),
    st.integers(0, 200_000),
    st.lists(st.integers(1, 5_000_000), max_size=3),
    st.lists(st.integers(0, 1000), min_size=4, max_size=4),
    st.lists(st.sampled_from(["pool", "large", "critical"]), min_size=4, max_size=4),
    st.none() | st.integers(0, 3_000_000),
    st.none() | st.builds(Band, st.none(), st.integers(0, 1000), st.just("large")),
)
states = st.builds(
    Accumulation,
    in_scope_fen=st.integers(0, 5_000_000),
    deductible_fen=st.integers(0, 200_000),
    pool_fen=st.integers(0, 3_000_000),
)
splits = st.builds(
    lambda own, over, pre, scope: LineSplit(
        amount_fen=own + over + pre + scope,
        fulamt_ownpay_fen=own,
        overlmt_fen=over,
        preselfpay_fen=pre,
        inscp_scp_fen=scope,
    ),
    *[st.integers(0, 1_000_000)] * 4,
)


@given(rules, states, st.lists(splits, max_size=6), st.integers(0, 500_000), st.booleans())
def test_any_policy_pays_within_its_limits(
    rule: Rule, state: Accumulation, lines: list[LineSplit], balance_fen: int, use_account: bool
) -> None:
    paid = benefit(rule, state, tuple(lines), balance_fen=balance_fen, use_account=use_account)
    scope = sum(line.inscp_scp_fen for line in lines)
    payable = scope - paid.act_pay_dedc_fen
    funds = (paid.hifp_pay_fen, paid.hifob_pay_fen, paid.hifmi_pay_fen)
    assert min(funds) >= 0
    assert sum(funds) <= payable
    assert 0 <= paid.act_pay_dedc_fen <= min(scope, rule.deductible_fen)
    assert 0 <= paid.acct_pay_fen <= (balance_fen if use_account else 0)
    assert paid.psn_cash_pay_fen >= 0
    assert paid.psn_cash_pay_fen == 0 or paid.balance_fen == 0 or not use_account
    if rule.pool_cap_fen is not None:
        assert paid.hifp_pay_fen <= max(0, rule.pool_cap_fen - state.pool_fen)
    assert paid.split.amount_fen == sum(funds) + paid.acct_pay_fen + paid.psn_cash_pay_fen
    assert state.plus(paid).minus(paid) == state


@given(rules, states, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_larger_bill_never_pays_the_person_less(
    rule: Rule, state: Accumulation, smaller: int, more: int
) -> None:
    def person_fen(scope: int) -> int:
        line = LineSplit(amount_fen=scope, inscp_scp_fen=scope)
        return benefit(rule, state, (line,), balance_fen=0, use_account=False).psn_part_fen

    assert person_fen(smaller + more) >= person_fen(smaller) - 1  # one fen of rounding
