"""Defects that the cases of ``cards.authentication.internal_authentication`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, Maker, flipped
from onecard.conformance.defects.security_lies import answers_itself, rewrites, says, spoils
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_HEAD = "00880000"
_VERSION_AT = 21


def _wrong(card: PoweredCard) -> PoweredCard:
    return Lie(card, head=_HEAD, after=lambda _lie, _command, response: flipped(response, 7))


def _key_of_another_area(card: PoweredCard) -> PoweredCard:
    def before(lie: Lie, command: bytes) -> tuple[bytes, None]:
        lie.kept["area"] = lie.memory.issuing_area
        lie.memory.issuing_area = "110000"
        return command, None

    def after(lie: Lie, _command: bytes, response: bytes) -> bytes:
        lie.memory.issuing_area = lie.kept["area"]
        return response

    return Lie(card, head=_HEAD, before=before, after=after)


def _with_version(_card: Lie, command: bytes) -> bytes:
    """Put version 3 where none is named."""
    return command[:4] + b"\x11" + command[5:_VERSION_AT] + b"\x03" + command[_VERSION_AT:]


def _first_version(_card: Lie, command: bytes) -> bytes:
    return command[:_VERSION_AT] + b"\x01" + command[_VERSION_AT + 1 :]


def _known_version(card: Lie, command: bytes) -> bytes:
    return command if command[_VERSION_AT] in (1, 2, 3) else _first_version(card, command)


def _defect(name: str, lie: str, rule: str, number: int, make: Maker) -> Defect:
    rule = f"card/internal/{rule}"
    return Defect(name=name, lie=lie, rule=rule, case=f"{rule}/{number:02}", make=make)


DEFECTS = (
    _defect("internal-proof-wrong", "the last byte of the card's proof is wrong", "proof", 1, _wrong),
    _defect(
        "internal-original-ignored",
        "the original does not enter the card's proof",
        "inputs",
        1,
        rewrites(_HEAD, lambda _card, command: command[:13] + bytes(8) + command[21:]),
    ),
    _defect(
        "internal-key-of-another-city",
        "the card has the key of another city",
        "card-key",
        1,
        _key_of_another_area,
    ),
    _defect(
        "internal-one-version-only",
        "every version asked for is version 1",
        "versions",
        2,
        rewrites(f"{_HEAD}11", _first_version),
    ),
    _defect(
        "internal-default-version-3",
        "without a version the card proves version 3",
        "default-version",
        1,
        rewrites(f"{_HEAD}10", _with_version),
    ),
    _defect(
        "internal-unknown-version-taken",
        "a version that there is not is taken as version 1",
        "unknown-version",
        1,
        rewrites(f"{_HEAD}11", _known_version),
    ),
    _defect(
        "internal-short-data-taken",
        "INTERNAL AUTHENTICATE takes 8 bytes",
        "length",
        1,
        says(f"{_HEAD}08", "6700", "00" * 8 + "9000"),
    ),
    _defect(
        "internal-needs-pin",
        "INTERNAL AUTHENTICATE needs the PIN",
        "free",
        1,
        answers_itself(_HEAD, "6982", when=lambda card, _command: PIN not in card.session.rights),
    ),
    _defect(
        "internal-gives-pin-right",
        "INTERNAL AUTHENTICATE gives the right of the PIN",
        "gives-nothing",
        1,
        spoils(_HEAD, "9000", lambda card: card.session.rights.add(PIN)),
    ),
    _defect(
        "internal-not-in-applications",
        "the issuer's key is not found inside an application",
        "everywhere",
        1,
        answers_itself(_HEAD, "6A88", when=lambda card, _command: card.session.application.name != "SSSE"),
    ),
    _defect(
        "internal-refuses-own-challenge",
        "the card refuses its own challenge as an input",
        "card-challenges",
        1,
        answers_itself(_HEAD, "6984", when=lambda card, command: command[5:13] == card.session.challenge),
    ),
)
