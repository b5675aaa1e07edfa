"""A run folder is whole or absent."""

import errno
import os
from pathlib import Path

import pytest

from onecard.sim.errors import InputError
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, PARTIAL, new_run_folder


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


def test_the_manifest_is_moved_up_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    rename = Path.rename

    def watch(self: Path, target: Path) -> Path:
        moved.append(self.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watch)
    with new_run_folder(tmp_path / "run") as partial:
        for name in (MANIFEST, "a.txt", "z.txt"):
            (partial / name).write_text(name)
    assert moved[-1] == MANIFEST
    assert sorted(moved) == sorted([MANIFEST, EVENTS, "a.txt", "z.txt"])


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


def test_an_existing_folder_on_a_read_only_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for verb in ("mkdir", "unlink", "rmdir"):
        monkeypatch.setattr(Path, verb, refuse)
    with pytest.raises(InputError, match="Read-only file system"), new_run_folder(tmp_path):
        raise AssertionError("must not run")


def test_a_disk_that_becomes_read_only_in_the_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def fail(partial: Path) -> None:
        for verb in ("unlink", "rmdir", "write_text"):
            monkeypatch.setattr(Path, verb, refuse)
        (partial / "a").write_text("a")

    with (
        pytest.raises(InputError, match="Read-only file system"),
        new_run_folder(tmp_path / "run") as partial,
    ):
        fail(partial)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="File name too long"), new_run_folder(tmp_path / ("x" * 300)):
        raise AssertionError("must not run")
    assert list(tmp_path.iterdir()) == []


def test_the_rest_of_a_killed_run_is_told_as_such_and_kept(tmp_path: Path) -> None:
    (tmp_path / PARTIAL).mkdir()
    with pytest.raises(InputError, match="another run writes"), new_run_folder(tmp_path):
        raise AssertionError("must not run")
    assert (tmp_path / PARTIAL).is_dir()


def test_what_others_put_into_the_folder_during_a_broken_run_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "run"

    def fail() -> None:
        (target / MANIFEST).write_text("mine")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"), new_run_folder(target):
        fail()
    assert (target / MANIFEST).read_text() == "mine"
