"""Whose message it is: every hop of every message has an identity, and all its draws are keyed by that.

A visit numbers the messages that it sends; a tier numbers the questions that it asks while it serves one. So
the identity of a hop is (visit, path), where the path is the message's number followed by the number of the
question at each tier on the way. What others do, and in which order, cannot change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from onecard.sim.errors import DefectError

__all__ = ["Caller", "Hop"]

_DEPTH = 6
"""Questions behind questions; the longest route of a settlement has five (world.md §1.8.4, note c)."""
_BITS = 4
_QUESTIONS = 1 << _BITS
"""Questions that a tier asks for one message, plus one; so many steps has a message at most."""
_MESSAGE_BITS = 24
"""Messages of one visit."""


class Hop(NamedTuple):
    """One message on its way to one actor.

    Attributes:
        visit: on whose behalf; -1 for nobody's.
        path: the message's number, and the questions' numbers behind it, as digits.
        depth: how many questions lie behind the message.
    """

    visit: int
    path: int
    depth: int = 0

    def question(self, number: int) -> Hop:
        """Return the hop of the n-th question, from 1, that is asked while this message is served."""
        if self.depth == _DEPTH or not 0 < number < _QUESTIONS:
            raise DefectError(f"question {number} at depth {self.depth} of a message of visit {self.visit}")
        shift = _BITS * (_DEPTH - 1 - self.depth)
        return Hop(self.visit, self.path + (number << shift), self.depth + 1)

    def step(self, number: int) -> int:
        """Return the occurrence number of a step's draws."""
        return (self.path << _BITS) + number

    def order(self, number: int) -> int:
        """Return the rank of a step among those that reach a queue in one instant: by visit, then path."""
        return (((self.visit << _MESSAGE_BITS + _BITS * _DEPTH) + self.path) << _BITS) + number


@dataclass(slots=True)
class Caller:
    """On whose behalf messages are sent: gives each message of a visit its number."""

    visit: int
    address: str
    calls: int = 0

    def next_hop(self) -> Hop:
        """Give the next message its number."""
        number = self.calls
        self.calls += 1
        return Hop(self.visit, number << _BITS * _DEPTH)
