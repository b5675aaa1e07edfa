"""A run folder that was cut short or changed is refused with its place."""

import stat
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run_samples import write_run

from onecard.sim.errors import InputError
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, SCENARIO, SUMMARY
from onecard.sim.recording.stored_run import read_run
from onecard.sim.recording.tables import SCHEMAS

FILES = (MANIFEST, SCENARIO, SUMMARY, f"{EVENTS}/visits.parquet")


def test_a_whole_run_is_read_and_verified(tmp_path: Path) -> None:
    summary = write_run(tmp_path)
    assert read_run(tmp_path).summary == summary


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=MANIFEST):
        read_run(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [*FILES, f"{EVENTS}/apdus.parquet"])
def test_a_run_that_lacks_a_file_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    write_run(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=Path(name).name):
        read_run(tmp_path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_a_run_cut_short_is_refused_in_one_line(tmp_path: Path, name: str, share: float) -> None:
    write_run(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError) as caught:
        read_run(tmp_path)
    assert "\n" not in str(caught.value)
    assert Path(name).stem in str(caught.value)


def test_a_changed_figure_is_found(tmp_path: Path) -> None:
    summary = write_run(tmp_path)
    changed = msgspec.structs.replace(summary, card_uses=summary.card_uses + 1)
    (tmp_path / SUMMARY).write_bytes(msgspec.json.encode(changed))
    with pytest.raises(InputError, match="results_sha256"):
        read_run(tmp_path)


CHANGES: dict[str, Any] = {
    "scenario": "other",
    "scenario_sha256": "1" * 64,
    "seed": 2,
    "engine": "steam",
    "version": "9",
    "parameters": {"people": 3, "origin": "file", "overrides": ["people=2"]},
    "results_sha256": "1" * 64,
    "manifest_sha256": "1" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_of_the_manifest_is_found(tmp_path: Path, field: str) -> None:
    write_run(tmp_path)
    manifest = msgspec.json.decode((tmp_path / MANIFEST).read_bytes())
    assert set(manifest) == set(CHANGES)
    (tmp_path / MANIFEST).write_bytes(msgspec.json.encode(manifest | {field: CHANGES[field]}))
    with pytest.raises(InputError, match="manifest_sha256"):
        read_run(tmp_path)


@pytest.mark.parametrize("parameter", ["overrides", "origin"])
def test_how_a_run_was_asked_for_cannot_be_changed_either(tmp_path: Path, parameter: str) -> None:
    write_run(tmp_path)
    manifest = msgspec.json.decode((tmp_path / MANIFEST).read_bytes())
    manifest["parameters"][parameter] = []
    (tmp_path / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(InputError, match="manifest_sha256"):
        read_run(tmp_path)


def test_the_results_are_bound_to_what_was_run(tmp_path: Path) -> None:
    """Somebody who also seals the manifest again still has results of another seed."""
    write_run(tmp_path)
    manifest = read_run(tmp_path).manifest
    changed = msgspec.structs.replace(manifest, seed=2)
    changed = msgspec.structs.replace(changed, manifest_sha256=changed.own_digest())
    (tmp_path / MANIFEST).write_bytes(msgspec.json.encode(changed))
    with pytest.raises(InputError, match="results_sha256"):
        read_run(tmp_path)


def test_a_changed_scenario_is_found_and_its_layout_does_not_matter(tmp_path: Path) -> None:
    write_run(tmp_path)
    scenario = msgspec.json.decode((tmp_path / SCENARIO).read_bytes())
    (tmp_path / SCENARIO).write_bytes(msgspec.json.encode(dict(reversed(scenario.items()))))
    read_run(tmp_path)
    (tmp_path / SCENARIO).write_bytes(msgspec.json.encode(scenario | {"people": 3}))
    with pytest.raises(InputError, match="scenario_sha256"):
        read_run(tmp_path)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'"\\ud800"', b"\xff", b"[]", b"null"])
@pytest.mark.parametrize("name", [MANIFEST, SCENARIO, SUMMARY])
def test_json_that_is_none_of_ours_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    write_run(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_run(tmp_path)


@pytest.mark.parametrize("column", ["stop", "person"], ids=["text", "integer"])
def test_a_null_in_a_table_is_refused_with_its_column(tmp_path: Path, column: str) -> None:
    write_run(tmp_path)
    file = tmp_path / EVENTS / "visits.parquet"
    rows = pq.read_table(file).to_pylist()
    rows[1][column] = None
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS["visits"].arrow()), file)
    with pytest.raises(InputError, match=f"column {column}: the table was changed: a value is null"):
        read_run(tmp_path)


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path)
    pq.write_table(pa.table({"x": [1]}), tmp_path / EVENTS / "visits.parquet")
    with pytest.raises(InputError, match="other columns"):
        read_run(tmp_path)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    write_run(tmp_path)
    before = {file: (file.stat().st_size, stat.S_IMODE(file.stat().st_mode)) for file in tmp_path.rglob("*")}
    read_run(tmp_path)
    assert {
        file: (file.stat().st_size, stat.S_IMODE(file.stat().st_mode)) for file in tmp_path.rglob("*")
    } == before
