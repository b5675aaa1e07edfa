"""The commands by name. Each one's module is imported when it is called, with all that it needs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Exit, TyperException

from onecard import __version__
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["group_of", "run_command"]

COMMANDS = {
    "run": "Run a scenario: people, cards, terminals, institutions, money; then write the report.",
    "scenarios": "List the built-in scenarios, show one, or print the schema of scenario files.",
    "report": "Verify a run against its digests, then write the report of its figures.",
    "card": "Make a card, show it, serve it to any PC/SC program, send it APDUs, decode traces.",
    "conformance": "Judge implementations with evidence; prove that the judge can be trusted.",
    "serve": "Serve tiers of the settlement network to other programs.",
    "explore": "Search faults: break the settlement network in every way, heal it, compare the books.",
    "recheck": "Compute every verdict of a conformance bundle again, offline.",
    "doctor": "Say what this machine has and lacks.",
    "bench": "Measure the project's budgets on this machine.",
}
"""Name of the command, of its module and of its function (or group) → what it does."""


class _Commands(TyperGroup):
    """A group of commands, imported one by one."""

    table: Mapping[str, str] = COMMANDS
    prefix = ""
    """What module and function names begin with: ``"card_"`` inside the group ``card``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.table:
            where = f"onecard {self.prefix.rstrip('_')}" if self.prefix else ""
            raise InputError("unknown command", where=where, value=cmd_name, allowed=", ".join(self.table))
        name = self.prefix + cmd_name
        found = getattr(importlib.import_module(f"onecard.cli.{name}"), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name, help=self.table[cmd_name])(found)
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))


def group_of(name: str, table: Mapping[str, str]) -> typer.Typer:
    """Make a group of commands: ``onecard card new`` is the function ``card_new`` in ``cli/card_new.py``.

    Args:
        name: of the group.
        table: name of each command → what it does.
    """
    members = type(f"_{name.title()}Commands", (_Commands,), {"table": table, "prefix": f"{name}_"})
    group = typer.Typer(
        cls=members,
        name=name,
        help=COMMANDS[name],
        add_completion=False,
        rich_markup_mode=None,
        invoke_without_command=True,
    )
    group.callback()(_help_alone)
    return group


def _help_alone(context: typer.Context) -> None:
    """Print the group's help when no command is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


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
