"""Entry point of ``onecard``: runs a command and turns errors into one line and an exit code.

Exit codes (architecture §6): 0 all well; 1 a check failed; 2 the input is wrong; 3 the environment lacks
something; 70 our own defect; 130 and 143 interrupted.

Only the standard library is imported here. The commands and what they need come inside :func:`main`, where a
package that is missing and a Ctrl-C during the imports are handled like everywhere else.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from onecard.cli.findings import ENVIRONMENT_LACKS, remedy_for_module, show_findings
from onecard.cli.interruption import Interrupted, interruptible, interruption
from onecard.cli.streams import make_tolerant
from onecard.sim.errors import EnvironmentLacksError, InputError, one_line
from onecard.virtual_cards.pcsc_stack.errors import PcscError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["console", "main"]

INPUT_WRONG, OWN_DEFECT = 2, 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: command line without the program name; the process's own if not given.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        with interruptible():
            code = _run(words)
            sys.stdout.flush()
            return code
    except InputError as error:
        return _complain(str(error), INPUT_WRONG)
    except (EnvironmentLacksError, PcscError) as error:
        return _complain(str(error), ENVIRONMENT_LACKS)
    except Interrupted as error:
        return _tell_interruption(error)
    except Exception as error:
        heard = interruption()
        if heard is not None:
            return _tell_interruption(heard)
        traceback.print_exc()
        return _complain(f"a defect of onecard itself, please report it: {error}", OWN_DEFECT)


def _run(words: list[str]) -> int:
    try:
        from onecard.cli.commands import run_command  # noqa: PLC0415 - a missing package is told below

        return run_command(words)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "onecard"):
            raise
        if words[0] == "doctor":  # which must speak even where the commands cannot be imported
            return show_findings(as_json="--json" in words)
        raise EnvironmentLacksError(
            f"the Python package {missing!r} is missing", remedy=remedy_for_module(missing)
        ) from error


def _tell_interruption(heard: Interrupted) -> int:
    return _complain(f"interrupted ({heard}); nothing unfinished was kept", heard.exit_code)


def _complain(message: str, code: int) -> int:
    print(f"onecard: {one_line(message)}", file=sys.stderr)  # noqa: T201 - the one line of the error contract
    return code


def console() -> None:
    """Console script: run and exit."""
    make_tolerant()
    sys.exit(main())
