"""The report as a reader sees it, in the distribution's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_samples import MANIFEST, city_summary, hostile_summary, quiet_summary, single_use_summary

from onecard.reports import render_report

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SAMPLES = {
    "city": city_summary,
    "quiet": quiet_summary,
    "single": single_use_summary,
    "hostile": hostile_summary,
}
WIDE, PHONE = 1280, 390

FIGURES = """() => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  return [...document.querySelectorAll('figure')].map((figure) => {
    const svg = figure.querySelector('svg');
    const shown = [...svg.querySelectorAll('text')].filter((it) => getComputedStyle(it).display !== 'none');
    return {
      name: figure.id,
      svg: box(svg),
      shapes: svg.querySelectorAll('path, rect, use').length,
      texts: shown.map((it) => ({ words: it.textContent, role: it.getAttribute('class'), ...box(it) })),
    };
  });
}"""
SCALES = """[...document.querySelectorAll('figure svg')].map(
  (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail(
            "Chromium is missing: install the distribution's package `chromium` (apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("reports")
    addresses = {}
    for name, sample in SAMPLES.items():
        path = folder / f"{name}.html"
        path.write_text(render_report(sample(), MANIFEST), encoding="utf-8")
        addresses[name] = path.as_uri()
    return addresses


class Visit:
    """An open page and everything that went wrong on it."""

    def __init__(self, browser: Browser, address: str, *, width: int = WIDE, locale: str = "en-GB") -> None:
        self.troubles: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.troubles.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self.troubles.append(f"failed: {request.url}"))
        self.page.on("request", self._check)
        self.page.goto(address)

    def _check(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith("file:"):
            self.troubles.append(f"request: {url}")

    @property
    def language(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.language"))

    def shown(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def visit(browser: Browser, reports: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Visit]:
    sample, query, width, locale = request.param
    opened = Visit(browser, reports[sample] + query, width=width, locale=locale)
    yield opened
    opened.close()


def pages(*rows: tuple[str, str, int, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "visit",
        rows,
        indirect=True,
        ids=[f"{sample}{query or '-plain'}-{width}" for sample, query, width, _ in rows],
    )


@pytest.fixture(
    scope="module",
    params=[(sample, language) for sample in SAMPLES for language in ("en", "zh")],
    ids=[f"{sample}-{language}" for sample in SAMPLES for language in ("en", "zh")],
)
def whole_page(browser: Browser, reports: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Visit]:
    sample, language = request.param
    opened = Visit(browser, f"{reports[sample]}?lang={language}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def figures(whole_page: Visit) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = whole_page.page.evaluate(FIGURES)
    return found


def test_every_figure_is_drawn_and_lettered(figures: list[dict[str, Any]]) -> None:
    assert len(figures) == 17
    for figure in figures:
        name, box = figure["name"], figure["svg"]
        assert box["right"] - box["left"] > 200, name
        assert box["bottom"] - box["top"] > 80, name
        assert figure["shapes"] > 0, name
        assert len(figure["texts"]) >= 3, name
        assert all(text["right"] > text["left"] for text in figure["texts"]), name
        assert any("axis-title" in (text["role"] or "") for text in figure["texts"]), name


def _area(box: dict[str, float]) -> float:
    return max(0.0, box["right"] - box["left"]) * max(0.0, box["bottom"] - box["top"])


def _overlap(one: dict[str, float], other: dict[str, float]) -> float:
    """Return the common area as a share of the smaller box."""
    common = {
        "left": max(one["left"], other["left"]),
        "top": max(one["top"], other["top"]),
        "right": min(one["right"], other["right"]),
        "bottom": min(one["bottom"], other["bottom"]),
    }
    return _area(common) / min(_area(one), _area(other))


def test_no_two_texts_of_a_figure_overlap(figures: list[dict[str, Any]]) -> None:
    for figure in figures:
        for one, other in combinations(figure["texts"], 2):
            assert _overlap(one, other) < 0.2, (figure["name"], one["words"], other["words"])


def test_no_text_of_a_figure_is_cut_off(figures: list[dict[str, Any]]) -> None:
    for figure in figures:
        box = figure["svg"]
        for text in figure["texts"]:
            inside = text["left"] >= box["left"] - 2 and text["right"] <= box["right"] + 2
            inside = inside and text["top"] >= box["top"] - 3 and text["bottom"] <= box["bottom"] + 3
            assert inside, (figure["name"], text["words"])


def test_the_page_is_quiet_and_loads_nothing(whole_page: Visit) -> None:
    whole_page.page.click("[data-choose=zh]")
    whole_page.page.click("[data-choose=en]")
    assert whole_page.troubles == []
    assert whole_page.page.evaluate("window.hacked") is None


@pages(("city", "", WIDE, "en-GB"))
def test_the_toggle_switches_everything(visit: Visit) -> None:
    assert visit.language == "en"
    assert "Uses per stop" in visit.shown("#fig-stops")
    assert "各场景用卡次数" not in visit.shown("#fig-stops")
    visit.page.click("[data-choose=zh]")
    assert visit.language == "zh"
    assert "各场景用卡次数" in visit.shown("#fig-stops")
    assert "Uses per stop" not in visit.shown("#fig-stops")
    assert visit.page.locator("#fig-stops svg text", has_text="公共交通").is_visible()
    assert not visit.page.locator("#fig-stops svg text", has_text="Public transport").is_visible()
    assert visit.page.get_attribute("html", "lang") == "zh-CN"
    assert visit.page.get_attribute("#fig-stops svg", "aria-label") == "各场景用卡次数"
    assert visit.page.get_attribute("[data-choose=zh]", "aria-pressed") == "true"
    assert "卡伴一天" in visit.page.title()
    visit.page.click("[data-choose=en]")
    assert "Uses per stop" in visit.shown("#fig-stops")
    assert "A day with the card" in visit.page.title()


@pages(("city", "", WIDE, "zh-CN"), ("city", "?lang=zh", WIDE, "en-GB"), ("city", "#zh", WIDE, "en-GB"))
def test_chinese_is_shown_where_it_is_wanted(visit: Visit) -> None:
    assert visit.language == "zh"
    assert visit.shown("h1") == "卡伴一天"


@pages(("city", "", WIDE, "de-DE"), ("city", "?lang=en", WIDE, "zh-CN"), ("city", "#en", WIDE, "zh-CN"))
def test_english_is_shown_otherwise(visit: Visit) -> None:
    assert visit.language == "en"
    assert visit.shown("h1") == "A day with the card"


@pages(("city", "", WIDE, "en-GB"))
def test_a_link_to_the_other_language_works_on_the_open_page(visit: Visit) -> None:
    visit.page.evaluate("location.hash = '#zh'")
    visit.page.wait_for_function("document.documentElement.dataset.language === 'zh'")
    visit.page.evaluate("location.hash = '#money'")
    assert visit.language == "zh"


@pages(
    ("city", "?lang=en", PHONE, "en-GB"),
    ("city", "?lang=zh", PHONE, "zh-CN"),
    ("hostile", "?lang=en", PHONE, "en-GB"),
    ("quiet", "?lang=en", PHONE, "en-GB"),
)
def test_the_page_fits_a_phone(visit: Visit) -> None:
    for details in visit.page.query_selector_all("details"):
        details.evaluate("(element) => { element.open = true; }")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE
    for figure in visit.page.query_selector_all("figure"):
        box = figure.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE
    sizes = visit.page.evaluate(SCALES)
    assert min(sizes) >= 0.68  # so that letters of 12.5 pixels keep 8.5


@pages(("city", "?lang=en", WIDE, "en-GB"))
def test_tables_open_and_hold_the_numbers(visit: Visit) -> None:
    visit.page.click("#fig-status summary")
    assert "455,031" in visit.shown("#fig-status table")


@pages(("city", "?lang=en", WIDE, "en-GB"))
def test_paper_shows_the_figures_without_the_controls(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    assert not visit.page.is_visible(".toggle")
    assert not visit.page.is_visible("nav")
    assert visit.page.is_visible("#fig-day svg")


def test_without_a_script_the_page_is_english(browser: Browser, reports: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(reports["city"])
    assert page.inner_text("h1") == "A day with the card"
    assert page.is_visible("#fig-day svg")
    context.close()


@pages(("city", "?lang=en", WIDE, "en-GB"), ("city", "?lang=zh", WIDE, "zh-CN"))
def test_the_day_by_service_names_each_service_beside_its_stop(visit: Visit) -> None:
    summary = city_summary()
    language = ("en", "zh").index(visit.language)
    texts = {
        text["words"]: text
        for figure in visit.page.evaluate(FIGURES)
        if figure["name"] == "fig-day-services"
        for text in figure["texts"]
    }
    heads = {
        stop: texts[f"{hour} {summary.labels[f'stop/{stop}'][language]}"]
        for stop, hour in summary.stop_hours.items()
    }
    tops = [head["top"] for head in heads.values()] + [float("inf")]
    assert tops == sorted(tops)
    for service, stop in summary.stop_by_service.items():
        name = summary.labels[f"service/{service}"][language]
        named = next(text for words, text in texts.items() if name.startswith(words.rstrip("…")))
        following = tops[list(heads).index(stop) + 1]
        assert heads[stop]["top"] < named["top"] < named["bottom"] < following + 6, service


@pages(("city", "?lang=en", WIDE, "en-GB"))
def test_on_paper_a_heading_stays_with_its_first_figure(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    for selector in ("h2", ".lead"):
        breaks = visit.page.eval_on_selector_all(
            selector, "(all) => all.map((it) => getComputedStyle(it).breakAfter)"
        )
        assert breaks
        assert set(breaks) == {"avoid"}
    inside = visit.page.eval_on_selector_all(
        "figure", "(all) => all.map((it) => getComputedStyle(it).breakInside)"
    )
    assert set(inside) == {"avoid"}
