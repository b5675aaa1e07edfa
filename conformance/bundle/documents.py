"""What stands in the members of a bundle: manifest, verdicts, the history and its chain.

Everything is canonical JSON: keys sorted, no spaces, defaults left out where the model leaves them out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.conformance.judging.judge import JudgedCase, JudgedCheck
    from onecard.conformance.judging.total import Total
    from onecard.conformance.model.history import StepRecord

__all__ = [
    "FIRST_CHAIN",
    "FORMAT",
    "CaseVerdict",
    "CheckVerdict",
    "History",
    "Manifest",
    "Verdicts",
    "canonical",
    "case_verdict",
    "history_of",
    "verdicts_of",
]

FORMAT = "onecard-bundle/1"

FIRST_CHAIN = hashlib.sha256(b"onecard-bundle/1 history").hexdigest()
"""What the chain of every history begins with."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bundle is, and the hash of every other member but the signature over this one."""

    format: Literal["onecard-bundle/1"] = "onecard-bundle/1"
    version: str
    """Of the project that made it: its suite, its rules."""
    suite: str
    iut: str
    """The string by which the implementation was opened."""
    seed: int
    strict: bool
    partial: str
    transcript_sha256: str
    """Of every record's line without the chain: the same on every transport, whatever the adapter."""
    history_head: str
    """The last chain of the history."""
    verdict: str
    counts: dict[str, int]
    files: dict[str, str]
    """Member → SHA-256, hexadecimal."""


class CheckVerdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one check came to."""

    step: str
    rule: str
    verdict: str
    """Empty for a precondition that holds."""
    outcome: str
    expected: str
    got: str


class CaseVerdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one case came to."""

    case: str
    verdict: str
    status: str
    reason: str
    checks: tuple[CheckVerdict, ...]
    """In the order of the plan's checks; none for a case that was not run."""


class Verdicts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the whole came to."""

    verdict: str
    counts: dict[str, int]
    cases: tuple[CaseVerdict, ...]


def canonical(content: object) -> bytes:
    """Write content as canonical JSON."""
    return msgspec.json.encode(content, order="sorted")


def _check_verdict(judged: JudgedCheck) -> CheckVerdict:
    return CheckVerdict(
        step=judged.check.step,
        rule=judged.check.rule,
        verdict=judged.verdict.value if judged.verdict is not None else "",
        outcome=judged.finding.outcome.value,
        expected=judged.finding.expected,
        got=judged.finding.got,
    )


def case_verdict(judged: JudgedCase) -> CaseVerdict:
    """Return what a judged case comes to, as it is written down."""
    return CaseVerdict(
        case=judged.case,
        verdict=judged.verdict.value,
        status=judged.status.value,
        reason=judged.reason,
        checks=tuple(map(_check_verdict, judged.checks)),
    )


def verdicts_of(judged: Iterable[JudgedCase], total: Total) -> Verdicts:
    """Return the verdicts of a run, as they are written down."""
    return Verdicts(
        verdict=total.verdict.value, counts=dict(total.counts), cases=tuple(map(case_verdict, judged))
    )


class History(msgspec.Struct, frozen=True):
    """A history, written down."""

    lines: bytes
    head: str
    transcript_sha256: str


def history_of(records: Iterable[StepRecord]) -> History:
    """Write records down, one a line, each chained to the one before.

    A line's chain is the SHA-256 of the chain before (64 characters) and the line without its own chain.
    """
    chain = FIRST_CHAIN
    transcript = hashlib.sha256()
    lines = []
    for record in records:
        line = canonical(record)
        transcript.update(line + b"\n")
        chain = hashlib.sha256(chain.encode("ascii") + line).hexdigest()
        lines.append(canonical({**msgspec.to_builtins(record), "chain": chain}) + b"\n")
    return History(b"".join(lines), chain, transcript.hexdigest())
