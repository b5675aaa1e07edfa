"""A PostgreSQL of one's own: made in a temporary folder, on a free port of loopback, gone afterwards.

For tests and measurements, which must not depend on what the machine runs. PostgreSQL refuses to run as root,
so for root its programs run as the user that the distribution's package made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from onecard.sim.errors import EnvironmentLacksError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

__all__ = ["PrivatePostgres"]

USER = "postgres"
REMEDY = "sudo apt-get install postgresql"
WAIT_S = 60


class PrivatePostgres:
    """A server of one's own, for the time of a ``with`` block.

    Args:
        settings: configuration beside the defaults, ``{"max_connections": "20"}``. Nothing that weakens
            durability is set.

    Attributes:
        port: where it listens.

    Raises:
        EnvironmentLacksError: PostgreSQL is not installed.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings = dict(settings or {})
        self.port = 0
        self._programs = _programs()
        self._owner = pwd.getpwnam(_user()) if os.getuid() == 0 else None
        self._folder = Path()

    def __enter__(self) -> Self:
        """Make the cluster and start the server."""
        self._folder = Path(tempfile.mkdtemp(prefix="onecard-postgres-"))
        try:
            if self._owner is not None:
                os.chown(self._folder, self._owner.pw_uid, self._owner.pw_gid)
            self.port = _free_port()
            self._call("initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale")
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it and remove everything."""
        self._remove()

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self._folder / "data"

    @property
    def url(self) -> str:
        """URL of its database ``postgres``."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self._folder),
            "port": str(self.port),
        } | self.settings
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._call(
            "pg_ctl", "start", "-w", "-t", str(WAIT_S), "-D", str(self.data), "-o", options,
            "-l", str(self._folder / "log"),
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: ``"smart"``, ``"fast"``, or ``"immediate"``, which is a crash."""
        self._call("pg_ctl", "stop", "-w", "-t", str(WAIT_S), "-D", str(self.data), "-m", mode)

    def make_database(self, name: str) -> str:
        """Make an empty database; return its URL."""
        self.query(f'CREATE DATABASE "{name}"')
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def query(self, statement: str, database: str = "postgres") -> str:
        """Return what a statement prints, bare."""
        return self._call(
            "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database, "-X", "-A", "-t",
            "-v", "ON_ERROR_STOP=1", "-c", statement,
        )  # fmt: skip

    def pgbench(self, *options: str) -> str:
        """Run the server's own benchmark; return what it prints."""
        return self._call(
            "pgbench", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, *options, "postgres"
        )

    def _remove(self) -> None:
        try:
            if (self.data / "postmaster.pid").exists():
                self.stop("immediate")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str) -> str:
        # a server inherits the files of pg_ctl, and would keep a pipe open as long as it lives
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        owner = self._owner
        done = subprocess.run(  # noqa: S603 - programs found below, arguments of ours
            [str(self._programs[program]), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=self._folder,
            text=True,
            timeout=10 * WAIT_S,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode:
            raise EnvironmentLacksError(f"{program} failed: {done.stderr or self._log()}", remedy=REMEDY)
        return done.stdout or ""

    def _log(self) -> str:
        log = self._folder / "log"
        return log.read_text(errors="replace")[-500:] if log.exists() else "no log"


def _programs() -> dict[str, Path]:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name.partition(".")[0])
    )
    found = {}
    for name in ("initdb", "pg_ctl", "psql", "pgbench"):
        paths = [folder / name for folder in versions if (folder / name).exists()]
        in_path = shutil.which(name)
        if not paths and in_path is None:
            raise EnvironmentLacksError(f"PostgreSQL's program {name} is missing", remedy=REMEDY)
        found[name] = paths[0] if paths else Path(str(in_path))
    return found


def _user() -> str:
    try:
        return pwd.getpwnam(USER).pw_name
    except KeyError:
        return "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
