"""From a command's bytes to a response's bytes: the checks that come before any command's meaning.

Order (facts: card.md §10, §11, §21 Q34), first match answers:

1. card blocked                                   ``6A81``
2. current application blocked                    ``9303``, but to SELECT and APPLICATION BLOCK
3. not a short APDU                               ``6700``
4. class unknown to every row of the table        ``6E00``
5. instruction unknown                            ``6D00``
6. instruction known, not under this class        ``6E00``
7. P1 P2 not allowed                              ``6A86``
8. Lc or Le not allowed                           ``6700``
9. the command's own rules

The current application's side of the firewall decides which table holds; SELECT and GET RESPONSE stand in
both. A command during which the memory fails to take a byte answers ``6581`` and has changed nothing.

Any command but GET RESPONSE gives up an answer that waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.chip.nonvolatile import WriteFailed
from onecard.virtual_cards.commands.rule import Answer, Refusal
from onecard.virtual_cards.commands.table import APPLICATION_BLOCK, ENVIRONMENTS, GET_RESPONSE, SELECT
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.iso7816.apdu import parse_command

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.session import Session
    from onecard.virtual_cards.commands.rule import CommandRule
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

__all__ = ["execute", "rule_for"]


class _Side:
    """The command table of one side of the firewall, made ready for looking up."""

    def __init__(self, commands: tuple[CommandRule, ...]) -> None:
        self.rules = {cla << 8 | rule.instruction: rule for rule in commands for cla in rule.classes}
        self.classes = frozenset(cla for rule in commands for cla in rule.classes)
        self.instructions = frozenset(rule.instruction for rule in commands)


_SIDES = {environment: _Side(commands) for environment, commands in ENVIRONMENTS.items()}


def rule_for(cla: int, ins: int, environment: str = "social") -> CommandRule | None:
    """Return the row of an environment's command table for a class and an instruction."""
    return _SIDES[environment].rules.get(cla << 8 | ins)


def execute(session: Session, command: bytes) -> bytes:
    """Carry out one command APDU of a powered card and return data and status word."""
    apdu = parse_command(command)
    side = _SIDES[session.application.environment]
    rule = side.rules.get(apdu.cla << 8 | apdu.ins) if apdu is not None else None
    if session.waiting and rule is not GET_RESPONSE:
        session.waiting = b""
    try:
        _check_blocks(session, rule)
        if apdu is None:
            raise Refusal(status.WRONG_LENGTH)
        if rule is None:
            raise Refusal(_unknown(side, apdu))
        _check_form(session, rule, apdu)
        return rule.handler(session, apdu)
    except Refusal as refusal:
        return status.word(refusal.status_word)
    except WriteFailed:
        return status.word(status.MEMORY_FAILURE)


def _check_blocks(session: Session, rule: CommandRule | None) -> None:
    memory = session.memory
    if memory.card_blocked:
        raise Refusal(status.NOT_SUPPORTED)
    if (
        memory.blocked_applications
        and rule is not SELECT
        and rule is not APPLICATION_BLOCK
        and session.is_blocked(session.application)
    ):
        raise Refusal(status.APPLICATION_BLOCKED)


def _check_form(session: Session, rule: CommandRule, apdu: CommandApdu) -> None:
    if not rule.takes(apdu.p1, apdu.p2):
        raise Refusal(status.WRONG_PARAMETERS)
    if len(apdu.data) not in rule.data_lengths or not _le_fits(session, rule, apdu):
        raise Refusal(status.WRONG_LENGTH)


def _unknown(side: _Side, apdu: CommandApdu) -> int:
    if apdu.cla in side.classes and apdu.ins not in side.instructions:
        return status.UNKNOWN_INSTRUCTION
    return status.UNKNOWN_CLASS


def _le_fits(session: Session, rule: CommandRule, apdu: CommandApdu) -> bool:
    """Tell whether Le is there, or absent, as the command wants it."""
    if rule.answer is Answer.READING:
        return apdu.le is not None or session.face.absent_le_is_zero
    if rule.answer is Answer.NONE:
        # Without data the fifth byte is T=0's P3, that is Lc = 0.
        return apdu.le is None or (apdu.le == 0 and not apdu.data)
    return True
