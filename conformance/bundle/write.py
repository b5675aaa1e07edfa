"""A run's evidence, written: plan, history and verdicts under one signed manifest.

The same plan, records and statement give the same bytes on every machine: nothing here asks for a time, a
locale or a name of the machine.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from onecard.conformance.bundle.archive import pack
from onecard.conformance.bundle.documents import Manifest, canonical, history_of, verdicts_of
from onecard.conformance.bundle.signing import sign
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from onecard.conformance.judging.total import Total
    from onecard.conformance.model.plan import Plan
    from onecard.conformance.running.run import RunResult

__all__ = ["make_bundle", "write_bundle"]


def make_bundle(
    *,
    plan: Plan,
    result: RunResult,
    total: Total,
    statement_bytes: bytes,
    iut: str,
    sign_key: Path | None = None,
) -> bytes:
    """Return the bundle of a run.

    Args:
        plan: what was to be run.
        result: records and judged cases, in the plan's order.
        total: what the whole came to.
        statement_bytes: the statement as it was given, TOML.
        iut: the string by which the implementation was opened.
        sign_key: PEM file of an Ed25519 private key; ``None``: the published test key.

    Raises:
        InputError: the file holds no such key.
        ValueError: more evidence than a bundle may hold.
    """
    history = history_of(result.records)
    verdicts = verdicts_of(result.judged, total)
    members = {
        "statement.toml": statement_bytes,
        "plan.json": canonical(plan),
        "history.jsonl": history.lines,
        "verdicts.json": canonical(verdicts),
    }
    manifest = Manifest(
        version=plan.version,
        suite=plan.suite,
        iut=iut,
        seed=plan.seed,
        strict=plan.strict,
        partial=plan.partial,
        transcript_sha256=history.transcript_sha256,
        history_head=history.head,
        verdict=verdicts.verdict,
        counts=verdicts.counts,
        files={name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    )
    members["manifest.json"] = canonical(manifest)
    members["signature.json"] = canonical(sign(members["manifest.json"], sign_key))
    return pack(members)


def write_bundle(path: Path, bundle: bytes) -> None:
    """Write a bundle aside and move it in place, so that no half-written one is ever there.

    Raises:
        InputError: it cannot be written there.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with aside.open("wb") as file:
            file.write(bundle)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        _remove(aside)
        raise InputError(
            f"cannot write the bundle ({error.strerror})",
            where=str(path),
            allowed="a file in a writable folder",
        ) from error
    except BaseException:
        _remove(aside)
        raise


def _remove(aside: Path) -> None:
    with suppress(OSError):  # a disk that cannot be written to has no such file either
        aside.unlink(missing_ok=True)
