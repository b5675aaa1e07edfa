"""Rows and handlers of the payment application (facts: card.md §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.virtual_cards.commands.rule import CommandRule

__all__ = ["PAYMENT_COMMANDS"]

PAYMENT_COMMANDS: tuple[CommandRule, ...] = ()
"""Commands inside the payment environment, beyond SELECT and GET RESPONSE."""
