"""The packages of the extra ``serve`` are needed for serving alone."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from onecard import __version__
from onecard.cli.main import main

PACKAGES = (
    "aiohttp",
    "gmssl_pyx",
    "httptools",
    "prometheus_client",
    "psycopg",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
)


def in_a_python_without_them(code: str) -> subprocess.CompletedProcess[str]:
    missing = "".join(f"sys.modules[{name!r}] = None\n" for name in PACKAGES)
    words = [sys.executable, "-c", f"import sys\n{missing}{code}"]
    return subprocess.run(words, check=False, capture_output=True, text=True)


def test_everything_else_works_without_them() -> None:
    code = (
        "import onecard.bench, onecard.cli.commands, onecard.cli.run, onecard.cli.bench, onecard.sim.nation"
    )
    done = in_a_python_without_them(code)
    assert done.returncode == 0, done.stderr


def test_serving_says_what_is_missing_and_how_to_get_it() -> None:
    required = ["msgspec>=0.20", "SQLAlchemy>=2.1; extra == 'serve'"]
    done = in_a_python_without_them(
        f"import importlib.metadata\nimportlib.metadata.requires = lambda name: {required}\n"
        "from onecard.cli.main import main\nsys.exit(main(['serve', 'settlement']))"
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "the Python package 'sqlalchemy' is missing; to get it: " in done.stderr
    assert done.stderr.endswith(f"{sys.executable} -m pip install 'onecard[serve]=={__version__}'\n")


def test_doctor_says_that_serving_is_missing_and_that_nothing_else_needs_it() -> None:
    done = in_a_python_without_them("from onecard.cli.main import main\nsys.exit(main(['doctor', '--json']))")
    assert done.returncode == 0, "serving is no part of the core"
    (found,) = (each for each in msgspec.json.decode(done.stdout) if each["part"] == "serving")
    assert (found["present"], found["optional"]) == (False, True)
    assert found["remedy"] == f"{sys.executable} -m pip install 'onecard[serve]=={__version__}'"


def test_doctor_finds_serving_where_its_packages_are(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    found = {each["part"]: each["present"] for each in msgspec.json.decode(capsys.readouterr().out)}
    assert found["serving"]
