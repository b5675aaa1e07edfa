"""What the figures say: their sentences and tables follow from the numbers."""

from __future__ import annotations

from itertools import combinations

import msgspec
import pytest
from report_samples import city_summary, quiet_summary

from onecard.reports.canvas import drawing_settings
from onecard.reports.figures import Drawn, sections
from onecard.reports.figures.curve import peak
from onecard.reports.figures.ribbon_layout import Flow, Layout, fold
from onecard.reports.labels import Labels
from onecard.reports.palette import STOPS, stop_colours, tints
from onecard.reports.story import story
from onecard.sim.recording.summary import DayCurve, MoneyFlow, SettlementTotals, Summary


def draw(summary: Summary) -> dict[str, Drawn]:
    with drawing_settings():
        return {
            figure.identifier: figure
            for section in sections(summary, Labels(summary.labels))
            for figure in section.figures
        }


@pytest.fixture(scope="module")
def city() -> dict[str, Drawn]:
    return draw(city_summary())


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("day", "Use peaks at 08:30 with 1,074 uses, chiefly at “Public transport”"),
        ("stops", "“Public transport” leads with 4,866 uses (40.8% of all)"),
        ("services", "Of 26 services used, the three commonest (Bus ride, Breakfast payment, Metro, tap in)"),
        ("day-services", "No service is busier than “Bus ride” from 08:30: 426 uses in 15 minutes"),
        ("services", "each bar has the colour of its stop"),
        (
            "status",
            "Left out: 7,105 VERIFY commands without data, which ask for the PIN tries left.",
        ),
        ("waits", "one visitor in twenty waited more than 45 min 30 s"),
        ("utilisation", "Busiest is “Hospital, level III” with 87.4% of opening hours; 7 of 18"),
        ("commands", "No command is commoner than SELECT: 141,204 of 504,917 (28.0%)"),
        ("status", "97.7% of 497,812 answers were 9000"),
        (
            "dialogues",
            "(4,602 dialogues), took at most 0.30 s in half of all cases and at most 0.41 s in 95%",
        ),
        (
            "money",
            "the largest flow is “Fund share of treatment”, from “Medical insurance fund” to “Hospitals”",
        ),
        ("settlement", "Of ¥949,753.50 in fees the fund paid 64.2%"),
        (
            "refusals",
            "“Card has no contactless face” (283), and most refusals happened at “Public transport” (380)",
        ),
        ("remedies", "“Used the electronic card instead” (301 of 788)"),
        ("people", "5,012 of 10,000 people did not use a card; those who did used it 2.39 times"),
        ("cards", "“Second generation (2.00)” (61.2%); 980 people without a card"),
        ("credentials", "“Contactless (tapped)” leads with 53.6%"),
    ],
)
def test_the_sentence_below_a_figure_tells_its_numbers(
    city: dict[str, Drawn], figure: str, said: str
) -> None:
    assert said in city[figure].caption.en


def test_tables_have_as_many_cells_as_heads(city: dict[str, Drawn]) -> None:
    for figure in city.values():
        assert figure.table.rows
        assert {len(row) for row in figure.table.rows} == {len(figure.table.head)}, figure.identifier


def test_the_peak_of_a_quiet_day_is_nothing() -> None:
    assert peak(quiet_summary()) is None


def test_stops_without_an_hour_are_drawn_and_named() -> None:
    summary = city_summary()
    curve = DayCurve(
        bin_minutes=30,
        uses_by_stop={**summary.curve.uses_by_stop, "night-market": [0] * 47 + [5]},
        uses_by_service={**summary.curve.uses_by_service, "stall": [0] * 47 + [4], "busker": [0, 1]},
    )
    drawn = draw(
        msgspec.structs.replace(
            summary,
            curve=curve,
            stop_by_service=summary.stop_by_service | {"stall": "night-market"},
            labels=summary.labels | {"stop/night-market": ("Night market", "夜市")},
        )
    )
    assert ">Night market<" in drawn["day-services"].svg
    assert ">Outside the stops<" in drawn["day-services"].svg
    assert ">Night market<" in drawn["day"].svg
    assert "per 30 minutes" in drawn["day"].svg


def test_opening_balances_are_listed_but_not_drawn(city: dict[str, Drawn]) -> None:
    money = city["money"]
    assert "Opening balances (¥40,000,000.00)" in money.caption.en
    assert "¥1,578,137.16 moved" in money.caption.en
    assert ">Opening balances<" not in money.svg
    assert any(row[0].en == "Opening balances" for row in money.table.rows)


def test_a_run_with_opening_balances_only_moved_no_money() -> None:
    flow = MoneyFlow(source="opening", target="person", purpose="opening", amount_fen=10, postings=1)
    drawn = draw(msgspec.structs.replace(quiet_summary(), money=[flow]))
    assert drawn["money"].caption.en == "No money moved."


def test_a_negative_flow_goes_the_other_way() -> None:
    flow = MoneyFlow(source="hospital", target="fund", purpose="fund-share", amount_fen=-500, postings=1)
    drawn = draw(msgspec.structs.replace(city_summary(), money=[flow]))
    assert "from “Medical insurance fund” to “Hospitals”: ¥5.00" in drawn["money"].caption.en


def test_a_split_that_leaves_something_shows_the_hospital_s_part(city: dict[str, Drawn]) -> None:
    assert "Borne by the hospital" in city["settlement"].svg


FLOWS = [
    Flow("fund", "treatment", "hospital", 900_000),
    Flow("person", "treatment", "hospital", 100),
    Flow("person", "fare", "operator", 2),
    Flow("fare", "person", "fund", 5_000),  # an account kind named like a purpose
]


def test_ribbons_fill_their_nodes_and_nodes_do_not_overlap() -> None:
    layout = Layout(FLOWS)
    for column in (layout.sources, layout.purposes, layout.targets):
        for upper, lower in combinations(sorted(column.values(), key=lambda node: node.top), 2):
            assert upper.top + upper.height <= lower.top
        for node in column.values():
            assert node.ribbons_height <= node.height
    for name, node in layout.sources.items():
        ribbons = [layout.thickness(link.amount_fen) for link in layout.left if link.start == name]
        assert sum(ribbons) == pytest.approx(node.ribbons_height)


def test_a_small_flow_is_still_a_pixel_thick() -> None:
    assert Layout(FLOWS).thickness(2) == 1.0


def test_too_many_purposes_are_folded_into_one() -> None:
    flows = [Flow("person", f"purpose-{index}", "merchant", 1 + index) for index in range(40)]
    folded, hidden = fold(flows)
    assert hidden == 23
    assert len({flow.purpose for flow in folded}) == 18
    assert sum(flow.amount_fen for flow in folded) == sum(flow.amount_fen for flow in flows)


def test_rare_services_are_folded_in_the_drawing_but_all_are_in_the_table() -> None:
    uses = {f"service-{index:02d}": 100 - index for index in range(60)}
    services = draw(msgspec.structs.replace(city_summary(), uses_by_service=uses))["services"]
    assert "31 others" in services.svg
    assert len(services.table.rows) == 60


def test_the_day_by_service_holds_every_use_and_every_service(city: dict[str, Drawn]) -> None:
    summary, figure = city_summary(), city["day-services"]
    heads = [head.en for head in figure.table.head[1:]]
    sums = [
        sum(int(cell.en.replace(",", "")) for cell in column)
        for column in list(zip(*figure.table.rows, strict=True))[1:]
    ]
    labels = Labels(summary.labels)
    assert dict(zip(heads, sums, strict=True)) == {
        labels(name, "service").en: uses for name, uses in summary.uses_by_service.items()
    }


def test_panels_stand_in_the_order_of_the_day(city: dict[str, Drawn]) -> None:
    svg = city["day-services"].svg
    heads = ["07:00 Park exercise", "10:00 Pharmacy and hospital", "20:00 Supermarket, shopping mall"]
    assert sorted(heads, key=svg.index) == heads
    assert svg.index("Ferry ride") < svg.index("Bus ride"), (
        "the commonest service is at the foot of its stack"
    )


def test_services_without_a_use_get_no_panel() -> None:
    bins = {"bus-tap": [0] * 33 + [1], "ferry": [0] * 96, "park-entry": [0] * 96}
    curve = DayCurve(bin_minutes=15, uses_by_stop={"transit": bins["bus-tap"]}, uses_by_service=bins)
    figure = draw(msgspec.structs.replace(city_summary(), curve=curve))["day-services"]
    assert "08:00 Public transport" in figure.svg
    assert "Ferry ride" not in figure.svg
    assert "07:00 Park exercise" not in figure.svg


def test_services_have_the_colour_of_their_stop(city: dict[str, Drawn]) -> None:
    colours = stop_colours(["park", "breakfast", "transit"])
    for figure in ("stops", "services", "day-services"):
        for colour in colours.values():
            assert f'"{colour}"' in city[figure].svg, (figure, colour)


@pytest.mark.parametrize("colour", STOPS)
def test_shades_of_a_stop_begin_with_its_colour_and_all_differ(colour: str) -> None:
    assert tints(colour, 1) == [colour]
    shades = tints(colour, 6)
    assert shades[0] == colour
    assert len(set(shades)) == 6


def test_status_queries_stand_in_the_table_but_not_among_the_answers(city: dict[str, Drawn]) -> None:
    last = city["status"].table.rows[-1]
    assert [cell.en for cell in last] == ["VERIFY without data (PIN tries left)", "7,105", "–"]
    assert "of 497,812 answers" in city["status"].caption.en
    assert "7,105" not in city["status"].svg


def test_without_status_queries_nothing_is_left_out() -> None:
    figure = draw(msgspec.structs.replace(city_summary(), pin_status_queries=0))["status"]
    assert "Left out" not in figure.caption.en
    assert not any("VERIFY" in row[0].en for row in figure.table.rows)


def test_a_split_above_the_fee_never_shows_a_negative_part() -> None:
    totals = SettlementTotals(
        settlements=1,
        medfee_sumamt_fen=100,
        fund_pay_sumamt_fen=90,
        acct_pay_fen=20,
        psn_cash_pay_fen=0,
    )
    figure = draw(msgspec.structs.replace(city_summary(), settlement_totals={"visit-outpatient": totals}))
    assert figure["settlement"].table.rows[0][-1].en == "¥0.00"
    assert "-¥" not in figure["settlement"].svg
    assert "Borne by the hospital" not in figure["settlement"].svg


def test_numbers_of_uses_have_no_gaps() -> None:
    figure = draw(msgspec.structs.replace(city_summary(), uses_per_person={"3": 1}))["people"]
    assert [row[0].en for row in figure.table.rows] == ["0", "1", "2", "3"]
    assert figure.caption.en.startswith("Everybody used a card")


def test_kinds_of_place_that_were_never_busy_are_listed_but_not_drawn() -> None:
    summary = msgspec.structs.replace(city_summary(), utilisation={"bus": 0.3, "metro": 0.0})
    figure = draw(summary)["utilisation"]
    assert "Metro station" not in figure.svg
    assert ">50%<" in figure.svg
    assert ">75%<" not in figure.svg
    assert len(figure.table.rows) == 2


def test_nobody_leads_where_several_are_first() -> None:
    summary = msgspec.structs.replace(
        city_summary(),
        uses_by_stop={"park": 2, "bank": 2, "transit": 1},
        uses_by_service={"park-entry": 2, "cash": 2, "bus-tap": 1},
        visits_by_place_kind={"bus": 1, "atm": 1},
    )
    drawn = draw(summary)
    assert drawn["stops"].caption.en == "2 stops lead with 2 uses each."
    assert drawn["visits"].caption.en == "2 kinds of place had most visits, 1 each of 2."
    assert "2 services were the commonest, with 2 uses each" in story(summary, Labels(summary.labels)).en
