"""Defects that the cases of ``cards.authentication.challenges`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, Maker
from onecard.conformance.defects.security_lies import ahead, at_reset, spoils
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_SUCCESS = bytes.fromhex("9000")


def _set(card: Lie, challenge: bytes) -> None:
    card.session.challenge = challenge


def _kept_over_reset(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, command: bytes, response: bytes) -> bytes:
        if lie.kept.get("challenge") and command.startswith(bytes.fromhex("00A404")):
            lie.session.challenge = lie.kept["challenge"]
        lie.kept["challenge"] = lie.session.challenge
        return response

    return Lie(card, after=after)


def _counts_from_reset(card: Lie) -> None:
    given = iter(range(1, 1 << 16))
    card.session.random_bytes = lambda size: next(given).to_bytes(size, "big")


def _shortened(card: PoweredCard) -> PoweredCard:
    return Lie(card, head="0084000010", after=lambda _lie, _command, response: response[:8] + _SUCCESS)


def _any_size(card: PoweredCard) -> PoweredCard:
    def after(_lie: Lie, command: bytes, response: bytes) -> bytes:
        return bytes(command[4]) + _SUCCESS if response == bytes.fromhex("6700") else response

    return Lie(card, head="00840000", after=after)


def _unreplaced(card: Lie) -> None:
    if card.past.challenge:
        card.session.challenge = card.past.challenge


def _constant(card: Lie) -> None:
    card.session.random_bytes = lambda size: b"\x5a" * size


def _defect(name: str, lie: str, rule: str, number: int, make: Maker, version: str = "3.00") -> Defect:
    rule = f"card/challenge/{rule}"
    return Defect(name=name, lie=lie, rule=rule, case=f"{rule}/{number:02}", make=make, version=version)


DEFECTS = (
    _defect("challenge-of-16-shortened", "a challenge of 16 bytes has 8", "length", 3, _shortened),
    _defect("challenge-of-any-size", "GET CHALLENGE gives any number of bytes", "other-length", 1, _any_size),
    _defect(
        "challenge-constant",
        "every challenge is the same",
        "fresh",
        1,
        ahead("0084", _constant),
    ),
    _defect(
        "challenge-sequence-restarts",
        "challenges count up, and begin again at each reset",
        "fresh",
        2,
        at_reset(_counts_from_reset),
    ),
    _defect(
        "challenge-not-used-up",
        "a challenge can be used again after EXTERNAL AUTHENTICATE",
        "single-use",
        1,
        spoils("0082", "9000", lambda card: _set(card, card.past.challenge)),
    ),
    _defect(
        "challenge-not-used-up-by-failure",
        "a challenge can be used again after a wrong proof",
        "single-use",
        2,
        spoils("0082", "63", lambda card: _set(card, card.past.challenge)),
    ),
    _defect(
        "challenge-not-replaced",
        "the first challenge counts until it is used",
        "replaced",
        1,
        spoils("0084", "9000", _unreplaced),
    ),
    _defect(
        "challenge-outlives-reset",
        "the challenge of before a reset can be used",
        "reset",
        1,
        _kept_over_reset,
    ),
    _defect(
        "challenge-outlives-application",
        "the challenge is kept when another application is selected",
        "application",
        1,
        spoils("00A404", "", lambda card: _set(card, card.past.challenge)),
    ),
    _defect(
        "challenge-lost-by-ef-selection",
        "selecting an EF ends the challenge",
        "kept",
        1,
        spoils("00A402", "9000", lambda card: _set(card, b"")),
    ),
    _defect(
        "challenge-lost-by-reading",
        "reading a record ends the challenge",
        "kept",
        2,
        spoils("00B2", "9000", lambda card: _set(card, b"")),
    ),
    _defect(
        "challenge-padded-before",
        "a challenge of 4 bytes is padded on its left",
        "four-bytes",
        1,
        spoils("0084000004", "9000", lambda card: _set(card, bytes(4) + card.session.challenge)),
    ),
    _defect(
        "challenge-of-16-cut",
        "only the first half of a challenge of 16 bytes counts",
        "sixteen-bytes",
        1,
        spoils("0084000010", "9000", lambda card: _set(card, card.session.challenge[:8])),
    ),
    _defect(
        "challenge-too-long-cut",
        "a cipher of 8-byte blocks takes the first half of a challenge of 16 bytes",
        "too-long",
        1,
        spoils("0084000010", "9000", lambda card: _set(card, card.session.challenge[:8])),
        "2.00",
    ),
)
