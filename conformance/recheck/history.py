"""The history: lines, their chain, and the records in them."""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple

from onecard.conformance.recheck.documents import (
    listed,
    load,
    number,
    one_of,
    record,
    text,
)
from onecard.conformance.recheck.looks import Record
from onecard.conformance.recheck.refusal import RefusedError, shown

__all__ = ["History", "history_of"]

_FIRST = hashlib.sha256(b"onecard-bundle/1 history").hexdigest()
_MOST_LINES = 500_000
_MOST_FRAMES = 200_000
"""In one step."""
_CHAIN = re.compile(r"[0-9a-f]{64}")
_is_hexadecimal = re.compile(r"(?:[0-9A-F]{2})*").fullmatch


def _frames(value: Any) -> Any:
    """Take frames as pairs; there are so many of them that they are not put through smaller forms."""
    if type(value) is not list or len(value) > _MOST_FRAMES:
        raise RefusedError(f"{shown(value)} is no list of frames")
    for frame in value:
        if type(frame) is not list or len(frame) != 2:
            raise RefusedError(f"{shown(frame)} is no frame")
        for text_ in frame:
            if type(text_) is not str or not _is_hexadecimal(text_):
                raise RefusedError(f"{shown(text_)} is not hexadecimal")
    return [(command, response) for command, response in value]


_RECORD = record(
    {"case": text, "step": text},
    {
        "frames": (_frames, []),
        "end": (one_of("", "mute", "gone", "broken"), ""),
        "note": (text, ""),
        "events": (listed(text), []),
        "cuts": (listed(number()), []),
    },
)


class History(NamedTuple):
    """A history whose chain holds."""

    records: list[Record]
    head: str
    transcript: str
    """SHA-256 of the lines without their chain."""


def history_of(data: bytes) -> History:
    """Read a history; :class:`RefusedError` if a line has not its form or breaks the chain."""
    lines = data.split(b"\n")
    if lines.pop() or len(lines) > _MOST_LINES:
        raise RefusedError(f"history.jsonl does not end with a whole line, or has more than {_MOST_LINES}")
    chain, transcript = _FIRST, hashlib.sha256()
    records = []
    for line_number, line in enumerate(lines, 1):
        where = f"history.jsonl, line {line_number}"
        content: Any = load(line, where)
        given = content.pop("chain", None) if type(content) is dict else None
        if type(given) is not str or _CHAIN.fullmatch(given) is None:
            raise RefusedError(f"{where}: no chain")
        bare = line.replace(b'"chain":"%b",' % given.encode(), b"", 1)  # it is canonical: no other place
        chain = hashlib.sha256(chain.encode() + bare).hexdigest()
        if chain != given:
            raise RefusedError(f"{where}: the chain does not hold")
        transcript.update(bare + b"\n")
        try:
            records.append(Record(**_RECORD(content)))
        except RefusedError as error:
            raise RefusedError(f"{where}: {error}") from None
    return History(records, chain, transcript.hexdigest())
