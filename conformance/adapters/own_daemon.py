"""The PC/SC daemon of this process: started with the first port that needs it, ended with the last.

The PC/SC library reads where its daemon's socket is once in a process, at its first call. So a second daemon
of the same process must be found at the same place as the first: that place is a link in a folder of this
process, which leads to the socket of the daemon of the moment. A process that is a client of another daemon
already (the system's, for example) stays one, and is told so; a slot of that one can be handed in instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from onecard.conformance.adapters.pcsc_link import PcscLink
from onecard.conformance.adapters.port import AdapterError
from onecard.sim.errors import EnvironmentLacksError
from onecard.virtual_cards.pcsc_stack.errors import PcscError
from onecard.virtual_cards.pcsc_stack.parts import require_pyscard
from onecard.virtual_cards.pcsc_stack.private_pcscd import SOCKET_VARIABLE, PrivatePcscd
from onecard.virtual_cards.readers.pcsc import list_readers

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress
    from onecard.virtual_cards.readers.slots import Slot

__all__ = ["PcscSlotReader", "SlotLease"]

_NOTICE_LIMIT_MS = 10_000
_LONGEST_PATH = 100
"""Bytes; the kernel takes 107, the PC/SC library at times fewer."""


class _OwnDaemon:
    """What this process has; one for each process, also after a fork."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process_id = os.getpid()
        self.daemon: PrivatePcscd | None = None
        self.free: list[SlotAddress] = []
        self.leased = 0
        self.folder: Path | None = None
        self.told_before: str | None = None
        """What the environment said before; given back, for children and their daemons."""

    def lease(self) -> SlotAddress:
        with self.lock:
            if self.daemon is None:
                self._start()
            if not self.free:
                raise EnvironmentLacksError("the PC/SC daemon has no free slot", remedy="close another port")
            self.leased += 1
            return self.free.pop(0)

    def give_back(self, address: SlotAddress) -> None:
        with self.lock:
            self.leased -= 1
            self.free.append(address)
            if not self.leased:
                self._stop()

    def _start(self) -> None:
        require_pyscard()
        self.daemon = PrivatePcscd(name=f"OneCard {self.process_id}")
        try:
            self._lead_here(self.daemon)
            if self.daemon.slots[0].reader not in list_readers():
                raise EnvironmentLacksError(
                    "this process is a client of another PC/SC daemon already", remedy="a process of its own"
                )
        except BaseException:
            self._stop()
            raise
        self.free = list(self.daemon.slots)

    def _lead_here(self, daemon: PrivatePcscd) -> None:
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="onecard-pcsc-client-"))
        else:
            self.folder.mkdir(mode=0o700)
        link = self.folder / "socket"
        if len(os.fsencode(link)) > _LONGEST_PATH:
            raise EnvironmentLacksError(
                "the path of the folder for temporary files is too long for a socket", remedy="TMPDIR=/tmp"
            )
        link.symlink_to(daemon.socket_path)
        self.told_before = os.environ.get(SOCKET_VARIABLE)
        os.environ[SOCKET_VARIABLE] = str(link)

    def _stop(self) -> None:
        self.free = []
        if self.daemon is not None:
            self.daemon.close()
            self.daemon = None
        if self.folder is not None:
            if os.environ.get(SOCKET_VARIABLE) == str(self.folder / "socket"):
                del os.environ[SOCKET_VARIABLE]
                if self.told_before is not None:
                    os.environ[SOCKET_VARIABLE] = self.told_before
            shutil.rmtree(self.folder, ignore_errors=True)


_own = _OwnDaemon()


def _own_daemon() -> _OwnDaemon:
    global _own  # noqa: PLW0603 - the daemon of a parent process is not ours
    if _own.process_id != os.getpid():
        _own = _OwnDaemon()
    return _own


class SlotLease:
    """A slot of this process's daemon, or one that was handed in.

    Args:
        address: a slot of the daemon that this process is a client of; default: one of its own daemon.

    Raises:
        EnvironmentLacksError: the machine lacks a part, or the process has another daemon.
    """

    def __init__(self, address: SlotAddress | None = None) -> None:
        self._owner: _OwnDaemon | None = None
        if address is None:
            self._owner = _own_daemon()
            address = self._owner.lease()
        self.address = address

    def end(self) -> None:
        """Give the slot back; may be called again."""
        owner, self._owner = self._owner, None
        if owner is not None and owner.process_id == os.getpid():
            owner.give_back(self.address)


class PcscSlotReader:
    """The harness's side of a slot in a PC/SC daemon.

    Args:
        lease: of the slot; ended with the reader.
        limit_s: how long one PC/SC call may take, in seconds.
    """

    def __init__(self, lease: SlotLease, *, limit_s: float) -> None:
        self._lease = lease
        try:
            self._link = PcscLink(lease.address.reader, limit_s=limit_s)
        except PcscError:
            lease.end()
            raise

    @property
    def port(self) -> int:
        """TCP port at which the driver waits for the card."""
        return self._lease.address.port

    def await_card(self, slot: Slot) -> None:
        """Wait until the daemon has noticed the card."""
        slot.wait()
        if not self._link.wait(present=True, timeout_ms=_NOTICE_LIMIT_MS):
            raise AdapterError("the PC/SC daemon does not notice the card")

    def await_removal(self) -> None:
        """Wait until the daemon misses the card."""
        if not self._link.wait(present=False, timeout_ms=_NOTICE_LIMIT_MS):
            raise AdapterError("the PC/SC daemon does not miss the card")
        self._link.disconnect()

    def cycle_power(self) -> bytes:
        """Cold reset."""
        return self._link.cycle_power()

    def exchange(self, command: bytes) -> bytes:
        """Exchange one APDU."""
        return self._link.exchange(command)

    def together(self, action: Callable[[], None]) -> None:
        """Carry out an action that makes many exchanges."""
        self._link.together(action)

    def close(self) -> None:
        """End the connection, and the daemon if nobody else uses it."""
        self._link.close()
        self._lease.end()
