"""Entry point of ``onecard``: assembles the commands and turns errors into one line and an exit code.

Exit codes (architecture §6): 0 all well; 1 a check failed; 2 the input is wrong; 3 the environment lacks
something; 70 our own defect; 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, Exit, TyperException

from onecard import __version__
from onecard.cli import bench, doctor, report, run, scenarios
from onecard.sim.errors import EnvironmentLacksError, InputError

__all__ = ["app", "main"]

CHECK_FAILED, INPUT_WRONG, ENVIRONMENT_LACKS, OWN_DEFECT, INTERRUPTED = 1, 2, 3, 70, 130

app = typer.Typer(
    name="onecard",
    help="Simulate the world of China's social security card and judge what takes part in it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("scenarios")(scenarios.scenarios)
app.command("report")(report.report)
app.command("doctor")(doctor.doctor)
app.command("bench")(bench.bench)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"onecard {__version__}")
        raise Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_print_version, is_eager=True
    ),
) -> None:
    """Options before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: command line without the program name; the process's own if not given.

    Returns:
        The exit code.
    """
    try:
        result = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except TyperException as error:
        return _complain(error.format_message(), INPUT_WRONG)
    except (InputError, EnvironmentLacksError) as error:
        return _complain(str(error), INPUT_WRONG if isinstance(error, InputError) else ENVIRONMENT_LACKS)
    except (KeyboardInterrupt, Abort):
        return _complain("interrupted; nothing was kept", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; say nothing more
        return 0
    except Exception as error:
        traceback.print_exc()
        return _complain(f"a defect of onecard itself, please report it: {error}", OWN_DEFECT)
    code = int(result or 0)
    # typer turns Ctrl-C into this exit code
    return code if code != INTERRUPTED else _complain("interrupted; nothing was kept", INTERRUPTED)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    print(f"onecard: {line}", file=sys.stderr)  # noqa: T201 - the one line of the error contract
    return code


def console() -> None:
    """Console script: run and exit."""
    sys.exit(main())
