"""The terminal's side of its PSAM (facts: terminal.md §7, §14 row 33; card.md §12.5).

A terminal does not know at which level its PSAM's roots are; it tries usage bytes of three, two and one
factors until one is not refused with ``6A80``, and remembers the answer. It keeps the PSAM powered and the
application of the last algorithm selected, so that a key in use costs three frames: DELIVERY SESSION KEY,
CIPHER DATA, GET RESPONSE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.terminals.codes import TerminalError, code_of_status
from onecard.sim.terminals.timing import load_timing
from onecard.sim.terminals.transport import LINK_ERRORS, Channel, Connection, Frame, Observer
from onecard.virtual_cards.iso7816.status import FILE_NOT_FOUND, REFERENCE_NOT_FOUND, SUCCESS, WRONG_DATA
from onecard.virtual_cards.security.key_table import KeyRow, usage_byte, usage_levels, usage_type

if TYPE_CHECKING:
    from onecard.sim.terminals.timing import SlotTiming

__all__ = ["CardFactors", "SecurityModule"]

NO_PSAM = -2201
NO_ALGORITHM = -2202
NO_READING_KEY = -2203
LEVEL_TOO_LOW = -24
KEY_NOT_FOUND = -27272
FAULT = "terminal-fault"
"""Reason for anything else that a PSAM answers: the card is not to blame."""

_ENVIRONMENT_NAMES = {1: b"sx1", 2: b"sx2", 3: b"sx3"}
_NAME_TAIL = ".sh.社会保障".encode("gbk")
_SELECT_APPLICATION: Frame = [0x00, 0xA4, 0x00, 0x00, 0x02, 0xDF, 0x01]
_READ_TERMINAL_NUMBER: Frame = [0x00, 0xB0, 0x96, 0x00, 0x06]
_DES_FAMILY = 1
_LEVELS = (3, 2, 1)
_LIMITS = frozenset({NO_ALGORITHM, NO_READING_KEY, LEVEL_TOO_LOW, KEY_NOT_FOUND})
"""Codes that say what a PSAM cannot do: it still answers, and still knows its levels."""


class CardFactors:
    """Diversification factors of one card as the PSAM wants them: card, city, province (terminal.md §4.2)."""

    __slots__ = ("area_code", "bytes")

    def __init__(self, historical: Frame, area_code: str) -> None:
        city = area_code.encode("ascii")
        self.area_code = area_code
        self.bytes: Frame = [*historical[-8:], *city, 0x73, 0x78, *city[:2], *b"0000sh"]


class SecurityModule:
    """A PSAM in its slot, as the terminal's driver sees it.

    Args:
        connection: the PSAM slot; powered at the first use and kept powered.
        timing: time table of the slot.
        link_errors: exceptions by which the connection says that nothing answers.
        observer: told of every frame, slot ``"psam"``.
    """

    __slots__ = (
        "_channel",
        "_connection",
        "_earlier_apdus",
        "_earlier_us",
        "_environment",
        "_levels",
        "_link_errors",
        "_number",
        "_observer",
        "_timing",
    )

    def __init__(
        self,
        connection: Connection,
        *,
        timing: SlotTiming | None = None,
        link_errors: tuple[type[Exception], ...] = LINK_ERRORS,
        observer: Observer | None = None,
    ) -> None:
        self._connection = connection
        self._timing = timing or load_timing().psam
        self._link_errors = link_errors
        self._observer = observer
        self._channel: Channel | None = None
        self._environment = 0
        self._levels: dict[tuple[int, str], int] = {}
        self._number = ""
        self._earlier_apdus = self._earlier_us = 0

    @property
    def apdus(self) -> int:
        """Frames exchanged so far."""
        return self._earlier_apdus + (self._channel.apdus if self._channel is not None else 0)

    @property
    def elapsed_us(self) -> int:
        """Simulated time spent so far, resets included."""
        return self._earlier_us + (self._channel.elapsed_us if self._channel is not None else 0)

    def terminal_number(self, algorithm: int) -> str:
        """Return the 12 digits of file ``0016``, read once from the environment of this algorithm."""
        if not self._number:
            self._enter(algorithm)
        return self._number

    def authentication_data(
        self, algorithm: int, key: KeyRow, factors: CardFactors, random: Frame, original: Frame
    ) -> Frame:
        """Let the PSAM compute the eight bytes of INTERNAL or EXTERNAL AUTHENTICATE.

        Args:
            algorithm: the card's algorithm id (1 DES family, 3 SM4).
            key: row of the key table.
            factors: the card's diversification factors.
            random: session input, 8 bytes.
            original: 8 bytes.

        Raises:
            TerminalError: -2201 no PSAM, -2202 algorithm absent, -2203 RKSSSE absent, -24 level too low,
                -27272 another key absent.
        """
        padding: Frame = [] if algorithm == _DES_FAMILY else [0] * 8
        command = [0x80, 0xFA, 0, 0, 8 + len(padding), *original, *padding]
        try:
            self._enter(algorithm)
            self._deliver(algorithm, key, factors, random + padding)
            data = self._powered().expect(command, "psam-cipher")
        except TerminalError as error:
            self._recover(error)
            raise
        return [left ^ right for left, right in zip(data[:8], data[8:], strict=True)] if padding else data

    def _recover(self, error: TerminalError) -> None:
        """Start afresh next time, unless the error only says what this PSAM cannot do."""
        if error.return_code in _LIMITS:
            return
        self._environment = 0
        if error.return_code == NO_PSAM and self._channel is not None:
            self._earlier_apdus, self._earlier_us = self.apdus, self.elapsed_us
            self._channel, self._number = None, ""
            self._levels.clear()

    def _powered(self) -> Channel:
        if self._channel is None:
            try:
                self._connection.connect()
            except self._link_errors as error:
                raise TerminalError(NO_PSAM, "psam-power") from error
            self._channel = Channel(
                "psam",
                self._connection,
                timing=self._timing,
                link_errors=self._link_errors,
                lost_code=NO_PSAM,
                fault_reason=FAULT,
                observer=self._observer,
            )
            self._channel.elapsed_us = self._timing.reset_us
        return self._channel

    def _enter(self, algorithm: int) -> None:
        """Stand in the application of this algorithm's environment."""
        if self._environment == algorithm:
            return
        self._environment = 0
        channel = self._powered()
        name = _ENVIRONMENT_NAMES.get(algorithm, b"") + _NAME_TAIL
        _, sw = channel.exchange([0x00, 0xA4, 0x04, 0x00, len(name), *name])
        if sw != SUCCESS:
            raise _refusal({FILE_NOT_FOUND: NO_ALGORITHM}, "psam-environment", sw)
        if not self._number:
            self._number = bytes(channel.expect(_READ_TERMINAL_NUMBER, "psam-terminal-number")).hex()
        channel.expect(_SELECT_APPLICATION, "psam-application")
        self._environment = algorithm

    def _deliver(self, algorithm: int, key: KeyRow, factors: CardFactors, random: Frame) -> None:
        """Have the card's session key ready in the PSAM: with the level that works, or after a search."""
        known = self._levels.get((algorithm, key.name))
        if known is None:
            self._search_level(algorithm, key, factors, random)
            return
        self._check_area(known, factors)
        sw = self._try_level(known, key, factors, random)
        if sw != SUCCESS:
            raise _refusal({}, "psam-deliver-key", sw)

    def _search_level(self, algorithm: int, key: KeyRow, factors: CardFactors, random: Frame) -> None:
        listed = usage_levels(key.usages[0]) if key.usages else 0
        for levels in sorted(_LEVELS, key=lambda levels: levels != listed):
            sw = self._try_level(levels, key, factors, random)
            if sw == SUCCESS:
                self._levels[algorithm, key.name] = levels
                self._check_area(levels, factors)
                return
            if sw != WRONG_DATA:
                absent = NO_READING_KEY if key.name == "RKSSSE" else KEY_NOT_FOUND
                raise _refusal({REFERENCE_NOT_FOUND: absent}, "psam-deliver-key", sw)
        raise TerminalError(LEVEL_TOO_LOW, "psam-deliver-key", WRONG_DATA)

    def _try_level(self, levels: int, key: KeyRow, factors: CardFactors, random: Frame) -> int:
        usage = usage_byte(levels, usage_type(key.usages[0])) if key.usages else 0
        data = factors.bytes[: 8 * levels] + random
        _, sw = self._powered().exchange([0xBF, 0xDE, usage, key.psam_id or 0, len(data), *data])
        return sw

    def _check_area(self, levels: int, factors: CardFactors) -> None:
        """Refuse a card from outside the area of a city's or province's root (terminal.md §14 row 33 b)."""
        digits = {1: 6, 2: 2}.get(levels, 0)
        if self._number[:digits] != factors.area_code[:digits]:
            raise TerminalError(LEVEL_TOO_LOW, "psam-deliver-key")


def _refusal(known: dict[int, int], step: str, sw: int) -> TerminalError:
    """Turn a PSAM's status word into an error: a code it is known to mean, or a fault of the terminal."""
    if sw in known:
        return TerminalError(known[sw], step, sw)
    return TerminalError(code_of_status(sw), step, sw, reason=FAULT)
