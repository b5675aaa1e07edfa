"""How deep a run went: which of the answers that the command table lists were really given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import ENVIRONMENTS, SELECT
from onecard.virtual_cards.iso7816 import status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.commands.rule import CommandRule

__all__ = ["listed_answers", "reached_answers"]

_FAMILIES = {0x61: 0xFF00, 0x6C: 0xFF00, 0x63: 0xFFF0}
_NOT_OF_A_ROW = frozenset({status.UNKNOWN_INSTRUCTION, status.UNKNOWN_CLASS})
"""Standard words that the dispatcher gives before it has found a row."""
_SOCIAL_ONLY = frozenset({status.APPLICATION_BLOCKED, status.NOT_SUPPORTED})
"""Standard words of blocked applications and cards, which no command of the bank application ever meets."""


def listed_answers() -> frozenset[tuple[str, str, int]]:
    """Return (environment, command's name, status word or family) for all that the table lists."""
    return frozenset(
        (environment, rule.name, word)
        for environment, rules in ENVIRONMENTS.items()
        for rule in rules
        for word in rule.status_words | _standard(environment, rule)
    )


def _standard(environment: str, rule: CommandRule) -> frozenset[int]:
    if environment == "social":
        return STANDARD_STATUS - _NOT_OF_A_ROW
    entering = frozenset({status.APPLICATION_BLOCKED}) if rule is SELECT else frozenset()
    return STANDARD_STATUS - _NOT_OF_A_ROW - _SOCIAL_ONLY | entering


def reached_answers(answers: Mapping[str, Mapping[bytes, int]]) -> frozenset[tuple[str, str, int]]:
    """Return those that were given.

    Args:
        answers: as :attr:`FuzzReport.answers`.
    """
    reached = set()
    for environment, counts in answers.items():
        names = _names(ENVIRONMENTS[environment])
        for answer in counts:
            if len(answer) == 4:
                word = int.from_bytes(answer[2:], "big")
                reached.add((environment, names[answer[:2]], word & _FAMILIES.get(answer[2], 0xFFFF)))
    return frozenset(reached)


def _names(rules: tuple[CommandRule, ...]) -> dict[bytes, str]:
    return {bytes((cla, rule.instruction)): rule.name for rule in rules for cla in rule.classes}
