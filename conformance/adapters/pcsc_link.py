"""One PC/SC reader with cold resets: silence, a card that is gone and a daemon that broke are told apart.

The connection is exclusive: what another program does to the card must not be taken for the card's doing. It
stays open over resets, because the daemon takes the power away some time after the last disconnection.
An ATR from which PC/SC can take no protocol is no reason not to talk: the connection then is a raw one.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.virtual_cards.readers.in_process import CardConnectionException
from onecard.virtual_cards.readers.pcsc_context import PcscContext, code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PcscLink"]

_GONE = frozenset({0x8010000C, 0x80100069})
"""SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD."""
_NO_READER = frozenset({0x80100009, 0x80100017})
"""SCARD_E_UNKNOWN_READER, SCARD_E_READER_UNAVAILABLE."""
_MUTE = frozenset({0x80100066, 0x80100067})
"""SCARD_W_UNRESPONSIVE_CARD, SCARD_W_UNPOWERED_CARD."""
_NO_ANSWER = frozenset({0x8010000A, 0x80100016, 0x8010002F})
"""SCARD_E_TIMEOUT, SCARD_E_NOT_TRANSACTED, SCARD_E_COMM_DATA_LOST: the card was silent, or was pulled out."""
_SHARING = 0x8010000B
_NO_PROTOCOL = 0x8010000F
_LOOK_MS = 1000
"""How long to look whether a card that did not answer is missed: the daemon looks about every 400 ms."""
_ATTEMPTS = 3
_SHORTEST = 2


class PcscLink:
    """A reader of the PC/SC daemon that this process is a client of.

    Args:
        name: exact name of the reader.
        limit_s: how long one call may take, in seconds.

    Raises:
        PcscLacksError: pyscard is missing, or no daemon answers.
    """

    def __init__(self, name: str, *, limit_s: float) -> None:
        self._name = name
        self._context = PcscContext(limit_s)
        self._scard: Any = self._context.scard
        self._card: int | None = None
        self._protocols = 0
        self._header: Any = None

    def wait(self, *, present: bool, timeout_ms: int) -> bool:
        """Wait until a card is there, or is not; ``False``: not in time."""
        deadline = time.monotonic() + timeout_ms / 1000
        known = 0
        while True:
            left_ms = max(0, int((deadline - time.monotonic()) * 1000))
            result, states = self._call(
                "SCardGetStatusChange",
                self._context.handle,
                left_ms,
                [(self._name, known)],
                longer_s=left_ms / 1000,
            )
            if result and code_of(result) not in _NO_ANSWER:
                raise self._error(result)
            if bool(states[0][1] & self._scard.SCARD_STATE_PRESENT) == present:
                return True
            if result or not left_ms:
                return False
            known = states[0][1] & ~self._scard.SCARD_STATE_CHANGED

    def cycle_power(self) -> bytes:
        """Cold reset; the ATR, empty: mute.

        Raises:
            CardGoneError: no card, or no reader.
            AdapterError: another program holds it, or the daemon broke.
        """
        for _ in range(_ATTEMPTS):
            if self._card is None and not self._connect():
                return b""
            result, _protocol = self._reconnect()
            if not result:
                return self._atr()
            self.disconnect()
            code = code_of(result)
            if code in _MUTE:
                return b""
            if code != _NO_PROTOCOL and code not in _GONE:
                raise self._error(result)
            # A card that was taken out and put back needs a new connection; if it is out that one says so.
        raise CardGoneError("no card in the reader")

    def exchange(self, command: bytes) -> bytes:
        """Exchange one APDU; empty: mute (raises as :meth:`cycle_power`)."""
        if self._card is None:
            return b""
        result, response = self._call("SCardTransmit", self._card, self._header, list(command))
        if not result:
            return bytes(response) if len(response) >= _SHORTEST else b""
        code = code_of(result)
        if code in _MUTE:
            return b""
        if code in _NO_ANSWER:
            if self.wait(present=False, timeout_ms=_LOOK_MS):
                raise CardGoneError("the card left the reader")
            return b""
        raise self._error(result)

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges, in less time than one by one.

        Raises:
            AdapterError: one of them did not come back in time.
        """
        with _in_time():
            self._context.together(action, reader=self._name)

    def disconnect(self) -> None:
        """Power the card off, if there is one."""
        if self._card is not None:
            card, self._card = self._card, None
            self._call("SCardDisconnect", card, self._scard.SCARD_UNPOWER_CARD)

    def close(self) -> None:
        """Disconnect and give the context back; may be called again."""
        try:
            if self._context.handle is not None:
                self.disconnect()
        except AdapterError:
            self._card = None  # the context's end cuts it off
        finally:
            self._context.release()

    def _connect(self) -> bool:
        """Connect exclusively; ``False``: the card is mute."""
        scard = self._scard
        for protocols in (scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1, scard.SCARD_PROTOCOL_RAW):
            result, card, protocol = self._call(
                "SCardConnect", self._context.handle, self._name, scard.SCARD_SHARE_EXCLUSIVE, protocols
            )
            if not result:
                self._card, self._protocols = card, protocols
                self._take(protocol)
                return True
            if code_of(result) in _MUTE:
                return False
            if code_of(result) != _NO_PROTOCOL:
                break
        raise self._error(result)

    def _reconnect(self) -> tuple[int, int]:
        scard = self._scard
        result, protocol = self._call(
            "SCardReconnect",
            self._card,
            scard.SCARD_SHARE_EXCLUSIVE,
            self._protocols,
            scard.SCARD_UNPOWER_CARD,
        )
        if not result:
            self._take(protocol)
        return result, protocol

    def _take(self, protocol: int) -> None:
        scard = self._scard
        headers = {
            scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0,
            scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1,
        }
        self._header = headers.get(protocol, scard.SCARD_PCI_RAW)

    def _atr(self) -> bytes:
        result, _reader, _state, _protocol, atr = self._call("SCardStatus", self._card)
        if result:
            raise self._error(result)
        return bytes(atr)

    def _call(self, name: str, *arguments: Any, longer_s: float = 0) -> Any:
        with _in_time():
            return self._context.call(name, *arguments, reader=self._name, longer_s=longer_s)

    def _error(self, result: int) -> Exception:
        """Return what a PC/SC result other than success means."""
        code = code_of(result)
        if code in _GONE:
            return CardGoneError("no card in the reader")
        if code in _NO_READER:
            return CardGoneError("the reader is gone")
        if code == _SHARING:
            return AdapterError("another program holds the card")
        return AdapterError(f"PC/SC: {self._context.text(result)}")


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except CardConnectionException as error:
        blamed = AdapterError("the PC/SC daemon does not answer in time")
        blamed.add_note(str(error))
        raise blamed from None
