"""The PC/SC daemon of the machine: its virtual slots as configured, and whether they are there now."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from onecard.virtual_cards.pcsc_stack.errors import PcscLacksError
from onecard.virtual_cards.pcsc_stack.parts import INSTALL_DRIVER, RUN_FOLDER, require_pcscd
from onecard.virtual_cards.pcsc_stack.private_pcscd import SOCKET_VARIABLE, exposure_warning
from onecard.virtual_cards.pcsc_stack.reader_entries import read_entries
from onecard.virtual_cards.pcsc_stack.tcp_table import listeners, tcp_sockets

if TYPE_CHECKING:
    from onecard.virtual_cards.pcsc_stack.reader_entries import SlotAddress

__all__ = ["ALLOW_USER", "RESTART", "START", "SystemPcscd", "daemon_listens"]

CONFIGURATION = Path("/etc/reader.conf.d")
START = "sudo systemctl start pcscd || sudo pcscd"
RESTART = "sudo systemctl restart pcscd"
ALLOW_USER = (
    "a polkit rule that allows org.debian.pcsc-lite.access_pcsc and access_card to this user,"
    " or a daemon of one's own: onecard card serve"
)


def daemon_listens() -> bool:
    """Tell whether a daemon takes clients where the PC/SC library of this process looks for one."""
    path = os.environ.get(SOCKET_VARIABLE) or str(RUN_FOLDER / "pcscd.comm")
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


class SystemPcscd:
    """The system's virtual slots, as configured.

    Args:
        configuration: the folder of the reader entries.
    """

    def __init__(self, configuration: Path = CONFIGURATION) -> None:
        self.configuration = configuration
        self.slots: tuple[SlotAddress, ...] = tuple(read_entries(configuration))
        """Every virtual slot: the reader's name, and the port for :meth:`SlotHost.open`."""

    @property
    def listening(self) -> bool:
        """Whether a daemon has all these slots open."""
        listening = listeners(tcp_sockets())
        return bool(self.slots) and all(slot.port in listening for slot in self.slots)

    @property
    def waits_for_clients(self) -> bool:
        """Whether the daemon's socket is there: a daemon runs, or the first client will start one."""
        return (RUN_FOLDER / "pcscd.comm").is_socket()

    @property
    def warning(self) -> str:
        """What the user should know about who can reach the slots; empty if nobody else can."""
        return exposure_warning(slot.port for slot in self.slots)

    def require(self) -> None:
        """Raise :class:`PcscLacksError` unless cards can be served into the system's slots now."""
        require_pcscd()
        if not self.slots:
            raise PcscLacksError(
                f"no virtual reader is configured in {self.configuration}", remedy=INSTALL_DRIVER
            )
        if not self.listening:
            ports = ", ".join(str(slot.port) for slot in self.slots)
            raise PcscLacksError(
                "the system's pcscd does not run, or not with its virtual readers"
                f" (nothing listens at TCP port {ports})",
                remedy=START,
            )
