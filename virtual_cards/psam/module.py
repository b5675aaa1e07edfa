"""The PSAM itself: bytes in, bytes out (facts: card.md §14, terminal.md §7).

Same verbs as the user card, so the same readers take it: ``power_on()`` gives the ATR, ``transmit()``
answers one command and never raises. It speaks T=0 as real PSAMs do: a command with data whose answer has
data too is answered ``61xx`` and the terminal fetches the answer with GET RESPONSE, unless an Le byte came
with the command.
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import PowerLost, WriteFailed, recover
from onecard.virtual_cards.commands.rule import Refusal
from onecard.virtual_cards.faces import CONTACT, Face
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.commands import COMMANDS
from onecard.virtual_cards.psam.environments import MASTER_FILE_FID
from onecard.virtual_cards.psam.rule import Command
from onecard.virtual_cards.psam.session import PsamSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.rule import CommandRow

__all__ = ["Psam"]

_INTERFACE_BYTES = bytes.fromhex("3B7D940000")
"""TS, T0 (TA1 TB1 TC1, 13 historical bytes), TA1 = 94: the form of a real PSAM's ATR (card.md §8.1 [1])."""

_CLASSES = frozenset(cla for cla, _ in COMMANDS)
_GET_RESPONSE = (0x00, 0xC0)


class Psam:
    """A terminal's security module.

    Args:
        contents: keys and files, as :func:`personalise_psam` builds them.
        historical_bytes: 13 bytes of the ATR.
        random_bytes: source of challenges, ``size -> bytes``; by default a sequence that follows from the
            historical bytes, the same in every run.
    """

    __slots__ = ("_atr", "_random_bytes", "_session", "contents")

    def __init__(
        self,
        contents: PsamContents,
        *,
        historical_bytes: bytes,
        random_bytes: Callable[[int], bytes] | None = None,
    ) -> None:
        self.contents = contents
        """The non-volatile side."""
        self._atr = _INTERFACE_BYTES + historical_bytes
        self._random_bytes = random_bytes or _repeatable(historical_bytes)
        self._session: PsamSession | None = None

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self._atr

    def power_on(self, face: Face = CONTACT) -> bytes:
        """Reset: forget the session, stand in the master file, return the ATR.

        A PSAM has contacts only: over the contactless face it is mute, without power, and the ATR is empty.
        So it is when it cannot finish a commit that power loss cut short.
        """
        self._session = None
        if face.contactless:
            return b""
        try:
            recover(self.contents)
        except (PowerLost, WriteFailed):
            return b""
        first = self.contents.environments[:1]
        at_master_file = first[0] if first and first[0].fid == MASTER_FILE_FID else None
        self._session = PsamSession(at_master_file, self._random_bytes)
        return self._atr

    def power_off(self) -> None:
        """Lose the session."""
        self._session = None

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU with response data and status word.

        Never raises: what it does not understand gets a status word. A module without power answers nothing
        (empty bytes), as the line would be dead; so does one whose power fails in the middle of the command.
        """
        session = self._session
        if session is None:
            return b""
        try:
            return self._answer(session, command)
        except Refusal as refusal:
            return status.word(refusal.status_word)
        except WriteFailed:
            return status.word(status.MEMORY_FAILURE)
        except PowerLost:
            self._session = None
            return b""

    def _answer(self, session: PsamSession, command: bytes) -> bytes:
        row = _row(session, command)
        parsed = _parse(command)
        if parsed is None or (row.takes_data is not None and bool(parsed.data) != row.takes_data):
            raise Refusal(status.WRONG_LENGTH)
        data, status_word = row.handler(self.contents, session, parsed)
        if data and parsed.expected is None and status_word == status.SUCCESS:
            session.pending = data
            return status.word(status.RESPONSE_WAITING | len(data) & 0xFF)
        return data + status.word(status_word)


def _row(session: PsamSession, command: bytes) -> CommandRow:
    """Find a command's row; any command but GET RESPONSE gives up an answer that waits."""
    if len(command) < 4:
        raise Refusal(status.WRONG_LENGTH)
    name = (command[0], command[1])
    if name != _GET_RESPONSE:
        session.pending = b""
    row = COMMANDS.get(name)
    if row is None:
        raise Refusal(status.UNKNOWN_INSTRUCTION if command[0] in _CLASSES else status.UNKNOWN_CLASS)
    if not row.accepts(command[2], command[3]):
        raise Refusal(status.WRONG_PARAMETERS)
    return row


def _repeatable(seed: bytes) -> Callable[[int], bytes]:
    """Return challenges for a PSAM to which nobody handed randomness: hashes of a seed and a count."""
    numbers = count()
    return lambda size: hashlib.sha256(seed + next(numbers).to_bytes(8, "big")).digest()[:size]


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
