"""SELECT: applications by name or identifier, EFs by identifier (facts: card.md §3, §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import SUCCESS, Refusal, answer
from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.iso7816.apdu import CommandApdu
    from onecard.virtual_cards.layouts.layout import DedicatedFile

__all__ = ["BY_FILE_ID", "BY_NAME", "BY_PATH_ID", "NEXT", "select"]

BY_PATH_ID = 0x00
BY_FILE_ID = 0x02
BY_NAME = 0x04
NEXT = 0x02

_NAME_SIZES = range(5, 17)
_FID_SIZE = 2
_MASTER_NAMES = ("MF", "SSSE")


def select(session: Session, apdu: CommandApdu) -> bytes:
    """Select by the way that P1 names; a failed SELECT leaves what was selected.

    "Next" goes on after a match that is blocked: a blocked application does not hide those behind it.
    """
    data = apdu.data
    if apdu.p1 == BY_NAME:
        if len(data) not in _NAME_SIZES:
            raise Refusal(status.WRONG_LENGTH)
        return _open(session, _by_name(session, data, following=apdu.p2 == NEXT), apdu.le)
    if apdu.p1 == BY_PATH_ID and not data:
        return _open(session, session.memory.layout.master, apdu.le)
    if len(data) != _FID_SIZE:
        raise Refusal(status.WRONG_LENGTH)
    fid = int.from_bytes(data, "big")
    if apdu.p1 == BY_PATH_ID:
        application = _reachable(session, fid)
        if application is not None:
            return _open(session, application, apdu.le)
    # P1=00 with the identifier of an EF: outside the text, sent by terminals, works on real cards (§3.4).
    return _select_file(session, fid)


def _by_name(session: Session, name: bytes, *, following: bool) -> DedicatedFile:
    """Find the first, or next, application whose name starts with these bytes (card.md §3.4)."""
    start = session.partial_position + 1 if following and name == session.partial_name else 0
    applications = session.memory.applications
    for position in range(start, len(applications)):
        if applications[position].aid.startswith(name):
            session.partial_name, session.partial_position = name, position
            return applications[position]
    raise Refusal(status.FILE_NOT_FOUND)


def _reachable(session: Session, fid: int) -> DedicatedFile | None:
    """Find an application by identifier: MF and SSSE from anywhere, the DFs only from inside SSSE."""
    application = session.memory.layout.by_fid.get(fid)
    here = session.application
    inside = here.name != "MF" and here.environment == "social"
    return application if inside or (application and application.name in _MASTER_NAMES) else None


def _open(session: Session, application: DedicatedFile, le: int | None) -> bytes:
    if session.is_blocked(application):
        raise Refusal(status.APPLICATION_BLOCKED)
    session.select_application(application)
    fci = application.fci_contactless if session.face.contactless else b""
    return answer(session, fci or application.fci, le)


def _select_file(session: Session, fid: int) -> bytes:
    if session.is_blocked(session.application):
        raise Refusal(status.APPLICATION_BLOCKED)
    file = session.application.by_fid.get(fid)
    if file is None:
        raise Refusal(status.FILE_NOT_FOUND)
    session.select_file(file)
    return SUCCESS
