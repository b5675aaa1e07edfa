"""Defects that the cases of ``cards.interface.directory`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import After, Lie, answers, byte_at, turns
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DEFECTS"]

_P2 = 0x1E << 3 | 4


def _entries(change: Callable[[bytes], bytes]) -> After:
    """Change the records of DIR where they are given whole."""

    def after(_card: Lie, command: bytes, response: bytes) -> bytes:
        given = command[:2] == b"\x00\xb2" and byte_at(command, 3) == _P2 and response[:1] == b"\x61"
        return change(response[:-2]) + response[-2:] if given and len(response) > 2 else response

    return after


def _without_end(_card: Lie, command: bytes, response: bytes) -> bytes:
    """Past the last record there is an empty one."""
    asked = command[:2] == b"\x00\xb2" and byte_at(command, 3) == _P2
    return b"\x61\x00\x90\x00" if asked and response == b"\x6a\x83" else response


def _named(name: str, lie: str, rule: str, change: Callable[[bytes], bytes], case: str = "") -> Defect:
    return Defect(
        name=name,
        lie=lie,
        rule=f"card/dir/{rule}",
        case=case or f"card/dir/{rule}/01",
        make=answers(_entries(change)),
    )


DEFECTS: tuple[Defect, ...] = (
    Defect(
        name="dir-without-end",
        lie="Past the last record of DIR there are empty ones",
        rule="card/dir/records",
        case="card/dir/records/01",
        make=answers(_without_end),
    ),
    Defect(
        name="dir-needs-a-right",
        lie="DIR is read after an authentication only",
        rule="card/dir/free",
        case="card/dir/free/01",
        make=turns("00B201F4", "", "6982"),
    ),
    _named(
        "dir-entry-under-another-tag",
        "Entries stand in templates 70",
        "entry",
        lambda record: b"\x70" + record[1:],
    ),
    _named(
        "dir-without-labels",
        "Labels stand under 51",
        "label",
        lambda record: record.replace(b"\x50", b"\x51"),
        "card/dir/entry/01",
    ),
    _named(
        "dir-lists-one-application-twice",
        "DIR lists DF03 where DF04 should stand",
        "listed",
        lambda record: record.replace(bytes.fromhex("D15600000503"), bytes.fromhex("D15600000502")),
    ),
    _named(
        "dir-lists-what-is-not-there",
        "DIR lists an application that cannot be selected",
        "selectable",
        lambda record: record.replace(bytes.fromhex("D15600000504"), bytes.fromhex("D15600000505")),
    ),
)
