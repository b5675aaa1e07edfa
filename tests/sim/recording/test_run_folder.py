"""A run folder is whole or absent, and a damaged one is refused with its place."""

import errno
import os
import stat
from pathlib import Path

import msgspec
import pytest
from run_samples import write_run

from onecard.sim.errors import InputError
from onecard.sim.recording.run_folder import (
    EVENTS,
    MANIFEST,
    PARTIAL,
    SUMMARY,
    new_run_folder,
    read_run,
)


def test_a_finished_block_moves_everything_in_place(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with new_run_folder(target) as partial:
        (partial / EVENTS / "a").write_text("a")
        (partial / MANIFEST).write_text("m")
    assert sorted(str(file.relative_to(target)) for file in target.rglob("*")) == [
        EVENTS,
        f"{EVENTS}/a",
        MANIFEST,
    ]


@pytest.mark.parametrize("existed", [True, False], ids=["existing folder", "new folder"])
@pytest.mark.parametrize(
    "error", [RuntimeError("x"), KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")]
)
def test_a_broken_block_leaves_nothing_behind(tmp_path: Path, existed: bool, error: BaseException) -> None:
    target = tmp_path / "deep" / "run"
    if existed:
        target.mkdir(parents=True)
    expected = InputError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_half(target, error)
    assert target.exists() == existed
    assert (tmp_path / "deep").exists() == existed
    assert list(tmp_path.rglob("half")) == []
    assert list(tmp_path.rglob(PARTIAL)) == []


def write_half(target: Path, error: BaseException) -> None:
    with new_run_folder(target) as partial:
        (partial / EVENTS / "half").write_text("half")
        raise error


def test_a_full_disk_is_told_in_one_line_with_the_place(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"run: cannot write the run \(No space left") as caught,
        new_run_folder(tmp_path / "run"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "\n" not in str(caught.value)


def test_a_folder_with_anything_in_it_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"), new_run_folder(tmp_path):
        raise AssertionError("must not run")
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.write_text("mine")
    with pytest.raises(InputError, match="not a folder"), new_run_folder(target):
        raise AssertionError("must not run")
    assert target.read_text() == "mine"


def test_a_file_as_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="cannot write"), new_run_folder(tmp_path / "file" / "run"):
        raise AssertionError("must not run")


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, *_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)  # the permission bits do not bind the superuser
    with pytest.raises(InputError, match="Permission denied"), new_run_folder(tmp_path / "run"):
        raise AssertionError("must not run")


def test_a_whole_run_is_read_and_verified(tmp_path: Path) -> None:
    summary = write_run(tmp_path)
    assert read_run(tmp_path).summary == summary


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=MANIFEST):
        read_run(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [MANIFEST, SUMMARY, f"{EVENTS}/visits.parquet", f"{EVENTS}/apdus.parquet"])
def test_a_run_that_lacks_a_file_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    write_run(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=Path(name).name):
        read_run(tmp_path)


@pytest.mark.parametrize("name", [MANIFEST, SUMMARY, f"{EVENTS}/visits.parquet"])
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
    with pytest.raises(InputError, match="digest"):
        read_run(tmp_path)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    write_run(tmp_path)
    before = {file: (file.stat().st_size, stat.S_IMODE(file.stat().st_mode)) for file in tmp_path.rglob("*")}
    read_run(tmp_path)
    assert {
        file: (file.stat().st_size, stat.S_IMODE(file.stat().st_mode)) for file in tmp_path.rglob("*")
    } == before
