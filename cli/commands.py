"""The commands by name. Each one's module is imported when it is called, with all that it needs."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Exit, TyperException

from onecard import __version__
from onecard.sim.errors import InputError

__all__ = ["run_command"]

COMMANDS = {
    "run": "Run a scenario: people, cards, terminals, institutions, money; then write the report.",
    "scenarios": "List the built-in scenarios, show one, or print the schema of scenario files.",
    "report": "Verify a run against its digests, then write the report of its figures.",
    "doctor": "Say what this machine has and lacks.",
    "bench": "Measure the project's budgets on this machine.",
}
"""Name of the command, of its module and of its function → what it does."""


class _Commands(TyperGroup):
    """The group of commands, imported one by one."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            raise InputError("unknown command", value=cmd_name, allowed=", ".join(COMMANDS))
        module = importlib.import_module(f"onecard.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name, help=COMMANDS[cmd_name])(getattr(module, cmd_name))
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=_Commands,
    name="onecard",
    help="Simulate the world of China's social security card and judge what takes part in it.",
    add_completion=False,
    rich_markup_mode=None,
)


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


def run_command(words: list[str]) -> int:
    """Run the command line.

    Returns:
        The exit code.

    Raises:
        InputError: a command, option or argument that there is not.
    """
    try:
        result = app(args=words, standalone_mode=False, prog_name="onecard")
    except TyperException as error:
        raise InputError(error.format_message()) from None
    return int(result or 0)
