"""Defects of ``authentication.verify`` and ``verify_tries``."""

from __future__ import annotations

from onecard.conformance.defects.lies import Lie, Maker
from onecard.conformance.defects.security_lies import (
    ahead,
    answers_itself,
    as_if,
    at_reset,
    rewrites,
    says,
    spoils,
    writes_nothing_first,
)
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

__all__ = ["DEFECTS"]

_HEAD, _QUESTION = "00200000", "0020000000"
_INITIAL = bytes.fromhex("123456")
_USUAL_LIMIT = 3


def _asks(command: bytes) -> bool:
    return len(command) == 5


def _pin_right(card: Lie, *, held: bool) -> None:
    if held:
        card.session.rights.add(PIN)
    else:
        card.session.rights.discard(PIN)


def _tries(card: Lie, left: int) -> None:
    card.memory.pin_tries_left = left


def _completed(card: Lie, command: bytes) -> bytes:
    """Take a beginning of the PIN for the PIN."""
    pin, given = card.memory.pin, command[5:]
    return bytes.fromhex(_HEAD) + bytes((len(pin),)) + pin if given and pin.startswith(given) else command


def _counts_in_ssse_only(card: Lie) -> None:
    if card.session.application.name != "SSSE":
        _tries(card, card.past.tries)


def _limit_of_three(card: Lie) -> None:
    memory = card.memory
    memory.pin_limit = _USUAL_LIMIT
    memory.pin_tries_left = min(memory.pin_tries_left, _USUAL_LIMIT)


def _unlock(card: Lie) -> None:
    if not card.memory.pin_tries_left:
        _tries(card, card.memory.pin_limit)


def _fill(card: Lie) -> None:
    _tries(card, card.memory.pin_limit)


def _defect(name: str, lie: str, rule: str, number: int, make: Maker) -> Defect:
    rule = f"card/verify/{rule}"
    return Defect(name=f"verify-{name}", lie=lie, rule=rule, case=f"{rule}/{number:02}", make=make)


_ANSWERS = (
    _defect(
        "gives-no-right",
        "the right PIN opens nothing",
        "right",
        1,
        spoils(_HEAD, "9000", lambda card: _pin_right(card, held=False)),
    ),
    _defect(
        "wrong-pin-opens",
        "a wrong PIN is answered 63Cx and opens all the same",
        "wrong",
        1,
        spoils(_HEAD, "63", lambda card: _pin_right(card, held=True)),
    ),
    _defect(
        "beginning-is-enough",
        "a beginning of the PIN is taken for it",
        "whole",
        1,
        rewrites(_HEAD, _completed),
    ),
    _defect(
        "eight-bytes-refused", "a PIN of 8 bytes is refused", "length", 1, says(f"{_HEAD}08", "63", "6700")
    ),
    _defect(
        "nine-bytes-cost-a-try",
        "data too long are refused and cost a try",
        "length",
        2,
        spoils(f"{_HEAD}09", "6700", lambda card: _tries(card, card.past.tries - 1)),
    ),
    _defect(
        "always-tells-full",
        "the question is always answered 63C3",
        "question",
        1,
        says(_QUESTION, "63", "63C3"),
    ),
    _defect(
        "question-costs-a-try",
        "each question costs a try",
        "question-is-free",
        1,
        spoils(_QUESTION, "63", lambda card: _tries(card, card.past.tries - 1)),
    ),
    _defect(
        "question-ends-right",
        "the question takes the right away",
        "question-gives-nothing",
        1,
        spoils(_QUESTION, "63", lambda card: _pin_right(card, held=False)),
    ),
    _defect(
        "counts-in-the-environment-only",
        "failures inside an application are not written",
        "one-pin",
        1,
        spoils(_HEAD, "63", _counts_in_ssse_only),
    ),
    _defect(
        "works-under-the-mf",
        "the PIN is verified under the MF",
        "master-file",
        1,
        as_if(_HEAD, "SSSE", inside="MF"),
    ),
    _defect(
        "initial-pin-is-none",
        "a card with the initial PIN says that it has none",
        "initial-pin",
        1,
        answers_itself(_QUESTION, "9000", when=lambda card, _command: card.memory.pin == _INITIAL),
    ),
    _defect(
        "no-pin-tells-tries",
        "a card without a PIN tells tries",
        "not-set",
        1,
        answers_itself(_QUESTION, "63C3", when=lambda card, _command: not card.memory.pin),
    ),
    _defect(
        "no-pin-opens-nothing",
        "a card without a PIN keeps closed what a PIN would open",
        "not-set-right",
        1,
        answers_itself("00B2", "6982", when=lambda card, _command: not card.memory.pin),
    ),
    _defect(
        "no-pin-takes-any",
        "a card without a PIN takes any PIN",
        "not-set-compare",
        1,
        answers_itself(_HEAD, "9000", when=lambda card, _command: not card.memory.pin),
    ),
)

_TRIES = (
    _defect("limit-always-three", "every PIN has three tries", "limit", 2, at_reset(_limit_of_three)),
    _defect(
        "failure-not-counted",
        "a wrong PIN costs no try",
        "counts-down",
        1,
        spoils(_HEAD, "63", lambda card: _tries(card, card.past.tries)),
    ),
    _defect(
        "counter-not-filled",
        "the right PIN leaves the counter",
        "fills",
        1,
        spoils(_HEAD, "9000", lambda card: _tries(card, card.past.tries)),
    ),
    _defect("counter-is-volatile", "a reset fills the counter", "outlives-reset", 1, at_reset(_fill)),
    _defect(
        "failure-keeps-right",
        "a wrong PIN leaves the right that was held",
        "failure-ends-right",
        1,
        spoils(_HEAD, "63", lambda card: card.session.rights.update(card.past.rights)),
    ),
    _defect(
        "compares-before-writing",
        "the PIN is compared before the try is written off",
        "spent-first",
        1,
        writes_nothing_first(_HEAD),
    ),
    _defect("never-locks", "after 63C0 the PIN can be tried again", "locks", 1, ahead(_HEAD, _unlock)),
    _defect(
        "locked-pin-opens",
        "VERIFY on a locked PIN answers 6983 and opens all the same",
        "locked-opens-nothing",
        1,
        spoils(_HEAD, "6983", lambda card: _pin_right(card, held=True)),
    ),
    _defect("reset-unlocks", "a reset unlocks the PIN", "lock-stays", 1, at_reset(_unlock)),
)

DEFECTS = _ANSWERS + _TRIES
