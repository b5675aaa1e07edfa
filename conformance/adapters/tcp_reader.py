"""A reader at a TCP port: cards connect to it, as they do to the virtual reader driver."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from onecard.conformance.adapters.port import AdapterError
from onecard.conformance.adapters.vpcd_driver import DriverConnection, LinkLostError, LinkTimeoutError
from onecard.virtual_cards.readers.slots import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.readers.slots import Slot

__all__ = ["CardListener", "TcpReader"]

_APPEARANCE_LIMIT_S = 10.0


class CardListener:
    """A listening socket for one card.

    Args:
        host: name or address; ``OSError`` if it cannot be listened on.
        port: ``0``: any that is free.
    """

    def __init__(self, host: str = LOOPBACK, port: int = 0) -> None:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        self._socket = socket.create_server((host, port), family=family, backlog=1)
        self.port = int(self._socket.getsockname()[1])

    def accept(self, *, within_s: float, limit_s: float) -> DriverConnection | None:
        """Wait for a card; ``None``: none connected in time.

        Args:
            within_s: how long to wait, in seconds.
            limit_s: of the connection's answers.
        """
        self._socket.settimeout(within_s)
        try:
            connection, _address = self._socket.accept()
        except OSError:
            return None
        return DriverConnection(connection, limit_s=limit_s)

    def close(self) -> None:
        """Stop listening; may be called again."""
        self._socket.close()


class TcpReader:
    """The driver's side for a card of ours, on a free loopback port.

    A slot that hears nothing for five seconds connects again; so does this side, before the next reset.

    Args:
        limit_s: how long an answer may take, in seconds.
    """

    def __init__(self, *, limit_s: float) -> None:
        self._limit_s = limit_s
        self._listener = CardListener()
        self._connection: DriverConnection | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port

    def await_card(self, slot: Slot) -> None:
        """Accept the card's connection, and be heard: a driver's first word is a control."""
        self._connection = self._listener.accept(within_s=_APPEARANCE_LIMIT_S, limit_s=self._limit_s)
        if self._connection is None:
            raise AdapterError("the card's slot does not connect to the reader")
        self._connection.power_off()
        slot.wait()

    def await_removal(self) -> None:
        """Wait until the card hangs up."""
        connection = self._present()
        try:
            connection.wait_for_end()
        except LinkTimeoutError:
            raise AdapterError("the card's slot does not hang up") from None
        finally:
            connection.close()
            self._connection = None

    def cycle_power(self) -> bytes:
        """Cold reset."""
        if self._connection is not None and self._connection.ended:
            self._connection.close()
            self._connection = self._listener.accept(within_s=_APPEARANCE_LIMIT_S, limit_s=self._limit_s)
        try:
            return self._present().cycle_power()
        except (LinkLostError, LinkTimeoutError):
            raise AdapterError("the connection to the card broke at the reset") from None

    def exchange(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        try:
            return self._present().exchange(command)
        except (LinkLostError, LinkTimeoutError):
            raise AdapterError("the connection to the card broke in a command") from None

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        action()

    def close(self) -> None:
        """Hang up and stop listening."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._listener.close()

    def _present(self) -> DriverConnection:
        if self._connection is None:
            raise AdapterError("the reader has no card")
        return self._connection
