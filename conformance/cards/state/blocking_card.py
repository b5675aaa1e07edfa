"""CARD BLOCK (facts: card.md §10, §11, §21 Q34): the last that is done to a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE
from onecard.conformance.cards.security_steps import select
from onecard.conformance.cards.state.blocking_steps import CARD_BLOCK, BlockingCase, block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_ANY_COMMAND = {
    "SELECT": SELECT_SSSE,
    "GET CHALLENGE": "0084000008",
    "READ RECORD": "00B2012C00",
    "VERIFY without data": "0020000000",
    "GET RESPONSE": "00C0000001",
    "CARD BLOCK": "841600000400000000",
}


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield a_right_is_needed(context)
    yield a_challenge_is_needed(context)
    yield from the_mac_must_be_right(context)
    yield every_command_is_refused(context)
    yield refused_after_a_reset(context)
    yield refused_before_all_else(context)


def _still_there(c: BlockingCase, rule: str, refused: str) -> None:
    """Judge that the step ``refused`` was and the card lives, then that the whole flow blocks it."""
    c.select_and_judge("SSSE", rule, refused=refused)
    c.block_card()
    c.status("9000", rule=rule)
    c.send(SELECT_SSSE)
    c.status("6A81", rule=rule)


def a_right_is_needed(context: Context) -> Case:
    """No right, then BK's."""
    rule = "card/block/card-right"
    c = BlockingCase(f"{rule}/01", "CARD BLOCK without BK's right is refused.", context, epilogue=False)
    block(c, CARD_BLOCK, "STK", name="refused")
    _still_there(c, rule, "6982")
    return c.case()


def a_challenge_is_needed(context: Context) -> Case:
    """Look at the challenge went into the proof."""
    rule = "card/block/card-challenge"
    c = BlockingCase(
        f"{rule}/01", "CARD BLOCK without a fresh challenge is refused.", context, epilogue=False
    )
    c.gain("SSSE", "BK")
    block(c, CARD_BLOCK, "STK", random="0000000000000000", name="refused")
    _still_there(c, rule, "6984")
    return c.case()


def the_mac_must_be_right(context: Context) -> Iterator[Case]:
    """One bit of the MAC wrong; the MAC of APPLICATION BLOCK."""
    rule = "card/block/card-mac"
    for number, over in enumerate(("", "841E000104"), 1):
        what = "over another command" if over else "with one bit wrong"
        c = BlockingCase(
            f"{rule}/{number:02d}", f"CARD BLOCK with a MAC {what} is refused.", context, epilogue=False
        )
        c.gain("SSSE", "BK")
        if over:
            random = c.must("0084000008")
            code = c.let("mac", f"{{{random}}}", over, key="STK/1")
            c.send(f"{CARD_BLOCK}04{code}", name="refused")
        else:
            block(c, CARD_BLOCK, "STK", wrong=True, name="refused")
        _still_there(c, rule, "6988")
        yield c.case()


def every_command_is_refused(context: Context) -> Case:
    """Commands of all kinds, in the same power-on."""
    rule = "card/block/card"
    c = BlockingCase(f"{rule}/01", "After CARD BLOCK every command answers 6A81.", context, epilogue=False)
    c.block_card()
    c.status("9000", rule=rule)
    for command in _ANY_COMMAND.values():
        c.send(command)
        c.status("6A81", rule=rule, shows="forbidden")
    return c.case()


def refused_after_a_reset(context: Context) -> Case:
    """Look at a blocked card answers to reset, and to nothing else."""
    rule = "card/block/card-permanent"
    c = BlockingCase(f"{rule}/01", "A blocked card is still blocked after a reset.", context, epilogue=False)
    c.block_card()
    c.status("9000")
    c.reset(name="later")
    c.atr("form", rule=rule)
    for command in _ANY_COMMAND.values():
        c.send(command)
        c.status("6A81", rule=rule, shows="forbidden")
    return c.case()


def refused_before_all_else(context: Context) -> Case:
    """Look at an unknown command, and one in a blocked application."""
    rule = "card/block/card-first"
    c = BlockingCase(
        f"{rule}/01", "A blocked card answers 6A81 before it looks at anything else.", context, epilogue=False
    )
    c.send("00020000")
    c.status("6D00", rule=rule)
    c.block_application("DF01", "BK")
    c.status("9000")
    select(c, "SSSE")
    c.block_card()
    c.status("9000")
    for command in ("00020000", "10840000", "0084010008", "00A4000002DF0100"):
        c.send(command)
        c.status("6A81", rule=rule, shows="forbidden")
    return c.case()
