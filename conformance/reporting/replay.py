"""One line that replays a failing case: with ``opensc-tool`` alone, and with the project.

``opensc-tool`` leaves the card as it is when it lets go of it, and resets it after the commands of the same
call, so every reset of the case is a call of its own. It follows ``61xx`` and ``6Cxx`` itself: the frames
with which the run did so are left out.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.model.steps import Insert, Remove, Send, Tear
from onecard.conformance.reporting.dependence import drawn_steps
from onecard.virtual_cards.iso7816.apdu import parse_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.history import StepRecord
    from onecard.conformance.reporting.view import CaseView

__all__ = ["Replay", "own_replay", "replay_of"]

_GET_RESPONSE = "00C00000"
_HEADER = 8
"""Hexadecimal digits of CLA INS P1 P2."""
MOST_APDUS = 400
"""A longer line does not fit into a shell of every system."""


class Replay(NamedTuple):
    """How to see a failing case again without this project."""

    command: str
    """One line for a shell; empty: it cannot be done with ``opensc-tool``."""
    notes: tuple[str, ...]
    """What else must be so."""


def replay_of(case: CaseView, iut: str) -> Replay:
    """Return the line with every frame up to the last failing step.

    Args:
        case: a case that was run.
        iut: the string by which the implementation was opened; a PC/SC reader's name is taken from it.
    """
    failing = {each.check.step for each in case.complaints}
    records = _until(case.records, failing)
    groups = [group for group in _groups(records) if group]
    sent = [apdu for group in groups for apdu in group]
    notes = tuple(_notes(case.case, records, sent))
    if not sent:
        return Replay(f"{_tool(iut)} --atr" if records else "", notes)
    if len(sent) > MOST_APDUS:
        return Replay("", (f"{len(sent)} commands are too many for one line", *notes))
    return Replay("; ".join(_call(iut, group) for group in groups), notes)


def _until(records: Iterable[StepRecord], failing: set[str]) -> list[StepRecord]:
    kept: dict[str, StepRecord] = {}
    for record in records:
        kept[record.step] = record  # of the walks of one step the last: the shortest that departs
    found = list(kept.values())
    last = max((at for at, record in enumerate(found) if record.step in failing), default=len(found) - 1)
    return found[: last + 1]


def _groups(records: Iterable[StepRecord]) -> Iterator[list[str]]:
    """Give the commands between resets, without those that ``opensc-tool`` sends by itself."""
    group: list[str] = []
    before = ("", "")
    for record in records:
        for frame in record.frames:
            command, response = frame
            if not command:
                yield group
                group = []
            elif not _follows(command, before):
                group.append(command)
            elif group and command.startswith(_GET_RESPONSE):
                group[-1] = _with_le(group[-1])
            before = (command, response)
    yield group


def _follows(command: str, before: tuple[str, str]) -> bool:
    asked, answered = before
    word = answered[-4:]
    fetched = word.startswith("61") and command.startswith(_GET_RESPONSE)
    repeated = word.startswith("6C") and command[:_HEADER] == asked[:_HEADER] and command[-2:] == word[-2:]
    return fetched or repeated


def _with_le(command: str) -> str:
    """Ask for the answer: without Le the tool does not fetch it. Under T=0 the card sees no difference."""
    apdu = parse_command(bytes.fromhex(command))
    return f"{command}00" if apdu is not None and apdu.data and apdu.le is None else command


def _tool(iut: str) -> str:
    kind, _, name = iut.partition(":")
    reader = shlex.quote(name) if kind == "pcsc" and name else "0"
    return f"opensc-tool --reader {reader} --card-driver default"


def _call(iut: str, group: list[str]) -> str:
    """Return the calls for the commands after one reset."""
    sent = " ".join(f"--send-apdu {command}" for command in group)
    return f"{_tool(iut)} --reset; {_tool(iut)} {sent}"


def _notes(case: Case, records: list[StepRecord], sent: list[str]) -> Iterator[str]:
    names = {record.step for record in records}
    steps = [step for step in case.steps if step.name in names]
    if drawn_steps(case) & names:
        yield "the case depends on challenges of the card: the card's challenges must be the same"
    if any(isinstance(step, Tear) for step in steps):
        yield "the power fails in the middle of a command, which opensc-tool cannot do"
    if any(isinstance(step, Remove | Insert) for step in steps):
        yield "the card is taken out and put in again between the calls"
    if any(isinstance(step, Send) and step.raw for step in steps):
        yield "opensc-tool follows 61xx and 6Cxx itself; the run looked at them as they came"
    if any(parse_command(bytes.fromhex(command)) is None for command in sent):
        yield "a command is malformed on purpose, and opensc-tool stops there"
    if case.face != "contact":
        yield f"the card lies on the {case.face} face of the reader"
    if case.personality != "standard":
        yield f"the card in the reader is {case.personality!r}"


def own_replay(case: Case, iut: str, seed: int) -> str:
    """Return the project's own replay of one case, in one line for a shell."""
    words = ["onecard", "conformance", "card", iut, "--case", case.id, "--seed", str(seed)]
    if case.destructive:
        words.append("--destructive")
    line = shlex.join(words)
    return line if iut.startswith(("virtual:", "null:")) else f"{line} --statement STATEMENT.toml"
