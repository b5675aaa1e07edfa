"""What is committed is what is loaded, on both databases; nobody else may write."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pytest
import sqlalchemy as sa

from onecard.sim.errors import EnvironmentLacksError, InputError
from onecard.sim.serving.database import Database, database_url
from onecard.sim.serving.tables import TABLES
from onecard.sim.serving.writers import CommitError
from onecard.sim.settlement.store import SCHEMA, Change, TableSpec
from onecard.sim.settlement.store.rows import SequenceRow

SHORT = ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 20")
CITY, OTHER = "city/310000", "city/510100"
WORDS = ("", "测试 'quoted' \"double\" \\ back", "line\nbreak\ttab", "{}[],:%s ?", "é𠀀", "x" * 4000)


def sample(kind: Any, number: int) -> Any:
    """Make a value of a field's type, different for each number."""
    if kind is str:
        return WORDS[number % len(WORDS)]
    if kind is int:
        return (0, 1, -1, 2**62, -(2**62))[number % 5]
    if kind is bool:
        return bool(number % 2)
    if kind is bytes:
        return (b"", b"\x00\xff\\x41", bytes(range(256)))[number % 3]
    return None


def nested(kind: Any, number: int) -> Any:
    """Make a value of a nested type out of what its JSON may hold."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        given = {
            field.name: nested(field.type, number + place)
            for place, field in enumerate(msgspec.structs.fields(kind))
            if field.required
        }
        return kind(**given)
    return inner(kind, number) if get_origin(kind) is not None else sample(kind, number)


def inner(kind: Any, number: int) -> Any:
    """Make a value of a type with arguments."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return nested(arguments[0], number)
    if origin is Literal:
        return arguments[number % len(arguments)]
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return tuple(nested(arguments[0], number + each) for each in range(number % 3))
        return tuple(nested(argument, number) for argument in arguments)
    return None


def row_of(spec: TableSpec, number: int) -> msgspec.Struct:
    given = {
        field.name: nested(field.type, number + place)
        for place, field in enumerate(msgspec.structs.fields(spec.row))
        if field.required or field.type in (str, int, bool, bytes)
    }
    return spec.row(**(given | {spec.key: f"{spec.name} {number}"}))


def changes_of(spec: TableSpec, count: int) -> list[Change]:
    rows = (row_of(spec, number) for number in range(count))
    return [Change(spec.name, getattr(row, spec.key), row) for row in rows]


def opened(url: str, *tiers: str, world: str = "test") -> Database:
    database = Database(url, tiers=tiers or (CITY,), world=world)
    database.open()
    return database


def nearly_full(path: Path) -> str:
    """Return the URL of a SQLite database with room for some pages more than its empty tables."""
    opened(f"sqlite:///{path}").close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return f"sqlite:///{path}?max_page_count={pages + 20}"


def resident(changes: list[Change]) -> list[Change]:
    return [change for change in changes if TABLES[change.table].spec.resident]


def test_every_row_of_every_table_comes_back_as_it_was_put(database: str) -> None:
    put = [change for spec in SCHEMA for change in changes_of(spec, 45)]
    first = opened(database)
    assert first.commit({CITY: put}) == len(put)
    first.close()
    second = opened(database)
    assert second.load() == {CITY: resident(put)}
    second.close()


def test_rows_come_back_in_the_order_in_which_their_keys_were_first_put(database: str) -> None:
    one = opened(database)
    for name in ("c", "a", "b", "a", "c"):
        one.commit({CITY: [Change("SEQUENCE", name, SequenceRow(name=name, last=1))]})
    one.commit({CITY: [Change("SEQUENCE", name, SequenceRow(name=name, last=2)) for name in "zyxzc"]})
    one.close()
    two = opened(database)
    assert [(change.key, change.row.last) for change in two.load()[CITY]] == [  # type: ignore[attr-defined]
        ("c", 2), ("a", 1), ("b", 1), ("z", 2), ("y", 2), ("x", 2),
    ]  # fmt: skip
    two.close()


def test_tiers_of_one_database_do_not_see_each_other(database: str) -> None:
    both = opened(database, CITY, OTHER)
    rows = {
        tier: [Change("SEQUENCE", "n", SequenceRow(name="n", last=last))]
        for tier, last in ((CITY, 1), (OTHER, 2))
    }
    both.commit(rows)
    assert both.load() == rows
    both.close()


def test_names_are_those_of_a_citys_copy_of_the_platform(database: str) -> None:
    one = opened(database)
    one.close()
    engine = sa.create_engine(database_url(database).set(query={}))
    columns = {column["name"] for column in sa.inspect(engine).get_columns("SETL_D")}
    engine.dispose()
    assert {"SETL_ID", "INIT_SETL_ID", "MDTRT_ID", "HIFP_PAY", "CASH_PAYAMT", "VALI_FLAG"} <= columns


def test_a_second_writer_of_a_tier_is_refused_until_the_first_one_is_gone(database: str) -> None:
    first = opened(database)
    with pytest.raises(EnvironmentLacksError, match="another process serves"):
        opened(database)
    first.close()
    opened(database).close()


def test_two_processes_may_serve_different_tiers_on_one_postgresql(postgres: Any) -> None:
    url = postgres.make_database("two_processes")
    first, second = opened(url, CITY), opened(url, OTHER)
    first.commit({CITY: [Change("SEQUENCE", "n", SequenceRow(name="n", last=1))]})
    assert second.load() == {OTHER: []}
    first.close()
    second.close()


def test_a_database_of_another_world_or_version_is_refused_in_one_line(database: str) -> None:
    opened(database).close()
    with pytest.raises(InputError, match=r"of another world; got 'test'; allowed: moon, or an empty"):
        opened(database, world="moon")
    engine = sa.create_engine(database_url(database))
    with engine.begin() as connection:
        connection.execute(sa.text("""UPDATE "ONECARD_STATE" SET "VALUE" = 'old' WHERE "NAME" = 'schema'"""))
    engine.dispose()
    with pytest.raises(InputError, match="of another schema; got 'old'"):
        opened(database)


def test_tables_of_somebody_else_are_left_alone(database: str) -> None:
    engine = sa.create_engine(database_url(database))
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE TABLE "SETL_D" ("X" INTEGER)'))
    engine.dispose()
    with pytest.raises(InputError, match="not ours; got 'SETL_D'"):
        opened(database)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x/y", "unknown kind of database"),
        ("nonsense", "not a database URL"),
        ("sqlite://", "a file is missing"),
        ("sqlite:///x.db?mode=ro", "unknown option"),
    ],
)
def test_a_wrong_url_is_told_in_one_line(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Database(url, tiers=(CITY,), world="test")


def test_an_unreachable_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/none/x.db", "postgresql://nobody@127.0.0.1:1/x"):
        with pytest.raises(EnvironmentLacksError, match="to get it"):
            opened(url)


def test_a_full_database_keeps_what_was_committed_and_says_that_nothing_happened(tmp_path: Path) -> None:
    url = nearly_full(tmp_path / "small.db")
    one = opened(url)
    kept: list[str] = []

    def fill() -> None:
        for number in range(10_000):
            row = SequenceRow(name=f"{number}" + "x" * 1000, last=number)
            one.commit({CITY: [Change("SEQUENCE", row.name, row)]})
            kept.append(row.name)

    with pytest.raises(CommitError, match="full") as told:
        fill()
    assert told.value.certain
    one.close()
    two = opened(url)
    assert [change.key for change in two.load()[CITY]] == kept
    assert kept
    two.close()


def test_a_locked_database_says_that_nothing_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onecard.sim.serving.database.SQLITE_SESSION", SHORT)
    one = opened(f"sqlite:///{tmp_path}/locked.db")
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CommitError, match="locked") as told:
        one.commit({CITY: [Change("SEQUENCE", "n", SequenceRow(name="n", last=1))]})
    assert told.value.certain
    other.close()
    one.close()


def test_a_stopped_server_leaves_the_outcome_open_or_says_that_nothing_happened(postgres: Any) -> None:
    one = opened(postgres.make_database("stopping"))
    postgres.stop("immediate")
    try:
        with pytest.raises(CommitError) as told:
            one.commit({CITY: [Change("SEQUENCE", "n", SequenceRow(name="n", last=1))]})
        assert not told.value.certain  # the connection broke: nobody can know
    finally:
        postgres.start()
    one.close()


def test_a_locked_table_says_that_nothing_happened(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make_database("locked_table")
    monkeypatch.setattr("onecard.sim.serving.database.POSTGRES_SESSION", ("SET lock_timeout = 50",))
    one = opened(url)
    engine = sa.create_engine(database_url(url))
    with engine.connect() as other:
        other.execute(sa.text('LOCK TABLE "SEQUENCE"'))
        with pytest.raises(CommitError, match="lock timeout") as told:
            one.commit({CITY: [Change("SEQUENCE", "n", SequenceRow(name="n", last=1))]})
    engine.dispose()
    assert told.value.certain
    one.close()
