"""The log that ``onecard card serve --log`` writes and ``onecard card trace`` reads: a line for each APDU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from onecard.sim.errors import InputError
from onecard.virtual_cards.decoding import format_line
from onecard.virtual_cards.decoding.logs import ATR, COMMAND, RESPONSE
from onecard.virtual_cards.readers.slots import SlotEvent, SlotEventKind

if TYPE_CHECKING:
    from io import TextIOWrapper

__all__ = ["ApduLog"]

_RESETS = (SlotEventKind.POWER_ON, SlotEventKind.RESET, SlotEventKind.SWAPPED)
_HEADER = "# onecard trace: slot, atr or > command or < response, hexadecimal\n"


class ApduLog:
    """A log file, or none.

    Args:
        path: the file, replaced if it is there; ``None``: nothing is logged.

    Raises:
        InputError: the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIOWrapper | None = None
        self._failure = ""
        if path is not None:
            try:
                self._file = path.open("w", encoding="ascii")
                self._file.write(_HEADER)
            except OSError as error:
                raise self._refusal(error.strerror) from error

    def observe(self, event: SlotEvent, source: str) -> None:
        """Write an event's APDUs; runs in the slots' thread, so errors are kept for the end."""
        if self._file is None or self._failure:
            return
        lines = []
        if event.kind in (SlotEventKind.APDU, SlotEventKind.MUTE):
            lines = [
                format_line(COMMAND, event.command, source),
                format_line(RESPONSE, event.response, source),
            ]
        elif event.kind in _RESETS and event.response:
            lines = [format_line(ATR, event.response, source)]
        try:
            self._file.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            self._failure = error.strerror or str(error)

    def close(self) -> None:
        """Finish the file; raise the first thing that went wrong while it was written."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            file.close()
        except OSError as error:
            self._failure = self._failure or error.strerror or str(error)
        if self._failure:
            raise self._refusal(self._failure)

    def _refusal(self, why: str | None) -> InputError:
        return InputError(
            f"the log cannot be written ({why})", where=str(self._path), allowed="a file on a disk with room"
        )
