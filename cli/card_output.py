"""Explanations as people see them: a tree with lines on a terminal, plain indented lines elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from onecard.cli.output import say

if TYPE_CHECKING:
    from onecard.virtual_cards.decoding import Exchange, Explanation

__all__ = ["print_exchange", "print_explanation"]


def print_explanation(explanation: Explanation, *, marker: str = "") -> None:
    """Print a tree.

    Args:
        explanation: the root.
        marker: put before the first line: ``"> "``.
    """
    console = Console()
    if console.is_terminal:
        console.print(_tree(explanation, marker))
        return
    for depth, line in explanation.lines():
        say(f"{'  ' * depth}{line}" if depth else f"{marker}{line}")


def print_exchange(exchange: Exchange) -> None:
    """Print a command and its response."""
    if exchange.command is not None:
        print_explanation(exchange.command, marker="> ")
    if exchange.response is not None:
        print_explanation(exchange.response, marker="< ")


def _tree(explanation: Explanation, marker: str = "") -> Tree:
    """Build rich's tree; names stand out, and what is malformed."""
    line = Text(marker + explanation.line())
    line.stylize("bold", 0, len(marker) + len(explanation.title))
    if explanation.malformed:
        line.stylize("red")
    tree = Tree(line)
    for part in explanation.parts:
        tree.add(_tree(part))
    return tree
