"""The onecard command as a process of its own, for what only a process has: pipes, encodings, signals."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

ONECARD = [sys.executable, "-m", "onecard.cli"]
SMALL = ["run", "daily-card-usage", "--people", "30", "--seed", "5"]
LIMIT_S = 120
"""No command of the tests takes as long, even on a busy machine."""


def onecard(*arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> Any:
    """Run the command to its end."""
    settings: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [*ONECARD, *arguments], env={**os.environ, **(env or {})}, check=False, timeout=LIMIT_S, **settings
    )


def python(program: str, *arguments: str) -> Any:
    """Run a Python program that calls the command."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
