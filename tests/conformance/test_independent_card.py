"""An independent implementation of ISO 7816-4 (vsmartcard's vicc) with files of ours, judged by the suite.

It is a real part, as the PC/SC daemon is: without the packages these tests fail.
"""

from __future__ import annotations

import re
import selectors
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onecard.conformance.cards.context import SSSE_NAME
from onecard.conformance.judging.judge import JudgedCase
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.sessions.conduct import Conducted, conduct
from onecard.conformance.sessions.request import Request

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "independent_card"
PAGE = DOCS / "independent-card.md"
START_LIMIT_S = 60.0
COLUMNS = ("pass", "fail", "warn", "review", "inconclusive", "not applicable")

HOLDS = (
    "card/atr/direct-convention/01",
    "card/atr/same-after-reset/01",
    "card/select/by-name/01",
    "card/select/by-name/02",
    "card/select/by-name/DF04",
    "card/select/by-label/DF05",
    "card/select/by-identifier/unknown",
    "card/select/file-by-application-form/01",
    "card/select/environment-anytime/01",
    "card/contents/issuer-total/01",
    "card/contents/card-id/01",
    "card/contents/card-number/01",
    "card/records/current-file/01",
    "card/records/sfi-selects/01",
    "card/records/unknown-sfi/01",
    "card/records/no-current-file/01",
    "card/records/number-keeps-pointer/01",
    "card/binary/sfi-form/01",
    "card/binary/current-form/01",
    "card/binary/end/01",
    "card/binary/beyond/01",
    "card/binary/read-wrong-type/01",
    "card/access/ssse-ef05-read/02",
    "card/access/df01-ef16-read/02",
    "card/challenge/length/02",
    "card/challenge/fresh/01",
)
BROKEN = (
    "card/atr/historical-count/01",
    "card/atr/one-protocol/01",
    "card/select/name-length/01",
    "card/contents/ssse-ef06/01",
    "card/contents/df01-ef05/01",
    "card/records/from-number/01",
    "card/records/to-number/01",
    "card/records/last-instance/01",
    "card/records/le-zero/01",
    "card/binary/le-zero/01",
    "card/access/df01-ef05-read/01",
    "card/access/df01-ef05-write/01",
    "card/access/ssse-ef08-read/01",
    "card/challenge/length/01",
    "card/challenge/other-length/01",
    "card/internal/length/01",
    "card/external/length/01",
    "card/verify/right/01",
    "card/verify/question/01",
)


@contextmanager
def kept(*starts: str) -> Iterator[int]:
    """Give the port of a card that is started again when its process ends, so often at most."""
    words = (sys.executable, str(EXAMPLE / "keep.py"), "0", *starts)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                assert selector.select(START_LIMIT_S), "the card does not start"
            line = process.stdout.readline()
            told = re.fullmatch(r"card 1 at port (\d+)\n", line)
            assert told, f"vicc does not start (packages vsmartcard-vpicc, python3-pycryptodome): {line!r}"
            yield int(told[1])
        finally:
            process.kill()


def judged_card(port: int) -> Conducted:
    return conduct(Request(iut=f"tcp:127.0.0.1:{port}", statement=EXAMPLE / "statement.toml"))


@pytest.fixture(scope="module")
def conducted() -> Iterator[Conducted]:
    with kept() as port:
        yield judged_card(port)


@pytest.fixture(scope="module")
def cases(conducted: Conducted) -> dict[str, JudgedCase]:
    return {each.case: each for each in conducted.result.judged}


def test_the_whole_is_fail_and_nothing_of_ours_broke(conducted: Conducted) -> None:
    assert conducted.total.verdict is Verdict.FAIL
    assert conducted.total.counts["error"] == 0
    assert conducted.total.counts["pass"] >= len(HOLDS)


def test_the_bundle_is_confirmed_by_the_second_evaluator(conducted: Conducted) -> None:
    second = recheck(conducted.bundle)
    assert second.ok, second.refusal


def test_every_case_that_may_run_is_run_though_the_card_dies_again_and_again(
    conducted: Conducted, cases: dict[str, JudgedCase]
) -> None:
    assert not [name for name, case in cases.items() if case.status is Status.NOT_RUN]
    assert sum(record.end == "mute" for record in conducted.result.records) > len(COLUMNS)


@pytest.mark.parametrize("name", HOLDS)
def test_what_the_card_does_right_passes(name: str, cases: dict[str, JudgedCase]) -> None:
    assert cases[name].verdict is Verdict.PASS, cases[name]


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_card_does_otherwise_fails(name: str, cases: dict[str, JudgedCase]) -> None:
    assert cases[name].verdict is Verdict.FAIL, cases[name]


def test_nothing_about_keys_passes_without_a_key(cases: dict[str, JudgedCase]) -> None:
    areas = ("card/external/", "card/messaging/", "card/pin-unblock/")
    passed = [name for name, case in cases.items() if name.startswith(areas) and case.verdict is Verdict.PASS]
    assert not passed


def table(conducted: Conducted) -> str:
    """Return the page's table of counts by area."""
    areas: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in conducted.result.judged:
        areas[case.case.split("/")[1]][case.verdict.value] += 1
    rows = [("area", *COLUMNS), ("---", *("--:" for _ in COLUMNS))]
    rows += [(area, *(str(counts[column] or "") for column in COLUMNS)) for area, counts in areas.items()]
    rows.append(("all", *(str(conducted.total.counts[column]) for column in COLUMNS)))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_page_shows_the_counts_of_this_run(conducted: Conducted) -> None:
    fresh = table(conducted)
    assert fresh in PAGE.read_text(encoding="utf-8"), f"the table of {PAGE.name} must be\n{fresh}"


def test_a_card_that_does_not_come_back_ends_the_run_in_good_order() -> None:
    with kept("1") as port:
        ended = judged_card(port)
    assert ended.total.counts["error"] == 0
    assert ended.result.records[-1].end == "gone"
    assert Status.NOT_RUN in {case.status for case in ended.result.judged}
    assert recheck(ended.bundle).ok


def test_the_card_cannot_build_an_fci_so_it_comes_from_the_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    from keep import LinkLostError, started

    with started() as card, pytest.raises(LinkLostError):
        card.exchange(bytes.fromhex("00A40400") + b"\x0f" + bytes.fromhex(SSSE_NAME))
