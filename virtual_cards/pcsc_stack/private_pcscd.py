"""A PC/SC daemon of one's own: beside the system's, without touching ``/etc``, ended with its owner.

Fresh ports, an own copy of the driver for each entry, an own configuration folder and an own socket make it
independent of every other one, so each parallel test worker can have one. Clients find it by the environment
variable ``PCSCLITE_CSOCK_NAME``, which a process reads once, at its first PC/SC call.

A daemon serves its first client only after it has tried to start every configured reader, and leaves a reader
that could not start out without a word. So we wait until it has served a client, and then look whether it
listens on every port that we gave it.
"""

from __future__ import annotations

import os
import shutil
import socket
from typing import TYPE_CHECKING

from onecard.virtual_cards.pcsc_stack.daemon_process import DaemonProcess
from onecard.virtual_cards.pcsc_stack.errors import DaemonError
from onecard.virtual_cards.pcsc_stack.own_folder import OwnFolder
from onecard.virtual_cards.pcsc_stack.parts import require_driver, require_pcscd, require_run_folder
from onecard.virtual_cards.pcsc_stack.reader_entries import (
    ENTRY_LIMIT,
    SlotAddress,
    entry_addresses,
    free_port_pairs,
    write_entries,
)
from onecard.virtual_cards.pcsc_stack.tcp_table import listeners, open_inodes, tcp_sockets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["SOCKET_VARIABLE", "PrivatePcscd", "exposure_warning"]

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
_START_ATTEMPTS = 5
_RESTART_ATTEMPTS = 40
_START_LIMIT_S = 20.0


def exposure_warning(ports: Iterable[int]) -> str:
    """Return a warning if anything listens on one of these ports on all addresses, else an empty text."""
    listening = listeners(tcp_sockets())
    exposed = sorted(port for port in ports if port in listening and listening[port].address == "0.0.0.0")  # noqa: S104
    if not exposed:
        return ""
    shown = f"port {exposed[0]}" if len(exposed) == 1 else f"ports {exposed[0]} to {exposed[-1]}"
    return (
        f"the virtual reader driver listens on all addresses of this machine (TCP {shown}): whoever"
        " reaches it can put a card of theirs into a slot; keep real keys and real people's data out of"
        " virtual cards, or close the ports by a firewall"
    )


class PrivatePcscd:
    """A pcscd with virtual readers, as a context manager.

    Args:
        entries: number of reader entries, 1 to 8; each has two slots.
        name: of the readers; several entries get a number behind it.

    Raises:
        PcscLacksError: pcscd or the driver is not installed, or ``/run/pcscd`` is not there.
        DaemonError: it does not come up with all its readers.
    """

    def __init__(self, entries: int = 1, *, name: str = "OneCard") -> None:
        if not 1 <= entries <= ENTRY_LIMIT:
            raise ValueError(f"number of reader entries: got {entries}; allowed: 1 to {ENTRY_LIMIT}")
        self._pcscd, self._driver = require_pcscd(), require_driver()
        require_run_folder()
        self._names = [name if entries == 1 else f"{name} {number}" for number in range(1, entries + 1)]
        self._own = OwnFolder()
        self._folder = self._own.path
        self.socket_path = self._folder / "socket"
        self._process: DaemonProcess | None = None
        self.slots: tuple[SlotAddress, ...] = ()
        """Every slot: the reader's name, and the port for :meth:`SlotHost.open`."""
        try:
            self._start_somewhere()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> PrivatePcscd:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client process needs in its environment to talk to this daemon."""
        return {SOCKET_VARIABLE: str(self.socket_path)}

    @property
    def pid(self) -> int:
        """Process id of the daemon."""
        return self._process.pid if self._process is not None else 0

    @property
    def alive(self) -> bool:
        """Whether the daemon runs."""
        return self._process is not None and self._process.alive

    @property
    def warning(self) -> str:
        """What the user should know about who can reach the slots; empty if nobody else can."""
        return exposure_warning(slot.port for slot in self.slots)

    def check(self) -> None:
        """Raise :class:`DaemonError`, with its last words, if the daemon has died."""
        if self._process is not None and not self._process.alive:
            raise DaemonError(f"pcscd has died ({self._process.last_words()})")

    def wait_for_end(self, timeout_s: float) -> bool:
        """Wait until the daemon has ended; ``False`` if it still runs when the time is up."""
        return self._process is None or self._process.ended.wait(timeout_s)

    def use_here(self) -> None:
        """Make this process a client of this daemon; must come before its first PC/SC call."""
        os.environ.update(self.environment)

    def restart(self) -> None:
        """End the daemon, if it runs, and start it again at the same ports and socket.

        Raises:
            DaemonError: it does not come up; a port may be taken by now.
        """
        for attempt in range(1, _RESTART_ATTEMPTS + 1):
            self._stop()
            try:
                self._start()
            except DaemonError:  # a card's end of an old connection may still hold a port, for a moment
                if attempt == _RESTART_ATTEMPTS:
                    raise
            else:
                return

    def close(self) -> None:
        """End the daemon and remove its files; may be called again."""
        self._stop()
        self._own.remove()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _start_somewhere(self) -> None:
        """Start on fresh ports; when somebody else is quicker to one of them, on others."""
        for attempt in range(1, _START_ATTEMPTS + 1):
            ports = free_port_pairs(len(self._names), os.getpid())
            shutil.rmtree(self._folder / "readers", ignore_errors=True)
            write_entries(self._folder, self._driver, zip(self._names, ports, strict=True))
            self.slots = tuple(
                address
                for name, port in zip(self._names, ports, strict=True)
                for address in entry_addresses(name, 0, port)
            )
            try:
                self._start()
            except DaemonError:
                self._stop()
                if attempt == _START_ATTEMPTS:
                    raise
            else:
                return

    def _start(self) -> None:
        self._process = DaemonProcess(
            self._pcscd, self._folder / "readers", self.socket_path, self._folder / "log"
        )
        self._await_service()
        self.check()
        missing = sorted({slot.port for slot in self.slots} - self._own_ports())
        if missing:
            ports = ", ".join(map(str, missing))
            raise DaemonError(f"pcscd runs without the readers of TCP port {ports}: are the ports taken?")

    def _await_service(self) -> None:
        """Wait until the daemon has taken a client, which leaves at once, and let go of it."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_START_LIMIT_S)
            try:
                client.connect(str(self.socket_path))
                client.shutdown(socket.SHUT_WR)
                client.recv(1)
            except TimeoutError:
                raise DaemonError(f"pcscd serves no client within {_START_LIMIT_S:g} s") from None
            except OSError:  # it has ended
                self.wait_for_end(_START_LIMIT_S)

    def _own_ports(self) -> set[int]:
        inodes = open_inodes(self.pid)
        return {port for port, each in listeners(tcp_sockets()).items() if each.inode in inodes}
