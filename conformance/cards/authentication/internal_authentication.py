"""INTERNAL AUTHENTICATE (facts: card.md §9.1, §9.3, §9.4, §10, §12.3, §21 Q11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.context import option_of
from onecard.conformance.cards.security_steps import ORIGINAL, challenge, select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_VERSIONS = (1, 2, 3)
_WRONG_SIZES = (1, 8, 15, 18, 24)


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield the_proof_is_right(context)
    yield the_proof_holds_for_edges(context)
    yield another_input_gives_another_proof(context)
    yield the_key_is_the_cards(context)
    for version in _VERSIONS:
        yield of_version(context, version)
    yield without_a_version_it_is_the_first(context)
    yield unknown_versions_are_refused(context)
    yield other_lengths_are_refused(context)
    yield nothing_need_be_proved_before(context)
    yield it_gives_no_right(context)
    for application in context.layout.applications[1:]:
        yield inside_an_application(context, application.fid & 0xFF, application.name)
    yield prescribed_dialogue(context)


def _asks(c: CaseBuilder, random: str, original: str = ORIGINAL, version: str = "") -> str:
    """Send INTERNAL AUTHENTICATE."""
    return c.send(f"00880000{11 if version else 10}{random}{original}{version}00")


def _expected(c: CaseBuilder, random: str, original: str = ORIGINAL, version: int = 1) -> str:
    return c.let("authentication", random, original, key=f"IRK/{version}")


def the_proof_is_right(context: Context) -> Case:
    """Several terminals' randoms and originals."""
    id_ = "card/internal/proof/01"
    c = CaseBuilder(id_, "The answer is the authentication data over input and original.", context)
    for occurrence in range(3):
        random, original = context.random(id_, occurrence), context.random(id_, occurrence + 100)
        wanted = _expected(c, random, original)
        _asks(c, random, original)
        c.status("9000", rule="card/internal/proof")
        c.data(wanted, rule="card/internal/proof")
    return c.case()


def the_proof_holds_for_edges(context: Context) -> Case:
    """Send inputs of equal bytes."""
    c = CaseBuilder("card/internal/proof/02", "The answer is right for inputs of zeros and of ones.", context)
    for random, original in (("00" * 8, "00" * 8), ("FF" * 8, "FF" * 8), ("00" * 8, "FF" * 8)):
        wanted = _expected(c, random, original)
        _asks(c, random, original)
        c.data(wanted, rule="card/internal/proof")
    return c.case()


def another_input_gives_another_proof(context: Context) -> Case:
    """Change the input, then the original."""
    id_ = "card/internal/inputs/01"
    c = CaseBuilder(id_, "Input and original both tell in the answer.", context)
    random = context.random(id_)
    name = _asks(c, random)
    c.status("9000")
    first = "{" + name + "}"
    _asks(c, context.random(id_, 1))
    c.differs(first, rule="card/internal/inputs")
    _asks(c, random, "8877665544332211")
    c.differs(first, rule="card/internal/inputs")
    return c.case()


def the_key_is_the_cards(context: Context) -> Case:
    """Compare with the key that the city's key and the answer to reset give."""
    id_ = "card/internal/card-key/01"
    c = CaseBuilder(id_, "The card proves a key of its own, derived for its answer to reset.", context)
    random = context.random(id_)
    wanted = _expected(c, random)
    _asks(c, random)
    c.data(wanted, rule="card/internal/card-key")
    return c.case()


def of_version(context: Context, version: int) -> Case:
    """Name a version in the 17th byte."""
    id_ = f"card/internal/versions/{version:02}"
    c = CaseBuilder(id_, f"The 17th byte {version:02X} asks for version {version} of the key.", context)
    random = context.random(id_)
    wanted = _expected(c, random, version=version)
    other = _expected(c, random, version=version % 3 + 1)
    _asks(c, random, version=f"{version:02X}")
    c.status("9000", rule="card/internal/versions")
    c.data(wanted, rule="card/internal/versions")
    c.differs(other, rule="card/internal/versions", shows="forbidden")
    return c.case()


def without_a_version_it_is_the_first(context: Context) -> Case:
    """Name no version."""
    id_ = "card/internal/default-version/01"
    c = CaseBuilder(id_, "Without a 17th byte the answer is under version 1 of the key.", context)
    random = context.random(id_)
    wanted = _expected(c, random)
    _asks(c, random, version="03")
    c.status("9000")
    _asks(c, random)
    c.data(wanted, rule="card/internal/default-version")
    return c.case()


def unknown_versions_are_refused(context: Context) -> Case:
    """Name versions that the key does not have."""
    id_ = "card/internal/unknown-version/01"
    c = CaseBuilder(id_, "A version that the key does not have is not found.", context)
    random = context.random(id_)
    for version in ("00", "04", "80", "FF"):
        _asks(c, random, version=version)
        c.status("6A88", rule="card/internal/unknown-version", shows="forbidden")
    _asks(c, random, version="03")
    c.status("9000", rule="card/internal/unknown-version")
    return c.case()


def other_lengths_are_refused(context: Context) -> Case:
    """Send too few bytes and too many."""
    c = CaseBuilder("card/internal/length/01", "Data of other than 16 or 17 bytes are refused.", context)
    for size in _WRONG_SIZES:
        c.send(f"00880000{size:02X}{'11' * size}00")
        c.status("6700", rule="card/internal/length", shows="forbidden")
    for size in (16, 17):
        c.send(f"00880000{size:02X}{'01' * size}00")
        c.status("9000", rule="card/internal/length")
        c.length(8, rule="card/internal/length")
    return c.case()


def nothing_need_be_proved_before(context: Context) -> Case:
    """Straight after SELECT, as terminals do, without challenge, PIN or key."""
    id_ = "card/internal/free/01"
    c = CaseBuilder(id_, "A terminal may ask first of all, with a random of its own.", context)
    _asks(c, context.random(id_))
    c.status("9000", rule="card/internal/free")
    c.length(8, rule="card/internal/free")
    return c.case()


def it_gives_no_right(context: Context) -> Case:
    """Try to read what the PIN opens."""
    id_ = "card/internal/gives-nothing/01"
    c = CaseBuilder(id_, "That the card has proved itself opens nothing.", context)
    _asks(c, context.random(id_))
    c.status("9000")
    select(c, "DF01")
    _asks(c, context.random(id_, 1))
    c.send("00B2012C00")
    c.status("6982", rule="card/internal/gives-nothing", shows="forbidden")
    c.must(f"00200000{len(context.pin) // 2:02X}{context.pin}")
    c.send("00B2012C00")
    c.status("9000", rule="card/internal/gives-nothing")
    return c.case()


def inside_an_application(context: Context, number: int, name: str) -> Case:
    """Ask for the issuer's key, which is global."""
    id_ = f"card/internal/everywhere/{number:02}"
    c = CaseBuilder(id_, f"The issuer's key is proved inside {name} too.", context, option=option_of(name))
    select(c, name)
    random = context.random(id_)
    wanted = _expected(c, random)
    _asks(c, random)
    c.data(wanted, rule="card/internal/everywhere")
    return c.case()


def prescribed_dialogue(context: Context) -> Case:
    """Drivers ask for two challenges: the later is the input, the earlier the original."""
    id_ = "card/internal/card-challenges/01"
    c = CaseBuilder(id_, "Two challenges of the card serve as original and input.", context)
    original = challenge(c)
    random = challenge(c)
    wanted = _expected(c, random, original)
    _asks(c, random, original)
    c.status("9000", rule="card/internal/card-challenges")
    c.data(wanted, rule="card/internal/card-challenges")
    return c.case()
