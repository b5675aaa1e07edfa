"""The wheel holds everything that the source tree holds, under onecard.*."""

import zipfile
from pathlib import Path

import pytest
from build import ProjectBuilder

ROOT = Path(__file__).parents[1]
ROOMS = ("virtual_cards", "sim", "scenarios", "conformance", "reports", "bench", "cli")
DATA_SUFFIXES = {".toml", ".j2", ".css", ".js", ".csv"}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "onecard_root", *ROOMS):
        _copy(ROOT / name, source / name)
    wheel = ProjectBuilder(source).build("wheel", folder)
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        for file in origin.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                _copy(file, target / file.relative_to(origin))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(origin.read_bytes())


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_or_data_file_of_a_room_is_missing_in_the_wheel(wheel_names: set[str], room: str) -> None:
    expected = {
        f"onecard/{file.relative_to(ROOT)}"
        for file in (ROOT / room).rglob("*")
        if file.suffix == ".py" or file.suffix in DATA_SUFFIXES
    }
    assert expected
    assert expected - wheel_names == set()


def test_the_wheel_declares_types_and_licence(wheel_names: set[str]) -> None:
    assert "onecard/py.typed" in wheel_names
    assert any(name.endswith("licenses/LICENSE") for name in wheel_names)


def test_the_wheel_brings_nothing_outside_onecard(wheel_names: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.startswith("onecard")} == set()
