"""Event tables: written as Parquet, digested by content."""

from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.recording import tables
from onecard.sim.recording.tables import SCHEMAS, ColumnDigests, TableSchema, TableWriter

SCHEMA = TableSchema("sample", (("number", "int"), ("word", "text")))
ROWS = [(1, "park"), (-(2**62), "公园"), (3, "park")]


def test_rows_come_back_from_the_file_as_they_went_in(tmp_path: Path) -> None:
    writer = TableWriter(SCHEMA, tmp_path)
    for row in ROWS:
        writer.add(*row)
    writer.close()
    table = pq.read_table(tmp_path / "sample.parquet")
    assert list(zip(*(table[name].to_pylist() for name in ("number", "word")), strict=True)) == ROWS


def test_an_empty_table_is_a_readable_file(tmp_path: Path) -> None:
    TableWriter(SCHEMA, tmp_path).close()
    assert pq.read_table(tmp_path / "sample.parquet").num_rows == 0


rows = st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(max_size=5)), max_size=30)


@given(rows=rows, cut=st.integers(0, 30))
def test_the_digest_does_not_depend_on_how_rows_are_grouped(rows: list[tuple[int, str]], cut: int) -> None:
    whole, parts = ColumnDigests(SCHEMA), ColumnDigests(SCHEMA)
    whole.update(columns(rows), len(rows))
    parts.update(columns(rows[:cut]), len(rows[:cut]))
    parts.update(columns(rows[cut:]), len(rows[cut:]))
    assert whole.hexdigests() == parts.hexdigests()
    assert whole.rows == parts.rows


@given(rows=rows.filter(bool), data=st.data())
def test_any_changed_value_changes_the_digest(rows: list[tuple[int, str]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows]
    changed[at] = (rows[at][0] ^ 1, rows[at][1])
    first, second = ColumnDigests(SCHEMA), ColumnDigests(SCHEMA)
    first.update(columns(rows), len(rows))
    second.update(columns(changed), len(changed))
    assert first.hexdigests()["number"] != second.hexdigests()["number"]
    assert first.hexdigests()["word"] == second.hexdigests()["word"]


def test_texts_cannot_run_into_each_other() -> None:
    first, second = ColumnDigests(SCHEMA), ColumnDigests(SCHEMA)
    first.update([[1, 2], ["ab", "c"]], 2)
    second.update([[1, 2], ["a", "bc"]], 2)
    assert first.hexdigests()["word"] != second.hexdigests()["word"]


def columns(rows: list[tuple[int, str]]) -> list[list[object]]:
    return [[row[0] for row in rows], [row[1] for row in rows]]


def test_rows_reach_the_file_before_they_fill_the_memory(tmp_path: Path) -> None:
    count = tables.CHUNK_ROWS + 1
    writer = TableWriter(SCHEMA, tmp_path)
    for number in range(count):
        writer.add(number, "x")
    assert writer.digests.rows == tables.CHUNK_ROWS
    writer.close()
    assert pq.ParquetFile(tmp_path / "sample.parquet").metadata.num_rows == count


def test_every_schema_starts_with_known_kinds_only() -> None:
    for schema in SCHEMAS.values():
        assert {kind for _, kind in schema.columns} <= {"int", "text"}
        assert len({name for name, _ in schema.columns}) == len(schema.columns)
