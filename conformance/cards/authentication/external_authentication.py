"""EXTERNAL AUTHENTICATE: proofs, versions, identifiers (facts: card.md §9, §10, §11, §12.3, §12.5, §21 Q11).

Counters and locks stand in ``external_authentication_tries``, one case for each key of the layout in
``external_authentication_keys``. Unless a case says otherwise the key is the one that writes the SSSE's
files, seen by writing back what its EF05 holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.authentication import (
    external_authentication_keys,
    external_authentication_tries,
    external_authentication_versions,
)
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import (
    ORIGINAL,
    authenticate,
    challenge,
    external_command,
    falsified,
    key_of,
    proof,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_WRONG_SIZES = (1, 8, 15, 18, 24)
_LOOK, _WRITE_BACK = "00B2022C00", "00DC022C03{look}"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield a_right_proof_opens(context)
    for number, spoil in enumerate(("proof", "original", "key"), 1):
        yield a_wrong_proof_opens_nothing(context, number, spoil)
    yield the_right_is_of_its_key_only(context)
    yield the_original_is_free(context)
    yield without_a_challenge_it_is_refused(context)
    yield other_lengths_are_refused(context)
    yield unknown_keys_are_not_found(context)
    yield keys_of_other_uses_are_not_found(context)
    yield local_keys_are_those_of_the_application(context)
    yield global_keys_are_found_inside_an_application(context)
    yield from external_authentication_tries.cases(context)
    yield from external_authentication_keys.cases(context)
    yield from external_authentication_versions.cases(context)


def _looked(c: CaseBuilder) -> None:
    """Read what is written back later, and see that it cannot be written yet."""
    c.must(_LOOK, name="look")
    c.length(3)
    c.must(_WRITE_BACK, "6982")


def a_right_proof_opens(context: Context) -> Case:
    """Write back a record before and after the proof."""
    c = CaseBuilder(
        "card/external/right/01",
        "A right proof gives the right of its key: a record can be written back that could not before.",
        context,
        effect="restores",
    )
    c.must(_LOOK, name="look")
    c.length(3)
    c.send(_WRITE_BACK)
    c.status("6982", rule="card/external/right", shows="forbidden")
    authenticate(c, key_of(context, "UKSSSE"))
    c.status("9000", rule="card/external/right")
    c.length(0, rule="card/external/right")
    c.send(_WRITE_BACK)
    c.status("9000", rule="card/external/right")
    c.send(_LOOK)
    c.data("{look}", rule="card/external/right")
    return c.case()


def a_wrong_proof_opens_nothing(context: Context, number: int, spoil: str) -> Case:
    """One bit of the proof, the original, or the key is another."""
    c = CaseBuilder(
        f"card/external/wrong/{number:02}",
        f"A proof over another {spoil} is refused and opens nothing.",
        context,
        effect="restores",
    )
    slot = key_of(context, "UKSSSE")
    authenticate(c, slot)
    c.status("9000", rule="card/external/wrong")
    c.reset()
    c.alive()
    _looked(c)
    given = proof(c, key_of(context, "BK") if spoil == "key" else slot, challenge(c))
    if spoil == "proof":
        given = falsified(c, given)
    c.send(external_command(slot, given + (ORIGINAL if spoil != "original" else "1122334455667789")))
    c.status("63Cx", rule="card/external/wrong", shows="forbidden")
    c.send(_WRITE_BACK)
    c.status("6982", rule="card/external/wrong", shows="forbidden")
    authenticate(c, slot)
    c.status("9000")
    return c.case()


def the_right_is_of_its_key_only(context: Context) -> Case:
    """Try to write with the right of the PUK."""
    c = CaseBuilder(
        "card/external/only-its-own/01",
        "The proof of one key gives no right of another.",
        context,
        effect="restores",
    )
    _looked(c)
    authenticate(c, key_of(context, "PUK"))
    c.status("9000")
    c.send(_WRITE_BACK)
    c.status("6982", rule="card/external/only-its-own", shows="forbidden")
    authenticate(c, key_of(context, "UKSSSE"))
    c.status("9000")
    c.send(_WRITE_BACK)
    c.status("9000", rule="card/external/only-its-own")
    return c.case()


def the_original_is_free(context: Context) -> Case:
    """Send a terminal's constant, the challenge itself, anything."""
    id_ = "card/external/original-free/01"
    c = CaseBuilder(id_, "Any original will do if the proof is made over it.", context)
    slot = key_of(context, "UKSSSE")
    for original in (ORIGINAL, "00" * 8, "FF" * 8, context.random(id_)):
        authenticate(c, slot, original=original)
        c.status("9000", rule="card/external/original-free")
    random = challenge(c)
    last = external_command(slot, proof(c, slot, random, original=random) + random)
    c.send(last)
    c.status("9000", rule="card/external/original-free")
    c.send(last)
    c.status("6984")  # its challenge is used up: a card to which every proof is right shows nothing
    return c.case()


def without_a_challenge_it_is_refused(context: Context) -> Case:
    """Send a proof though no challenge was asked for."""
    c = CaseBuilder("card/external/no-challenge/01", "Without a challenge a proof is refused.", context)
    slot = key_of(context, "UKSSSE")
    c.send(external_command(slot, proof(c, slot, "00" * 8) + ORIGINAL))
    c.status("6984", rule="card/external/no-challenge", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/no-challenge")
    return c.case()


def other_lengths_are_refused(context: Context) -> Case:
    """Send too few bytes and too many."""
    c = CaseBuilder("card/external/length/01", "Data of other than 16 or 17 bytes are refused.", context)
    for size in _WRONG_SIZES:
        challenge(c)
        c.send(f"00820004{size:02X}{'11' * size}")
        c.status("6700", rule="card/external/length", shows="forbidden")
        authenticate(c, key_of(context, "UKSSSE"))
        c.status("9000")
    for told in (None, 1):
        authenticate(c, key_of(context, "UKSSSE"), told=told)
        c.status("9000", rule="card/external/length")
    return c.case()


def unknown_keys_are_not_found(context: Context) -> Case:
    """Name keys that neither the SSSE nor the application has."""
    c = CaseBuilder("card/external/unknown-key/01", "A key that does not exist is not found.", context)
    for application in ("SSSE", "DF01"):
        if application != "SSSE":
            select(c, application)
        for key_id in ("01", "0F", "8F"):
            challenge(c)
            c.send(f"008200{key_id}10{'11' * 16}")
            c.status("6A88", rule="card/external/unknown-key", shows="forbidden")
    authenticate(c, key_of(context, "UK1DF01"))
    c.status("9000", rule="card/external/unknown-key")
    return c.case()


def keys_of_other_uses_are_not_found(context: Context) -> Case:
    """Prove with right proofs under keys that are not for terminals to prove."""
    c = CaseBuilder(
        "card/external/key-use/01", "The card's own key and the MAC key take no terminal's proof.", context
    )
    for key_id, name in (("00", "IRK"), ("02", "STK")):
        given = proof(c, key_of(context, name), challenge(c)) if name == "IRK" else "11" * 8
        c.send(f"008200{key_id}10{given}{ORIGINAL}")
        c.status("6A88", rule="card/external/key-use", shows="forbidden")
    authenticate(c, key_of(context, "UKSSSE"))
    c.status("9000", rule="card/external/key-use")
    return c.case()


def local_keys_are_those_of_the_application(context: Context) -> Case:
    """Prove identifier 83, which is one key in DF01 and another in DF02."""
    c = CaseBuilder(
        "card/external/local-keys/01",
        "An identifier with its first bit set means the key of the current application.",
        context,
        effect="restores",
    )
    here, other = key_of(context, "UK1DF02"), key_of(context, "UK1DF01")
    select(c, "DF02")
    authenticate(c, here)
    c.status("9000", rule="card/external/local-keys")
    c.send(external_command(here, proof(c, other, challenge(c)) + ORIGINAL))
    c.status("63Cx", rule="card/external/local-keys", shows="forbidden")
    authenticate(c, here)
    c.status("9000", rule="card/external/local-keys")
    c.alive()
    challenge(c)
    c.send(f"008200{here.key_id:02X}10{'11' * 16}")
    c.status("6A88", rule="card/external/local-keys", shows="forbidden")
    return c.case()


def global_keys_are_found_inside_an_application(context: Context) -> Case:
    """Prove a key of the SSSE inside DF01."""
    c = CaseBuilder(
        "card/external/global-keys/01",
        "An identifier with its first bit clear means the SSSE's key, inside an application too.",
        context,
        effect="restores",
    )
    slot = key_of(context, "UKSSSE")
    select(c, "DF01")
    authenticate(c, slot)
    c.status("9000", rule="card/external/global-keys")
    c.status("9000")
    authenticate(c, slot, wrong=True)
    c.status("63Cx", rule="card/external/global-keys", shows="forbidden")
    authenticate(c, slot)
    c.status("9000", rule="card/external/global-keys")
    return c.case()
