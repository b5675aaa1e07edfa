"""One line of a log: which bytes stand in it, and after what marker."""

from __future__ import annotations

import re
from typing import NamedTuple

from onecard.virtual_cards.iso7816.atr import parse_atr

__all__ = ["ATR", "COMMAND", "RESPONSE", "UNKNOWN", "Found", "bare_bytes", "find"]

COMMAND, RESPONSE, ATR, UNKNOWN = "command", "response", "atr", "unknown"


class Found(NamedTuple):
    """Bytes in a line."""

    kind: str
    data: bytes
    source: str = ""
    """Name before the marker in the project's own logs; empty in others."""
    remark: bool = False
    """Whether a remark follows the bytes: then they do not go on in the next line."""


_GROUP = r"(?:0[xX])?[0-9A-Fa-f]{2,}"
_DIGIT = r"[0-9A-Fa-f](?![0-9A-Za-z])"
"""pyscard writes ``90 0`` for 9000."""
_BYTES = rf"(?:\[\] *)?\[?{_GROUP}(?:(?::|, ?|[ \t]+)(?:{_GROUP}|{_DIGIT}))*\]?"
_RUN = re.compile(rf"{_BYTES}(?: +{_BYTES})?")
_TRAILER = re.compile(r"\s*(?:$|[:;#(/,.|\-])")
"""What may follow the bytes: nothing, or a remark."""

_OUT = r"-+>+|=+>+|→|>>?"
_IN = r"<+-+|<+=+|←|<<?"
_COMMAND_WORDS = (
    r"c-?apdu|command(?: apdu)?|apdu|send(?:ing)?|sent|transmit(?:ting)?|request|req|cmd|tx|发送|命令|下发"
)
_RESPONSE_WORDS = (
    r"r-?apdu|response(?: apdu)?|received|receiving|recv|answer|resp|reply|result|rsp|res|sw|rx|"
    r"接收|响应|应答|返回|回应"
)
_MARKER = re.compile(
    rf"(?:^|(?<=[\s\]).|]))"
    rf"(?:(?:(?P<atr>atr|ats|ok)|(?P<out>{_COMMAND_WORDS})|(?P<back>{_RESPONSE_WORDS}))\s*(?:[:：=]|{_OUT}|{_IN})"
    rf"|(?P<arrow_out>{_OUT})|(?P<arrow_in>{_IN}))"
    r"\s*:?\s*(?=[\[0-9A-Fa-f])",
    re.IGNORECASE,
)
_OWN = re.compile(r"([A-Za-z][\w.-]*) (atr|[<>])(?: ([0-9A-F]*))?")
_OWN_KINDS = {"atr": ATR, "<": RESPONSE, ">": COMMAND}
_STATUS_NIBBLES = (0x6, 0x9)


def find(line: str, *, after_command: bool) -> list[Found]:
    """Find the bytes of a line: one event, two (``00A4… → 9000``), or one of kind unknown.

    Args:
        line: the text.
        after_command: whether a command waits for its response: what tells lines without markers apart.
    """
    line = line.strip()
    own = _OWN.fullmatch(line)
    if own and len(own[3] or "") % 2 == 0:
        return [Found(_OWN_KINDS[own[2]], bytes.fromhex(own[3] or ""), own[1])]
    markers = list(_MARKER.finditer(line))
    return (
        _both(line, markers) or _marked(line, markers) or _bare(line, after_command) or [Found(UNKNOWN, b"")]
    )


def bare_bytes(line: str) -> bytes:
    """Return the bytes of a line that has nothing else in it but a remark; none otherwise."""
    found = _at(line.strip(), 0)
    return found.data if found else b""


def _both(line: str, markers: list[re.Match[str]]) -> list[Found]:
    """Read a command and its response out of one line."""
    if not markers or not markers[-1]["arrow_out"]:
        return []
    head = line[: markers[-1].start()]
    before = [marker for marker in markers[:-1] if marker["out"] or marker["arrow_out"]]
    sent, got = _at(head, before[-1].end() if before else 0), _at(line, markers[-1].end())
    if sent is None or got is None or sent.remark or len(sent.data) < 4:
        return []
    return [Found(COMMAND, sent.data), Found(RESPONSE, got.data, "", got.remark)]


def _marked(line: str, markers: list[re.Match[str]]) -> list[Found]:
    """Read the bytes after the last marker that bytes follow."""
    for marker in reversed(markers):
        found = _at(line, marker.end())
        if found is not None:
            return [found._replace(kind=_kind(marker))]
    return []


def _kind(marker: re.Match[str]) -> str:
    if marker["atr"]:
        return ATR
    return COMMAND if marker["out"] or marker["arrow_out"] else RESPONSE


def _bare(line: str, after_command: bool) -> list[Found]:
    """Tell apart lines of bytes alone."""
    found = _at(line, 0)
    if found is None or len(found.data) < 2:
        return []
    if _is_atr(found.data):
        return [found._replace(kind=ATR)]
    if after_command and found.data[-2] >> 4 in _STATUS_NIBBLES:
        return [found._replace(kind=RESPONSE)]
    return [found._replace(kind=COMMAND)] if len(found.data) >= 4 else []


def _at(line: str, start: int) -> Found | None:
    """Read bytes from a place on, if only a remark follows them."""
    run = _RUN.match(line, start)
    if run is None or not _TRAILER.match(line, run.end()):
        return None
    groups = re.findall(r"[0-9A-Fa-f]+", re.sub(r"0[xX]", " ", run[0]))
    padded = [f"0{group}" if len(group) == 1 else group for group in groups]
    if any(len(group) % 2 for group in padded):
        return None
    return Found(UNKNOWN, bytes.fromhex("".join(padded)), "", bool(line[run.end() :].strip()))


def _is_atr(data: bytes) -> bool:
    if data[0] not in (0x3B, 0x3F):
        return False
    try:
        parse_atr(data)
    except ValueError:
        return False
    return True
