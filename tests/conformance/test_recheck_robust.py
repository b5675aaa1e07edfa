"""Whatever bytes come in: a result or one clear refusal, soon; and not one line of the runner in it."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bundle_samples import forged, large_bundle, small_bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import onecard.conformance.recheck
from onecard.conformance.bundle.archive import LARGEST_BUNDLE, MEMBERS, pack, unpack
from onecard.conformance.bundle.documents import canonical
from onecard.conformance.bundle.signing import sign
from onecard.conformance.recheck.recheck import recheck

FOLDER = Path(onecard.conformance.recheck.__file__).parent
OWN = "onecard.conformance.recheck"


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(node.module or "")
    return names


def test_the_second_evaluator_imports_the_standard_library_and_cryptography_alone() -> None:
    files = sorted(FOLDER.rglob("*.py"))
    assert len(files) > 10
    allowed = sys.stdlib_module_names | {"cryptography"}
    for file in files:
        strangers = {
            name
            for name in imported(file)
            if name.partition(".")[0] not in allowed and not f"{name}.".startswith(f"{OWN}.")
        }
        assert strangers == set(), file


def test_nothing_else_of_the_project_is_loaded_by_it() -> None:
    program = (
        "import sys, onecard.conformance.recheck.recheck\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('onecard', 'msgspec', 'numpy')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ast.literal_eval(done.stdout))
    packages = {"onecard", "onecard.conformance", OWN}
    assert {name for name in loaded if not name.startswith(f"{OWN}.")} == packages


@pytest.fixture(autouse=True, scope="module")
def _bundles_are_there() -> None:
    """Make the bundles before any property is tested: walks are made with the same library."""
    assert small_bundle()
    assert large_bundle()


def refused(data: bytes) -> str:
    found = recheck(data)
    assert found.ok or (found.refusal and found.refusal.isprintable())
    assert len(found.refusal) < 1000
    return found.refusal


@given(st.binary(max_size=2000))
def test_any_bytes_are_refused_without_a_traceback(data: bytes) -> None:
    assert refused(data)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(member=st.sampled_from(MEMBERS), content=st.binary(max_size=200), keep=st.integers(0, 3000))
def test_any_member_that_is_cut_and_continued_otherwise_is_refused(
    member: str, content: bytes, keep: int
) -> None:
    members = unpack(small_bundle())
    members[member] = members[member][:keep] + content
    if members != unpack(small_bundle()):
        assert refused(pack(members))


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to every value in a document."""
    found = [path]
    if isinstance(tree, dict):
        for key, value in tree.items():
            found += places(value, (*path, key))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            found += places(value, (*path, at))
    return found


ODD = (
    None,
    True,
    -1,
    0,
    7,
    2**63,
    10**400,
    "",
    "x",
    "{",
    "9000",
    "{reset1}",
    "ZZ",
    "🀄",
    [],
    [[]],
    {},
    {"a": 1},
)


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copied


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(
    member=st.sampled_from(["plan.json", "history.jsonl", "verdicts.json"]),
    place=st.integers(0, 10**6),
    odd=st.sampled_from(ODD),
)
def test_any_value_replaced_and_signed_anew_has_a_result_or_a_refusal(
    member: str, place: int, odd: Any
) -> None:
    lines = unpack(large_bundle())[member].splitlines()
    tree: Any = [json.loads(line) for line in lines] if member == "history.jsonl" else json.loads(lines[0])
    ways = places(tree)[1:]
    way = ways[place % len(ways)]
    change = {"plan.json": "plan", "history.jsonl": "records", "verdicts.json": "verdicts"}[member]
    try:
        bundle = forged(large_bundle(), **{change: lambda content: replaced(content, way, odd)})
    except (TypeError, KeyError, OverflowError, AttributeError):
        return  # no bundle can be written with that
    refused(bundle)


def test_a_fuzzed_bundle_can_be_forged_at_all() -> None:
    assert refused(forged(large_bundle(), plan=lambda plan: replaced(plan, ("cases", 0, "case", "id"), "x")))


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b"1" * 10_000,
        b"1.5",
        b"NaN",
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\ud800"',
        b"\xff",
        b"",
    ],
    ids=["deep", "long-number", "fraction", "nan", "twice", "spaces", "surrogate", "no-text", "empty"],
)
@pytest.mark.parametrize("member", ["plan.json", "verdicts.json", "history.jsonl", "statement.toml"])
def test_documents_that_no_writer_makes_are_refused(member: str, line: bytes) -> None:
    assert refused(sealed({member: line + b"\n" * (member == "history.jsonl")}))


@pytest.mark.parametrize("depth", [50, 300, 900, 980, 5000])
@pytest.mark.parametrize("member", ["plan.json", "verdicts.json", "history.jsonl", "statement.toml"])
def test_nesting_is_refused_however_deep_it_is(member: str, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    content = {"history.jsonl": b'{"case":%b}\n' % nested, "statement.toml": b"kind = " + nested}
    assert refused(sealed({member: content.get(member, nested)}))


def test_a_statement_of_dots_is_refused_soon() -> None:
    for dots in (
        b"a." * 100_000 + b"a = 1",
        b"".join(b"b%d." % at + b"a." * 900 + b"a = 1\n" for at in range(30)),
    ):
        assert refused(sealed({"statement.toml": dots}))


def sealed(changed: dict[str, bytes]) -> bytes:
    """Put raw bytes in place of members, with hashes and signature that fit."""
    members = unpack(small_bundle()) | changed
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {name: hashlib.sha256(members[name]).hexdigest() for name in manifest["files"]}
    members["manifest.json"] = canonical(manifest)
    members["signature.json"] = canonical(sign(members["manifest.json"], None))
    return pack(members)


def test_sealing_raw_bytes_that_are_the_right_ones_is_accepted() -> None:
    assert recheck(sealed({})).ok


def test_a_file_over_the_limit_is_refused_before_it_is_looked_at() -> None:
    assert "at most" in refused(bytes(LARGEST_BUNDLE + 1))


def test_values_that_double_at_every_step_are_refused() -> None:
    def change(plan: Any) -> None:
        case = plan["cases"][0]["case"]
        doubling = [{"do": "let", "name": "v0", "function": "xor", "arguments": ["0102", "0000"]}]
        for at in range(1, 64):
            hole = f"{{v{at - 1}}}{{v{at - 1}}}"
            doubling.append({"do": "let", "name": f"v{at}", "function": "add", "arguments": [hole, "00"]})
        case["steps"][1:1] = doubling

    assert "bytes, at most" in refused(forged(small_bundle(), plan=change))


def test_a_plan_that_asks_for_endless_work_is_refused() -> None:
    def change(plan: Any) -> None:
        check = {"is": "data one of", "step": "send1", "values": ["{send1}" * 10] * 150_000}
        plan["cases"][0]["case"]["checks"] = [check] * 2

    assert "more computation" in refused(forged(small_bundle(), plan=change))
