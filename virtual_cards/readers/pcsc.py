"""Real PC/SC readers, with the face of :mod:`~onecard.virtual_cards.readers.in_process`.

``reader.createConnection()``, ``connect()``, ``getATR()``, ``transmit([…]) -> (data, sw1, sw2)``,
``disconnect()``, and the same exceptions: what runs over the in-process reader runs over this one. Below is
pyscard's thin binding of PC/SC, with a context of our own for each reader: pyscard's own classes share one
context and watch readers from threads, which a library should not start for its user.

Every call is bounded, also those that PC/SC itself lets wait for ever (see ``bounded_calls``); waiting for a
card is ``SCardGetStatusChange`` with its time-out.
pyscard is needed (``pip install onecard[pcsc]``) and is imported when the first reader is made. That it, the
daemon or the reader is not there is a :class:`~onecard.virtual_cards.pcsc_stack.errors.PcscError`.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from onecard.virtual_cards.pcsc_stack.errors import PcscError
from onecard.virtual_cards.readers.in_process import CardConnectionException, NoCardException, Observer
from onecard.virtual_cards.readers.pcsc_context import CALL_LIMIT_S, PcscContext, code_of, list_readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PcscConnection", "PcscReader", "list_readers"]

_TIMEOUT = 0x8010000A
"""SCARD_E_TIMEOUT."""


class PcscReader:
    """A reader of the PC/SC daemon.

    Args:
        name: as :func:`list_readers` gives it.
        observer: told every exchange.
        limit_s: how long one PC/SC call may take, in seconds; it may have to wait for another program.

    Raises:
        PcscLacksError: pyscard is missing, or no daemon answers.
        PcscError: the daemon has no such reader.
    """

    def __init__(self, name: str, *, observer: Observer | None = None, limit_s: float = CALL_LIMIT_S) -> None:
        self.name = name
        self.observer = observer
        if name not in (known := list_readers()):
            raise PcscError(f"no PC/SC reader {name!r}; there are: {', '.join(known) or 'none'}")
        self._context = PcscContext(limit_s)

    def __str__(self) -> str:
        return self.name

    def __enter__(self) -> PcscReader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def card_present(self) -> bool:
        """Whether a card is in the reader."""
        return bool(self._state(0, 0)[1] & self._context.scard.SCARD_STATE_PRESENT)

    def createConnection(self) -> PcscConnection:  # noqa: N802 - pyscard's name
        """Make a connection; the card is powered by its ``connect()``."""
        return PcscConnection(self, self._context)

    def wait_for_card(self, *, present: bool = True, timeout_ms: int = 5000) -> None:
        """Wait until a card is there, or gone.

        Args:
            present: which of the two.
            timeout_ms: how long at most.

        Raises:
            NoCardException: no card came in time.
            CardConnectionException: the card was not taken out in time.
        """
        deadline_ns = time.monotonic_ns() + timeout_ms * 1_000_000
        known = 0
        while True:
            left_ms = max(0, (deadline_ns - time.monotonic_ns()) // 1_000_000)
            result, state = self._state(left_ms, known)
            if bool(state & self._context.scard.SCARD_STATE_PRESENT) == present:
                return
            if code_of(result) == _TIMEOUT or not left_ms:
                wanted = "no card came" if present else "the card is still there"
                raise (NoCardException if present else CardConnectionException)(
                    f"reader {self.name!r}: {wanted} within {timeout_ms} ms"
                )
            known = state & ~self._context.scard.SCARD_STATE_CHANGED

    def close(self) -> None:
        """Give the PC/SC context back; connections end."""
        self._context.release()

    def _state(self, timeout_ms: int, known: int) -> tuple[int, int]:
        if self._context.handle is None:
            raise CardConnectionException(f"reader {self.name!r} is closed")
        result, states = self._context.call(
            "SCardGetStatusChange",
            self._context.handle,
            int(timeout_ms),
            [(self.name, known)],
            reader=self.name,
            longer_s=timeout_ms / 1000,
        )
        if result and code_of(result) != _TIMEOUT:
            raise CardConnectionException(f"reader {self.name!r}: {self._context.text(result)}")
        return result, states[0][1]


class PcscConnection:
    """A connection to the card in a PC/SC reader, from ``connect()`` to ``disconnect()``."""

    def __init__(self, reader: PcscReader, context: PcscContext) -> None:
        self._reader = reader
        self._context = context
        self._scard = context.scard
        self._card: int | None = None
        self._mode = self._scard.SCARD_SHARE_SHARED
        self._header = 0
        self._atr: list[int] = []

    def __enter__(self) -> PcscConnection:
        return self

    def __exit__(self, *_error: object) -> None:
        self.disconnect()

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """Return the reader's name."""
        return self._reader.name

    def connect(self, *, exclusive: bool = False) -> None:
        """Power the card, or reset it if this connection has it already.

        Args:
            exclusive: let no other program use the card meanwhile.

        Raises:
            NoCardException: the slot is empty.
            CardConnectionException: the card is mute, another program has it, or the daemon has gone.
        """
        scard = self._scard
        mode = scard.SCARD_SHARE_EXCLUSIVE if exclusive else scard.SCARD_SHARE_SHARED
        if self._card is not None and mode == self._mode:
            self.reset()
            return
        self.disconnect()  # to change the mode of a connection leaves other programs locked out
        self._mode = mode
        if self._context.handle is None:
            raise CardConnectionException(f"reader {self._reader.name!r} is closed")
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, card, protocol = self._call(
            "SCardConnect", self._context.handle, self._reader.name, self._mode, protocols
        )
        self._check(result)
        self._card = card
        self._take(protocol)

    def reset(self) -> None:
        """Reset the card, warm, and keep the connection, exclusive if it was; raises as :meth:`connect`."""
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, protocol = self._call(
            "SCardReconnect", self._handle(), self._mode, protocols, scard.SCARD_RESET_CARD
        )
        self._check(result)
        self._take(protocol)

    def disconnect(self) -> None:
        """Power the card off and end the connection; nothing happens if there is none."""
        if self._card is not None:
            card, self._card = self._card, None
            with contextlib.suppress(CardConnectionException):  # no answer: the context's end cuts it off
                self._call("SCardDisconnect", card, self._scard.SCARD_UNPOWER_CARD)

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Return the answer to reset."""
        self._handle()
        return list(self._atr)

    def transmit(self, command: Sequence[int]) -> tuple[list[int], int, int]:
        """Exchange one APDU.

        Args:
            command: byte values.

        Returns:
            Data, SW1, SW2.

        Raises:
            NoCardException: the card was taken out.
            CardConnectionException: not connected, the card is mute, it was reset by another program, another
                program does not let go of it, or the daemon has gone.
            ValueError: something in the command is not a byte.
        """
        sent = bytes(command)
        result, response = self._call("SCardTransmit", self._handle(), self._header, list(sent))
        self._check(result)
        if len(response) < 2:
            raise CardConnectionException(f"reader {self._reader.name!r}: the card does not answer")
        observer = self._reader.observer
        if observer is not None:
            observer(sent, bytes(response))
        return response[:-2], response[-2], response[-1]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep other programs from the card meanwhile; waits until they end theirs, up to the limit."""
        self._check(self._call("SCardBeginTransaction", self._handle()))
        try:
            yield
        finally:
            if self._card is not None:
                self._call("SCardEndTransaction", self._card, self._scard.SCARD_LEAVE_CARD)

    def _take(self, protocol: int) -> None:
        scard = self._scard
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        result, _reader, _state, _protocol, atr = self._call("SCardStatus", self._handle())
        self._check(result)
        self._atr = atr

    def _handle(self) -> int:
        if self._card is None:
            raise CardConnectionException(
                f"reader {self._reader.name!r}: not connected, call connect() first"
            )
        return self._card

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._context.call(name, *arguments, reader=self._reader.name)

    def _check(self, result: int) -> None:
        self._context.check(result, self._reader.name)
