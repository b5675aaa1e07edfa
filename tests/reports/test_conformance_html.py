"""The report of a conformance run as a reader sees it: both languages, wide, on a phone and on paper."""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from onecard.reports.conformance import render_conformance_report

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from conformance_samples import RIGHT, SWEEP, UNKNOWN_NAME, WRONG, bundle_of

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WIDE, PHONE = 1280, 390
HASH = "ab" * 32
HOSTILE = "<script>alert(1)</script>\"'&{{ 7 * 7 }}"


@pytest.fixture(scope="module")
def page_text() -> str:
    return render_conformance_report(bundle_of(WRONG), bundle_sha256=HASH)


def hostile_page() -> str:
    bundle = bundle_of(WRONG)
    statement = msgspec.structs.replace(bundle.plan.statement, vendor=HOSTILE, product=HOSTILE)
    plan = msgspec.structs.replace(bundle.plan, statement=statement)
    verdicts = msgspec.structs.replace(
        bundle.verdicts,
        cases=tuple(msgspec.structs.replace(case, reason=HOSTILE) for case in bundle.verdicts.cases),
    )
    return render_conformance_report(replace(bundle, statement_bytes=b"", plan=plan, verdicts=verdicts))


def brief_page() -> str:
    """Return a page whose findings are told in a line each, one of them long."""
    bundle = bundle_of(WRONG)
    long = "F0" * 400
    verdicts = msgspec.structs.replace(
        bundle.verdicts,
        cases=tuple(
            msgspec.structs.replace(case, reason=f"expected 6A82, got {long} and more")
            for case in bundle.verdicts.cases
        ),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onecard.reports.conformance.findings.MOST_WHOLE", 0)
        return render_conformance_report(replace(bundle, verdicts=verdicts))


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory, page_text: str) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("conformance")
    found = {}
    for name, page in (
        ("wrong", page_text),
        ("right", render_conformance_report(bundle_of(RIGHT))),
        ("hostile", hostile_page()),
        ("brief", brief_page()),
    ):
        path = folder / f"{name}.html"
        path.write_text(page, encoding="utf-8")
        found[name] = path.as_uri()
    return found


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


class Visit:
    """An open page and everything that went wrong on it."""

    def __init__(self, browser: Browser, address: str, *, width: int = WIDE) -> None:
        self.troubles: list[str] = []
        self.page: Page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        self.page.on("console", lambda message: self.troubles.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on(
            "request",
            lambda request: (
                None if request.url.startswith("file:") else self.troubles.append(f"request: {request.url}")
            ),
        )
        self.page.goto(address)


@pytest.fixture
def visit(browser: Browser, addresses: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Visit]:
    sample, language, width = request.param
    opened = Visit(browser, f"{addresses[sample]}?lang={language}", width=width)
    yield opened
    opened.page.context.close()


EVERY = [
    (sample, language, width)
    for sample in ("wrong", "right", "hostile", "brief")
    for language in ("en", "zh")
    for width in (WIDE, PHONE)
]


@pytest.mark.parametrize("visit", EVERY, indirect=True, ids=["-".join(map(str, each)) for each in EVERY])
def test_the_page_opens_quietly_loads_nothing_and_fits(visit: Visit) -> None:
    for details in visit.page.query_selector_all("details"):
        details.evaluate("(element) => { element.open = true; }")
    width = visit.page.evaluate("window.innerWidth")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.troubles == []


@pytest.mark.parametrize("visit", [("wrong", "en", WIDE)], indirect=True)
def test_a_failure_is_told_down_to_its_frames(visit: Visit) -> None:
    assert visit.page.inner_text("#verdict") == "Verdict: fail"
    assert visit.page.inner_text("#tile-fail strong") == "2"
    told = visit.page.inner_text("#failing")
    for wanted in (
        UNKNOWN_NAME,
        "card/select/by-name",
        "public draft of the standard",
        "00A4040006F00000000001",
        "unknown application",
        "opensc-tool --reader 0",
        f"onecard conformance card virtual:3.00 --case {UNKNOWN_NAME}",
        SWEEP,
        "Does the card show its issuer?",
    ):
        assert wanted in told, wanted
    assert "未知" not in told


@pytest.mark.parametrize("visit", [("wrong", "zh", WIDE)], indirect=True)
def test_the_chinese_page_says_the_same(visit: Visit) -> None:
    assert visit.page.inner_text("#verdict") == "结论：失败"
    told = visit.page.inner_text("#failing")
    for wanted in (UNKNOWN_NAME, "标准公开草案", "未知应用", "卡面是否印有发卡机构？"):
        assert wanted in told, wanted
    assert "unknown application" not in told
    assert "未声明选项 PSAM 卡" in visit.page.inner_text("#scope")


@pytest.mark.parametrize("visit", [("wrong", "en", WIDE)], indirect=True)
def test_clauses_coverage_and_evidence_are_there(visit: Visit) -> None:
    clauses = visit.page.inner_text("#clauses")
    for clause in bundle_of(WRONG).plan.clauses:
        assert clause.id in clauses
        assert clause.source in clauses
    coverage = visit.page.inner_text("#coverage")
    assert "4 of" in coverage
    assert "UPDATE RECORD" in coverage  # never seen, and named
    evidence = visit.page.inner_text("#evidence")
    manifest = bundle_of(WRONG).manifest
    for wanted in (HASH, manifest.transcript_sha256, *manifest.files.values(), "published test key"):
        assert wanted in evidence


@pytest.mark.parametrize("visit", [("right", "en", WIDE)], indirect=True)
def test_a_page_without_failures_has_the_open_question_alone(visit: Visit) -> None:
    assert visit.page.locator(".finding").count() == 1
    assert visit.page.inner_text("#verdict") == "Verdict: needs a person"


@pytest.mark.parametrize("visit", [("wrong", "en", WIDE)], indirect=True)
def test_paper_shows_findings_without_controls(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    assert not visit.page.is_visible(".toggle")
    assert not visit.page.is_visible("nav")
    assert visit.page.is_visible(".finding pre")
    assert visit.page.is_visible("#evidence table")


def test_what_the_card_and_its_maker_say_cannot_become_markup() -> None:
    page = hostile_page()
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", page, flags=re.DOTALL)[0]


def test_the_same_bundle_gives_the_same_page(page_text: str) -> None:
    assert render_conformance_report(bundle_of(WRONG), bundle_sha256=HASH) == page_text


class Shown(HTMLParser):
    """What stands on the page in one language, without code and what is marked as quoted."""

    def __init__(self, page: str, hidden: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._hidden = hidden
        self._stack: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "br"):
            return
        classes = (dict(attrs).get("class") or "").split()
        quoted = dict(attrs).get("lang") == "en" and "en" not in classes and tag != "html"
        self._stack.append(self._hidden in classes or quoted or tag in {"script", "style", "title", "code"})

    def handle_endtag(self, tag: str) -> None:
        self._stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._stack):
            self.shown.append(data.strip())


def has_chinese(text: str) -> bool:
    return any("CJK" in unicodedata.name(character, "") for character in text)


def test_the_english_page_has_no_chinese_but_the_toggle(page_text: str) -> None:
    assert [each for each in Shown(page_text, "zh").shown if has_chinese(each)] == ["中文"]


def test_the_chinese_page_has_no_english_sentence(page_text: str) -> None:
    left = [each for each in Shown(page_text, "en").shown if not has_chinese(each)]
    assert [each for each in left if len(re.findall(r"[a-z]{2,}", each)) > 2] == []


def test_beyond_a_limit_findings_are_told_in_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onecard.reports.conformance.findings.MOST_WHOLE", 1)
    page = render_conformance_report(bundle_of(WRONG))
    assert page.count('<article class="panel finding') == 1
    assert "2 more, in a line each" in page
    assert "card/space/classes: expected 6E00, got 2A84000008" in page
