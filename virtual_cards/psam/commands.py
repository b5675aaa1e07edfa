"""What each PSAM command does (facts: card.md §14, terminal.md §7).

The table :data:`COMMANDS` lists every command with the parameters that it takes; the module looks a command
up, checks its parameters and length against the row, and calls the row's function. A function gets the
contents, the session and the command, and returns data and status word. It never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from onecard.virtual_cards.psam.environments import (
    APPLICATION_AID,
    APPLICATION_FID,
    BEIJING_CARD_ID_FIRST_BYTE,
    MASTER_FILE_FID,
    Environment,
)
from onecard.virtual_cards.psam.keys import KEY_TYPES
from onecard.virtual_cards.psam.session import DeliveredKey, PsamContents, PsamSession
from onecard.virtual_cards.security.ciphers import TRIPLE_DES
from onecard.virtual_cards.security.messages import session_key

__all__ = ["COMMANDS", "Answer", "Command", "CommandRow"]

OK = 0x9000
WRONG_LENGTH = 0x6700
NOT_A_TRANSPARENT_FILE = 0x6981
CONDITIONS_NOT_SATISFIED = 0x6985
NO_CURRENT_FILE = 0x6986
WRONG_DATA = 0x6A80
FILE_NOT_FOUND = 0x6A82
WRONG_P1_P2 = 0x6A86
KEY_NOT_FOUND = 0x6A88
WRONG_OFFSET = 0x6B00
NO_DATA = 0x6F00

_SHORTEST_NAME = 5
_SSF33_ENVIRONMENT_NAME = "sx2"


class Command(NamedTuple):
    """A command APDU taken apart; ``expected`` is Le (256 for ``00``) or None when no Le was sent."""

    p1: int
    p2: int
    data: bytes
    expected: int | None


class Answer(NamedTuple):
    """Response data and status word."""

    data: bytes
    status: int


Handler = Callable[[PsamContents, PsamSession, Command], Answer]


class CommandRow(NamedTuple):
    """One row of the command table.

    Args:
        name: name in the standard.
        handler: what it does.
        p1: allowed values of P1, None for any.
        p2: allowed values of P2, None for any.
        takes_data: whether Lc and data are required (True), absent (False) or free (None).
        clause: where the facts state it.
    """

    name: str
    handler: Handler
    p1: frozenset[int] | None
    p2: frozenset[int] | None
    takes_data: bool | None
    clause: str

    def accepts(self, p1: int, p2: int) -> bool:
        """Whether the row allows these parameters."""
        return (self.p1 is None or p1 in self.p1) and (self.p2 is None or p2 in self.p2)


def _fci(name: bytes, *, directory: bool) -> bytes:
    body = b"\x84" + bytes([len(name)]) + name + (b"\xa5\x00" if directory else b"")
    return b"\x6f" + bytes([len(body)]) + body


def _enter_environment(session: PsamSession, environment: Environment) -> Answer:
    session.enter(environment, in_application=False)
    return Answer(_fci(environment.name, directory=True), OK)


def _enter_application(session: PsamSession) -> Answer:
    if session.environment is None:
        return Answer(b"", FILE_NOT_FOUND)
    session.enter(session.environment, in_application=True)
    return Answer(_fci(APPLICATION_AID, directory=False), OK)


def _select_by_name(contents: PsamContents, session: PsamSession, name: bytes) -> Answer:
    if len(name) < _SHORTEST_NAME:
        return Answer(b"", WRONG_LENGTH)
    for environment in contents.environments:
        if environment.name.startswith(name):
            return _enter_environment(session, environment)
    if APPLICATION_AID.startswith(name):
        return _enter_application(session)
    return Answer(b"", FILE_NOT_FOUND)


def _select_by_identifier(contents: PsamContents, session: PsamSession, identifier: int) -> Answer:
    if identifier == APPLICATION_FID:
        return _enter_application(session)
    for environment in contents.environments:
        if environment.fid == identifier:
            return _enter_environment(session, environment)
    if identifier == MASTER_FILE_FID:  # a PSAM whose master file is no environment of its own
        session.enter(None, in_application=False)
        return Answer(b"", OK)
    return _select_file(contents, session, identifier)


def _files(contents: PsamContents, session: PsamSession) -> dict[int, bytes]:
    return dict(contents.application_files if session.in_application else contents.environment_files)


def _select_file(contents: PsamContents, session: PsamSession, identifier: int) -> Answer:
    file = _files(contents, session).get(identifier)
    if file is None:
        return Answer(b"", FILE_NOT_FOUND)
    session.current_file = file
    return Answer(b"", OK)


def select(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Select an environment or the application by (partial) name, or anything by identifier."""
    if command.p1 == 0x04:
        return _select_by_name(contents, session, command.data)
    if not command.data and command.p1 == 0x00:
        return _select_by_identifier(contents, session, MASTER_FILE_FID)
    if len(command.data) != 2:
        return Answer(b"", WRONG_LENGTH)
    identifier = int.from_bytes(command.data, "big")
    if command.p1 == 0x02:
        return _select_file(contents, session, identifier)
    return _select_by_identifier(contents, session, identifier)


def read_binary(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Read a transparent file by short identifier or the current one."""
    if not command.p1 & 0x80:
        return _read_at(session, command.p1 << 8 | command.p2, command.expected)
    if command.p1 & 0x60:
        return Answer(b"", WRONG_P1_P2)
    selected = _select_file(contents, session, command.p1 & 0x1F)
    return selected if selected.status != OK else _read_at(session, command.p2, command.expected)


def _read_at(session: PsamSession, offset: int, expected: int | None) -> Answer:
    if session.current_file is None:
        return Answer(b"", NO_CURRENT_FILE)
    rest = session.current_file[offset:]
    if expected is None:
        return Answer(b"", WRONG_LENGTH)
    if not rest:
        return Answer(b"", WRONG_OFFSET)
    if len(rest) < expected < 256:
        return Answer(b"", 0x6C00 | len(rest))
    return Answer(rest[:expected], OK)


def initialize_environment(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Pick the algorithm environment by the first byte of the card id: Beijing SSF33, all others DES."""
    if len(command.data) != 1:
        return Answer(b"", WRONG_LENGTH)
    beijing = command.data[0] == BEIJING_CARD_ID_FIRST_BYTE
    for environment in contents.environments:
        ssf33 = environment.label == _SSF33_ENVIRONMENT_NAME
        if ssf33 if beijing else environment.algorithm is TRIPLE_DES:
            session.enter(environment, in_application=True)
            return Answer(b"", OK)
    return Answer(b"", FILE_NOT_FOUND)


def deliver_session_key(contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Derive a card's session key from factors (card, city, province) and the random that follows them."""
    if session.environment is None or not session.in_application:
        return Answer(b"", CONDITIONS_NOT_SATISFIED)
    session.delivered = session.chain = None
    algorithm = session.environment.algorithm
    key = contents.keys.get((algorithm.identifier, command.p1 & 0x1F, command.p2))
    if key is None:
        return Answer(b"", KEY_NOT_FOUND)
    factors = 8 * key.levels
    if command.p1 >> 5 != key.levels or len(command.data) != factors + algorithm.block_size:
        return Answer(b"", WRONG_DATA)
    card_key = contents.card_key(key, command.data[:factors])
    value = session_key(algorithm, card_key, command.data[factors:])
    session.delivered = DeliveredKey(algorithm, value, key.type)
    return Answer(b"", OK)


# CIPHER DATA, bits of P1: 01 MAC instead of encryption, 02 more blocks follow, 04 the first block is the
# initial value. The allowed combinations are those of card.md §14.
_MAC, _MORE, _INITIAL_VALUE = 0x01, 0x02, 0x04


def cipher_data(_contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Encipher whole blocks with the delivered session key, or compute a MAC over them."""
    delivered = session.delivered
    if delivered is None:
        return Answer(b"", CONDITIONS_NOT_SATISFIED)
    if not command.data or len(command.data) % delivered.algorithm.block_size:
        return Answer(b"", WRONG_LENGTH)
    kind = KEY_TYPES[delivered.type]
    if command.p1 & _MAC:
        return _compute_mac(session, delivered, command) if kind.authenticates else _not_allowed()
    if not kind.encrypts:
        return _not_allowed()
    return Answer(delivered.algorithm.encrypt_blocks(delivered.value, command.data), OK)


def _not_allowed() -> Answer:
    return Answer(b"", CONDITIONS_NOT_SATISFIED)


def _compute_mac(session: PsamSession, delivered: DeliveredKey, command: Command) -> Answer:
    """Run the CBC chain; the caller pads (card.md §9.4), the last part answers four bytes."""
    algorithm = delivered.algorithm
    size = algorithm.block_size
    blocks = command.data
    if command.p1 & _INITIAL_VALUE:
        chain, blocks = blocks[:size], blocks[size:]
    elif session.chain is not None:
        chain = session.chain
    else:
        return _not_allowed()
    if blocks:
        chain = algorithm.cbc_last_block(delivered.value, blocks, chain)
    session.chain = chain if command.p1 & _MORE else None
    return Answer(b"" if command.p1 & _MORE else _shorten(chain), OK)


def _shorten(block: bytes) -> bytes:
    """Leftmost four bytes of an 8-byte block, the XOR of the four words of a 16-byte block."""
    if len(block) == 8:
        return block[:4]
    folded = 0
    for at in range(0, 16, 4):
        folded ^= int.from_bytes(block[at : at + 4], "big")
    return folded.to_bytes(4, "big")


def get_response(_contents: PsamContents, session: PsamSession, command: Command) -> Answer:
    """Hand over what the previous command left waiting."""
    if not session.pending:
        return Answer(b"", NO_DATA)
    waiting = len(session.pending)
    if command.expected is None or command.expected > waiting:
        return Answer(b"", 0x6C00 | waiting & 0xFF)
    data, session.pending = session.pending[: command.expected], session.pending[command.expected :]
    return Answer(data, 0x6100 | len(session.pending) if session.pending else OK)


def _only(*values: int) -> frozenset[int]:
    return frozenset(values)


COMMANDS: dict[tuple[int, int], CommandRow] = {
    (0x00, 0xA4): CommandRow("SELECT", select, _only(0, 2, 4), _only(0), None, "terminal.md §7 Select"),
    (0x00, 0xB0): CommandRow("READ BINARY", read_binary, None, None, False, "terminal.md §7 Files"),
    (0x00, 0xC0): CommandRow("GET RESPONSE", get_response, _only(0), _only(0), False, "card.md §10"),
    (0xBF, 0xEC): CommandRow(
        "INITIALIZE ENVIRONMENT", initialize_environment, _only(0), _only(0), True, "card.md §14"
    ),
    (0xBF, 0xDE): CommandRow(
        "DELIVERY SESSION KEY", deliver_session_key, None, None, True, "terminal.md §7 Deliver key"
    ),
    (0x80, 0xFA): CommandRow(
        "CIPHER DATA", cipher_data, _only(0, 1, 2, 3, 5, 7), _only(0), True, "card.md §14"
    ),
}
