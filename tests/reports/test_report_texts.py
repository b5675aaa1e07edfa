"""Texts in two languages: none missing, none forgotten, both filled alike."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from report_samples import MANIFEST, city_summary

import onecard.reports
from onecard.reports import render_report
from onecard.reports.labels import Labels, Scope, calendar_date, duration, percent, yuan, yuan_short
from onecard.reports.texts import Words, counted, glossary, text, text_keys
from onecard.reports.texts import _texts as all_texts
from onecard.sim.recording.summary import Summary

ROOM = Path(onecard.reports.__file__).parent
SOURCES = "".join(path.read_text(encoding="utf-8") for path in [*ROOM.rglob("*.py"), *ROOM.rglob("*.j2")])


def _fields(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


def _has_chinese(shown: str) -> bool:
    return any("CJK" in unicodedata.name(char, "") for char in shown)


@pytest.mark.parametrize("key", text_keys())
def test_both_languages_are_there_and_take_the_same_values(key: str) -> None:
    english, chinese = all_texts()[key]
    assert english.strip()
    assert chinese.strip()
    assert not _has_chinese(english)
    assert _has_chinese(chinese) or key.endswith(".subline")
    assert _fields(english) == _fields(chinese)


LOOKED_UP = {"weekday", "month", "name", "sw", "section", "tile", "noun", "prov"}
"""Sections whose keys are made from identifiers at run time."""


@pytest.mark.parametrize("key", [key for key in text_keys() if key.partition(".")[0] not in LOOKED_UP])
def test_no_text_is_left_over(key: str) -> None:
    name = key.rpartition(".")[2]
    assert f'"{key}"' in SOURCES or f".{name}" in SOURCES or f'"{name}"' in SOURCES


def test_the_glossary_explains_in_both_languages() -> None:
    assert len(glossary()) >= 10
    for term, explanation in glossary():
        assert term.en
        assert explanation.en.endswith(".")
        assert _has_chinese(term.zh)
        assert explanation.zh.endswith("。")


def test_a_missing_text_or_value_is_our_defect() -> None:
    with pytest.raises(KeyError):
        text("ui.no such text")
    with pytest.raises(KeyError):
        text("unit.second")


@pytest.mark.parametrize(
    ("number", "english"),
    [(0, "0 people"), (1, "1 person"), (1_234, "1,234 people")],
    ids=["none", "one", "many"],
)
def test_counted_things_have_a_plural(number: int, english: str) -> None:
    assert counted("person", number) == Words(english, f"{number:,} 人")


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.0, "0 s", "0 秒"),
        (0.301, "0.30 s", "0.30 秒"),
        (9.999, "10.00 s", "10.00 秒"),
        (42.4, "42 s", "42 秒"),
        (59.7, "1 min", "1 分"),
        (370.0, "6 min 10 s", "6 分 10 秒"),
        (3_900.0, "1 h 05 min", "1 小时 05 分"),
        (3_599.6, "1 h", "1 小时"),
    ],
)
def test_durations_read_like_a_clock(seconds: float, english: str, chinese: str) -> None:
    assert duration(seconds) == Words(english, chinese)


def test_amounts_are_exact_or_short() -> None:
    assert yuan(123_456_789) == Words("¥1,234,567.89", "1,234,567.89 元")
    assert yuan(-5) == Words("-¥0.05", "-0.05 元")
    assert yuan_short(950) == Words("¥9.50", "9.50 元")
    assert yuan_short(123_456) == Words("¥1,235", "1,235 元")
    assert yuan_short(12_345_678_900) == Words("¥123.5 m", "123.5 百万元")


def test_a_share_of_nothing_is_nothing() -> None:
    assert percent(0, 0) == Words("0.0%", "0.0%")


@pytest.mark.parametrize(
    ("part", "shown"),
    [(0, "0.0%"), (1, "<0.1%"), (9_999, ">99.9%"), (10_000, "100.0%")],
    ids=["none", "hardly any", "nearly all", "all"],
)
def test_only_nothing_is_zero_and_only_all_is_a_hundred_percent(part: int, shown: str) -> None:
    assert percent(part, 10_000).en == shown


def test_a_date_has_its_weekday() -> None:
    assert calendar_date("2019-04-23") == Words("Tuesday 23 April 2019", "2019年4月23日 星期二")


def test_a_label_of_its_own_table_goes_first() -> None:
    labels = Labels({"park": ("Park exercise", "公园锻炼"), "place/park": ("Park", "公园")})
    assert labels("park", "place") == Words("Park", "公园")
    assert labels("park", "stop") == Words("Park exercise", "公园锻炼")


def test_an_identifier_without_a_label_stands_for_itself() -> None:
    labels = Labels({"bus": ("bus ride", "乘坐公交"), "half": ("", "只有中文")})
    assert labels("bus") == Words("Bus ride", "乘坐公交")
    assert labels("unheard-of") == Words("unheard-of", "unheard-of")
    assert labels("half") == Words("只有中文", "只有中文")


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("9000", "9000 success"),
        ("6110", "6110 success, more data"),
        ("63C2", "63C2 wrong PIN or key, 2 left"),
        ("9999", "9999"),
    ],
    ids=["exact", "family of 61", "family of 63C", "unknown"],
)
def test_status_words_carry_their_meaning(code: str, english: str) -> None:
    assert Labels({}).status_word(code).en == english


class _Shown(HTMLParser):
    """Collects what is shown in one language: text outside elements of the other language."""

    def __init__(self, page: str, hidden: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._hidden = hidden
        self._stack: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag not in {"meta"}:
            self._stack.append(self._hidden in classes or tag in {"script", "style", "title", "code"})

    def handle_endtag(self, tag: str) -> None:
        self._stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._stack):
            self.shown.append(data.strip())


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(city_summary(), MANIFEST)


def test_the_english_page_has_no_chinese_but_the_toggle(page: str) -> None:
    assert [shown for shown in _Shown(page, hidden="zh").shown if _has_chinese(shown)] == ["中文"]


def test_the_chinese_page_has_no_english_words_but_names(page: str) -> None:
    """Left without Chinese: the toggle, command names and numbers (identifiers stand in ``<code>``)."""
    names = re.compile(r"EN|[A-Z]{3,}( [A-Z]+)*|[\d.,:%·+<>– ]+")
    words = [shown for shown in _Shown(page, hidden="en").shown if not _has_chinese(shown)]
    assert [shown for shown in words if not names.fullmatch(shown)] == []


def test_every_label_of_the_run_appears_in_both_languages(page: str) -> None:
    summary = city_summary()
    labels, text_of_page = Labels(summary.labels), page.replace("&#39;", "'")
    for scope, identifiers in _identifiers(summary).items():
        for identifier in identifiers:
            for shown in labels(identifier, scope):
                assert f">{shown}<" in text_of_page, (scope, identifier)


def _identifiers(summary: Summary) -> dict[Scope, list[str]]:
    """Name what the run names, by table."""
    return {
        "stop": list(summary.uses_by_stop),
        "service": list(summary.uses_by_service),
        "place": list(summary.visits_by_place_kind),
        "reason": list(summary.refusals),
        "remedy": list(summary.remedies),
        "account": [name for flow in summary.money for name in (flow.source, flow.target)],
        "purpose": [flow.purpose for flow in summary.money if flow.purpose != "opening"],
        "visit": list(summary.settlement_totals),
        "card": [version for version in summary.cards_by_version if version != "none"],
        "": list(summary.uses_by_credential),
    }


@pytest.mark.parametrize(("hidden", "language"), [("zh", 0), ("en", 1)], ids=["English", "Chinese"])
def test_no_raw_identifier_is_shown(page: str, hidden: str, language: int) -> None:
    summary = city_summary()
    raw = {name for names in _identifiers(summary).values() for name in names}
    raw |= {name for key in summary.dialogues for name in (key, *key.split(" "))}
    raw |= {summary.scenario, summary.profile, summary.city, *summary.cards_by_version}
    shown = _Shown(page, hidden=hidden).shown
    tables = re.sub(r"<svg .*?</svg>", "", page, flags=re.DOTALL)  # labels on drawings may be wrapped
    assert sorted(raw & set(_Shown(tables, hidden=hidden).shown)) == []
    hyphened = re.compile("|".join(re.escape(name) for name in sorted(raw) if "-" in name))
    assert [line for line in shown if hyphened.search(line)] == []
    assert summary.labels[summary.scenario][language] in shown
