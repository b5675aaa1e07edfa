"""The plugin as a vendor's pytest sees it: in a folder of their own, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_the_suite_runs_as_tests_and_leaves_junit_and_evidence(tmp_path: Path) -> None:
    done = run_pytest(
        tmp_path, "--onecard-iut", "virtual:2.00", "--junitxml=junit.xml", "--onecard-bundle", "card.ocb"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "virtual:2.00: pass" in done.stdout
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().findall(".//testcase")  # noqa: S314 - our own file
    assert any(case.get("name") == "card/select/by-name/01" for case in cases)
    assert len(cases) > 200
    assert (tmp_path / "card.ocb").stat().st_size > 100_000


def test_a_case_that_fails_shows_rule_expected_and_got(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--onecard-iut", "null:always-9000", "-k", "by-name/01")
    assert done.returncode == 1
    assert "card/select/by-name" in done.stdout
    assert "null:always-9000: inconclusive" in done.stdout


def test_what_is_destructive_is_skipped_with_its_reason(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--onecard-iut", "virtual:3.00", "-k", "card/block", "-rs")
    assert "--destructive" in done.stdout
    assert done.returncode == 1, "no case has passed, so the whole is no pass"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--onecard-iut", "virtual:4.00"), "virtual:"),
        (("--onecard-iut", "moon"), "unknown kind of implementation"),
        (("--onecard-iut", ""), "unknown kind of implementation"),
        (("--onecard-iut", "virtual:3.00", "--onecard-statement", "nowhere.toml"), "nowhere.toml"),
        (("--onecard-iut", "virtual:3.00", "--onecard-statement", ""), "an empty path"),
        (("--onecard-iut", "virtual:3.00", "--onecard-bundle", "no/folder/card.ocb"), "a writable folder"),
        (("--onecard-iut", "virtual:3.00", "--onecard-seed", "-1"), "a whole number"),
        (("--onecard-iut", "virtual:3.00", "--onecard-today", "soon"), "YYYY-MM-DD"),
        (("--onecard-iut", "virtual:3.00", "-n", "2"), "leave -n away"),
        (("--onecard-bundle", "card.ocb"), "--onecard-bundle says nothing without --onecard-iut"),
        (("--onecard-destructive",), "--onecard-destructive says nothing without --onecard-iut"),
    ],
    ids=[
        "version",
        "kind",
        "empty",
        "statement",
        "empty statement",
        "bundle",
        "seed",
        "day",
        "workers",
        "bundle of nothing",
        "destroys nothing",
    ],
)
def test_wrong_options_are_one_usage_error(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    done = run_pytest(tmp_path, *options)
    assert done.returncode == 4
    assert words in done.stderr
    assert "Traceback" not in done.stderr


OWN_TESTS = """
def test_reader(onecard_reader):
    connection = onecard_reader.createConnection()
    connection.connect()
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex("00A4040000")))
    assert sw1 in (0x6A, 0x67, 0x90, 0x61)


def test_card(onecard_card):
    assert onecard_card("2.00").transmit(bytes.fromhex("0084000008"))[-2:] == b"\\x90\\x00"


def test_pcsc(onecard_pcsc, onecard_card):
    from onecard.virtual_cards.readers.pcsc import PcscReader

    name = onecard_pcsc.insert(onecard_card())
    with PcscReader(name) as reader:
        connection = reader.createConnection()
        connection.connect()
        assert bytes(connection.getATR())[:2] == bytes.fromhex("3B6D")
        connection.disconnect()
    onecard_pcsc.remove()


def test_port(onecard_port):
    onecard_port.prepare("mine/01", "standard", "contact")
    assert onecard_port.reset()
"""


def test_a_vendors_own_tests_use_card_reader_stack_and_port(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(OWN_TESTS, encoding="utf-8")
    done = run_pytest(tmp_path, "--onecard-iut", "virtual:3.00", "test_own.py", "-k", "test_own or by-name")
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_the_option_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    done = run_pytest(tmp_path)
    assert "1 passed" in done.stdout
    assert "OneCard" not in done.stdout


def test_a_listing_of_the_cases_judges_nothing(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--onecard-iut", "virtual:3.00", "-k", "by-name/01", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "card/select/by-name/01" in done.stdout
    assert "none of them run" in done.stdout


def test_an_overlay_is_held_against_today_unless_another_day_is_given(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(
        '[[expected]]\ncase = "card/select/by-name/01"\nrule = "card/select/by-name"\n'
        'reason = "none"\nexpires = "2001-01-01"\n',
        encoding="utf-8",
    )
    done = run_pytest(
        tmp_path, "--onecard-iut", "virtual:3.00", "-k", "by-name/01", "--onecard-expected", "known.toml"
    )
    assert done.returncode == 1
    assert "expired on 2001-01-01" in done.stdout
