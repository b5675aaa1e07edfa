"""``onecard recheck``: compute every verdict of a bundle again, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.conformance.bundle.read import bundle_bytes, decode_bundle
from onecard.conformance.bundle.replan import replanned
from onecard.conformance.bundle.signing import PUBLISHED, public_key_of
from onecard.conformance.recheck.recheck import recheck as recheck_bundle

if TYPE_CHECKING:
    from onecard.conformance.bundle.replan import Replanned
    from onecard.conformance.recheck.recheck import Result

NOT_PROVED_OR_NOT_PASSED = 1
_SHOWN = 10


def recheck(
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE", help="A bundle that a conformance run wrote.")],
    public_key: Annotated[
        str | None,
        typer.Option(metavar="PEM", help="The Ed25519 public key that must have signed; default: any."),
    ] = None,
    replan: Annotated[
        bool,
        typer.Option("--replan", help="Compute the plan again, too, from the statement with this suite."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Compute every verdict of a bundle again, with an evaluator that shares nothing with the runner.

    Exit code 0: the bundle proves what it says, and that is a pass. 1: it does not, or it is no pass.
    """
    path = path_of("BUNDLE", bundle, allowed="a bundle that a conformance run wrote")
    key = None
    if public_key is not None:
        key = public_key_of(path_of("--public-key", public_key, allowed="a PEM file"))
    data = bundle_bytes(path)
    result = recheck_bundle(data, public_key=key)
    again = replanned(decode_bundle(data, where=bundle).plan) if replan and result.ok else None
    if as_json:
        print_json(_document(bundle, result, again))
    else:
        _tell(result, again)
    good = result.ok and not (again and again.differences) and result.verdict == "pass"
    if not good:
        raise typer.Exit(NOT_PROVED_OR_NOT_PASSED)


def _document(bundle: str, result: Result, again: Replanned | None) -> dict[str, object]:
    return {
        "bundle": bundle,
        "ok": result.ok and not (again and again.differences),
        "refusal": result.refusal,
        "verdict": result.verdict,
        "counts": dict(result.counts),
        "cases": result.cases,
        "checks": result.checks,
        "frames": result.frames,
        "commands": result.commands,
        "iut": result.iut,
        "version": result.version,
        "partial": result.partial,
        "signed_by": result.signed_by,
        "transcript_sha256": result.transcript_sha256,
        "replanned": again,
    }


def _tell(result: Result, again: Replanned | None) -> None:
    if not result.ok:
        say(f"refused     {result.refusal}")
        say("            The bundle does not prove what it says.")
        return
    counts = ", ".join(f"{number:,} {name}" for name, number in result.counts.items() if number)
    say(f"verdict     {result.verdict} ({counts or 'no cases'})")
    say(f"of          {result.iut}, judged by onecard {result.version}")
    if result.partial:
        say(f"partial     {result.partial}")
    say(f"signed by   {_signer(result)}")
    say(
        f"recomputed  {result.cases:,} cases, {result.checks:,} checks, from {result.frames:,} frames;"
        f" {result.commands:,} commands are those of the plan"
    )
    say(f"transcript  {result.transcript_sha256}")
    if again is not None:
        _tell_plan(again)
    if result.verdict != "pass":
        say("The bundle proves what it says, and that is no pass.")


def _signer(result: Result) -> str:
    if result.signed_by == PUBLISHED:
        return f"the {PUBLISHED}: it proves integrity only, anybody can sign with it"
    return f"Ed25519 key {result.signed_by}"


def _tell_plan(again: Replanned) -> None:
    if not again.differences:
        say(
            "plan        the one that this suite computes from the statement"
            f" ({again.for_the_adapter} cases excluded for the adapter, {again.withheld} withheld,"
            f" {again.left_out} left out as partial)"
        )
        return
    say(f"refused     the plan differs in {len(again.differences)} places from the suite's")
    for line in again.differences[:_SHOWN]:
        say(f"            {line}")
