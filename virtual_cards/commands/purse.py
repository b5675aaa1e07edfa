"""Rows and handlers of the medical purse (facts: card.md §10, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.virtual_cards.commands.rule import CommandRule

__all__ = ["PURSE_COMMANDS"]

PURSE_COMMANDS: tuple[CommandRule, ...] = ()
