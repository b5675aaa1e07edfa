"""The database behind the tiers of one process.

Theory of operation. A tier holds all that it reads back in memory and hands over what each step has put; the
database is where that survives. One process writes for a tier: a second one is refused, because it would
answer from a memory that knows nothing of the first one's messages. On PostgreSQL the right to write is an
advisory lock of the very connection that commits, so it is gone when the connection is; on SQLite it is a
locked file beside the database, and readers may look at the database meanwhile.

After any failure the connection is not used again: the host discards its tiers, opens anew and loads. An
empty database is made ready at the first opening alone: one that is empty later was deleted or replaced, and
to go on with it would forget everything that was acknowledged. SQLite would go on writing to a file that was
deleted, so the file is looked at before every group of rows.

Durability: SQLite writes ahead with ``synchronous=FULL``; PostgreSQL commits with ``synchronous_commit=on``.
"""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.sim.serving.tables import METADATA, SCHEMA_VERSION, STATE, TABLES
from onecard.sim.serving.writers import CommitError, PostgresWriter, SqliteWriter, Writer, last_versions
from onecard.sim.settlement.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Database", "database_url", "stored_world"]

ALLOWED_URL = "sqlite:///FILE or postgresql://USER@HOST:PORT/NAME"
CONNECT_TIMEOUT_S = 5
LOCK_TIMEOUT_MS = 3_000
"""How long to wait for somebody else's lock; also for a dead writer's connection to be noticed as such."""
STATEMENT_TIMEOUT_MS = 30_000
LOADED_AT_ONCE = 1_000

POSTGRES_SESSION = (
    "SET synchronous_commit = on",
    f"SET lock_timeout = {LOCK_TIMEOUT_MS}",
    f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}",
)
SQLITE_SESSION = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {LOCK_TIMEOUT_MS}",
)


def database_url(text: str) -> sa.URL:
    """Read a database URL; ``max_page_count`` in the query of a SQLite URL bounds the file.

    Raises:
        InputError: not one of :data:`ALLOWED_URL`.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise InputError("not a database URL", where="--database", allowed=ALLOWED_URL) from None
    kind = url.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise InputError("unknown kind of database", where="--database", value=kind, allowed=ALLOWED_URL)
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if not url.database:
        raise InputError("a file is missing", where="--database", value=text, allowed=ALLOWED_URL)
    pages = url.query.get("max_page_count", "1")
    if set(url.query) - {"max_page_count"} or not str(pages).isdecimal():
        raise InputError("unknown option", where="--database", value=text, allowed="?max_page_count=N")
    return url


def stored_world(url: str) -> str | None:
    """Return the world that a database was made for; None for none yet, or if it cannot be looked at."""
    read = database_url(url)
    if read.get_backend_name() == "sqlite" and not Path(str(read.database)).exists():
        return None
    engine = sa.create_engine(
        read.set(query={}) if read.get_backend_name() == "sqlite" else read, poolclass=NullPool
    )
    statement = sa.select(STATE.c.VALUE).where(STATE.columns["NAME"] == "world")
    try:
        with engine.connect() as connection:
            found = connection.execute(statement).scalar()
    except sa.exc.DBAPIError:
        return None
    return None if found is None else str(found)


class Database:
    """What some tiers have put, in SQL tables.

    Args:
        url: see :func:`database_url`.
        tiers: addresses of the tiers that this process serves.
        world: what the tiers' people and institutions are made of; a database of another world is refused.
    """

    def __init__(self, url: str, *, tiers: Iterable[str], world: str) -> None:
        self.url = database_url(url)
        self.tiers = tuple(tiers)
        self.world = world
        self.kind = self.url.get_backend_name()
        self._connection: sa.Connection | None = None
        self._writer: Writer | None = None
        self._lock_file: IO[bytes] | None = None
        self._file: tuple[int, int] | None = None
        """Device and number of the SQLite file that is open."""
        self._opened_before = False

    def open(self) -> None:
        """Connect, take the right to write, and check or make the tables.

        Raises:
            EnvironmentLacksError: the database cannot be reached, or another process serves a tier of it.
            InputError: it was made by another version, or for another world.
        """
        self.close()
        with self._blamed():
            if self.kind == "sqlite":
                self._lock_sqlite()
                if self._opened_before and self._file_now() is None:
                    raise self._gone()
            connection = self._connection = self._connect()
            if self.kind == "postgresql":
                self._lock_postgres(connection)
            self._check(connection)
            self._opened_before = True
            self._file = self._file_now()
            last = max(
                connection.execute(sa.select(sa.func.max(known.table.c.ROW_SEQ))).scalar() or 0
                for known in TABLES.values()
            )
        driver = connection.connection.driver_connection
        self._writer = (PostgresWriter if self.kind == "postgresql" else SqliteWriter)(driver, last + 1)

    def load(self) -> dict[str, list[Change]]:
        """Read the resident rows of each tier, in the order in which their keys were first put."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("the database is not open")
        with self._blamed():
            connection.exec_driver_sql("BEGIN")
            loaded = {tier: list(self._load(connection, tier)) for tier in self.tiers}
            connection.exec_driver_sql("COMMIT")
        return loaded

    def commit(self, changes: Mapping[str, Sequence[Change]]) -> int:
        """Make changes durable: all of them, or none.

        Args:
            changes: tier → what it has put, in order.

        Returns:
            How many rows were written, the last version of each key.

        Raises:
            CommitError: the database is to be opened again.
        """
        if self._writer is None:
            raise CommitError("the database is not open", certain=True)
        if self._file_now() != self._file:
            raise CommitError("the file was deleted or replaced", certain=True)
        batch = last_versions(changes)
        self._writer.write(batch)
        return sum(map(len, batch.values()))

    def ping(self) -> None:
        """Raise :class:`EnvironmentLacksError` if the database is gone."""
        if self._connection is None:
            raise EnvironmentLacksError("the database is not open", remedy="wait until it is")
        with self._blamed():
            if self._file_now() != self._file:
                raise self._gone()
            self._connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close, and give the right to write up."""
        connection, self._connection, self._writer = self._connection, None, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    # ---- opening

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """Close after any error, and say in one line what the database said."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            self.close()
            raise EnvironmentLacksError(
                f"the database {self.url.render_as_string()} cannot be used: {error.orig}",
                remedy=f"start it, or name another one: --database {ALLOWED_URL}",
            ) from error
        except BaseException:
            self.close()
            raise

    def _connect(self) -> sa.Connection:
        postgres = self.kind == "postgresql"
        options: dict[str, Any] = (
            {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": 1_000 * CONNECT_TIMEOUT_S}
            if postgres
            else {"check_same_thread": False}
        )
        url = self.url if postgres else self.url.set(query={})
        engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=options)
        connection = engine.connect()
        for statement in POSTGRES_SESSION if postgres else SQLITE_SESSION:
            connection.exec_driver_sql(statement)
        pages = self.url.query.get("max_page_count")
        if pages is not None and not postgres:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        return connection

    def _lock_sqlite(self) -> None:
        path = Path(f"{self.url.database}.lock")
        try:
            self._lock_file = path.open("wb")
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._served_elsewhere(str(self.url.database)) from None
        except OSError as error:
            raise EnvironmentLacksError(
                f"the database {self.url.database} cannot be used: {error.strerror}",
                remedy="name a file in a writable folder: --database sqlite:///FILE",
            ) from error

    def _lock_postgres(self, connection: sa.Connection) -> None:
        for tier in self.tiers:
            try:
                connection.execute(sa.select(sa.func.pg_advisory_lock(_lock_number(tier))))
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                    raise
                raise self._served_elsewhere(tier) from None

    def _file_now(self) -> tuple[int, int] | None:
        """Return device and number of the SQLite file under its name; None for none, and for PostgreSQL."""
        if self.kind != "sqlite":
            return None
        try:
            found = Path(str(self.url.database)).stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _gone(self) -> EnvironmentLacksError:
        return EnvironmentLacksError(
            f"the database {self.url.render_as_string()} was deleted or emptied while it was served",
            remedy="put it back, or stop and start again to begin with an empty one",
        )

    def _served_elsewhere(self, what: str) -> EnvironmentLacksError:
        return EnvironmentLacksError(
            f"another process serves {what} in this database",
            remedy=f"stop it, or name another database: --database {ALLOWED_URL}",
        )

    def _check(self, connection: sa.Connection) -> None:
        """Make the tables of an empty database; refuse one that is not ours."""
        wanted = {"schema": SCHEMA_VERSION, "world": self.world}
        if self.kind == "postgresql":  # two processes that serve different tiers may come at the same time
            connection.execute(sa.select(sa.func.pg_advisory_lock(_lock_number("tables"))))
        present = sa.inspect(connection).get_table_names()
        foreign = sorted(set(present) & set(TABLES))
        if STATE.name not in present and foreign:
            raise InputError(
                "these tables are not ours",
                where="--database",
                value=", ".join(foreign),
                allowed="an empty database",
            )
        if STATE.name not in present and self._opened_before:
            raise self._gone()
        if STATE.name not in present:
            METADATA.create_all(connection)
            rows = [{"NAME": name, "VALUE": value} for name, value in wanted.items()]
            connection.execute(sa.insert(STATE), rows)
        if self.kind == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_lock_number("tables"))))
        found = {row.NAME: row.VALUE for row in connection.execute(sa.select(STATE))}
        for name, value in wanted.items():
            if found.get(name) != value:
                raise InputError(
                    f"the database is of another {name}",
                    where="--database",
                    value=found.get(name),
                    allowed=f"{value}, or an empty database",
                )

    # ---- loading

    def _load(self, connection: sa.Connection, tier: str) -> Iterator[Change]:
        for name, known in TABLES.items():
            if not known.spec.resident:
                continue
            columns = [column for column in known.table.columns if column.name not in ("TIER", "ROW_SEQ")]
            of_tier = known.table.columns["TIER"] == tier
            chosen = sa.select(*columns).where(of_tier).order_by(known.table.c.ROW_SEQ)
            for values in connection.execute(chosen, execution_options={"yield_per": LOADED_AT_ONCE}):
                row = known.row_of(values)
                yield Change(name, getattr(row, known.spec.key), row)


def _lock_number(what: str) -> int:
    """Return the number of an advisory lock of PostgreSQL, 64 bits with sign."""
    digest = hashlib.blake2b(f"onecard {what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
