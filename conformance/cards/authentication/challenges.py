"""GET CHALLENGE: sizes, freshness, single use (facts: card.md §9.4, §10, §11).

Whether a challenge is still there is seen by EXTERNAL AUTHENTICATE with the key that writes the SSSE's files,
which every version has: ``6984`` without one, ``9000`` with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.security_steps import (
    ORIGINAL,
    authenticate,
    challenge,
    external_command,
    key_of,
    proof,
    select,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_KEY = "UKSSSE"
_OTHER_SIZES = "01 02 03 05 06 07 09 0A 0C 0F 11 12 18 20 40 80 FE FF 00"
_SHORT = 4
_LONG = 16
_MANY = 8


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for number, size in enumerate((_SHORT, 8, _LONG), 1):
        yield of_size(context, number, size)
    yield other_sizes_are_refused(context)
    yield two_differ(context)
    yield two_differ_across_resets(context)
    yield is_used_up_by_a_right_proof(context)
    yield is_used_up_by_a_wrong_proof(context)
    yield is_replaced_by_a_newer(context)
    yield is_lost_at_reset(context)
    yield is_lost_with_the_application(context)
    yield is_lost_though_the_application_comes_back(context)
    yield is_kept_by_selection(context)
    yield is_kept_by_reading(context)
    yield is_kept_by_verify_and_internal_authentication(context)
    yield of_four_bytes_is_padded(context)
    if context.block_size == _LONG:
        yield of_sixteen_bytes_is_taken_whole(context)
    else:
        yield of_sixteen_bytes_is_too_long(context)


def _uses(c: CaseBuilder, random: str, *, wrong: bool = False) -> str:
    """Send the proof that a challenge gives (a wrong one: for another original)."""
    given = proof(c, key_of(c.context, _KEY), random)
    original = "8877665544332211" if wrong else ORIGINAL
    return c.send(external_command(key_of(c.context, _KEY), given + original))


def _is_used_up(c: CaseBuilder, random: str) -> None:
    """See that the proof before was looked at: a card to which every proof is right keeps nothing."""
    _uses(c, random)
    c.status("6984")


def _ready(c: CaseBuilder) -> None:
    """Fill the key's counter, so that a wrong proof may be tried."""
    authenticate(c, key_of(c.context, _KEY))
    c.status("9000")


def of_size(context: Context, number: int, size: int) -> Case:
    """Ask for a challenge of an allowed size."""
    c = CaseBuilder(f"card/challenge/length/{number:02}", f"A challenge of {size} bytes is given.", context)
    c.send(f"00840000{size:02X}")
    c.status("9000", rule="card/challenge/length")
    c.length(size, rule="card/challenge/length")
    return c.case()


def other_sizes_are_refused(context: Context) -> Case:
    """Ask for challenges of sizes that are not allowed."""
    c = CaseBuilder("card/challenge/other-length/01", "A challenge of any other size is refused.", context)
    c.sweep("00840000{#}", _OTHER_SIZES)
    # 00 asks for "as much as there is": a card that tells the length instead says the same.
    c.swept("6700", others={"00": ("6700", "6Cxx")}, rule="card/challenge/other-length")
    c.send("0084000008")
    c.status("9000", rule="card/challenge/other-length")
    return c.case()


def two_differ(context: Context) -> Case:
    """Ask several times."""
    c = CaseBuilder("card/challenge/fresh/01", "Challenges of one session all differ.", context)
    earlier: list[str] = []
    for _ in range(_MANY):
        random = challenge(c)
        for other in earlier:
            c.differs(other, rule="card/challenge/fresh")
        earlier.append(random)
    return c.case()


def two_differ_across_resets(context: Context) -> Case:
    """Ask after each of several resets."""
    c = CaseBuilder("card/challenge/fresh/02", "First challenges after several resets all differ.", context)
    earlier: list[str] = []
    for _ in range(4):
        c.reset()
        c.alive()
        random = challenge(c)
        for other in earlier:
            c.differs(other, rule="card/challenge/fresh")
        earlier.append(random)
    return c.case()


def is_used_up_by_a_right_proof(context: Context) -> Case:
    """Use one challenge twice with its right proof."""
    c = CaseBuilder(
        "card/challenge/single-use/01", "A challenge answered by a right proof cannot be used again.", context
    )
    random = challenge(c)
    _uses(c, random)
    c.status("9000", rule="card/challenge/single-use")
    _uses(c, random)
    c.status("6984", rule="card/challenge/single-use", shows="forbidden")
    return c.case()


def is_used_up_by_a_wrong_proof(context: Context) -> Case:
    """Try a second proof on the challenge of a wrong one."""
    c = CaseBuilder(
        "card/challenge/single-use/02",
        "A challenge answered by a wrong proof cannot be used again.",
        context,
        effect="restores",
    )
    _ready(c)
    random = challenge(c)
    _uses(c, random, wrong=True)
    c.status("63Cx")
    _uses(c, random)
    c.status("6984", rule="card/challenge/single-use", shows="forbidden")
    authenticate(c, key_of(context, _KEY))
    c.status("9000", rule="card/challenge/single-use")
    return c.case()


def is_replaced_by_a_newer(context: Context) -> Case:
    """Prove over the older of two challenges, then over the newer of two."""
    c = CaseBuilder(
        "card/challenge/replaced/01",
        "A new challenge replaces the one before it: only the newer can be used.",
        context,
        effect="restores",
    )
    _ready(c)
    older = challenge(c)
    challenge(c)
    _uses(c, older)
    c.status("63Cx", rule="card/challenge/replaced", shows="forbidden")
    challenge(c)
    newer = challenge(c)
    _uses(c, newer)
    c.status("9000", rule="card/challenge/replaced")
    return c.case()


def is_lost_at_reset(context: Context) -> Case:
    """Use a challenge of before a reset."""
    c = CaseBuilder("card/challenge/reset/01", "A reset ends the challenge.", context)
    random = challenge(c)
    c.reset()
    c.alive()
    _uses(c, random)
    c.status("6984", rule="card/challenge/reset", shows="forbidden")
    _uses(c, challenge(c))
    c.status("9000", rule="card/challenge/reset")
    return c.case()


def is_lost_with_the_application(context: Context) -> Case:
    """Use the SSSE's challenge in DF01, with a key that holds there too."""
    c = CaseBuilder(
        "card/challenge/application/01", "A challenge of one application is none in another.", context
    )
    random = challenge(c)
    select(c, "DF01")
    own = key_of(context, "UK1DF01")
    c.send(external_command(own, proof(c, own, random) + ORIGINAL))
    c.status("6984", rule="card/challenge/application", shows="forbidden")
    authenticate(c, own)
    c.status("9000", rule="card/challenge/application")
    return c.case()


def is_lost_though_the_application_comes_back(context: Context) -> Case:
    """Leave the application and come back before the challenge is used."""
    c = CaseBuilder(
        "card/challenge/application/02",
        "A challenge is not there again when its application is selected again after another.",
        context,
    )
    random = challenge(c)
    select(c, "DF01")
    c.alive()
    _uses(c, random)
    c.status("6984", rule="card/challenge/application", shows="forbidden")
    return c.case()


def is_kept_by_selection(context: Context) -> Case:
    """Select EFs, what does not exist, and the same application again."""
    c = CaseBuilder(
        "card/challenge/kept/01",
        "Selecting an EF or the same application again keeps the challenge.",
        context,
    )
    random = challenge(c)
    c.must("00A4020002EF05")
    c.send("00A4020002EF1D")
    c.send(SELECT_SSSE)
    _uses(c, random)
    c.status("9000", rule="card/challenge/kept")
    _is_used_up(c, random)
    return c.case()


def is_kept_by_reading(context: Context) -> Case:
    """Read records between challenge and proof."""
    c = CaseBuilder("card/challenge/kept/02", "Reading keeps the challenge.", context)
    random = challenge(c)
    c.must("00B2012C00")
    c.send("00B2FE2C00")
    _uses(c, random)
    c.status("9000", rule="card/challenge/kept")
    _is_used_up(c, random)
    return c.case()


def is_kept_by_verify_and_internal_authentication(context: Context) -> Case:
    """Prove the card and the PIN between challenge and proof."""
    c = CaseBuilder("card/challenge/kept/03", "VERIFY and INTERNAL AUTHENTICATE keep the challenge.", context)
    random = challenge(c)
    verify(c, context.pin)
    c.status("9000")
    c.must(f"0088000010{random}{ORIGINAL}00")
    _uses(c, random)
    c.status("9000", rule="card/challenge/kept")
    _is_used_up(c, random)
    return c.case()


def of_four_bytes_is_padded(context: Context) -> Case:
    """Prove over a challenge of four bytes, padded right and padded left."""
    c = CaseBuilder(
        "card/challenge/four-bytes/01",
        "A challenge of four bytes counts with zeros behind it, not before it.",
        context,
        effect="restores",
    )
    _ready(c)
    random = challenge(c, _SHORT)
    _uses(c, "00000000" + random)
    c.status("63Cx", rule="card/challenge/four-bytes", shows="forbidden")
    _uses(c, challenge(c, _SHORT))
    c.status("9000", rule="card/challenge/four-bytes")
    return c.case()


def of_sixteen_bytes_is_taken_whole(context: Context) -> Case:
    """Prove over a challenge of sixteen bytes, and over its first half."""
    c = CaseBuilder(
        "card/challenge/sixteen-bytes/01",
        "A challenge of sixteen bytes is taken whole by a cipher with blocks of sixteen.",
        context,
        effect="restores",
    )
    _ready(c)
    random = challenge(c, _LONG)
    _uses(c, random.replace("}", "[0:8]}"))
    c.status("63Cx", rule="card/challenge/sixteen-bytes", shows="forbidden")
    _uses(c, challenge(c, _LONG))
    c.status("9000", rule="card/challenge/sixteen-bytes")
    return c.case()


def of_sixteen_bytes_is_too_long(context: Context) -> Case:
    """Prove over the first half of a challenge that the cipher cannot take."""
    c = CaseBuilder(
        "card/challenge/too-long/01",
        "A challenge of sixteen bytes is of no use to a cipher with blocks of eight.",
        context,
    )
    random = challenge(c, _LONG)
    _uses(c, random.replace("}", "[0:8]}"))
    c.status("6984", rule="card/challenge/too-long", shows="forbidden")
    _uses(c, challenge(c))
    c.status("9000", rule="card/challenge/too-long")
    return c.case()
