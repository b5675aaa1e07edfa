"""The report of a settlement network: figures, both languages, and what it says when things do not agree."""

import re

import msgspec
import pytest
from network_report_samples import (
    BINS,
    eventful_network,
    hostile_network,
    quiet_network,
    unequal_network,
)
from report_samples import MANIFEST

from onecard.reports import render_report
from onecard.reports.labels import Labels
from onecard.reports.settlement import settlement_sections
from onecard.sim.recording.settlement_summary import (
    CityFigures,
    Claim,
    LinkFigures,
    NetworkCurve,
    SettlementSummary,
)

FIGURES = [
    "net-map", "net-settled", "net-settling", "net-lost", "net-fates", "net-outcomes", "net-waits",
    "net-busy", "net-claims", "net-filings", "net-equal",
]  # fmt: skip
SAMPLES = {
    "eventful": eventful_network,
    "nothing happens": quiet_network,
    "unequal": unequal_network,
    "hostile labels": hostile_network,
}


@pytest.fixture(scope="module", params=SAMPLES, ids=[name.replace(" ", "-") for name in SAMPLES])
def rendered(request: pytest.FixtureRequest) -> str:
    return render_report(SAMPLES[request.param](), MANIFEST)


@pytest.fixture(scope="module")
def eventful() -> str:
    return render_report(eventful_network(), MANIFEST)


def element(page: str, identifier: str) -> str:
    """Return what stands between the tags of an element without the tags inside."""
    match = re.search(rf'id="{identifier}"[^>]*>(.*?)</(?:p|div|section|figure|pre)>', page, flags=re.DOTALL)
    assert match is not None
    return re.sub(r"<[^>]+>", " ", match[1])


def test_every_figure_is_there_with_title_drawing_sentence_and_table(rendered: str) -> None:
    assert re.findall(r'<figure id="fig-([a-z-]+)"', rendered) == FIGURES
    for body in re.findall(r"<figure .*?</figure>", rendered, flags=re.DOTALL):
        assert body.count("<h3>") == body.count("<figcaption>") == body.count("<table>") == 1
        assert body.count("<svg ") == 1
        assert "axis-title" in body


def test_the_page_is_self_contained_and_keeps_its_own_policy(rendered: str) -> None:
    assert not re.search(r"<(?:link|img|iframe|object|embed|form|image)\b", rendered)
    assert not re.search(r'\s(?:style|on[a-z]+|src)="', rendered)
    identifiers = re.findall(r'\sid="([^"]+)"', rendered)
    assert len(identifiers) == len(set(identifiers))
    assert len(rendered.encode()) <= 1_000_000


def test_a_label_cannot_become_markup() -> None:
    page = render_report(hostile_network(), MANIFEST)
    assert "<script>window" not in page
    assert "&lt;script&gt;" in page
    assert "\x00" not in page


def test_the_story_tells_the_numbers_in_both_languages(eventful: str) -> None:
    story = element(eventful, "story")
    for shown in (
        "12,000 people",
        "4 cities",
        "3 provinces",
        "48,925 messages",
        "2,770",
        "150 results",
        "3,409",
    ):
        assert shown in story
    assert "无丢失、无重复" in story


def test_a_run_that_agrees_is_ticked(eventful: str) -> None:
    assert "✓" in element(eventful, "tile-differences")
    assert "✓" in element(eventful, "tile-books")
    assert 'role="alert"' not in eventful


def test_a_run_that_does_not_agree_is_a_loud_warning() -> None:
    page = render_report(unequal_network(), MANIFEST)
    assert 'class="alert" role="alert"' in page
    assert "12.00 yuan by its own book" in page
    for tile in ("tile-differences", "tile-books"):
        assert "✗" in element(page, tile)
        assert "✓" not in element(page, tile)
    assert "NOT everything agrees" in element(page, "story")
    assert "100 ≠ 99" in page


def test_differences_alone_are_a_warning_too() -> None:
    page = render_report(msgspec.structs.replace(unequal_network(), findings=[]), MANIFEST)
    assert "the last reconciliation found 1 differences" in page


def test_a_day_without_treatments_says_so() -> None:
    page = render_report(quiet_network(), MANIFEST)
    assert page.count('class="en none"') == len(FIGURES)
    assert "No message was sent." in page
    assert not re.search(r"\b(nan|inf|None)\b", page)


def test_the_map_shows_what_went_where_and_what_was_not_answered(eventful: str) -> None:
    figure = re.search(r'<figure id="fig-net-map".*?</figure>', eventful, flags=re.DOTALL)
    assert figure is not None
    for shown in ("↑ 900", "↑ 500", "↓ 200", "↑ 400", "✗ 60", "900 treated", "Guangzhou"):
        assert shown in figure[0]


def test_the_claims_add_up(eventful: str) -> None:
    assert "¥20,000.00 are owed across provinces" in eventful
    assert "“Province 11” to “Province 31”: ¥12,345.67" in eventful


def test_the_same_run_gives_the_same_bytes_out_of_the_json_file(eventful: str) -> None:
    summary = msgspec.json.decode(msgspec.json.encode(eventful_network()), type=SettlementSummary)
    assert render_report(summary, MANIFEST) == eventful


def many_cities(count: int, days: int) -> SettlementSummary:
    summary = eventful_network()
    codes = [f"{10 + number // 9}{number % 9 + 1:02d}00" for number in range(count)]
    return msgspec.structs.replace(
        summary,
        days=days,
        cities=[
            CityFigures(city=code, province=code[:2], people=9, treated_here=number, insured_treated=0)
            for number, code in enumerate(codes)
        ],
        links=[
            LinkFigures(sender=f"city/{code}", recipient=f"province/{code[:2]}", messages=5, unanswered=0)
            for code in codes
        ],
        claims=[
            Claim(insured=f"{10 + number}", treatment=f"{11 + number}", rows=1, owed_fen=100 + number)
            for number in range(31)
        ],
        curve=NetworkCurve(
            bin_minutes=10,
            settled={f"city/{code}": [1] * BINS * days for code in codes},
            unanswered={},
            uncertain=[0] * BINS * days,
        ),
    )


def test_a_large_network_over_a_month_stays_readable() -> None:
    summary = many_cities(90, 31)
    drawn = {
        figure.identifier: figure
        for section in settlement_sections(summary, Labels({}))
        for figure in section.figures
    }
    assert "81 quieter cities are not drawn" in drawn["net-map"].caption.en
    assert len(drawn["net-map"].table.rows) == 90, "the table has them all"
    assert len(drawn["net-claims"].table.rows) == 31
    assert len(render_report(summary, MANIFEST).encode()) <= 2_000_000
