"""What a row of the PSAM's command table says, and what a handler gets and gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from onecard.virtual_cards.psam.contents import PsamContents
    from onecard.virtual_cards.psam.session import PsamSession

__all__ = ["Answer", "Command", "CommandRow", "Handler"]


class Command(NamedTuple):
    """A command APDU taken apart; ``expected`` is Le (256 for ``00``) or None when no Le was sent."""

    p1: int
    p2: int
    data: bytes
    expected: int | None


class Answer(NamedTuple):
    """Response data and status word."""

    data: bytes
    status: int = status.SUCCESS


Handler = Callable[["PsamContents", "PsamSession", Command], Answer]
"""Carries out a command, or refuses it with :class:`onecard.virtual_cards.commands.rule.Refusal`."""


class CommandRow(NamedTuple):
    """One row of the command table.

    Args:
        name: name in the standard.
        handler: what it does.
        p1: allowed values of P1, None for any.
        p2: allowed values of P2, None for any.
        takes_data: whether Lc and data are required (True), absent (False) or free (None).
        clause: where the facts state it.
    """

    name: str
    handler: Handler
    p1: frozenset[int] | None
    p2: frozenset[int] | None
    takes_data: bool | None
    clause: str

    def accepts(self, p1: int, p2: int) -> bool:
        """Whether the row allows these parameters."""
        return (self.p1 is None or p1 in self.p1) and (self.p2 is None or p2 in self.p2)
