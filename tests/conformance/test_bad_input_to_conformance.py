"""``onecard conformance card`` with bad input: one line and an exit code, or a verdict; no false pass."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from adapter_samples import python_program

from onecard.cli.main import main
from onecard.conformance.adapters.port import Traits
from onecard.conformance.bundle.read import decode_bundle
from onecard.conformance.model.verdict import Status, Verdict
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.run import run_plan
from onecard.conformance.statements.loader import reference_source, reference_statement

INPUT, LACKS = 2, 3
ONE = ["--case", "card/fci/file/01"]
OVERLAY = """
[[expected]]
case = "card/select/by-name/02"
rule = "card/select/by-name"
reason = "known"
expires = "2027-03-31"
"""


def card(*words: str) -> int:
    return main(["conformance", "card", *words])


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_an_expectation_of_a_case_that_a_replay_leaves_out_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "expected.toml"
    overlay.write_text(OVERLAY)
    assert card("virtual:3.00", *ONE, "--expected", str(overlay), "--today", "2026-11-24") == 0
    assert "partial: only" in capsys.readouterr().out


WRONG = {
    "unknown-case": (["virtual:3.00", "--case", "card/select/by-nam/01"], "no such case"),
    "no-pattern": (["virtual:3.00", "--case", ""], "no such case"),
    "unknown-version": (["virtual:4.00"], "unknown version"),
    "unknown-kind": (["usb:1"], "unknown kind of implementation"),
    "unknown-transport": (["virtual:3.00", "--through", "radio"], "unknown transport"),
    "no-statement": (["pcsc:Reader"], "needs a statement"),
    "statement-that-is-none": (["virtual:3.00", "--statement", "/dev/null"], "kind"),
    "no-overlay": (["virtual:3.00", "--expected", "/nowhere/at/all"], "cannot be read"),
    "no-day": (["virtual:3.00", "--today", "tomorrow"], "no day"),
    "no-folder": (["virtual:3.00", "--out", "/dev/null/evidence"], "cannot be written"),
    "a-file-for-a-folder": (["virtual:3.00", "--out", "/dev/null"], "cannot be written"),
    "no-key": (["virtual:3.00", "--sign-key", "/nowhere/at/all"], "cannot be read"),
    "a-key-that-is-none": (["virtual:3.00", "--sign-key", "/dev/null"], "no Ed25519 private key"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_bad_input_is_one_line_and_nothing_is_run(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, says = WRONG[kind]
    assert card(*words) == INPUT
    (line,) = told(capsys)
    assert says in line


@pytest.mark.parametrize("iut", ["tcp:127.0.0.1:1", "cmd:/nowhere/at/all", f"cmd:{Path(sys.prefix)}"])
def test_what_is_not_there_is_one_line_and_says_what_gets_it(
    iut: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statement = tmp_path / "statement.toml"
    statement.write_bytes(reference_source("3.00"))
    assert card(iut, "--statement", str(statement)) == LACKS
    (line,) = told(capsys)
    assert "; to get it: " in line


def test_an_adapter_that_dies_at_every_command_ends_the_run_with_an_error(tmp_path: Path) -> None:
    dying = """
import json, sys
ANSWERS = {"hello": '{"name":"toy","faces":["contact"]}', "reset": '{"atr":"3B00"}'}
for line in sys.stdin:
    print(ANSWERS[json.loads(line)["do"]], flush=True)
"""
    statement = tmp_path / "statement.toml"
    statement.write_bytes(reference_source("3.00"))
    iut = python_program(tmp_path, "dying", dying)
    out = tmp_path / "evidence"
    assert card(iut, "--statement", str(statement), "--out", str(out)) == 1
    manifest = decode_bundle((out / "bundle.ocb").read_bytes()).manifest
    assert manifest.verdict == "error"
    assert manifest.counts["pass"] == 0


class DumbPort:
    """A card out of our hands that answers to its resets only, or to nothing."""

    name = "a card"
    traits = Traits(fresh=False, faces=frozenset(("contact",)))

    def __init__(self, atr: bytes) -> None:
        self.atr = atr
        self.waits = 0

    def prepare(self, case: str, personality: str, face: str) -> None:
        pass

    def reset(self) -> bytes:
        self.waits += not self.atr
        return self.atr

    def transmit(self, command: bytes) -> bytes:
        self.waits += 1
        return b""

    def together(self, action: Callable[[], None]) -> None:
        action()

    def close(self) -> None:
        pass


@pytest.mark.parametrize("atr", ["", "3B6D000000814A444686605199000001AC"])
def test_a_card_that_hangs_costs_a_few_time_limits_and_not_one_for_each_case(atr: str) -> None:
    port = DumbPort(bytes.fromhex(atr))
    plan = make_plan(reference_statement("3.00"), port.traits, seed=5)
    result = run_plan(plan, port)  # type: ignore[arg-type]
    assert port.waits <= 10
    statuses = [each.status for each in result.judged]
    assert statuses.count(Status.NOT_RUN) > 700
    assert not any(each.verdict is Verdict.PASS for each in result.judged)
