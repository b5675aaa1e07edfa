"""A signal whose exception gets lost on the way still ends the command, in one line, with nothing left."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from onecard.cli.main import main

SMALL = ["run", "daily-card-usage", "--people", "20"]


class Loses:
    """Python drops what is raised while it finalises an object."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def lose(*_arguments: object, progress: Callable[[float, int], None], **_options: object) -> None:
    held = Loses()
    del held
    progress(0.5, 1)
    raise AssertionError("the work went on after the signal")


def turn_into_another_error(*_arguments: object, **_options: object) -> None:
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException as error:
        raise RuntimeError("a library's own error") from error


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("work", [lose, turn_into_another_error])
def test_the_command_ends_as_interrupted(
    work: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("onecard.cli.run.execute", work)
    assert main([*SMALL, "--out", str(tmp_path / "run")]) == 130
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == "onecard: interrupted (SIGINT); nothing unfinished was kept"
    )
    assert list(tmp_path.iterdir()) == []
