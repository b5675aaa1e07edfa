"""Settlements step by step: the published vectors and each rule of settlement.md §6.1, in both forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benefit_samples import both

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import (
    Case,
    KindUsed,
    LineSplit,
    Money,
    Policy,
    Used,
    fund_rows,
    load_policy,
    settle_benefit,
)

YUAN = 100


def employee(**values: Any) -> Case:
    usual: dict[str, Any] = {
        "insutype": "310",
        "psn_type": "1101",
        "age": 50,
        "visit": "inpatient",
        "level": 3,
    }
    return Case(**(usual | values))


def resident(**values: Any) -> Case:
    return employee(**({"insutype": "390", "psn_type": "1501"} | values))


@pytest.mark.parametrize(
    ("policy", "case", "scope", "pool", "large", "person"),
    [
        pytest.param("beijing-2023", employee(), 50_000, 4_289_500, 0, 710_500, id="beijing-active"),
        pytest.param(
            "beijing-2023", employee(psn_type="1201"), 50_000, 4_695_850, 0, 304_150, id="beijing-retired"
        ),
        pytest.param(
            "beijing-2023", employee(level=1, stay=2), 20_000, 1_741_500, 0, 258_500, id="second-stay"
        ),
        pytest.param("beijing-2023", employee(), 150_000, 9_039_500, 4_250_000, 1_710_500, id="large-amount"),
        pytest.param("hangzhou-2020", employee(), 100_000, 8_494_400, 0, 1_505_600, id="hangzhou-active"),
        pytest.param("shanghai-2023", employee(), 21_500, 1_700_000, 0, 450_000, id="shanghai-active"),
    ],
)
def test_inpatient_vectors(
    *, policy: str, case: Case, scope: int, pool: int, large: int, person: int
) -> None:
    paid = both(load_policy(policy), case, scope)
    assert (paid.hifp_pay_fen, paid.hifob_pay_fen, paid.psn_part_amt_fen) == (pool, large, person)


@pytest.mark.parametrize(
    ("policy", "cap", "burden", "expected"),
    [
        pytest.param("hainan-2023", 150_000, 50_000, 27_000, id="hainan-resident"),
        pytest.param("beijing-2023", 250_000, 100_404, 44_000, id="beijing-resident"),
    ],
)
def test_critical_illness_vectors(policy: str, cap: int, burden: int, expected: int) -> None:
    exhausted = Used(inpatient=KindUsed(pool_fen=cap * YUAN))
    paid = both(load_policy(policy), resident(), burden, used=exhausted)
    assert (paid.hifp_pay_fen, paid.burden_fen) == (0, burden * YUAN)
    assert paid.hifmi_pay_fen == expected * YUAN


def what_if(tmp_path: Path, text: str, base: str = "beijing-2023") -> Policy:
    path = tmp_path / "what-if.toml"
    path.write_text(f'base = "{base}"\n{text}', encoding="utf-8")
    return load_policy(path)


def test_care_elsewhere_reduces_the_ratio_by_multiplier_or_points(tmp_path: Path) -> None:
    points = what_if(
        tmp_path,
        '[sources]\na = "a"\n[[reduction]]\ninsutypes = ["310"]\nfilings = ["transferred"]\npoints = "10"\n'
        'mark = "?"\nsource = "a"',
    )
    away = employee(level=1, filing="transferred", same_province=False)
    assert both(load_policy("beijing-2023"), away, 10_000).pool_prop_selfpay_millionths == 810_000
    assert both(points, away, 10_000).pool_prop_selfpay_millionths == 800_000


@pytest.mark.parametrize(
    ("policy", "case", "expected"),
    [
        pytest.param("beijing-2023", employee(filing="long-term"), 850_000, id="long-term"),
        pytest.param("beijing-2023", employee(filing="emergency"), 765_000, id="emergency"),
        pytest.param("beijing-2023", employee(filing="temporary"), 680_000, id="temporary"),
        pytest.param("beijing-2023", employee(filing="unfiled"), 680_000, id="unfiled"),
        pytest.param("hainan-2023", resident(filing="unfiled"), 550_000, id="hainan-same-province"),
        pytest.param("hainan-2023", resident(filing="unfiled", same_province=False), 450_000, id="hainan"),
        pytest.param("hainan-2023", employee(filing="unfiled"), 650_000, id="hainan-employee"),
    ],
)
def test_reductions_by_filing(policy: str, case: Case, expected: int) -> None:
    assert both(load_policy(policy), case, 20_000).pool_prop_selfpay_millionths == expected


def charged(policy: str, visits: list[tuple[Case, int]]) -> list[int]:
    """Return what each visit in turn is charged of the deductible, in yuan."""
    used, found = Used(), []
    for case, scope in visits:
        paid = both(load_policy(policy), case, scope, used=used)
        found.append(paid.act_pay_dedc_fen // YUAN)
        used = used.plus(paid)
    return found


@pytest.mark.parametrize(
    ("policy", "visits", "expected"),
    [
        pytest.param(
            "shanghai-2023", [(employee(visit="outpatient"), 300)] * 3, [300, 200, 0], id="year-once"
        ),
        pytest.param(
            "nanning-2024",
            [(employee(visit="outpatient", level=level), 500) for level in (1, 3, 2, 3)],
            [100, 200, 0, 0],
            id="year-topped-up-at-a-higher-level",
        ),
        pytest.param(
            "beijing-2023", [(employee(stay=stay), 5_000) for stay in (1, 2, 3)], [1_300, 650, 650], id="stay"
        ),
        pytest.param(
            "beijing-2023",
            [(employee(), 1_000), (employee(stay_day=90), 1_000), (employee(stay=2), 1_000)],
            [1_000, 300, 650],
            id="stay-settled-in-parts",
        ),
        pytest.param(
            "guangzhou-2022",
            [(employee(stay_day=day), 2_000) for day in (0, 60, 90, 180)],
            [1_000, 0, 1_000, 1_000],
            id="every-90-days-of-a-stay",
        ),
        pytest.param(
            "xiongan-2023",
            [(employee(visit="outpatient", month=month), 70) for month in (1, 3, 4, 12)],
            [70, 10, 70, 70],
            id="quarter",
        ),
        pytest.param(
            "xiongan-2023",
            [(resident(visit="outpatient", month=month), 15) for month in (1, 1, 2, 1)],
            [15, 5, 15, 0],
            id="month",
        ),
    ],
)
def test_the_deductible_is_charged_once_in_its_period(
    policy: str, visits: list[tuple[Case, int]], expected: list[int]
) -> None:
    assert charged(policy, visits) == expected


def test_without_top_up_the_first_standard_of_the_year_counts(tmp_path: Path) -> None:
    policy = what_if(
        tmp_path,
        '[sources]\na = "a"\n[[benefit]]\ninsutype = "310"\npeople = ["active"]\nvisit = "outpatient"\n'
        'period = "year"\nmark = "?"\nsource = "a"\nbands = [{ percent = "50" }]\n'
        'deductible = [{ levels = [0, 1], yuan = "100" }, { levels = [2, 3], yuan = "300" }]',
    )
    first = both(policy, employee(visit="outpatient", level=1), 60)
    second = both(policy, employee(visit="outpatient"), 500, used=Used().plus(first))
    assert (first.act_pay_dedc_fen, second.act_pay_dedc_fen) == (60 * YUAN, 40 * YUAN)


def test_the_large_amount_fund_pays_beyond_the_pool_up_to_its_own_cap() -> None:
    policy = load_policy("chongqing-2024")
    paid = both(policy, employee(), 880 + 1_000_000)
    assert paid.hifp_pay_fen == 47_000 * YUAN
    rest = 1_000_000 * YUAN - -(-47_000 * YUAN * 100 // 85)
    assert paid.hifob_pay_fen == min(500_000 * YUAN, (rest * 90 + 50) // 100) == 500_000 * YUAN
    after = both(policy, employee(stay=2), 10_000, used=Used().plus(paid))
    assert (after.hifp_pay_fen, after.hifob_pay_fen) == (0, 0)
    assert (after.pool_limit_fen, after.large_limit_fen) == (0, 0)


def test_the_band_of_the_year_changes_the_ratio_inside_one_visit() -> None:
    used = Used(outpatient=KindUsed(in_scope_fen=19_000 * YUAN, deductible_fen=1_800 * YUAN))
    paid = both(load_policy("beijing-2023"), employee(visit="outpatient"), 3_000, used=used)
    assert paid.hifp_pay_fen == 1_000 * 70 + 2_000 * 60


def test_above_the_cap_the_next_fund_pays_its_ratio_of_the_rest() -> None:
    used = Used(inpatient=KindUsed(pool_fen=(630_000 - 850) * YUAN))
    paid = both(load_policy("shanghai-2023"), employee(), 1_500 + 1_000 + 500, used=used)
    assert (paid.hifp_pay_fen, paid.hifob_pay_fen) == (850 * YUAN, 400 * YUAN)


def test_outpatient_and_inpatient_caps_do_not_touch_each_other() -> None:
    policy = load_policy("chengdu-2023")
    used = Used().plus(both(policy, employee(visit="outpatient"), 50_000))
    assert used.outpatient.pool_fen == 2_000 * YUAN
    assert both(policy, employee(visit="outpatient"), 1_000, used=used).hifp_pay_fen == 0
    assert both(policy, employee(), 1_800, used=used).hifp_pay_fen == 850 * YUAN


def test_critical_illness_looks_at_the_burden_of_the_whole_year() -> None:
    policy = load_policy("hainan-2023")
    used = Used(burden_fen=7_000 * YUAN)
    paid = both(policy, resident(), 10_350, used=used)
    assert paid.burden_fen == (350 + 3_500) * YUAN
    assert paid.hifmi_pay_fen == 2_850 * 60


def test_certain_diseases_only_where_the_policy_says_so() -> None:
    policy = load_policy("shanghai-2023")
    assert both(policy, resident(), 10_300).hifmi_pay_fen == 0
    assert both(policy, resident(identities=("401",)), 10_300).hifmi_pay_fen == (300 + 3_000) * 60


def test_medical_aid_takes_the_rest_of_identified_people_up_to_its_cap() -> None:
    policy = load_policy("hainan-2023")
    poorest = resident(identities=("101",))
    paid = both(policy, poorest, 10_350)
    assert (paid.hifmi_pay_fen, paid.maf_pay_fen) == (0, 3_850 * 70)
    near_cap = both(policy, poorest, 10_350, used=Used(aid_fen=29_000 * YUAN))
    assert (near_cap.maf_pay_fen, near_cap.aid_limit_fen) == (1_000 * YUAN, 1_000 * YUAN)
    margin = both(policy, resident(identities=("103",)), 10_350)
    assert margin.maf_pay_fen == 850 * 70
    assert both(policy, resident(), 10_350).maf_pay_fen == 0


def test_supplements_pay_of_what_is_left_in_turn() -> None:
    policy = load_policy("xiongan-2023")
    left = 10_800 * YUAN - 10_000 * 85
    plain = both(policy, employee(), 10_800)
    assert plain.psn_part_amt_fen == left
    servant = both(policy, employee(cvlserv_flag="1"), 10_800)
    assert servant.cvlserv_pay_fen == left // 2
    member = both(policy, employee(cvlserv_flag="1", identities=("301",)), 10_800)
    assert member.hifes_pay_fen == (left // 2) * 40 // 100
    soldier = both(policy, employee(identities=("201", "301")), 10_800)
    assert soldier.psn_part_amt_fen == 0
    assert soldier.hifdm_pay_fen == left - soldier.hifes_pay_fen
    assert both(load_policy("beijing-2023"), employee(cvlserv_flag="1"), 10_800).cvlserv_pay_fen == 0


def test_pre_self_pay_counts_towards_the_burden_where_the_region_counts_it() -> None:
    split = LineSplit(amount_fen=30_000 * YUAN, preselfpay_fen=20_000 * YUAN, inscp_scp_fen=10_000 * YUAN)
    burdens = {}
    for name in ("xiongan-2023", "nanchang-2024"):
        paid = settle_benefit(load_policy(name), resident(), Used(), split, Money())
        assert paid is not None
        burdens[name] = (paid.burden_fen // YUAN, paid.hifmi_pay_fen // YUAN)
    assert burdens == {"xiongan-2023": (23_420, 5_052), "nanchang-2024": (3_420, 0)}


MONEY = Money(balance_fen=1_000 * YUAN, family_fen=2_000 * YUAN, use_account=True)


def test_own_account_then_family_then_cash() -> None:
    paid = both(load_policy("shanghai-2023"), employee(), 21_500, money=MONEY)
    assert (paid.acct_pay_fen, paid.acct_mulaid_pay_fen) == (3_000 * YUAN, 2_000 * YUAN)
    assert (paid.balc_fen, paid.family_balc_fen, paid.psn_cash_pay_fen) == (0, 0, 1_500 * YUAN)
    unused = both(load_policy("shanghai-2023"), employee(), 21_500, money=Money(balance_fen=1_000 * YUAN))
    assert (unused.acct_pay_fen, unused.balc_fen) == (0, 1_000 * YUAN)


def test_a_region_may_keep_the_family_account_apart(tmp_path: Path) -> None:
    apart = both(
        what_if(tmp_path, "account_separate = true", "shanghai-2023"), employee(), 21_500, money=MONEY
    )
    assert (apart.acct_pay_fen, apart.acct_mulaid_pay_fen) == (1_000 * YUAN, 2_000 * YUAN)
    assert apart.psn_cash_pay_fen == 1_500 * YUAN


def test_guangdong_counts_the_account_among_the_funds() -> None:
    paid = both(load_policy("foshan-2023"), employee(), 11_000, money=MONEY)
    assert paid.fund_pay_sumamt_fen == paid.hifp_pay_fen + paid.acct_pay_fen == 11_000 * YUAN
    assert paid.psn_cash_pay_fen == 0


def test_the_hospital_bears_at_most_what_the_person_would() -> None:
    some = both(load_policy("shanghai-2023"), employee(), 21_500, money=Money(hosp_part_fen=500 * YUAN))
    assert (some.hosp_part_amt_fen, some.psn_part_amt_fen) == (500 * YUAN, 4_000 * YUAN)
    more = both(load_policy("shanghai-2023"), employee(), 21_500, money=Money(hosp_part_fen=9_999 * YUAN))
    assert (more.hosp_part_amt_fen, more.psn_part_amt_fen) == (4_500 * YUAN, 0)


def test_a_pharmacy_purchase_neither_gets_pooled_money_nor_counts_as_burden() -> None:
    paid = both(load_policy("hainan-2023"), resident(visit="pharmacy", identities=("101",)), 500)
    assert (paid.funds_fen, paid.burden_fen, paid.psn_cash_pay_fen) == (0, 0, 500 * YUAN)


def test_fund_rows_tell_the_calculation() -> None:
    paid = both(load_policy("beijing-2023"), employee(), 150_000, money=MONEY)
    rows = {row.fund_pay_type: row for row in fund_rows(paid, insutype="310")}
    assert {code: row.fund_payamt_fen for code, row in rows.items()} == {
        "310100": 9_039_500,
        "330100": 4_250_000,
        "310200": 300_000,
    }
    assert rows["310100"].setl_proc_info == ("28700.00 x 0.85 + 10000.00 x 0.9 + 60000.00 x 0.95: 90395.00")
    capped = both(load_policy("chengdu-2023"), employee(visit="outpatient"), 50_000)
    assert fund_rows(capped, insutype="310")[0].setl_proc_info == "49800.00 x 0.5, at most 2000.00: 2000.00"
    assert (
        fund_rows(both(load_policy("beijing-2023"), resident(), 5_000), insutype="390")[0].fund_pay_type
        == "390100"
    )


def test_no_rule_is_no_benefit() -> None:
    split = LineSplit(amount_fen=100, inscp_scp_fen=100)
    case = employee(insutype="340", psn_type="1300")
    assert settle_benefit(load_policy("beijing-2023"), case, Used(), split, Money()) is None


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"level": 4}, "level"),
        ({"stay": 0}, "stay"),
        ({"age": -1}, "age"),
        ({"month": 13}, "month"),
        ({"stay_day": 6_000}, "stay_day"),
        ({"filing": "elsewhere"}, "filing"),
        ({"visit": "home"}, "visit"),
    ],
)
def test_a_case_out_of_range_is_refused_with_its_field(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        employee(**values)


@pytest.mark.parametrize(
    ("split", "money", "complaint"),
    [
        (LineSplit(amount_fen=-1, inscp_scp_fen=-1), Money(), "out of range"),
        (LineSplit(amount_fen=10**10 + 1, inscp_scp_fen=10**10 + 1), Money(), "out of range"),
        (LineSplit(amount_fen=5, inscp_scp_fen=4), Money(), "do not sum"),
        (LineSplit(amount_fen=0), Money(family_fen=-1), "out of range"),
        (LineSplit(amount_fen=0), Money(balance_fen=10**13), "balance"),
    ],
)
def test_amounts_that_no_bill_has_are_refused(split: LineSplit, money: Money, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        settle_benefit(load_policy("beijing-2023"), employee(), Used(), split, money)
