"""``onecard conformance card``: judge a card."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onecard.cli.conformance_output import print_verdict, refuse_unwritable, write_reports
from onecard.cli.interruption import raise_if_interrupted
from onecard.cli.options import path_of, whole_number
from onecard.cli.output import print_json
from onecard.cli.progress import Stopwatch, progress_of
from onecard.conformance.adapters.opening import TRANSPORTS
from onecard.conformance.bundle.read import decode_bundle
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.reporting.document import document_of
from onecard.conformance.reporting.view import view_of
from onecard.conformance.sessions.conduct import conduct
from onecard.conformance.sessions.request import Request
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_PASSED = 1
LARGEST_SEED = 1 << 63
LARGEST_WORKERS = 64


def conformance_card(
    iut: Annotated[
        str,
        typer.Argument(
            metavar="IUT", help="virtual:3.00, pcsc:READER, tcp:HOST:PORT, tcp-listen:HOST:PORT, cmd:COMMAND."
        ),
    ],
    statement: Annotated[
        str | None, typer.Option(metavar="FILE", help="What the card claims; virtual: has its own.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write bundle.ocb, report.html, junit.xml, verdicts.json."),
    ] = None,
    destructive: Annotated[
        bool,
        typer.Option(
            "--destructive", help="Run what locks, blocks or leaves traces, as the statement names."
        ),
    ] = False,
    case: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only these cases: a replay, marked as partial."),
    ] = None,
    through: Annotated[
        str, typer.Option(metavar="TRANSPORT", help="Of a virtual card: " + ", ".join(TRANSPORTS) + ".")
    ] = "in-process",
    expected: Annotated[
        str | None, typer.Option(metavar="FILE", help="Overlay of expected failures.")
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Day that their expiry is held against; default: today."),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="N", help="Of every draw.")] = "1",
    shuffle: Annotated[
        str | None, typer.Option(metavar="N", help="Run the cases in an order drawn by this seed.")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Processes, for cards that are made anew for each case.")
    ] = None,
    sign_key: Annotated[
        str | None, typer.Option(metavar="PEM", help="Ed25519 private key; default: the published test key.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict for machines.")] = False,
) -> None:
    """Run the card suite and print the verdict. Exit code 1 unless it is pass."""
    request = Request(
        iut=iut,
        statement=_path("--statement", statement),
        seed=whole_number("--seed", seed, minimum=0, below=LARGEST_SEED),
        destructive=destructive,
        through=_transport(through, iut),
        workers=1
        if workers is None
        else whole_number("--workers", workers, minimum=1, below=LARGEST_WORKERS + 1),
        cases=tuple(case or ()),
        shuffle=None
        if shuffle is None
        else whole_number("--shuffle", shuffle, minimum=0, below=LARGEST_SEED),
        expected=_path("--expected", expected),
        today=_day(today),
        sign_key=_path("--sign-key", sign_key),
    )
    target = None if out is None else path_of("--out", out, allowed="a folder")
    if target is not None:
        refuse_unwritable(target)
    watch = Stopwatch()
    with progress_of(f"card suite on {iut}", "cases") as advance:
        done = conduct(request, _stoppable(advance))
    wall_s = watch.wall_s()
    files = write_reports(target, done.bundle, with_bundle=True) if target is not None else ()
    bundle = decode_bundle(done.bundle)
    view = view_of(bundle)
    if as_json:
        print_json(document_of(view, bundle=files[0] if files else ""))
    else:
        print_verdict(view, bundle, files, wall_s)
    if done.total.verdict is not Verdict.PASS:
        raise typer.Exit(NOT_PASSED)


def _stoppable(advance: Callable[[float, int], None]) -> Callable[[float, int], None]:
    def told(share: float, cases: int) -> None:
        raise_if_interrupted()
        advance(share, cases)

    return told


def _path(option: str, text: str | None) -> Path | None:
    return None if text is None else path_of(option, text, allowed="a file")


def _transport(text: str, iut: str) -> str:
    if text not in TRANSPORTS:
        raise InputError("unknown transport", where="--through", value=text, allowed=", ".join(TRANSPORTS))
    if text != "in-process" and not iut.startswith(("virtual:", "null:")):
        raise InputError(
            "only a virtual card can be put behind a transport",
            where="--through",
            value=text,
            allowed=f"{iut} alone",
        )
    return text


def _day(text: str | None) -> str:
    if text is None:
        return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError("no day", where="--today", value=text, allowed="YYYY-MM-DD") from None
