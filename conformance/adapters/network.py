"""A card at the other end of a TCP connection that speaks the vpcd protocol, as it is.

``tcp:`` connects to a card that listens, ``tcp-listen:`` waits for one that connects, in the place of the
virtual reader driver. The protocol cannot tell a card that is gone from one that did not answer: a card
whose connection breaks and that is there again within :data:`_RETURN_LIMIT_S` was mute; another one is gone,
and the next case waits for it, with a bound. After an answer that did not come in time the connection is made
anew.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from onecard.conformance.adapters.as_it_is import CardAsItIsPort
from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.conformance.adapters.tcp_reader import CardListener
from onecard.conformance.adapters.vpcd_driver import DriverConnection, LinkLostError, LinkTimeoutError
from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.virtual_cards.readers.slots import LOOPBACK

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["NetworkPort", "connecting_port", "listening_port"]

INSERTION_LIMIT_S = 30.0
"""How long to wait for a card."""
_RETURN_LIMIT_S = 2.0
_ALLOWED = "[HOST:]PORT, the port from 1 to 65535"

Connector: TypeAlias = Callable[[float], "DriverConnection | None"]
"""Get a connection within so many seconds; ``None``: there is none."""


class NetworkPort(CardAsItIsPort):
    """See :class:`~onecard.conformance.adapters.port.CardPort`.

    Args:
        name: the string by which it was asked for.
        connect: gets a connection.
        release: called at the end.
        insertion_limit_s: how long to wait for a card, in seconds.

    Raises:
        EnvironmentLacksError: no card connects, or is there to be connected to.
    """

    def __init__(
        self,
        name: str,
        connect: Connector,
        *,
        release: Callable[[], None] = lambda: None,
        insertion_limit_s: float = INSERTION_LIMIT_S,
    ) -> None:
        self._connect = connect
        self._release = release
        self._insertion_limit_s = insertion_limit_s
        self._connection: DriverConnection | None = None
        try:
            self._await_card()
            super().__init__(name, self.reset())
        except (CardGoneError, AdapterError) as error:
            self.close()
            raise EnvironmentLacksError(f"{name}: {error}", remedy="start the card") from error
        except BaseException:
            self.close()
            raise

    def reset(self) -> bytes:
        """Cold reset, over a new connection if the card made one."""
        connection = self._present(_RETURN_LIMIT_S)
        try:
            return connection.cycle_power()
        except LinkTimeoutError:
            return b""
        except LinkLostError:
            return self._after_loss()

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        connection = self._connection
        if connection is None:
            return b""  # it did not answer before and was not reset since
        try:
            return connection.exchange(command)
        except LinkTimeoutError:
            self._connection = None
            return b""
        except LinkLostError:
            return self._after_loss()
        except ValueError:
            shown = command.hex().upper() or "no bytes"
            raise AdapterError(f"the protocol cannot carry this command: {shown}") from None

    def close(self) -> None:
        """Power the card off and hang up."""
        if self._connection is not None:
            self._connection.power_off()
            self._connection.close()
            self._connection = None
        self._release()

    def _await_card(self) -> None:
        self._present(self._insertion_limit_s)

    def _present(self, within_s: float) -> DriverConnection:
        if self._connection is not None and self._connection.ended:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = self._connect(within_s)
        if self._connection is None:
            raise CardGoneError("no card is connected")
        return self._connection

    def _after_loss(self) -> bytes:
        """Return silence if the card is back at once; it has no power then, and is mute until its reset."""
        self._connection = None
        connection = self._connect(_RETURN_LIMIT_S)
        if connection is None:
            raise CardGoneError("the card hung up")
        self._connection = connection
        return b""


def connecting_port(name: str, address: str, *, limit_s: float) -> NetworkPort:
    """Connect to a card that listens.

    Raises:
        InputError: that is no address.
        EnvironmentLacksError: nothing answers there.
    """
    host, port = _address(name, address)

    def connect(within_s: float) -> DriverConnection | None:
        try:
            connection = socket.create_connection((host, port), timeout=within_s)
        except OSError:
            return None
        return DriverConnection(connection, limit_s=limit_s)

    return NetworkPort(name, connect)


def listening_port(
    name: str, address: str, *, limit_s: float, insertion_limit_s: float = INSERTION_LIMIT_S
) -> NetworkPort:
    """Listen in the driver's place, and wait for a card (raises as :func:`connecting_port`)."""
    host, port = _address(name, address)
    try:
        listener = CardListener(host, port)
    except OSError as error:
        raise EnvironmentLacksError(
            f"{name}: cannot be listened on ({error.strerror})", remedy="another address"
        ) from error

    def connect(within_s: float) -> DriverConnection | None:
        return listener.accept(within_s=within_s, limit_s=limit_s)

    return NetworkPort(name, connect, release=listener.close, insertion_limit_s=insertion_limit_s)


def _address(name: str, address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) <= 0xFFFF):
        _refuse(name)
    if any(character.isspace() for character in host):
        _refuse(name)
    return host.strip("[]") or LOOPBACK, int(port)


def _refuse(name: str) -> NoReturn:
    raise InputError("not an address", where="IUT", value=name, allowed=_ALLOWED)
