"""The page as text: structure, escaping, determinism, and what a reader would look for."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from report_samples import MANIFEST, city_summary, hostile_summary, quiet_summary, single_use_summary

from onecard.reports import render_report
from onecard.sim.recording.summary import Summary

FIGURES = [
    "day", "day-services", "stops", "services", "credentials", "waits", "utilisation", "visits", "commands",
    "status", "dialogues", "money", "settlement", "refusals", "remedies", "people", "cards",
]  # fmt: skip
VOID = {"meta", "link", "br", "img", "input", "hr"}
SAMPLES = {
    "city": city_summary,
    "nothing happens": quiet_summary,
    "one bus ride": single_use_summary,
    "hostile labels": hostile_summary,
}


class Page(HTMLParser):
    """Collects elements, their text, and every tag that is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.crossed: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.crossed.append(tag)
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, identifier in self._open:
            if identifier is not None:
                self.texts[identifier] = self.texts.get(identifier, "") + data

    def having(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module", params=SAMPLES, ids=[name.replace(" ", "-") for name in SAMPLES])
def rendered(request: pytest.FixtureRequest) -> str:
    return render_report(SAMPLES[request.param](), MANIFEST)


@pytest.fixture(scope="module")
def city_text() -> str:
    return render_report(city_summary(), MANIFEST)


@pytest.fixture(scope="module")
def city_page(city_text: str) -> Page:
    return Page(city_text)


def test_every_figure_is_there_with_title_drawing_sentence_and_table(rendered: str) -> None:
    found = re.findall(r'<figure id="fig-([a-z-]+)".*?</figure>', rendered, flags=re.DOTALL)
    assert found == FIGURES
    for body in re.findall(r"<figure .*?</figure>", rendered, flags=re.DOTALL):
        assert body.count("<h3>") == body.count("<figcaption>") == body.count("<table>") == 1
        assert body.count("<svg ") == 1
        assert 'role="img" aria-label="' in body
        assert 'class="en axis-title"' in body or 'class="axis-title"' in body


def test_tags_are_closed_in_order(rendered: str) -> None:
    assert Page(rendered).crossed == []


def test_ids_are_unique(rendered: str) -> None:
    identifiers = [attributes["id"] for _, attributes in Page(rendered).elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_every_reference_inside_the_page_has_its_target(rendered: str) -> None:
    page = Page(rendered)
    identifiers = {attributes.get("id") for _, attributes in page.elements}
    targets = [value[1:] for _, attributes in page.elements if (value := attributes.get("href"))]
    values = [value for _, attributes in page.elements for value in attributes.values() if value]
    targets += [found for value in values for found in re.findall(r"url\(#([^)]+)\)", value)]
    assert targets
    assert set(targets) <= identifiers


def test_nothing_is_loaded_and_nothing_inline_escapes_the_policy(rendered: str) -> None:
    page = Page(rendered)
    assert len(page.having("script")) == 1
    assert len(page.having("style")) == 1
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        href = attributes.get("href")
        assert href is None or href.startswith("#")
    policy = next(meta["content"] for meta in page.having("meta") if meta.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_label_cannot_become_markup() -> None:
    text = render_report(hostile_summary(), MANIFEST)
    assert "<script>window" not in text
    assert "&lt;script&gt;window.hacked=1" in text
    assert "\x00" not in text
    assert "\x1b" not in text


def test_a_manifest_cannot_become_markup() -> None:
    manifest = MANIFEST | {"scenario": "</code><script>alert(1)</script>", "parameters": {"<b>": "<i>"}}
    text = render_report(city_summary(), manifest)
    assert "<script>alert" not in text
    assert "<i>" not in text


def test_the_same_run_gives_the_same_bytes(city_text: str) -> None:
    assert render_report(city_summary(), MANIFEST) == city_text


def test_the_report_survives_the_json_file(city_text: str) -> None:
    summary = msgspec.json.decode(msgspec.json.encode(city_summary()), type=Summary)
    assert render_report(summary, MANIFEST) == city_text


def test_the_user_s_own_matplotlib_settings_change_nothing(city_text: str) -> None:
    import matplotlib as mpl

    with mpl.rc_context(
        {"svg.fonttype": "path", "font.size": 30.0, "axes.facecolor": "red", "savefig.dpi": 10}
    ):
        assert render_report(city_summary(), MANIFEST) == city_text


def test_the_page_is_small(city_text: str) -> None:
    assert len(city_text.encode()) <= 1_000_000


def test_tiles_show_the_key_figures(city_page: Page) -> None:
    shown = {
        name: city_page.texts[f"tile-{name}"]
        for name in ("people", "uses", "apdus", "settlements", "refusals")
    }
    assert "10,000" in shown["people"]
    assert "11,915" in shown["uses"]
    assert "504,917" in shown["apdus"]
    assert "1,489" in shown["settlements"]
    assert "790" in shown["refusals"]


def test_a_balanced_ledger_is_ticked(city_text: str, city_page: Page) -> None:
    assert "✓" in city_page.texts["tile-ledger"]
    assert "¥0.00" in city_page.texts["tile-ledger"]
    assert 'role="alert"' not in city_text


@pytest.mark.parametrize(
    ("fen", "shown"), [(1, "¥0.01"), (-250, "-¥2.50")], ids=["one fen too many", "missing"]
)
def test_a_ledger_that_does_not_balance_is_a_loud_warning(fen: int, shown: str) -> None:
    text = render_report(msgspec.structs.replace(city_summary(), ledger_sum_fen=fen), MANIFEST)
    page = Page(text)
    assert 'class="alert" role="alert"' in text
    assert shown in page.texts["tile-ledger"]
    assert "✓" not in page.texts["tile-ledger"]
    assert "does NOT balance" in page.texts["story"]


def test_the_story_has_at_most_four_sentences_with_the_numbers(city_page: Page) -> None:
    story = city_page.texts["story"]
    english = story[: story.index("2019年")]
    assert english.count(". ") + 1 <= 4
    for number in (
        "10,000 people",
        "11,915 times",
        "9 stops",
        "08:30",
        "1,074 uses",
        "504,917 APDUs",
        "790 requests",
    ):
        assert number in english


def test_provenance_names_the_run_and_how_to_repeat_it(city_page: Page) -> None:
    shown = city_page.texts["provenance"]
    for value in ("daily-card-usage", "3b1f" * 16, "20190522", "simpy", "0.1.0", "9ac4" * 16):
        assert value in shown
    assert city_page.texts["command"] == (
        "onecard run daily-card-usage --profile city --people 10000 --seed 20190522 --engine simpy"
    )


def test_the_page_says_that_people_and_keys_are_not_real(city_text: str) -> None:
    assert "All people, accounts, cards and amounts in this report are synthetic." in city_text
    assert "published test keys" in city_text
    assert "公开的测试密钥" in city_text


def test_a_day_on_which_nothing_happened_says_so() -> None:
    text = render_report(quiet_summary(), MANIFEST)
    assert "nobody used the social security card" in text
    assert (
        text.count('class="en none"') == len(FIGURES) - 2
    )  # people and cards know one person without a card
    assert "No visit was settled." in text
    assert not re.search(r"\b(nan|inf|None)\b", text)


def test_the_curve_holds_every_use(city_text: str) -> None:
    table = re.search(r'id="fig-day".*?<tbody>(.*?)</tbody>', city_text, flags=re.DOTALL)
    assert table is not None
    cells = re.findall(r'<td class="number">([\d,]+)</td>', table[1])
    assert sum(int(cell.replace(",", "")) for cell in cells) == 11_915


def test_a_wrong_date_is_one_clear_line() -> None:
    with pytest.raises(ValueError, match=r"summary field date: '22 May' is not a calendar date YYYY-MM-DD"):
        render_report(msgspec.structs.replace(city_summary(), date="22 May"), MANIFEST)
