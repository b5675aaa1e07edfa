"""Summaries of settlement networks for the tests of their report."""

from typing import Any

import msgspec

from onecard.sim.recording.settlement_summary import (
    BoundaryFigures,
    CityFigures,
    Claim,
    FilingFigures,
    LinkFigures,
    NetworkCurve,
    OutageFigures,
    SettlementSummary,
    SideFigures,
    TierFigures,
    Times,
)

BINS = 144
NO_TIMES = Times(count=0, p50_s=0.0, p95_s=0.0, max_s=0.0)
CITIES = {"110000": "Beijing", "310000": "Shanghai", "440100": "Guangzhou", "440600": "Foshan"}


def _bins(**counts: int) -> list[int]:
    bins = [0] * BINS
    for name, count in counts.items():
        bins[int(name[1:])] = count
    return bins


def _tier(tier: str, served: int, wait_s: float) -> TierFigures:
    return TierFigures(
        tier=tier,
        kind=tier.partition("/")[0],
        served=served,
        longest=int(wait_s),
        utilisation=0.01,
        busiest_hour=0.4 if wait_s else 0.05,
        waits=Times(count=served, p50_s=0.0, p95_s=wait_s / 2, max_s=wait_s),
    )


def boundary(boundary: str, *rows: int, run: str = "final", differences: int = 0) -> BoundaryFigures:
    """Write a reconciliation in which each side has so many rows of ten yuan."""
    sides = [
        SideFigures(
            side=side,
            rows=count,
            medfee_sumamt_fen=1000 * count,
            fund_pay_sumamt_fen=600 * count,
            acct_pay_fen=0,
        )
        for side, count in zip(boundary.split(" | "), rows, strict=True)
    ]
    return BoundaryFigures(
        run=run,
        day="2023-09-04",
        boundary=boundary,
        sides=sides,
        differences=differences,
        equal=not differences,
    )


def _labels() -> dict[str, tuple[str, str]]:
    labels = {
        "outage-and-recovery": ("Outage and recovery", "平台中断与恢复"),
        "raised": ("raised shares", "加大比例"),
        "tier/ministry": ("ministry", "部级平台"),
        "transaction/2207": ("outpatient settlement", "门诊结算"),
    }
    for code, name in CITIES.items():
        labels |= {
            f"city/{code}": (name, f"{name}市"),
            f"tier/city/{code}": (name, f"{name}市"),
            f"tier/institutions/{code}": (f"institutions in {name}", f"{name}市定点机构"),
            f"province/{code[:2]}": (f"Province {code[:2]}", f"{code[:2]}省"),
            f"tier/province/{code[:2]}": (f"Province {code[:2]}", f"{code[:2]}省"),
        }
    return labels


def _links() -> list[LinkFigures]:
    links = [LinkFigures(sender="ministry", recipient="authority/310000", messages=300, unanswered=0)]
    for code in CITIES:
        city, province = f"city/{code}", f"province/{code[:2]}"
        links += [
            LinkFigures(sender=f"institutions/{code}", recipient=city, messages=900, unanswered=3),
            LinkFigures(sender=city, recipient=province, messages=500, unanswered=0),
            LinkFigures(sender=province, recipient=city, messages=200, unanswered=0),
            LinkFigures(sender=province, recipient="ministry", messages=400, unanswered=60),
            LinkFigures(sender="ministry", recipient=province, messages=150, unanswered=0),
        ]
    return links


def eventful_network() -> SettlementSummary:
    """A day with an outage, uncertain results and money between provinces."""
    return SettlementSummary(
        kind="settlement",
        scenario="outage-and-recovery",
        profile="raised",
        date="2023-09-04",
        days=1,
        people=12_000,
        events=99_000,
        messages=48_925,
        treatments=3_566,
        outcomes={"settled": 3_315, "unreachable": 251},
        outcomes_by_scope={"city": {"settled": 2_500}, "nation": {"settled": 815, "unreachable": 251}},
        settlements=3_315,
        rows_landed=3_409,
        unanswered=2_770,
        uncertain=150,
        fates={"2207": {"done": 100, "reversed": 40, "without-effect": 10}},
        certain_after=Times(count=150, p50_s=65.9, p95_s=1065.1, max_s=1473.2),
        settling={
            "city": Times(count=2_993, p50_s=0.61, p95_s=10.2, max_s=27.6),
            "nation": Times(count=976, p50_s=1.19, p95_s=20.4, max_s=28.4),
        },
        postings=17_000,
        ledger_sum_fen=0,
        findings=[],
        cities=[
            CityFigures(city=code, province=code[:2], people=3_000, treated_here=900, insured_treated=880)
            for code in CITIES
        ],
        tiers=[
            _tier("ministry", 7_000, 4.0),
            _tier("province/31", 2_500, 0.0),
            _tier("city/310000", 4_000, 900.0),
        ],
        links=_links(),
        curve=NetworkCurve(
            bin_minutes=10,
            settled={"ministry": _bins(b54=40, b60=3), "city/310000": _bins(b54=70)},
            unanswered={"ministry": _bins(b62=500)},
            uncertain=_bins(b62=150),
        ),
        filings={
            "local": FilingFigures(
                settlements=2_500,
                medfee_sumamt_fen=50_000_000,
                fund_pay_sumamt_fen=20_000_000,
                acct_pay_fen=10_000_000,
                psn_cash_pay_fen=20_000_000,
            ),
            "unfiled": FilingFigures(
                settlements=815,
                medfee_sumamt_fen=10_000_000,
                fund_pay_sumamt_fen=2_000_000,
                acct_pay_fen=1_000_000,
                psn_cash_pay_fen=7_000_000,
            ),
        },
        claims=[
            Claim(insured="11", treatment="31", rows=120, owed_fen=1_234_567),
            Claim(insured="44", treatment="31", rows=80, owed_fen=765_433),
        ],
        reconciliation=[
            boundary("city/310000 | province/31", 100, 99, run="evening", differences=1),
            boundary("city/310000 | province/31", 100, 100),
            boundary("province/11 | ministry | province/31", 120, 120, 120),
            boundary("institutions | city/310000", 900, 900),
        ],
        outages=[
            OutageFigures(
                name="restart", what="down", place="ministry", peer="", begins_minute=620, ends_minute=635
            ),
            OutageFigures(
                name="cut",
                what="cut",
                place="province/31",
                peer="ministry",
                begins_minute=840,
                ends_minute=860,
            ),
        ],
        labels=_labels(),
    )


def quiet_network() -> SettlementSummary:
    """A day on which nobody was treated."""
    tables = ("outcomes", "outcomes_by_scope", "fates", "settling", "filings")
    lists = ("tiers", "links", "claims", "reconciliation", "outages")
    counts = ("messages", "treatments", "settlements", "rows_landed", "unanswered", "uncertain")
    empty: dict[str, Any] = {name: {} for name in tables} | {name: [] for name in lists}
    return msgspec.structs.replace(
        eventful_network(),
        **empty,
        **dict.fromkeys(counts, 0),
        certain_after=NO_TIMES,
        curve=NetworkCurve(bin_minutes=10, settled={}, unanswered={}, uncertain=[0] * BINS),
    )


def unequal_network() -> SettlementSummary:
    """A run that must not be believed: a row is missing and two books differ."""
    summary = eventful_network()
    return msgspec.structs.replace(
        summary,
        findings=["province/31 owes city/310000 12.00 yuan by its own book, 13.00 by the other's"],
        reconciliation=[boundary("city/310000 | province/31", 100, 99, differences=1)],
    )


def hostile_network() -> SettlementSummary:
    """A run whose labels try to become markup."""
    summary = eventful_network()
    hostile = dict.fromkeys(summary.labels, ("<script>window.hacked=1</script>\x00\x1b", "<b>坏</b>"))
    return msgspec.structs.replace(summary, labels=hostile)
