"""Defects of ``authentication.pin_unblock`` and ``pin_unblock_refusals``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, Maker
from onecard.conformance.defects.security_lies import (
    ahead,
    answers_itself,
    says,
    spoils,
    writes_nothing_first,
)
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_HEAD, _UNBLOCK, _NEW = "842400", "84240000", "84240001"
_PUK = "PUK"
_LIMIT = 3


def _tries(card: Lie, left: int) -> None:
    card.memory.pin_tries_left = left


def _filled(card: Lie) -> None:
    _tries(card, card.memory.pin_limit)


def _pin(card: Lie, pin: bytes) -> None:
    card.memory.pin = pin


def _held(card: Lie) -> None:
    card.session.rights.add(_PUK)


def _ended(card: Lie) -> None:
    card.session.rights.discard(_PUK)


def _held_for_another(card: Lie, key: str) -> None:
    if key in card.session.rights:
        _held(card)


def _held_though_locked(card: Lie) -> None:
    if card.memory.key_failures.get(_PUK, 0) >= _LIMIT:
        _held(card)


def _same_challenge(card: Lie) -> None:
    card.session.challenge = card.past.challenge


def _unlimited(card: Lie) -> None:
    card.memory.pin_unblocks_left = None


def _uncounted(card: Lie) -> None:
    card.memory.key_failures.pop(_PUK, None)


def _never_locked(card: Lie) -> None:
    failures = card.memory.key_failures
    if failures.get(_PUK, 0) >= _LIMIT:
        failures[_PUK] = _LIMIT - 1
        _held(card)


def _mac_under_puk(card: PoweredCard) -> PoweredCard:
    lie = Lie(card)
    lie.memory.layout = replace(lie.memory.layout, pin_maintenance_key=_PUK)
    return lie


def _no_empty_block(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, command: bytes, response: bytes) -> bytes:
        if command[4] == 4 or lie.memory.pin or response != bytes.fromhex("9000"):
            return response
        _pin(lie, lie.past.pin)
        return bytes.fromhex("6A80")

    return Lie(card, head=_NEW, after=after)


def _defect(
    name: str, lie: str, rule: str, number: int, make: Maker, *, version: str = "3.00", case: str = ""
) -> Defect:
    rule = f"card/pin-unblock/{rule}"
    return Defect(
        name=f"pin-unblock-{name}",
        lie=lie,
        rule=rule,
        case=case or f"{rule}/{number:02}",
        make=make,
        version=version,
    )


_DONE = (
    _defect(
        "does-not-fill",
        "unblocking answers 9000 and leaves the counter",
        "unblock",
        1,
        spoils(_UNBLOCK, "9000", lambda card: _tries(card, card.past.tries)),
    ),
    _defect(
        "keeps-the-lock",
        "unblocking answers 9000 and leaves a locked PIN locked",
        "unblock",
        2,
        spoils(_UNBLOCK, "9000", lambda card: _tries(card, card.past.tries)),
    ),
    _defect(
        "keeps-the-old-pin",
        "a new PIN is answered 9000 and the old one stays",
        "new-pin",
        1,
        spoils(_NEW, "9000", lambda card: _pin(card, card.past.pin)),
    ),
    _defect(
        "new-pin-does-not-fill",
        "a new PIN leaves the counter",
        "new-pin-fills",
        1,
        spoils(_NEW, "9000", lambda card: _tries(card, card.past.tries)),
    ),
    _defect(
        "empty-refused",
        "a new PIN without data is refused",
        "empty",
        1,
        answers_itself(f"{_NEW}04", "6A80", when=lambda _card, _command: True),
    ),
    _defect(
        "empty-enciphered-refused",
        "an empty PIN in a block of eight is refused",
        "empty-enciphered",
        1,
        _no_empty_block,
        version="2.00",
    ),
    _defect(
        "empty-block-unsets",
        "an empty PIN in a block of sixteen leaves the card without a PIN",
        "empty-block",
        1,
        spoils(_NEW, "6A80", lambda card: _pin(card, b""), instead="9000"),
    ),
    _defect(
        "selection-ends-right",
        "selecting the SSSE again ends the right of the PUK",
        "dialogue",
        1,
        spoils("00A404", "", lambda card: card.session.rights.intersection_update({PIN})),
    ),
    _defect(
        "verifies",
        "unblocking gives the right of the PIN",
        "verifies-nothing",
        1,
        spoils(_HEAD, "9000", lambda card: card.session.rights.add(PIN)),
    ),
    _defect("mac-under-puk", "MAC and encipherment are under the PUK", "maintenance-key", 1, _mac_under_puk),
    _defect(
        "right-used-up", "the right of the PUK serves once", "right-stays", 1, spoils(_HEAD, "9000", _ended)
    ),
    _defect("no-limit", "the number of unblockings is not counted", "limit", 1, ahead(_HEAD, _unlimited)),
)

_REFUSED = (
    _defect(
        "mac-not-looked-at",
        "a wrong MAC is answered 9000, and the counter is full",
        "mac",
        1,
        spoils(_UNBLOCK, "6988", _filled, instead="9000"),
    ),
    _defect(
        "data-not-in-the-mac",
        "a new PIN under a wrong MAC is answered 9000",
        "mac",
        5,
        says(_NEW, "6988", "9000"),
    ),
    _defect(
        "no-challenge-needed",
        "without a challenge the PIN is unblocked",
        "no-challenge",
        1,
        spoils(_UNBLOCK, "6984", _filled, instead="9000"),
    ),
    _defect(
        "challenge-not-used-up",
        "a challenge serves as many commands as one likes",
        "challenge-once",
        1,
        spoils(_HEAD, "", _same_challenge),
    ),
    _defect("right-not-asked-for", "the MAC alone is enough", "right", 1, ahead(_HEAD, _held)),
    _defect(
        "blocking-key-is-enough",
        "the right of BK is taken for that of the PUK",
        "right",
        2,
        ahead(_HEAD, lambda card: _held_for_another(card, "BK")),
    ),
    _defect(
        "verified-pin-is-enough",
        "who has verified the PIN may set another",
        "right",
        4,
        ahead(_HEAD, lambda card: _held_for_another(card, PIN)),
    ),
    _defect(
        "length-not-checked",
        "data where none belong are answered 6988",
        "length",
        1,
        says(_HEAD, "6700", "6988"),
    ),
    _defect(
        "padding-not-checked", "a block of nonsense is answered 9000", "data", 1, says(_NEW, "6A80", "9000")
    ),
    _defect("form-not-checked", "what is no PIN is answered 9000", "form", 2, says(_NEW, "6A80", "9000")),
    _defect(
        "mac-not-counted",
        "a wrong MAC costs the PUK no try",
        "mac-counts",
        1,
        spoils(_HEAD, "6988", _uncounted),
    ),
    _defect(
        "wrong-mac-ends-right",
        "a wrong MAC ends the right of the PUK",
        "mac-keeps-right",
        1,
        spoils(_HEAD, "6988", _ended),
    ),
    _defect(
        "compares-before-writing",
        "the MAC is compared before the try is written off",
        "spent-first",
        1,
        writes_nothing_first(_HEAD),
    ),
    _defect(
        "macs-never-lock",
        "wrong MACs never lock the PUK",
        "mac-locks",
        1,
        spoils(_HEAD, "6988", _never_locked),
    ),
    _defect(
        "lock-keeps-right",
        "the wrong MAC that locks the PUK leaves its right",
        "mac-lock-ends-right",
        1,
        spoils(_HEAD, "6988", _held),
        case="card/pin-unblock/mac-locks/01",
    ),
    _defect(
        "locked-puk-unblocks",
        "under a locked PUK the PIN is unblocked",
        "locked-puk",
        1,
        ahead(_HEAD, _held_though_locked),
    ),
)

DEFECTS = _DONE + _REFUSED
