"""One pcscd as a child process, watched from its first moment to its last.

The thread that starts the daemon waits for its end: it notices a death at once, and as the kernel's promise
to end a child with its parent is about the *thread* that started it, the thread must live as long.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from onecard.virtual_cards.pcsc_stack import launch
from onecard.virtual_cards.pcsc_stack.errors import DaemonError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DaemonProcess"]

_TERMINATE_LIMIT_S = 5.0
_START_LIMIT_S = 30.0
_SHOWN_LOG_LINES = 5


class DaemonProcess:
    """A pcscd with a socket and a configuration of its own.

    Args:
        pcscd: path of the daemon.
        configuration: folder of the reader entries.
        socket_path: where clients connect; replaced if it is there.
        log: file that takes its output.
    """

    def __init__(self, pcscd: str, configuration: Path, socket_path: Path, log: Path) -> None:
        self._command = [pcscd, "--foreground", "--config", str(configuration)]
        self._socket_path = socket_path
        self._log = log
        self._started = threading.Event()
        self.ended = threading.Event()
        """Set when the daemon has ended."""
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._watch, name="onecard pcscd", daemon=True)
        self._thread.start()
        self._started.wait(_START_LIMIT_S)
        if self._failure is not None:
            raise DaemonError(f"pcscd cannot be started: {self._failure}")

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid if self._process is not None else 0

    @property
    def alive(self) -> bool:
        """Whether the daemon runs."""
        return self._process is not None and not self.ended.is_set()

    def last_words(self) -> str:
        """Return how it ended and the end of its log, in one line."""
        code = self._process.returncode if self._process is not None else None
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return " | ".join([how, *(line.strip() for line in lines[-_SHOWN_LOG_LINES:])])

    def stop(self) -> None:
        """End the daemon: politely, then by force; may be called again."""
        if self.alive and self._process is not None:
            self._process.terminate()
            if not self.ended.wait(_TERMINATE_LIMIT_S):
                self._process.kill()
                self.ended.wait(_TERMINATE_LIMIT_S)
        self._thread.join(_TERMINATE_LIMIT_S)

    def _watch(self) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as listener, self._log.open("wb") as output:
                self._socket_path.unlink(missing_ok=True)
                listener.bind(str(self._socket_path))
                listener.listen()
                passed = str(listener.fileno())
                self._process = subprocess.Popen(  # noqa: S603 - our own launcher
                    [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), passed, *self._command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(listener.fileno(),),
                    start_new_session=True,  # a Ctrl-C is for its owner, who ends it in good order
                )
            # The daemon alone holds the socket now: when it is gone, clients are refused and do not wait.
        except OSError as error:
            self._failure = error
            self._started.set()
            self.ended.set()
            return
        self._started.set()
        self._process.wait()
        self.ended.set()
