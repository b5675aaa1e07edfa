"""``onecard card trace``: explain a log of APDUs, whoever wrote it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onecard.cli.card_options import AsJson
from onecard.cli.card_output import print_exchange, print_explanation
from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.sim.errors import InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.decoding import Exchange, Explanation, LogLine, Tracer, read_log
from onecard.virtual_cards.decoding.logs import ATR, COMMAND, UNKNOWN
from onecard.virtual_cards.layouts import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST = 64 * 1024 * 1024
ALLOWED = "a log file of at most 64 MiB, or - for standard input"


def card_trace(
    log: Annotated[str, typer.Argument(metavar="FILE", help="A log, or - for standard input.")],
    layout: Annotated[
        str,
        typer.Option(metavar="VERSION", help="Version of the card, until the card itself tells it."),
    ] = "3.00",
    as_json: AsJson = False,
) -> None:
    """Explain commands and responses of a log in their context; report lines without any."""
    if layout not in VERSIONS:
        raise unknown_name("version", layout, list(VERSIONS), where="--layout")
    lines = list(read_log(_content(log)))
    unknown = [line.number for line in lines if line.kind == UNKNOWN]
    if len(unknown) == len(lines):
        raise InputError("no APDU and no answer to reset found", where=log, allowed=ALLOWED)
    explained = _explained(lines, layout)
    if as_json:
        told = [{"line": line.number, "source": line.source, **each.tree()} for line, each in explained]
        print_json({"trace": told, "lines_not_understood": unknown})
        return
    for line, each in explained:
        say(f"line 行 {line.number} {line.source}".rstrip())
        if isinstance(each, Exchange):
            print_exchange(each)
        else:
            print_explanation(each)
    if unknown:
        say(f"{len(unknown)} lines not understood 未识别的行: {_ranges(unknown)}")


def _content(log: str) -> bytes:
    if log == "-":
        content = sys.stdin.buffer.read(LARGEST + 1)
    else:
        path = path_of("FILE", log, allowed=ALLOWED)
        content = _read(path)
    if len(content) > LARGEST:
        raise InputError("too large", where=log, allowed=ALLOWED)
    return content


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() or path.is_fifo()):
            raise InputError("not a regular file", where=str(path), allowed=ALLOWED)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), allowed=ALLOWED) from error


def _explained(lines: Sequence[LogLine], layout: str) -> Iterator[tuple[LogLine, Exchange | Explanation]]:
    """Join each command with the response after it, one dialogue for each reader."""
    tracers: dict[str, Tracer] = {}
    waiting: dict[str, LogLine] = {}
    for line in lines:
        tracer = tracers.setdefault(line.source, Tracer(version=layout))
        before = waiting.pop(line.source, None) if line.kind != UNKNOWN else None
        if before is not None and line.kind != "response":
            yield before, tracer.exchange(before.data, None)
            before = None
        if line.kind == COMMAND:
            waiting[line.source] = line
        elif line.kind == ATR:
            yield line, tracer.reset(line.data)
        elif line.kind != UNKNOWN:
            yield (
                before or line,
                tracer.exchange(before.data if before is not None else None, line.data),
            )
    for source, line in waiting.items():
        yield line, tracers[source].exchange(line.data, None)


def _ranges(numbers: Sequence[int]) -> str:
    """Write ``[1, 3, 4, 5]`` as ``"1, 3-5"``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
