"""``onecard conformance qualify``: prove that the harness works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from onecard.cli.interruption import raise_if_interrupted
from onecard.cli.options import whole_number
from onecard.cli.output import print_json, say
from onecard.cli.progress import Stopwatch, progress_of
from onecard.conformance.qualify.qualification import qualify

if TYPE_CHECKING:
    from onecard.conformance.qualify.qualification import Qualification

NOT_PROVED = 1
LARGEST_SEED = 1 << 63


def conformance_qualify(
    seed: Annotated[str, typer.Option(metavar="N", help="Of every draw.")] = "1",
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables for machines.")] = False,
) -> None:
    """Run the null battery, every seeded defect, the references, recheck and tamper.

    Exit code 1 if one null implementation passes one case, one defect lives, one rule is silent, one
    reference does not pass, or one altered bundle is taken for good.
    """
    number = whole_number("--seed", seed, minimum=0, below=LARGEST_SEED)
    watch = Stopwatch()
    with progress_of("qualification", "parts") as advance:

        def told(share: float, done: int) -> None:
            raise_if_interrupted()
            advance(share, done)

        found = qualify(seed=number, advance=told)
    if as_json:
        print_json(_document(found))
    else:
        _print(found, watch.wall_s())
    if not found.holds:
        raise typer.Exit(NOT_PROVED)


def _document(found: Qualification) -> dict[str, Any]:
    tampered = found.tampered
    return {
        "holds": found.holds,
        "references": [run._asdict() | {"verdict": run.verdict.value} for run in found.references],
        "null_battery": [
            {"name": each.name, "counts": each.counts, "passed": each.passed} for each in found.nulls
        ],
        "kill_table": [
            {
                "defect": each.defect.name,
                "lie": each.defect.lie,
                "rule": each.defect.rule,
                "case": each.defect.case,
                "killed": each.killed,
                "seen": each.why,
            }
            for each in found.kills
        ],
        "deletion": {"tested": found.tested, "silent": found.silent},
        "tamper": {"altered": tampered.altered, "accepted": tampered.accepted} if tampered else None,
    }


def _print(found: Qualification, wall_s: float) -> None:
    for run in found.references:
        counts = ", ".join(f"{name} {count}" for name, count in run.counts.items() if count)
        agrees = "the second evaluator agrees" if run.agrees else "THE SECOND EVALUATOR DISAGREES"
        say(f"reference {run.version}: {run.verdict.value} ({counts}); {agrees}")
        say(f"  transcript {run.transcript_sha256}")
    for null in found.nulls:
        counts = ", ".join(f"{name} {count}" for name, count in null.counts.items() if count)
        say(f"null {null.name}: {counts}")
        for case in null.passed:
            say(f"  PASSED: {case}")
    killed = sum(each.killed for each in found.kills)
    say(f"seeded defects: {killed} of {len(found.kills)} killed by the case that names them")
    for each in found.kills:
        if not each.killed:
            say(f"  LIVES: {each.defect.name} ({each.defect.case}): {each.why}")
    silent = " ".join(found.silent)
    say(f"deletion: {len(found.silent)} of {found.tested} tested rules are silent {silent}".rstrip())
    if found.tampered is not None:
        altered, accepted = found.tampered
        say(f"tamper: {altered - len(accepted)} of {altered} altered bundles refused")
        for told in accepted[:10]:
            say(f"  ACCEPTED: {told}")
    say(f"{'proved' if found.holds else 'NOT PROVED'} in {wall_s:.1f} s")
