"""The policies against a second transcription of settlement.md §6.2 to §6.4, made apart from the files.

One line is one row of the facts: deductibles and ratios by institution level, in yuan and percent, and the
cap. ``-`` stands for what the facts do not name. A community centre (level 0) has figures of its own where
the line has four of them, otherwise those of level 1.
"""

from __future__ import annotations

from typing import Any

import pytest
from benefit_samples import both

from onecard.sim.settlement.benefit import Case, Money, Policy, Used, load_policy, policy_names
from onecard.sim.settlement.benefit.case import FILINGS
from onecard.sim.settlement.benefit.terms import UNLIMITED_FEN, Terms

YUAN = 100
PEOPLE = {
    "active": ("310", "1101", 50),
    "retired": ("310", "1201", 65),
    "retired-70": ("310", "1201", 70),
    "child": ("390", "1403", 10),
    "adult": ("390", "1501", 50),
    "elderly": ("390", "16", 70),
}

FIGURES = """
beijing-2023    active     inpatient   1300/1300/1300    90/87/85          -
beijing-2023    retired    inpatient   1300/1300/1300    97/96.1/95.5      -
beijing-2023    active     outpatient  1800/1800/1800/1800  90/70/70/70    -
beijing-2023    retired    outpatient  1300/1300/1300/1300  90/85/85/85    -
beijing-2023    retired-70 outpatient  1300/1300/1300    90/90/90          -
beijing-2023    adult      inpatient   300/800/1300      80/78/75          250000
beijing-2023    child      inpatient   150/400/650       80/78/75          250000
beijing-2023    adult      outpatient  100/550/550       55/50/50          5000
shanghai-2023   active     inpatient   1500/1500/1500    85/85/85          630000
shanghai-2023   retired    inpatient   1200/1200/1200    92/92/92          630000
shanghai-2023   active     outpatient  500/500/500       80/75/70          -
shanghai-2023   retired    outpatient  300/300/300       85/80/75          -
shanghai-2023   adult      inpatient   50/100/300        90/80/70          250000
shanghai-2023   adult      outpatient  500/500/500       70/60/50          -
shanghai-2023   elderly    outpatient  300/300/300       70/60/50          -
guangzhou-2022  active     inpatient   250/500/1000      90/85/80          1000000
guangzhou-2022  retired    inpatient   175/350/700       93/89.5/86        1000000
guangzhou-2022  active     outpatient  0/0/0             80/65/65          8000
guangzhou-2022  retired    outpatient  0/0/0             85/70/70          10000
guangzhou-2022  adult      inpatient   150/300/500       90/80/70          350000
foshan-2023     active     inpatient   250/500/1000      95/91/87          600000
foshan-2023     retired    inpatient   250/500/1000      97/93/89          600000
chengdu-2023    active     inpatient   160/200/400/800   95/92/89/85       450000
chengdu-2023    retired    inpatient   160/200/400/800   98/95/92/88       450000
chengdu-2023    active     outpatient  200/200/200       60/60/50          2000
chengdu-2023    retired    outpatient  150/150/150       70/70/60          2500
chengdu-2023    adult      inpatient   100/100/200/500   95/87/82/68       -
chengdu-2023    adult      outpatient  0/0/0             60/60/60          200
hainan-2023     active     inpatient   300/600/800       90/88/85          260000
hainan-2023     retired    inpatient   200/400/600       90/90/90          260000
hainan-2023     active     outpatient  10/50/100         70/60/50          1500
hainan-2023     retired    outpatient  10/50/100         70/60/50          2000
hainan-2023     adult      inpatient   100/300/350       90/75/65          150000
hainan-2023     adult      outpatient  50/50/50          -/-/-             -
hangzhou-2020   active     inpatient   300/300/500/800   88/88/84/82       -
hangzhou-2020   retired    inpatient   300/300/500/800   92/92/88/86       -
hangzhou-2020   active     outpatient  1000/1000/1000    86/80/76          -
hangzhou-2020   retired    outpatient  300/300/300       92/86/82          -
hangzhou-2020   adult      inpatient   300/500/800       80/75/70          -
hangzhou-2020   adult      outpatient  300/300/300       70/60/40          -
nanchang-2024   active     inpatient   200/500/800       95/90/85          -
nanchang-2024   retired    inpatient   200/500/800       97/92/87          -
nanchang-2024   active     outpatient  300/300/300       65/60/55          2000
nanchang-2024   retired    outpatient  300/300/300       70/65/60          3000
nanchang-2024   adult      inpatient   100/400/600       90/80/70          150000
nanchang-2024   adult      outpatient  0/0/0             60/60/60          400
xining-2024     active     inpatient   200/400/800       92/88/85          -
xining-2024     retired    inpatient   200/400/800       95/92/89          -
xining-2024     active     outpatient  0/0/0             60/60/50          2000
xining-2024     retired    outpatient  0/0/0             70/70/60          2000
xining-2024     adult      inpatient   100/300/700       85/75/60          150000
nanning-2024    active     inpatient   200/400/800       92/90/85          -
nanning-2024    retired    inpatient   200/400/800       95/93/88          -
nanning-2024    active     outpatient  100/200/300       60/55/50          2000
nanning-2024    retired    outpatient  100/200/300       65/60/55          2600
nanning-2024    adult      inpatient   100/300/600       90/75/60          150000
longyan-2024    active     inpatient   200/400/600/800   95/92/88/85       -
longyan-2024    retired    inpatient   200/400/600/800   98/95/91/88       -
longyan-2024    active     outpatient  600/600/600       85/80/75          20000
longyan-2024    retired    outpatient  600/600/600       90/85/80          20000
longyan-2024    adult      inpatient   100/300/500/800   90/85/75/60       100000
longyan-2024    adult      outpatient  0/0/0             60/60/60          400
shenyang-2024   active     inpatient   200/300/600       94/93/88          -
shenyang-2024   retired    inpatient   200/300/600       97/96/92          -
shenyang-2024   active     outpatient  200/200/400       70/65/55          12000
shenyang-2024   retired    outpatient  200/200/400       75/70/60          12000
shenyang-2024   adult      inpatient   200/400/800       85/80/75          -
chongqing-2024  active     inpatient   220/440/880       90/87/85          47000
chongqing-2024  retired    inpatient   220/440/880       95/95/95          47000
chongqing-2024  active     outpatient  200/200/200       60/60/50          3000
chongqing-2024  retired    outpatient  100/100/100       70/70/60          4000
chongqing-2024  adult      inpatient   100/300/800       80/70/50          -
wuhan-2023      active     inpatient   200/400/600       -/-/86            240000
wuhan-2023      retired    inpatient   200/400/600       -/-/90            240000
wuhan-2023      adult      inpatient   200/400/800       -/-/-             -
guanghan-2013   active     inpatient   400/600/900       -/-/-             -
"""

LATER_STAYS = """
beijing-2023    active  3  1300/650/650/650/650
beijing-2023    adult   2  800/400/400/400/400
beijing-2023    child   2  400/400/400/400/400
shanghai-2023   active  3  1500/1500/1500/1500/1500
longyan-2024    active  0  200/0/0/0/0
longyan-2024    retired 2  600/400/200/0/0
longyan-2024    active  3  800/600/400/200/0
shenyang-2024   adult   1  200/170/140/140/140
wuhan-2023      active  3  600/300/300/300/300
wuhan-2023      adult   3  800/800/800/800/800
guanghan-2013   active  1  400/300/200/200/200
guanghan-2013   active  3  900/800/700/600/500
"""

SEGMENTS = """
beijing-2023   active   1  30000:90   40000:95   100000:97   500000:85*
beijing-2023   active   2  30000:87   40000:92   100000:97   500000:85*
beijing-2023   active   3  30000:85   40000:90   100000:95   500000:85*
beijing-2023   retired  1  30000:97   40000:98.5 100000:99.1 500000:90*
beijing-2023   retired  2  30000:96.1 40000:97.6 100000:99.1 500000:90*
beijing-2023   retired  3  30000:95.5 40000:97   100000:98.5 500000:90*
hangzhou-2020  active   1  40000:88   360000:92  -:90*
hangzhou-2020  active   2  40000:84   360000:90  -:90*
hangzhou-2020  active   3  40000:82   360000:88  -:90*
hangzhou-2020  retired  3  40000:86   360000:92  -:90*
"""
"""Inpatient bands: up to yuan, percent; ``*`` is the large-amount fund."""

CRITICAL = """
beijing-2023    30404  60/70                 -
guangzhou-2022  18000  60/70                 -
foshan-2023     15000  -                     -
chengdu-2023    18000  60/70/80              -
hainan-2023     8000   60/65/70/75/80/85/90  -
hangzhou-2020   25000  70/75/80              -
nanchang-2024   15000  60/65/75              350000
xining-2024     10000  60/65/75              350000
nanning-2024    10000  60/65/75              400000
longyan-2024    15000  60/65/75              350000
shenyang-2024   15000  60/65/70              -
chongqing-2024  18797  60                    -
"""


def rows(table: str) -> list[Any]:
    return [pytest.param(*line.split(), id="-".join(line.split()[:3])) for line in table.strip().splitlines()]


def case_of(who: str, visit: str, level: int, **values: Any) -> Case:
    insutype, psn_type, age = PEOPLE[who]
    chosen: Any = visit
    return Case(insutype=insutype, psn_type=psn_type, age=age, visit=chosen, level=level, **values)


def terms_of(policy: Policy, case: Case) -> Terms:
    terms = policy.terms(case)
    assert terms is not None
    return terms


def by_level(figures: str) -> list[tuple[int, str]]:
    """Return the figures with their levels."""
    listed = figures.split("/")
    return list(enumerate(listed if len(listed) == 4 else [listed[0], *listed]))


def per_mille(percent: str) -> int:
    return round(float(percent) * 10)


@pytest.mark.parametrize(("name", "who", "visit", "deductibles", "ratios", "cap"), rows(FIGURES))
def test_deductibles_ratios_and_caps(
    *, name: str, who: str, visit: str, deductibles: str, ratios: str, cap: str
) -> None:
    policy = load_policy(name)
    for level, deductible in by_level(deductibles):
        assert terms_of(policy, case_of(who, visit, level)).standard_fen == int(deductible) * YUAN, level
    for level, percent in by_level(ratios):
        terms = terms_of(policy, case_of(who, visit, level))
        if percent != "-":
            assert terms.bands[0].ratio_millionths == per_mille(percent) * 1000, level
        if cap != "-":
            assert terms.pool_cap_fen == int(cap) * YUAN


@pytest.mark.parametrize(("name", "who", "level", "deductibles"), rows(LATER_STAYS))
def test_deductibles_of_the_first_five_stays(name: str, who: str, level: str, deductibles: str) -> None:
    cases = [case_of(who, "inpatient", int(level), stay=stay) for stay in range(1, 6)]
    found = [terms_of(load_policy(name), case).standard_fen // YUAN for case in cases]
    assert found == [int(yuan) for yuan in deductibles.split("/")]


@pytest.mark.parametrize("line", SEGMENTS.strip().splitlines(), ids=lambda line: "-".join(line.split()[:3]))
def test_segments(line: str) -> None:
    name, who, level, *bands = line.split()
    expected = []
    for band in bands:
        upper, _, percent = band.partition(":")
        upper_fen = UNLIMITED_FEN if upper == "-" else int(upper) * YUAN
        expected.append((upper_fen, per_mille(percent.rstrip("*")) * 1000, percent.endswith("*")))
    terms = terms_of(load_policy(name), case_of(who, "inpatient", int(level)))
    assert [(band.upper_fen, band.ratio_millionths, band.large) for band in terms.bands] == expected


@pytest.mark.parametrize(("name", "threshold", "ratios", "cap"), rows(CRITICAL))
def test_critical_illness(name: str, threshold: str, ratios: str, cap: str) -> None:
    critical = load_policy(name).cover(case_of("adult", "inpatient", 3)).critical
    assert critical is not None
    assert critical.threshold_fen == int(threshold) * YUAN
    if ratios != "-":
        assert [band.ratio_millionths // 10_000 for band in critical.bands] == [
            int(percent) for percent in ratios.split("/")
        ]
    assert critical.cap_fen == (UNLIMITED_FEN if cap == "-" else int(cap) * YUAN)


def test_edges_of_critical_illness_that_the_facts_name() -> None:
    edges = {
        "beijing-2023": [80_404],
        "hainan-2023": [24_000, 40_000, 56_000, 72_000, 88_000, 104_000],
        "nanchang-2024": [50_000, 100_000],
    }
    for name, expected in edges.items():
        critical = load_policy(name).cover(case_of("adult", "inpatient", 3)).critical
        assert critical is not None
        assert [band.upper_fen // YUAN for band in critical.bands[:-1]] == expected


MULTIPLIERS = {
    "local": 1000,
    "long-term": 1000,
    "transferred": 900,
    "emergency": 900,
    "temporary": 800,
    "unfiled": 800,
}
"""Out-of-area care where a region has no rule of its own (§6.4): multiplier in permille."""
NATIONAL_LIMITS = {"long-term": 0, "transferred": 10, "emergency": 10, "temporary": 20}
"""At most so many points less (§5.4)."""
POINTS = {"longyan-2024": ("active", "adult"), "hainan-2023": ("active", "adult")}
"""Regions whose unfiled patients get 20 points less."""


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("filing", FILINGS)
def test_care_elsewhere(name: str, filing: Any) -> None:
    policy = load_policy(name)
    for who in PEOPLE:
        for level in range(4):
            at_home = terms_of(policy, case_of(who, "inpatient", level))
            away = terms_of(policy, case_of(who, "inpatient", level, filing=filing, same_province=False))
            for local, reduced in zip(at_home.bands, away.bands, strict=True):
                full, less = local.ratio_millionths, reduced.ratio_millionths
                points = filing == "unfiled" and name in POINTS
                assert less == (full - 200_000 if points else full * MULTIPLIERS[filing] // 1000)
                limit = NATIONAL_LIMITS.get(filing)
                assert limit is None or full - less <= limit * 10_000


def test_residents_of_hainan_without_referral_inside_the_province() -> None:
    policy = load_policy("hainan-2023")
    ratios = [
        terms_of(policy, case_of("adult", "inpatient", level, filing="unfiled", same_province=True))
        .bands[0]
        .ratio_millionths
        for level in (1, 2, 3)
    ]
    assert ratios == [800_000, 650_000, 550_000]


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("yuan", [0, 100_000_000], ids=["nothing", "the-largest-bill"])
def test_the_smallest_and_the_largest_bill(name: str, yuan: int) -> None:
    policy = load_policy(name)
    for who in PEOPLE:
        for visit in ("inpatient", "outpatient", "pharmacy"):
            case = case_of(who, visit, 3, identities=("101",))
            paid = both(policy, case, yuan, money=Money(balance_fen=50, use_account=True))
            assert paid.funds_fen + paid.acct_pay_fen + paid.psn_cash_pay_fen == yuan * YUAN
            for limit_fen, paid_fen in (
                (paid.pool_limit_fen, paid.hifp_pay_fen),
                (paid.large_limit_fen, paid.hifob_pay_fen),
                (paid.critical_limit_fen, paid.hifmi_pay_fen),
                (paid.aid_limit_fen, paid.maf_pay_fen),
            ):
                assert limit_fen is None or 0 <= paid_fen <= limit_fen
            again = both(policy, case, yuan, used=Used().plus(paid))
            assert again.act_pay_dedc_fen <= again.crt_dedc_fen


@pytest.mark.parametrize("age", [0, 5, 17, 18, 69, 70, 71, 110, 199])
def test_every_age_has_figures(age: int) -> None:
    for name in policy_names():
        for insutype, psn_type, _ in PEOPLE.values():
            case = Case(insutype=insutype, psn_type=psn_type, age=age, visit="inpatient", level=0)
            assert load_policy(name).terms(case) is not None


@pytest.mark.parametrize("psn_type", ["", "1", "17", "9901", "11x"])
def test_an_unknown_category_has_no_figures_unless_its_first_digits_say_enough(psn_type: str) -> None:
    case = Case(insutype="310", psn_type=psn_type, age=40, visit="inpatient", level=2)
    assert (load_policy("beijing-2023").terms(case) is not None) == psn_type.startswith("11")
