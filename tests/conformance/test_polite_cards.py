"""Cards that know the beginning and the end of a case, and nothing of what stands between.

They give the reference's answer to reset, to SELECT of the SSSE, to GET CHALLENGE and GET RESPONSE, and one
status word to everything else. What passes on them all the same must be about just these commands, or about
just this word: the list is closed, so a new case that observes nothing is found here.
"""

from __future__ import annotations

from functools import cache

import pytest

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.defects.wrong import WrongCard
from onecard.conformance.model.plan import Plan
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.qualify.kill import reference_plan
from onecard.conformance.running.one_case import run_case
from onecard.conformance.running.run import run_plan
from onecard.virtual_cards.faces import CONTACT, Face
from onecard.virtual_cards.readers.in_process import PoweredCard

SEED = 5
KNOWN = ("00A404000F7378312E73682E", "0084000008", "00C0")
ABOUT_WHAT_IS_RIGHT = (
    "card/atr/",
    "card/select/by-name/01",
    "card/fci/environment",
    "card/fci/algorithm/01",
    "card/transport/",
    "card/challenge/length/02",
    "card/challenge/fresh/",
    "card/commands/form/get-response",
)
"""Reset, SELECT of the SSSE, GET CHALLENGE of 8 bytes and GET RESPONSE are those of the reference."""
ABOUT_THE_WORD = {
    "9000": (
        "card/fci/file/01",  # success without data
        "card/fci/master/01",
        "card/access/df02-ef07-read/",  # cyclic files, which may be empty; what refuses is another case's
        "card/access/df02-ef16-read/",
        "card/access/df04-ef08-read/",
        "card/access/df04-ef15-read/",
    ),
    "6A82": ("card/select/by-name/02", "card/select/next-end/01", "card/select/by-identifier/unknown"),
    "6985": (),
    "6982": (),
    "6D00": (),
}


class Polite(WrongCard):
    word = b""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        known = command.hex().upper().startswith(KNOWN)
        return command, None if known else self.word


@cache
def plan() -> Plan:
    return reference_plan("3.00", SEED)


@pytest.mark.parametrize("word", ABOUT_THE_WORD)
def test_a_card_that_only_knows_how_cases_begin_and_end_passes_nothing_else(word: str) -> None:
    def make(personality: str, case: str) -> PoweredCard:
        card = Polite(reference_card("3.00", personality, seed=SEED, case=case))
        card.word = bytes.fromhex(word)
        return card

    port = InProcessPort("a polite card", make, faces=frozenset(("contact", "contactless")))
    judged = run_plan(plan(), port).judged
    passed = {each.case for each in judged if each.verdict in (Verdict.PASS, Verdict.WARN)}
    assert passed  # it is polite: the prologue comes through
    allowed = (*ABOUT_WHAT_IS_RIGHT, *ABOUT_THE_WORD[word])
    assert {name for name in passed if not name.startswith(allowed)} == set()


class Sleepless(WrongCard):
    """Has power for ever: a reset does nothing to it but give the answer to reset again."""

    atr = b""

    def power_on(self, face: Face = CONTACT) -> bytes:
        self.atr = self.atr or self.card.power_on(face)
        return self.atr

    def power_off(self) -> None:
        pass


ABOUT_RESETS = (
    "card/challenge/reset/01",
    "card/state/file-ends/03",
    "card/state/key-power/01",
    "card/state/key-power/02",
    "card/state/record-ends/03",
)


class Chatty(WrongCard):
    """Gives a byte with every success that has no data."""

    def after(self, command: bytes, response: bytes) -> bytes:
        return b"\x00" + response if response == b"\x90\x00" else response


ABOUT_SUCCESS_WITHOUT_DATA = (
    "card/external/right/01",
    "card/fci/file/01",
    "card/pin-change/change/01",
    "card/update/number/01",
    "card/verify/right/01",
)


def verdict_of(name: str, lie: type[WrongCard]) -> Verdict:
    case = next(each.case for each in plan().cases if each.case.id == name)

    def make(personality: str, key: str) -> PoweredCard:
        return lie(reference_card("3.00", personality, seed=SEED, case=key))

    port = InProcessPort("a wrong card", make, faces=frozenset(("contact",)))
    return run_case(case, port, plan(), {clause.id: clause for clause in plan().clauses}).judged.verdict


@pytest.mark.parametrize("name", ABOUT_RESETS)
def test_a_card_that_ignores_resets_fails_what_is_about_a_reset(name: str) -> None:
    assert verdict_of(name, Sleepless) is Verdict.FAIL


@pytest.mark.parametrize("name", ABOUT_SUCCESS_WITHOUT_DATA)
def test_a_card_that_gives_data_with_a_success_that_has_none_fails(name: str) -> None:
    assert verdict_of(name, Chatty) is Verdict.FAIL
