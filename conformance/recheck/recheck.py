"""A bundle in, and out comes whether it proves what it says.

From the outside in: the archive, the hashes in the manifest, the signature over it; then the plan against the
statement, every command of the history against the plan, every check against the frames, every verdict
against the checks, and the total. The first thing that does not follow is the refusal.

What this cannot see: whether the plan has the checks that the suite has (the suite computes it again, see
``onecard recheck --replan``), and whether the card's answers came from the card that is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from onecard.conformance.recheck.cases import CaseResult, judged
from onecard.conformance.recheck.container import NAMES, members_of
from onecard.conformance.recheck.documents import flag, listed, load, mapped, number, one_of, record, text
from onecard.conformance.recheck.history import History, history_of
from onecard.conformance.recheck.looks import Record
from onecard.conformance.recheck.plan_reading import plan_of
from onecard.conformance.recheck.refusal import RefusedError, shown
from onecard.conformance.recheck.signature import check_signature
from onecard.conformance.recheck.templates import Work
from onecard.conformance.recheck.totals import VERDICTS, total_of

__all__ = ["Result", "recheck"]

_UNSIGNED = ("manifest.json", "signature.json")
_counts = mapped(number())
_MANIFEST = record(
    {
        "format": one_of("onecard-bundle/1"),
        "version": text,
        "suite": text,
        "iut": text,
        "seed": number(),
        "strict": flag,
        "partial": text,
        "transcript_sha256": text,
        "history_head": text,
        "verdict": one_of(*VERDICTS),
        "counts": _counts,
        "files": mapped(text),
    }
)
_VERDICTS = record(
    {
        "verdict": one_of(*VERDICTS),
        "counts": _counts,
        "cases": listed(
            record(
                {
                    "case": text,
                    "verdict": text,
                    "status": text,
                    "reason": text,
                    "checks": listed(
                        record(dict.fromkeys(("step", "rule", "verdict", "outcome", "expected", "got"), text))
                    ),
                }
            )
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a bundle."""

    ok: bool
    """The bundle proves what it says; what it says may still be a failure."""
    refusal: str = ""
    """Why not, one line; empty: it does."""
    verdict: str = ""
    """Of the whole, computed again; empty for a refused bundle, as is everything below."""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    cases: int = 0
    checks: int = 0
    frames: int = 0
    commands: int = 0
    """Frames whose command was computed again: all but resets."""
    signed_by: str = ""
    """``"published test key"``: integrity only; else the public key, hexadecimal."""
    iut: str = ""
    version: str = ""
    partial: str = ""
    transcript_sha256: str = ""


def recheck(data: bytes, *, public_key: bytes | None = None) -> Result:
    """Check a bundle; every sequence of bytes has a result.

    Args:
        data: the file.
        public_key: 32 bytes of the Ed25519 key that must have signed; ``None``: any.
    """
    try:
        return _checked(data, public_key)
    except RefusedError as error:
        return Result(ok=False, refusal=str(error))
    except RecursionError:
        return Result(
            ok=False, refusal="something in the bundle is nested more deeply than anything a plan holds"
        )


def _checked(data: bytes, public_key: bytes | None) -> Result:
    members = members_of(data)
    manifest: dict[str, Any] = _formed(_MANIFEST, members, "manifest.json")
    _check_hashes(manifest, members)
    signed_by = check_signature(members["signature.json"], members["manifest.json"], public_key)
    plan = plan_of(members)
    for name in ("version", "suite", "seed", "strict", "partial"):
        if manifest[name] != plan[name]:
            raise RefusedError(f"manifest and plan differ in {name}")
    history = history_of(members["history.jsonl"])
    if (manifest["transcript_sha256"], manifest["history_head"]) != (history.transcript, history.head):
        raise RefusedError("the history is not the one that the manifest names")
    cases = _judged(plan, history)
    verdict, counts = total_of(plan, cases)
    written: dict[str, Any] = _formed(_VERDICTS, members, "verdicts.json")
    _compare(plan, cases, written)
    _compare_total(verdict, counts, written, "verdicts.json")
    _compare_total(verdict, counts, manifest, "manifest.json")
    frames = [frame for each in history.records for frame in each.frames]
    return Result(
        ok=True,
        verdict=verdict,
        counts=MappingProxyType(counts),
        cases=len(cases),
        checks=sum(len(case.checks) for case in cases),
        frames=len(frames),
        commands=sum(1 for command, _ in frames if command),
        signed_by=signed_by,
        iut=manifest["iut"],
        version=manifest["version"],
        partial=manifest["partial"],
        transcript_sha256=history.transcript,
    )


def _formed(form: Any, members: dict[str, bytes], name: str) -> Any:
    content = load(members[name], name)
    try:
        return form(content)
    except RefusedError as error:
        raise RefusedError(f"{name}: {error}") from None


def _check_hashes(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    hashes = {name: hashlib.sha256(members[name]).hexdigest() for name in NAMES if name not in _UNSIGNED}
    for name, value in hashes.items():
        if manifest["files"].get(name) != value:
            raise RefusedError(f"{name} has not the hash that the manifest gives")
    if len(manifest["files"]) != len(hashes):
        raise RefusedError("the manifest lists members that there are not")


def _judged(plan: dict[str, Any], history: History) -> list[CaseResult]:
    by_case = _by_case(plan, history.records)
    clauses = {clause["id"]: clause for clause in plan["clauses"]}
    work = Work()
    found = []
    for planned in plan["cases"]:
        case = planned["case"]
        records = by_case.get(case["id"])
        if planned["excluded"] or planned["withheld"]:
            status = "excluded" if planned["excluded"] else "withheld"
            found.append(CaseResult(case["id"], "not applicable", status, []))
        elif records is None:
            found.append(CaseResult(case["id"], "inconclusive", "not run", []))
        else:
            found.append(
                judged(case, records, keys=plan["keys"], clauses=clauses, strict=plan["strict"], work=work)
            )
    return found


def _by_case(plan: dict[str, Any], records: list[Record]) -> dict[str, list[Record]]:
    """Divide the history by case; refuses records of other cases and another order than the plan's."""
    places = {
        planned["case"]["id"]: place
        for place, planned in enumerate(plan["cases"])
        if planned["case"]["steps"] and not (planned["excluded"] or planned["withheld"])
    }
    found: dict[str, list[Record]] = {}
    last = -1
    for each in records:
        place = places.get(each.case)
        if place is None:
            raise RefusedError(f"the history has a record of {shown(each.case)}, which was not to be run")
        if place < last:
            raise RefusedError(f"the records of {shown(each.case)} are not in the plan's order")
        last = place
        found.setdefault(each.case, []).append(each)
    return found


def _compare(plan: dict[str, Any], cases: list[CaseResult], written: dict[str, Any]) -> None:
    if [case.case for case in cases] != [each["case"] for each in written["cases"]]:
        raise RefusedError("verdicts.json has other cases than the plan, or in another order")
    for planned, case, said in zip(plan["cases"], cases, written["cases"], strict=True):
        where = f"case {shown(case.case)}"
        _compare_word(where, "status", case.status, said["status"])
        _compare_checks(where, case, said["checks"])
        _compare_word(where, "verdict", case.verdict, said["verdict"])
        reason = planned["excluded"] or planned["withheld"]
        if reason and said["reason"] != reason:
            raise RefusedError(f"{where}: the reason is not the plan's")


def _compare_word(where: str, name: str, mine: str, said: str) -> None:
    if said != mine:
        raise RefusedError(f"{where}: the {name} is {mine!r}, the bundle says {shown(said)}")


def _compare_checks(where: str, case: CaseResult, written: list[dict[str, str]]) -> None:
    if len(case.checks) != len(written):
        raise RefusedError(f"{where}: it has {len(case.checks)} checks, the bundle says {len(written)}")
    for at, (mine, said) in enumerate(zip(case.checks, written, strict=True), 1):
        for name, value in zip(mine._fields, mine, strict=True):
            if said[name] != value:
                _compare_word(f"{where}, check {at} at {shown(mine.step)}", name, value, said[name])


def _compare_total(verdict: str, counts: dict[str, int], written: dict[str, Any], where: str) -> None:
    if written["verdict"] != verdict:
        raise RefusedError(f"the total is {verdict!r}, {where} says {written['verdict']!r}")
    if written["counts"] != counts:
        raise RefusedError(f"the counts in {where} are not those of the cases")
