"""``onecard card serve`` as a process: started, talked to, stopped."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from command_line import LIMIT_S, ONECARD, onecard

READY = "Ctrl-C stops"


class Serving:
    """A serving process, as a context manager; whatever it says is in :attr:`said`."""

    def __init__(self, *arguments: str) -> None:
        self.said = ""
        self._process = subprocess.Popen(
            [*ONECARD, "card", "serve", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Serving:
        try:
            self.wait_for(READY)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(LIMIT_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def wait_for(self, text: str, *, after: int = 0) -> None:
        """Read until a text has been said beyond a position; fail when the process ends or the time is up."""
        deadline = time.monotonic() + LIMIT_S
        while text not in self.said[after:]:
            assert self._read(deadline), f"{text!r} was not said; said: {self.said}"

    def tell(self, line: str, answer: str) -> None:
        """Send a line and wait for what is said to it."""
        assert self._process.stdin is not None
        before = len(self.said)
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        self.wait_for(answer, after=before)

    def close_input(self) -> None:
        """End standard input, as a service has it."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self._process.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        deadline = time.monotonic() + LIMIT_S
        while self._read(deadline):
            pass
        return self._process.wait(LIMIT_S)

    @property
    def environment(self) -> dict[str, str]:
        """What it told clients to set."""
        name, value = self.said.split("export ")[1].split("\n")[0].split("=")
        return {name: value}

    def client(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run ``onecard card`` as a client."""
        done: subprocess.CompletedProcess[bytes] = onecard(
            "card", *arguments, env=self.environment, **options
        )
        return done

    def daemons(self) -> list[int]:
        """Return the process ids of its children."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]

    def _read(self, deadline: float) -> bool:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            assert selector.select(deadline - time.monotonic()), f"nothing more was said; said: {self.said}"
        read = os.read(self._process.stdout.fileno(), 65536)
        self.said += read.decode(errors="replace")
        return bool(read)
