"""The PSAM itself: bytes in, bytes out (facts: card.md §14, terminal.md §7).

Same verbs as the user card, so the same readers take it: ``power_on()`` gives the ATR, ``transmit()``
answers one command and never raises. It speaks T=0 as real PSAMs do: a command with data whose answer has
data too is answered ``61xx`` and the terminal fetches the answer with GET RESPONSE, unless an Le byte came
with the command.
"""

from __future__ import annotations

from onecard.virtual_cards.faces import CONTACT, Face
from onecard.virtual_cards.psam.commands import COMMANDS, OK, WRONG_LENGTH, WRONG_P1_P2, Command, CommandRow
from onecard.virtual_cards.psam.environments import MASTER_FILE_FID
from onecard.virtual_cards.psam.session import PsamContents, PsamSession

__all__ = ["Psam"]

_INTERFACE_BYTES = bytes.fromhex("3B7D940000")
"""TS, T0 (TA1 TB1 TC1, 13 historical bytes), TA1 = 94: the form of a real PSAM's ATR (card.md §8.1 [1])."""

_CLA_NOT_SUPPORTED = bytes.fromhex("6E00")
_INS_NOT_SUPPORTED = bytes.fromhex("6D00")
_CLASSES = frozenset(cla for cla, _ in COMMANDS)
_GET_RESPONSE = (0x00, 0xC0)


class Psam:
    """A terminal's security module.

    Args:
        contents: keys and files, as :func:`personalise_psam` builds them.
        historical_bytes: 13 bytes of the ATR.
    """

    __slots__ = ("_atr", "_contents", "_session")

    def __init__(self, contents: PsamContents, *, historical_bytes: bytes) -> None:
        self._contents = contents
        self._atr = _INTERFACE_BYTES + historical_bytes
        self._session: PsamSession | None = None

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self._atr

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Reset: forget the session, stand in the master file, return the ATR.

        A PSAM has contacts only: over the contactless face it is mute, without power, and the ATR is empty.
        """
        if face.contactless:
            self._session = None
            return b""
        first = self._contents.environments[:1]
        at_master_file = first[0] if first and first[0].fid == MASTER_FILE_FID else None
        self._session = PsamSession(at_master_file)
        return self._atr

    def power_off(self) -> None:
        """Lose the session."""
        self._session = None

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU with response data and status word.

        Never raises: what it does not understand gets a status word. A module without power answers nothing
        (empty bytes), as the line would be dead.
        """
        session = self._session
        if session is None:
            return b""
        if len(command) < 4:
            return _status(WRONG_LENGTH)
        name = (command[0], command[1])
        if name != _GET_RESPONSE:
            session.pending = b""
        row = COMMANDS.get(name)
        if row is None:
            return _INS_NOT_SUPPORTED if command[0] in _CLASSES else _CLA_NOT_SUPPORTED
        return self._answer(session, row, command)

    def _answer(self, session: PsamSession, row: CommandRow, command: bytes) -> bytes:
        if not row.accepts(command[2], command[3]):
            return _status(WRONG_P1_P2)
        parsed = _parse(command)
        if parsed is None or (row.takes_data is not None and bool(parsed.data) != row.takes_data):
            return _status(WRONG_LENGTH)
        data, status = row.handler(self._contents, session, parsed)
        if data and parsed.expected is None and status == OK:
            session.pending = data
            return bytes((0x61, len(data) & 0xFF))
        return data + _status(status)


def _status(status: int) -> bytes:
    return status.to_bytes(2, "big")


def _parse(command: bytes) -> Command | None:
    """Take a short APDU apart; None when Lc and the length disagree."""
    size = len(command)
    if size == 4:
        return Command(command[2], command[3], b"", None)
    last = command[4]
    if size == 5:
        return Command(command[2], command[3], b"", last or 256)
    end = 5 + last
    if size == end:
        return Command(command[2], command[3], command[5:], None)
    if last and size == end + 1:
        return Command(command[2], command[3], command[5:end], command[end] or 256)
    return None
