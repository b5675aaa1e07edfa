"""One seed, one bundle: whatever the machine, the order of the run, and how many workers there were."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onecard.conformance.model.verdict import Verdict
from onecard.conformance.running.run import order_of, run_plan
from onecard.conformance.sessions.conduct import conduct, opened
from onecard.conformance.sessions.request import Request

MACHINES = {
    "plain": ({"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"}, ()),
    "other": ({"LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "4711"}, ("--workers", "2")),
}


def bundle_digest(folder: Path, environment: dict[str, str], options: tuple[str, ...], iut: str) -> str:
    program = "import sys; from onecard.cli.main import console; console()"
    command = [sys.executable, "-c", program, "conformance", "card", iut, "--destructive", "--json"]
    done = subprocess.run(
        [*command, "--out", "evidence", *options],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "pass"
    return hashlib.sha256((folder / "evidence" / "bundle.ocb").read_bytes()).hexdigest()


@pytest.mark.parametrize("version", ["2.00", "3.00"])
def test_bundles_are_the_same_to_the_byte_on_another_machine(tmp_path: Path, version: str) -> None:
    digests = set()
    for name, (environment, options) in MACHINES.items():
        (tmp_path / name).mkdir()
        digests.add(bundle_digest(tmp_path / name, environment, options, f"virtual:{version}"))
    assert len(digests) == 1


def test_another_seed_gives_another_bundle() -> None:
    cases = ("card/challenge/*",)
    bundles = [conduct(Request(iut="virtual:2.00", seed=seed, cases=cases)).bundle for seed in (1, 2)]
    assert bundles[0] != bundles[1]


def differing_verdicts(runs: int) -> list[str]:
    """Run the 3.00 suite in so many random orders; return every case that came to another verdict."""
    differing = []
    with opened(Request(iut="virtual:3.00", destructive=True)) as (port, plan, _):
        first = run_plan(plan, port)
        assert all(each.verdict is Verdict.PASS for each in first.judged)
        for shuffle in range(runs):
            again = run_plan(plan, port, order=order_of(plan, shuffle=shuffle))
            differing += [
                f"{shuffle}: {each.case}"
                for each, before in zip(again.judged, first.judged, strict=True)
                if each.verdict is not before.verdict
            ]
            assert again.records == first.records
    return differing


def test_no_verdict_depends_on_the_order() -> None:
    assert differing_verdicts(2) == []


@pytest.mark.slow
def test_a_hundred_random_orders_differ_in_no_verdict() -> None:
    assert differing_verdicts(100) == []


@pytest.mark.parametrize("name", ["absent", "dies-in-the-middle"])
def test_a_run_that_ends_early_ends_at_the_same_case_whatever_the_number_of_workers(name: str) -> None:
    alone, two = (conduct(Request(iut=f"null:{name}", workers=workers)) for workers in (1, 2))
    assert alone.bundle == two.bundle
