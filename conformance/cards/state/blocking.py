"""APPLICATION BLOCK and CARD BLOCK (facts: card.md §9.1, §10, §11, §21 Q10, Q12, Q34).

All of these block, or would block a card that is wrong: nothing here is for a card that is still needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.security_steps import challenge, select
from onecard.conformance.cards.state import blocking_card
from onecard.conformance.cards.state.blocking_steps import APPLICATION_BLOCK, BlockingCase, block, blockable
from onecard.conformance.cards.state.secured_updates import mac_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_INSIDE = {
    "READ RECORD": "00B2012C00",
    "READ BINARY": "00B0850004",
    "UPDATE RECORD": "00DC012C0301010A",
    "SELECT of an EF": "00A4020002EF05",
    "GET CHALLENGE": "0084000008",
    "EXTERNAL AUTHENTICATE": f"0082000510{'11' * 16}",
    "INTERNAL AUTHENTICATE": f"0088000010{'11' * 16}00",
    "VERIFY without data": "0020000000",
    "PIN UNBLOCK": "842400000400000000",
    "CARD BLOCK": "841600000400000000",
    "GET RESPONSE": "00C0000001",
}


def cases(context: Context) -> Iterator[Case]:
    """Give the cases; those that block SSSE or the card come last."""
    able = blockable(context)
    for number, (application, key) in enumerate(able, 1):
        yield an_application_is_blocked(context, application, key, number)
    yield a_right_is_needed(context)
    yield from another_right_is_not_enough(context)
    yield a_challenge_is_needed(context)
    yield from the_mac_must_be_right(context)
    for number, name in enumerate(_without_means(context), 1):
        yield an_application_without_means(context, name, number)
    yield select_is_refused(context)
    yield everything_inside_is_refused(context)
    yield from unknown_commands_inside(context)
    yield others_are_open(context)
    yield blocked_again(context)
    yield blocked_for_good(context)
    yield from failures_lock_nothing(context)
    yield the_environment_blocks_what_lies_in_it(context)
    yield from blocking_card.cases(context)


def _without_means(context: Context) -> list[str]:
    return [each.name for each in context.claimed if not mac_key(context, each.name)]


def an_application_is_blocked(context: Context, application: str, key: str, number: int) -> Case:
    """Look at the whole flow."""
    purpose = f"APPLICATION BLOCK of {application} under {key} blocks it."
    whole = application == "SSSE"
    c = BlockingCase(f"card/block/application/{number:02d}", purpose, context, epilogue=not whole)
    c.block_application(application, key, name="blocked")
    c.status("9000", rule="card/block/application")
    c.try_to_select(application)
    c.status("9303", rule="card/block/application")
    return c.case()


def a_right_is_needed(context: Context) -> Case:
    """No key, then the right one."""
    rule = "card/block/application-right"
    c = BlockingCase(f"{rule}/01", "APPLICATION BLOCK without a blocking key's right is refused.", context)
    select(c, "DF01")
    block(c, APPLICATION_BLOCK, "STKDF01", name="refused")
    c.select_and_judge("DF01", rule, refused="6982")
    c.block_application("DF01", "BK")
    c.status("9000", rule=rule)
    return c.case()


def another_right_is_not_enough(context: Context) -> Iterator[Case]:
    """Keys that have no say."""
    rule = "card/block/other-right"
    for number, (application, key) in enumerate((("DF01", "UK1DF01"), ("DF01", "PUK"), ("DF04", "DSK")), 1):
        purpose = f"The right of {key} does not block {application}, the right of BK does."
        c = BlockingCase(f"{rule}/{number:02d}", purpose, context)
        c.block_application(application, key, name="refused")
        c.select_and_judge(application, rule, refused="6982")
        c.block_application(application, "BK")
        c.status("9000", rule=rule)
        yield c.case()


def a_challenge_is_needed(context: Context) -> Case:
    """Look at the challenge went into the proof."""
    rule = "card/block/application-challenge"
    c = BlockingCase(f"{rule}/01", "APPLICATION BLOCK without a fresh challenge is refused.", context)
    c.gain("DF01", "BK")
    block(c, APPLICATION_BLOCK, "STKDF01", random="0000000000000000", name="refused")
    c.select_and_judge("DF01", rule, refused="6984")
    c.block_application("DF01", "BK")
    c.status("9000", rule=rule)
    return c.case()


def the_mac_must_be_right(context: Context) -> Iterator[Case]:
    """One bit wrong; the key of another application."""
    for rule, key, wrong in (
        ("card/block/application-mac", "STKDF01", True),
        ("card/block/application-key", "STK", False),
    ):
        what = "one bit of it wrong" if wrong else "another application's key"
        c = BlockingCase(f"{rule}/01", f"APPLICATION BLOCK with a MAC made with {what} is refused.", context)
        c.gain("DF01", "BK")
        block(c, APPLICATION_BLOCK, key, wrong=wrong, name="refused")
        c.select_and_judge("DF01", rule, refused="6988")
        c.block_application("DF01", "BK")
        c.status("9000", rule=rule)
        yield c.case()


def an_application_without_means(context: Context, name: str, number: int) -> Case:
    """No STK."""
    rule = "card/block/no-means"
    c = BlockingCase(f"{rule}/{number:02d}", f"{name} has no maintenance key and cannot be blocked.", context)
    c.gain(name, "BK")
    block(c, APPLICATION_BLOCK, "STK", name="refused")
    c.select_and_judge(name, rule, refused="6A88")
    c.block_application("DF01", "BK")
    c.status("9000", rule=rule)
    return c.case()


def _blocked(c: BlockingCase, application: str = "DF01") -> None:
    c.block_application(application, "BK")
    c.status("9000")


def select_is_refused(context: Context) -> Case:
    """By name and by identifier."""
    rule = "card/block/select"
    c = BlockingCase(f"{rule}/01", "SELECT of a blocked application answers 9303, before it 9000.", context)
    c.try_to_select("DF01")
    c.status("9000", rule=rule)
    _blocked(c)
    select(c, "DF02")
    c.try_to_select("DF01")
    c.status("9303", rule=rule, shows="forbidden")
    c.send("00A4000002DF0100")
    c.status("9303", rule=rule, shows="forbidden")
    return c.case()


def everything_inside_is_refused(context: Context) -> Case:
    """Look at the commands of the table, and the way out."""
    rule = "card/block/inside"
    c = BlockingCase(
        f"{rule}/01", "Inside a blocked application commands answer 9303, SELECT leads out.", context
    )
    _blocked(c)
    for command in _INSIDE.values():
        c.send(command)
        c.status("9303", rule=rule, shows="forbidden")
    c.try_to_select("DF02")
    c.status("9000", rule=rule)
    return c.case()


def unknown_commands_inside(context: Context) -> Iterator[Case]:
    """Commands that no card knows, and what is malformed."""
    rule = "card/block/unknown-inside"
    unknown = {
        "instruction": ("00020000", "6D00"),
        "class": ("10840000", "6E00"),
        "P1 P2": ("0084010008", "6A86"),
    }
    for number, (what, (command, usual)) in enumerate(unknown.items(), 1):
        c = BlockingCase(
            f"{rule}/{number:02d}", f"Inside a blocked application a wrong {what} is 9303.", context
        )
        c.send(command)
        c.status(usual, rule=rule)
        _blocked(c)
        c.send(command)
        c.status("9303", rule=rule, shows="forbidden")
        yield c.case()


def others_are_open(context: Context) -> Case:
    """SSSE and another DF."""
    rule = "card/block/others"
    c = BlockingCase(f"{rule}/01", "Beside a blocked application the others go on.", context)
    _blocked(c)
    c.try_to_select("DF01")
    c.status("9303", rule=rule, shows="forbidden")
    for name in ("SSSE", "DF02"):
        c.try_to_select(name)
        c.status("9000", rule=rule)
    c.alive()
    c.send("00B2012C00")
    c.status("9000", rule=rule)
    return c.case()


def blocked_again(context: Context) -> Case:
    """Look at a second APPLICATION BLOCK, and another command for comparison."""
    rule = "card/block/again"
    c = BlockingCase(f"{rule}/01", "APPLICATION BLOCK in a blocked application answers 9000.", context)
    _blocked(c)
    c.send("0084000008")
    c.status("9303", rule=rule, shows="forbidden")
    c.send("841E00010400000000")
    c.status("9000", rule=rule)
    return c.case()


def blocked_for_good(context: Context) -> Case:
    """After a reset."""
    rule = "card/block/permanent"
    c = BlockingCase(f"{rule}/01", "A blocked application is still blocked after a reset.", context)
    _blocked(c)
    c.reset()
    c.try_to_select("SSSE")
    c.status("9000", rule=rule)
    c.try_to_select("DF01")
    c.status("9303", rule=rule, shows="forbidden")
    return c.case()


def failures_lock_nothing(context: Context) -> Iterator[Case]:
    """More failures than a key has tries, then a right proof."""
    rule = "card/block/never-locks"
    tries = context.statement.card.facts.key_tries + 1
    for number, (application, key) in enumerate((("SSSE", "BK"), ("DF03", "LKDF03"), ("DF04", "LKDF04")), 1):
        c = BlockingCase(
            f"{rule}/{number:02d}",
            f"{key} is not locked by wrong proofs and wrong MACs, which are refused all the same.",
            context,
        )
        select(c, application)
        for _ in range(tries):
            c.authenticate(key, wrong=True)
            c.status("63Cx", rule=rule, shows="forbidden")
        c.authenticate(key)
        c.status("9000", rule=rule)
        for _ in range(tries):
            block(c, APPLICATION_BLOCK, mac_key(context, application), wrong=True)
            c.status("6988", rule=rule, shows="forbidden")
        c.authenticate(key)
        c.status("9000", rule=rule)
        yield c.case()


def the_environment_blocks_what_lies_in_it(context: Context) -> Case:
    """SSSE blocked, DF01 selected."""
    rule = "card/block/environment"
    c = BlockingCase(f"{rule}/01", "When the SSSE is blocked its DFs are, too.", context, epilogue=False)
    c.try_to_select("DF01")
    c.status("9000", rule=rule)
    _blocked(c, "SSSE")
    c.try_to_select("SSSE")
    c.status("9303")
    for name in ("DF01", "DF04"):
        c.try_to_select(name)
        c.status("9303", rule=rule, shows="forbidden")
    c.send("00A40000023F0000")
    c.status("9000")
    challenge(c)
    return c.case()
