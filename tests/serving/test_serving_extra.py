"""The packages of the extra ``serve`` are needed for serving alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from onecard.cli.findings import remedy_for_module

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


def test_serving_says_what_is_missing_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done = in_a_python_without_them(
        "from onecard.cli.main import main\nsys.exit(main(['serve', 'settlement']))"
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "is missing; to get it: pip install" in done.stderr
    wanted = ["msgspec>=0.20", "SQLAlchemy>=2.1; extra == 'serve'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: wanted)
    assert remedy_for_module("sqlalchemy").startswith("pip install 'onecard[serve]==")
