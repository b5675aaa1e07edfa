"""The bundle: the same bytes everywhere, read back whole, never half written, signed by whom it says."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from bundle_samples import STATEMENT, bundle_of, large_bundle, plan_with, port, small_bundle
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

from onecard.conformance.bundle.archive import LARGEST_BUNDLE, MEMBERS, pack, unpack
from onecard.conformance.bundle.read import decode_bundle, read_bundle
from onecard.conformance.bundle.signing import PUBLISHED, published_key
from onecard.conformance.bundle.write import write_bundle
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.recheck.signature import published_public_key
from onecard.conformance.running.run import order_of, run_plan
from onecard.sim.errors import InputError

DIGEST = "import hashlib, bundle_samples as b; print(hashlib.sha256(b.large_bundle()).hexdigest())"


def digest_under(**environment: str) -> str:
    path = os.pathsep.join((str(Path(__file__).parent), *filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_the_bytes_are_the_same_whatever_locale_time_zone_and_hash_seed() -> None:
    one = digest_under(PYTHONHASHSEED="1", TZ="Asia/Shanghai", LC_ALL="C")
    other = digest_under(PYTHONHASHSEED="2", TZ="America/St_Johns", LC_ALL="C.UTF-8", PYTHONUTF8="1")
    assert one == other
    assert len(one.strip()) == 64


def test_the_transcript_does_not_depend_on_the_order_of_the_run_or_the_adapters_name() -> None:
    plan = decode_bundle(large_bundle()).plan
    shuffled = run_plan(plan, port(), order=order_of(plan, shuffle=3))
    other = decode_bundle(bundle_of(plan, shuffled, iut="tcp:127.0.0.1:35963"))
    first = decode_bundle(large_bundle())
    assert other.manifest.iut != first.manifest.iut
    assert other.manifest.transcript_sha256 == first.manifest.transcript_sha256


def test_any_tar_program_lists_the_members_as_plain_files_of_nobody() -> None:
    with tarfile.open(fileobj=io.BytesIO(small_bundle()), mode="r:") as archive:
        entries = archive.getmembers()
        assert archive.extractfile("statement.toml").read() == STATEMENT  # type: ignore[union-attr]
    assert tuple(entry.name for entry in entries) == MEMBERS
    assert {(entry.mode, entry.uid, entry.gid, entry.mtime, entry.uname) for entry in entries} == {
        (0o644, 0, 0, 0, "")
    }


def test_what_is_read_is_what_was_written() -> None:
    bundle = decode_bundle(large_bundle())
    again = run_plan(bundle.plan, port())
    assert bundle.records == again.records
    assert [each.case for each in bundle.verdicts.cases] == [each.case.id for each in bundle.plan.cases]
    assert bundle.statement_bytes == STATEMENT
    assert bundle.manifest.counts["expected failures"] == 1
    assert list(bundle.by_case) == [planned.case.id for planned in bundle.plan.cases]
    wrong = next(each for each in bundle.verdicts.cases if each.verdict == "fail")
    assert [(check.expected, check.got) for check in wrong.checks if check.verdict == "fail"] == [
        ("9000", "6A82")
    ]


def test_archives_with_other_members_cannot_be_made() -> None:
    members = unpack(small_bundle())
    for wrong in ({}, members | {"more.txt": b""}, {name: members[name] for name in MEMBERS[:-1]}):
        with pytest.raises(ValueError, match="members"):
            pack(wrong)


def test_a_bundle_larger_than_the_limit_is_not_made() -> None:
    with pytest.raises(ValueError, match="at most"):
        pack({**unpack(small_bundle()), "history.jsonl": bytes(LARGEST_BUNDLE)})


# Files


def test_a_bundle_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "run.ocb"
    for _ in range(2):  # the second replaces the first
        write_bundle(target, small_bundle())
    assert [each.name for each in tmp_path.iterdir()] == ["run.ocb"]
    assert read_bundle(target).manifest.verdict == "pass"


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "run.ocb").mkdir()
    for target in (tmp_path / "run.ocb", tmp_path / "none" / "run.ocb"):
        with pytest.raises(InputError, match="cannot write the bundle"):
            write_bundle(target, small_bundle())
    assert [each.name for each in tmp_path.iterdir()] == ["run.ocb"]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"{}", bytes(4096), small_bundle()[:-512]],
    ids=["empty", "zip", "json", "zeros", "cut"],
)
def test_what_is_no_bundle_is_refused_in_one_line_with_the_file(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "odd.ocb"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.ocb: .") as refused:
        read_bundle(file)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bundle(tmp_path / "none.ocb")


# Signatures


def pem(key: object, path: Path, *, passphrase: bytes = b"") -> Path:
    hidden = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(  # type: ignore[attr-defined]
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden
        )
    )
    return path


def own_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_without_a_key_the_published_one_signs_and_says_so() -> None:
    assert decode_bundle(small_bundle()).signature.key == PUBLISHED
    assert recheck(small_bundle()).signed_by == PUBLISHED
    assert published_public_key() == published_key().public_key().public_bytes_raw()


def test_a_key_of_ones_own_signs_and_can_be_asked_for(tmp_path: Path) -> None:
    plan = decode_bundle(small_bundle()).plan
    bundle = bundle_of(plan, sign_key=pem(own_key(), tmp_path / "own.pem"))
    public = own_key().public_key().public_bytes_raw()
    assert recheck(bundle, public_key=public).signed_by == public.hex()
    assert decode_bundle(bundle).signature.key == "given"
    assert recheck(bundle).ok
    for other in (bytes(32), published_public_key()):
        assert (
            recheck(bundle, public_key=other).refusal == "another key signed than the one that was asked for"
        )
    assert not recheck(small_bundle(), public_key=public).ok


def test_a_file_that_holds_no_such_key_is_refused(tmp_path: Path) -> None:
    plan = plan_with(())
    (tmp_path / "text.pem").write_text("no key")
    wrong = [
        tmp_path / "none.pem",
        tmp_path / "text.pem",
        pem(x25519.X25519PrivateKey.from_private_bytes(bytes(32)), tmp_path / "other.pem"),
        pem(own_key(), tmp_path / "locked.pem", passphrase=b"secret"),
        pem(published_key(), tmp_path / "published.pem"),
    ]
    for file in wrong:
        with pytest.raises(InputError, match=file.name):
            bundle_of(plan, sign_key=file)
