"""``onecard recheck``: what it prints, and how it exits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bundle_samples import (
    bundle_of,
    fails,
    finds_the_environment,
    forged,
    large_bundle,
    plan_with,
    small_bundle,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import onecard.conformance.statements
from onecard import __version__
from onecard.cli.main import main
from onecard.conformance.adapters.port import Traits
from onecard.conformance.bundle.read import decode_bundle
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.planning.selection import only_cases
from onecard.conformance.qualify.kill import port_for
from onecard.conformance.running.run import run_plan
from onecard.conformance.statements.loader import reference_statement

CASES = ("card/select/by-name/01", "card/select/by-name/02")


def written(folder: Path, bundle: bytes) -> str:
    file = folder / "run.ocb"
    file.write_bytes(bundle)
    return str(file)


def test_a_bundle_that_proves_a_pass_exits_with_0_and_says_what_was_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recheck", written(tmp_path, small_bundle())]) == 0
    told = capsys.readouterr().out
    assert "verdict     pass (2 pass)" in told
    assert "published test key: it proves integrity only" in told
    bundle = decode_bundle(small_bundle())
    checks = sum(len(planned.case.checks) for planned in bundle.plan.cases)
    commands = [command for record in bundle.records for command, _ in record.frames]
    assert f"recomputed  2 cases, {checks} checks, from {len(commands)} frames; " in told
    assert f"; {len(list(filter(None, commands)))} commands are those of the plan" in told


def test_a_proved_failure_exits_with_1_and_is_not_called_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = bundle_of(plan_with((finds_the_environment(), fails())))
    assert main(["recheck", written(tmp_path, bundle)]) == 1
    told = capsys.readouterr().out
    assert "verdict     fail (1 pass, 1 fail)" in told
    assert "proves what it says, and that is no pass" in told
    assert "refused" not in told


def test_an_altered_bundle_exits_with_1_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = small_bundle().replace(b'"6A82"', b'"9000"')
    assert altered != small_bundle()
    assert main(["recheck", written(tmp_path, altered)]) == 1
    assert capsys.readouterr().out.startswith("refused     ")


def test_a_file_that_cannot_be_read_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recheck", str(tmp_path / "none.ocb")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert (
        main(["recheck", written(tmp_path, small_bundle()), "--public-key", str(tmp_path / "none.pem")]) == 2
    )


def test_machines_get_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recheck", written(tmp_path, large_bundle()), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["verdict"], found["replanned"]) == (True, "inconclusive", None)
    assert found["counts"]["expected failures"] == 1
    assert main(["recheck", written(tmp_path, b"x"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["verdict"]) == (False, "")
    assert found["refusal"]


def test_the_key_that_must_have_signed_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    bundle = bundle_of(decode_bundle(small_bundle()).plan, sign_key=private)
    assert main(["recheck", written(tmp_path, bundle), "--public-key", str(public)]) == 0
    assert key.public_key().public_bytes_raw().hex() in capsys.readouterr().out
    assert main(["recheck", written(tmp_path, small_bundle()), "--public-key", str(public)]) == 1
    assert "another key signed" in capsys.readouterr().out


# The plan computed again


@cache
def suite_bundle(*, partial: bool = True) -> bytes:
    statement = reference_statement("1.00")
    traits = Traits(fresh=True, faces=frozenset(("contact",)), hot_plug=True, reference=True)
    plan = make_plan(statement, traits, seed=1)
    if partial:
        plan = only_cases(plan, CASES)
    file = Path(onecard.conformance.statements.__file__).with_name("virtual-1.00.toml")
    result = run_plan(plan, port_for(None, "1.00", 1))
    return bundle_of(plan, result, statement_bytes=file.read_bytes())


def replanned(tmp_path: Path, bundle: bytes, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = main(["recheck", written(tmp_path, bundle), "--replan", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_plan_of_the_suite_is_found_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = replanned(tmp_path, suite_bundle(), capsys)
    assert (code, found["replanned"]["differences"]) == (0, [])
    assert found["replanned"]["left_out"] > 0
    assert main(["recheck", written(tmp_path, suite_bundle()), "--replan"]) == 0
    assert "plan        the one that this suite computes" in capsys.readouterr().out


def take_a_check_out(plan: Any) -> None:
    plan["cases"][1]["case"]["checks"].pop(0)


def take_its_verdict_out(verdicts: Any) -> None:
    verdicts["cases"][1]["checks"].pop(0)


def test_a_check_taken_out_of_the_plan_is_seen_by_the_suite_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = forged(suite_bundle(), plan=take_a_check_out, verdicts=take_its_verdict_out)
    assert main(["recheck", written(tmp_path, bundle)]) == 0
    capsys.readouterr()
    code, found = replanned(tmp_path, bundle, capsys)
    assert (code, found["ok"]) == (1, False)
    assert found["replanned"]["differences"] == [
        "case card/select/by-name/02 has other checks than in the suite"
    ]
    assert main(["recheck", written(tmp_path, bundle), "--replan"]) == 1
    assert "refused     the plan differs in 1 places" in capsys.readouterr().out


def test_a_case_excluded_without_a_reason_of_the_suite_is_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = CASES[1]

    def exclude(plan: Any) -> None:
        plan["cases"][1]["excluded"] = "it is hard"

    def not_applicable(verdicts: Any) -> None:
        verdicts["cases"][1] |= {
            "verdict": "not applicable",
            "status": "excluded",
            "reason": "it is hard",
            "checks": [],
        }
        verdicts["counts"] |= {"pass": 1, "not applicable": 1}

    bundle = forged(
        suite_bundle(),
        plan=exclude,
        verdicts=not_applicable,
        records=lambda lines: [line for line in lines if line["case"] != name],
    )
    code, found = replanned(tmp_path, bundle, capsys)
    assert (code, found["refusal"]) == (1, "")
    assert found["replanned"]["differences"] == [
        f"case {name} is left out without a reason that the suite knows: it is hard"
    ]


def test_a_plan_that_hides_that_it_is_partial_is_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def whole(tree: Any) -> None:
        tree.pop("partial", None)

    bundle = forged(suite_bundle(), plan=whole, manifest=lambda tree: tree.update(partial=""))
    code, found = replanned(tmp_path, bundle, capsys)
    assert (code, found["refusal"]) == (1, "")
    assert "cases of the suite are not in the plan" in found["replanned"]["differences"][0]


def test_the_plan_of_another_version_cannot_be_computed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def other(tree: Any) -> None:
        tree["version"] = "0.0.1"

    bundle = forged(suite_bundle(), plan=other, manifest=other)
    assert main(["recheck", written(tmp_path, bundle)]) == 0
    assert main(["recheck", written(tmp_path, bundle), "--replan"]) == 2
    assert __version__ in capsys.readouterr().err
