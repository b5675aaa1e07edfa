"""UPDATE with a MAC under the application's STK (facts: card.md §9.4, §10, §21 Q10).

The other commands with a MAC have areas of their own: PIN CHANGE/UNBLOCK and blocking.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from onecard.conformance.cards.security_steps import challenge
from onecard.conformance.cards.state.secured_updates import SecuredCase, mac_key, targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.cards.state.secured_updates import Target
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    every = list(chain(targets(context, binary=False), targets(context, binary=True)))
    able = [target for target in every if mac_key(context, target.application)]
    for number, target in enumerate(able, 1):
        yield a_right_mac_writes(context, target, number)
    records, transparent = able[0], next(target for target in able if target.at.startswith("D6"))
    for number, target in enumerate((records, transparent), 1):
        yield a_wrong_mac_is_refused(context, target, number)
        yield the_keys_right_is_needed(context, target, number)
        yield a_challenge_is_needed(context, target, number)
    yield from the_mac_covers_the_header(context, records)
    yield a_challenge_serves_once(context, records)
    for number, size in enumerate((4, context.block_size), 1):
        yield every_challenge_that_the_cipher_takes(context, records, size, number)
    yield an_input_of_whole_blocks(context, transparent)
    for number, target in enumerate(able[:2], 1):
        yield another_applications_key_is_refused(context, target, number)
    yield no_room_for_a_mac(context, records)
    yield from an_application_without_key(context, [each for each in every if each not in able])


def a_right_mac_writes(context: Context, target: Target, number: int) -> Case:
    """Look at the right MAC."""
    purpose = f"UPDATE in {target.application} with the right MAC writes what it carries."
    c = SecuredCase(f"card/messaging/right-mac/{number:02d}", purpose, context, target)
    c.update()
    c.look_and_restore()
    c.written("card/messaging/right-mac")
    return c.case()


def a_wrong_mac_is_refused(context: Context, target: Target, number: int) -> Case:
    """One bit of the MAC is wrong, then none."""
    purpose = (
        "UPDATE with one bit of the MAC wrong answers 6988 and writes nothing; without the fault it writes."
    )
    c = SecuredCase(f"card/messaging/wrong-mac/{number:02d}", purpose, context, target)
    c.update(wrong=True)
    c.send(target.read, name="between")
    c.update(name="again")
    c.look_and_restore()
    c.status("6988", rule="card/messaging/wrong-mac", shows="forbidden", at="update")
    c.data(c.old, rule="card/messaging/wrong-mac", shows="forbidden", at="between")
    c.written("card/messaging/wrong-mac", at="again")
    return c.case()


def the_keys_right_is_needed(context: Context, target: Target, number: int) -> Case:
    """Look at a right MAC is no right."""
    purpose = "UPDATE with the right MAC but without the key's right answers 6982 and writes nothing."
    c = SecuredCase(f"card/messaging/right/{number:02d}", purpose, context, target, gained=False)
    c.update()
    c.send(target.read, name="between")
    c.gain_write()
    c.update(name="again")
    c.look_and_restore()
    c.status("6982", rule="card/messaging/right", shows="forbidden", at="update")
    c.data(c.old, rule="card/messaging/right", shows="forbidden", at="between")
    c.written("card/messaging/right", at="again")
    return c.case()


def a_challenge_is_needed(context: Context, target: Target, number: int) -> Case:
    """No challenge: it was used for the key's right."""
    purpose = "UPDATE with a MAC but without a fresh challenge answers 6984 and writes nothing."
    c = SecuredCase(f"card/messaging/challenge/{number:02d}", purpose, context, target)
    c.update(random="0000000000000000")
    c.send(target.read, name="between")
    c.update(name="again")
    c.look_and_restore()
    c.status("6984", rule="card/messaging/challenge", shows="forbidden", at="update")
    c.data(c.old, rule="card/messaging/challenge", shows="forbidden", at="between")
    c.written("card/messaging/challenge", at="again")
    return c.case()


def a_challenge_serves_once(context: Context, target: Target) -> Case:
    """Look at the same challenge after a wrong MAC."""
    purpose = "A challenge that a wrong MAC has used does not serve again."
    c = SecuredCase("card/messaging/used-challenge/01", purpose, context, target)
    random = challenge(c)
    c.update(random=random, wrong=True, name="first")
    c.update(random=random)
    c.send(target.read, name="between")
    c.update(name="again")
    c.look_and_restore()
    c.status("6984", rule="card/messaging/used-challenge", shows="forbidden", at="update")
    c.data(c.old, rule="card/messaging/used-challenge", shows="forbidden", at="between")
    c.written("card/messaging/used-challenge", at="again")
    return c.case()


def the_mac_covers_the_header(context: Context, target: Target) -> Iterator[Case]:
    """Each byte of the header, and Lc."""
    size = target.size
    right = f"04{target.at}{size + 4:02X}"
    others = {
        "class": f"00{right[2:]}",
        "instruction": f"{right[:2]}D6{right[4:]}",
        "P1": f"{right[:4]}{int(right[4:6], 16) ^ 1:02X}{right[6:]}",
        "P2": f"{right[:6]}{int(right[6:8], 16) ^ 8:02X}{right[8:]}",
        "Lc without the MAC": f"{right[:8]}{size:02X}",
    }
    for number, (name, over) in enumerate(others.items(), 1):
        purpose = f"A MAC made over another header ({name}) is refused, over the header that is sent taken."
        c = SecuredCase(f"card/messaging/header/{number:02d}", purpose, context, target)
        c.update(over=over)
        c.send(target.read, name="between")
        c.update(name="again")
        c.look_and_restore()
        c.status("6988", rule="card/messaging/header", shows="forbidden", at="update")
        c.data(c.old, rule="card/messaging/header", shows="forbidden", at="between")
        c.written("card/messaging/header", at="again")
        yield c.case()


def every_challenge_that_the_cipher_takes(context: Context, target: Target, size: int, number: int) -> Case:
    """Look at a session key from a challenge that is not 8 bytes long."""
    purpose = f"The session key comes from a challenge of {size} bytes, filled with 00 on the right."
    c = SecuredCase(f"card/messaging/challenge-size/{number:02d}", purpose, context, target)
    c.update(random=challenge(c, size))
    c.look_and_restore()
    c.written("card/messaging/challenge-size")
    return c.case()


def an_input_of_whole_blocks(context: Context, target: Target) -> Case:
    """Header and data together fill two blocks of 8 bytes, or one of 16."""
    piece = target._replace(read=f"{target.read[:-2]}0B", size=11)
    purpose = "A MAC whose input is whole blocks is made with one block of filling more."
    c = SecuredCase("card/messaging/padding/01", purpose, context, piece)
    c.update()
    c.look_and_restore()
    c.written("card/messaging/padding")
    return c.case()


def another_applications_key_is_refused(context: Context, target: Target, number: int) -> Case:
    """Look at the STK of another application."""
    other = mac_key(context, "DF02" if target.application != "DF02" else "SSSE")
    purpose = f"In {target.application} a MAC under {other} is refused, one under its own key taken."
    c = SecuredCase(f"card/messaging/own-key/{number:02d}", purpose, context, target)
    c.update(key=other)
    c.send(target.read, name="between")
    c.update(name="again")
    c.look_and_restore()
    c.status("6988", rule="card/messaging/own-key", shows="forbidden", at="update")
    c.data(c.old, rule="card/messaging/own-key", shows="forbidden", at="between")
    c.written("card/messaging/own-key", at="again")
    return c.case()


def no_room_for_a_mac(context: Context, target: Target) -> Case:
    """Three bytes of data under class 04, and four."""
    purpose = "UPDATE under class 04 with no byte beside the MAC answers 6700."
    c = SecuredCase("card/messaging/no-room/01", purpose, context, target)
    for size in (3, 4):
        challenge(c)
        c.send(f"04{target.at}{size:02X}{'00' * size}", name=f"of-{size}")
    c.update()
    c.look_and_restore()
    for size in (3, 4):
        c.status("6700", rule="card/messaging/no-room", shows="forbidden", at=f"of-{size}")
    c.written("card/messaging/no-room")
    return c.case()


def an_application_without_key(context: Context, others: list[Target]) -> Iterator[Case]:
    """Look at the applications that have no STK."""
    for number, target in enumerate(others, 1):
        purpose = (
            f"{target.application} has no maintenance key: UPDATE with a MAC answers 6984, without it writes."
        )
        c = SecuredCase(f"card/messaging/no-key/{number:02d}", purpose, context, target)
        c.update(key="STK")
        c.send(target.read, name="between")
        c.send(f"00{target.at}{target.size:02X}{c.new}", name="plain")
        c.look_and_restore()
        c.status("6984", rule="card/messaging/no-key", shows="forbidden", at="update")
        c.data(c.old, rule="card/messaging/no-key", shows="forbidden", at="between")
        c.written("card/messaging/no-key", at="plain")
        yield c.case()
