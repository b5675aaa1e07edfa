"""Imports point one way: each room imports only what its row of architecture §2 allows."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "virtual_cards": {"virtual_cards"},
    "sim": {"virtual_cards", "sim"},
    "scenarios": {"virtual_cards", "sim", "scenarios"},
    "conformance": {"virtual_cards", "sim", "conformance"},
    "reports": {"virtual_cards", "sim", "scenarios", "conformance", "reports"},
    "bench": {"virtual_cards", "sim", "scenarios", "conformance", "reports", "bench"},
    "cli": {"virtual_cards", "sim", "scenarios", "conformance", "reports", "bench", "cli"},
}


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the absolute one"
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "onecard"
                else [node.module or ""]
            )
        else:
            continue
        rooms |= {
            name.split(".")[1]
            for name in names
            if name.startswith("onecard.") and name != "onecard.__version__"
        }
    return rooms


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"{room}/ has no Python file"
    offenders = {str(file): imported_rooms(file) - ALLOWED[room] for file in files}
    assert not {file: rooms for file, rooms in offenders.items() if rooms}


def test_every_python_folder_of_the_project_is_a_known_room() -> None:
    folders = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert folders == set(ALLOWED) | {"onecard_root"}


def run_time_imports(statements: list[ast.stmt]) -> Iterator[str]:
    """Give the modules that are imported when the file is, so without those under ``TYPE_CHECKING``."""
    for node in statements:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        for block in ("body", "orelse", "handlers", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield from run_time_imports(getattr(node, block, None) or [])


@pytest.mark.parametrize("room", ALLOWED)
def test_the_rooms_inside_a_room_import_one_way(room: str) -> None:
    imports: dict[str, set[str]] = {}
    for file in sorted((ROOT / room).rglob("*.py")):
        inner = file.relative_to(ROOT / room).parts[0].removesuffix(".py")
        names = run_time_imports(ast.parse(file.read_text(encoding="utf-8")).body)
        found = {name.split(".")[2] for name in names if name.startswith(f"onecard.{room}.")}
        imports.setdefault(inner, set()).update(found - {inner})
    imports.pop("__init__", None)
    assert set(graphlib.TopologicalSorter(imports).static_order()) >= set(imports)


def test_the_second_evaluator_imports_nothing_of_the_project_but_itself() -> None:
    files = sorted((ROOT / "conformance" / "recheck").rglob("*.py"))
    assert files
    foreign = {
        str(file): found
        for file in files
        if (found := {name for name in imported_modules(file) if not is_in(name, "recheck")})
    }
    assert not foreign


def test_the_model_imports_nothing_above_it() -> None:
    files = sorted((ROOT / "conformance" / "model").rglob("*.py"))
    assert files
    above = {
        str(file): found
        for file in files
        if (found := {name for name in imported_modules(file) if not is_in(name, "model")})
    }
    assert not above


def imported_modules(path: Path) -> set[str]:
    """Give every module of the project that a file names in an import, also those for the type checker."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.split(".")[0] == "onecard"}


def is_in(module: str, inner: str) -> bool:
    return f"{module}.".startswith(f"onecard.conformance.{inner}.")
