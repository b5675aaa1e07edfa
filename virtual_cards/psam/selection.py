"""SELECT, READ BINARY, READ RECORD, INITIALIZE ENVIRONMENT, GET CHALLENGE, GET RESPONSE of the PSAM.

Facts: terminal.md §7, card.md §14. A challenge serves one CREATE or CHANGE KEY in the directory in which it
was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.environments import (
    APPLICATION_AID,
    APPLICATION_FID,
    BEIJING_CARD_ID_FIRST_BYTE,
    MASTER_FILE_FID,
    Environment,
)
from onecard.virtual_cards.psam.files import KEY_FILES
from onecard.virtual_cards.psam.rule import Answer
from onecard.virtual_cards.security.ciphers import TRIPLE_DES

if TYPE_CHECKING:
    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.files import FileContents
    from onecard.virtual_cards.psam.rule import Command
    from onecard.virtual_cards.psam.session import PsamSession

__all__ = [
    "CHALLENGE_SIZES",
    "get_challenge",
    "get_response",
    "initialize_environment",
    "read_binary",
    "read_record",
    "select",
]

CHALLENGE_SIZES = (4, 8, 16)

_SHORTEST_NAME = 5
_SSF33_ENVIRONMENT_NAME = "sx2"


def _fci(name: bytes, *, directory: bool) -> bytes:
    body = b"\x84" + bytes([len(name)]) + name + (b"\xa5\x00" if directory else b"")
    return b"\x6f" + bytes([len(body)]) + body


def _enter_environment(session: PsamSession, environment: Environment) -> Answer:
    session.enter(environment, in_application=False)
    return Answer(_fci(environment.name, directory=True))


def _enter_application(session: PsamSession) -> Answer:
    if session.environment is None:
        raise Refusal(status.FILE_NOT_FOUND)
    session.enter(session.environment, in_application=True)
    return Answer(_fci(APPLICATION_AID, directory=False))


def _select_by_name(contents: PsamContents, session: PsamSession, name: bytes) -> Answer:
    if len(name) < _SHORTEST_NAME:
        raise Refusal(status.WRONG_LENGTH)
    for environment in contents.environments:
        if environment.name.startswith(name):
            return _enter_environment(session, environment)
    if APPLICATION_AID.startswith(name):
        return _enter_application(session)
    raise Refusal(status.FILE_NOT_FOUND)


def _select_by_identifier(contents: PsamContents, session: PsamSession, identifier: int) -> Answer:
    if identifier == APPLICATION_FID:
        return _enter_application(session)
    for environment in contents.environments:
        if environment.fid == identifier:
            return _enter_environment(session, environment)
    if identifier == MASTER_FILE_FID:  # a PSAM whose master file is no environment of its own
        session.enter(None, in_application=False)
        return Answer(b"")
    return _select_file(contents, session, identifier)


def _select_file(contents: PsamContents, session: PsamSession, identifier: int) -> Answer:
    key_file = session.in_application and identifier in KEY_FILES
    if not key_file and contents.file(identifier, in_application=session.in_application) is None:
        raise Refusal(status.FILE_NOT_FOUND)
    session.current_file = identifier
    return Answer(b"")


def select(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Select an environment or the application by (partial) name, or anything by identifier."""
    if command.p1 == 0x04:
        return _select_by_name(contents, session, command.data)
    if not command.data and command.p1 == 0x00:
        return _select_by_identifier(contents, session, MASTER_FILE_FID)
    if len(command.data) != 2:
        raise Refusal(status.WRONG_LENGTH)
    identifier = int.from_bytes(command.data, "big")
    if command.p1 == 0x02:
        return _select_file(contents, session, identifier)
    return _select_by_identifier(contents, session, identifier)


def _current(contents: PsamContents, session: PsamSession, sfi: int) -> FileContents:
    """Return the file that an SFI names, or the current one for SFI 0; a key file is not read."""
    if sfi:
        _select_file(contents, session, sfi)
    if session.current_file is None:
        raise Refusal(status.NO_CURRENT_FILE)
    file = contents.file(session.current_file, in_application=session.in_application)
    if file is None:
        raise Refusal(status.SECURITY_NOT_SATISFIED)
    return file


def read_binary(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Read a transparent file by short identifier or the current one."""
    by_sfi = bool(command.p1 & 0x80)
    if by_sfi and command.p1 & 0x60:
        raise Refusal(status.WRONG_PARAMETERS)
    if by_sfi and not command.p1 & 0x1F:
        raise Refusal(status.FILE_NOT_FOUND)
    file = _current(contents, session, command.p1 & 0x1F if by_sfi else 0)
    if not isinstance(file, bytes):
        raise Refusal(status.WRONG_FILE_TYPE)
    rest = file[command.p2 if by_sfi else command.p1 << 8 | command.p2 :]
    if not rest:
        raise Refusal(status.OFFSET_OUTSIDE)
    return _read(rest, command.expected)


def read_record(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Read one record by number."""
    file = _current(contents, session, command.p2 >> 3)
    if isinstance(file, bytes):
        raise Refusal(status.WRONG_FILE_TYPE)
    if not 1 <= command.p1 <= len(file):
        raise Refusal(status.RECORD_NOT_FOUND)
    return _read(file[command.p1 - 1], command.expected)


def _read(data: bytes, expected: int | None) -> Answer:
    if expected is None:
        raise Refusal(status.WRONG_LENGTH)
    if len(data) < expected < 256:
        raise Refusal(status.RIGHT_LENGTH | len(data))
    return Answer(data[:expected])


def initialize_environment(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Pick the algorithm environment by the first byte of the card id: Beijing SSF33, all others DES."""
    if len(command.data) != 1:
        raise Refusal(status.WRONG_LENGTH)
    beijing = command.data[0] == BEIJING_CARD_ID_FIRST_BYTE
    for environment in contents.environments:
        ssf33 = environment.label == _SSF33_ENVIRONMENT_NAME
        if ssf33 if beijing else environment.algorithm is TRIPLE_DES:
            session.enter(environment, in_application=True)
            return Answer(b"")
    raise Refusal(status.FILE_NOT_FOUND)


def get_challenge(_contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Give a random of 4, 8 or 16 bytes and remember it for one CREATE or CHANGE KEY."""
    if command.expected not in CHALLENGE_SIZES:
        raise Refusal(status.WRONG_LENGTH)
    session.challenge = session.random_bytes(command.expected)
    return Answer(session.challenge)


def get_response(_contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Hand over what the previous command left waiting."""
    if not session.pending:
        raise Refusal(status.NO_DIAGNOSIS)
    waiting = len(session.pending)
    if command.expected is None or command.expected > waiting:
        raise Refusal(status.RIGHT_LENGTH | waiting & 0xFF)
    data, session.pending = session.pending[: command.expected], session.pending[command.expected :]
    return Answer(data, status.RESPONSE_WAITING | len(session.pending) if session.pending else status.SUCCESS)
