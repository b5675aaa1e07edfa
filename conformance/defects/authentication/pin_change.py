"""Defects that the cases of ``cards.authentication.pin_change`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import Lie, Maker
from onecard.conformance.defects.security_lies import ahead, answers_itself, as_if, rewrites, says, spoils
from onecard.conformance.defects.wrong import Defect
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_HEAD = "805E0100"


def _parts(command: bytes) -> tuple[bytes, bytes]:
    old, _, new = command[5:].partition(b"\xff")
    return old, new


def _with_old(command: bytes, old: bytes) -> bytes:
    data = old + b"\xff" + _parts(command)[1]
    return command[:4] + bytes((len(data),)) + data


def _tries(card: Lie, left: int) -> None:
    card.memory.pin_tries_left = left


def _unchanged(card: Lie) -> None:
    card.memory.pin = card.past.pin


def _volatile(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, _command: bytes, response: bytes) -> bytes:
        lie.kept.setdefault("pin", lie.past.pin)
        return response

    def reset(lie: Lie) -> None:
        lie.memory.pin = lie.kept.get("pin", lie.memory.pin)

    return Lie(card, head=_HEAD, after=after, reset=reset)


def _any_form(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, command: bytes, response: bytes) -> bytes:
        old, new = _parts(command)
        if response != bytes.fromhex("6A80") or old != lie.memory.pin:
            return response
        lie.memory.pin = new
        return bytes.fromhex("9000")

    return Lie(card, head=_HEAD, after=after)


def _charge(card: Lie) -> None:
    _tries(card, card.past.tries - 1)


def _one_more(card: Lie) -> None:
    card.memory.pin_tries_left = card.memory.pin_tries_left or 1


def _defect(name: str, lie: str, rule: str, number: int, make: Maker) -> Defect:
    rule = f"card/pin-change/{rule}"
    return Defect(name=f"pin-change-{name}", lie=lie, rule=rule, case=f"{rule}/{number:02}", make=make)


DEFECTS = (
    _defect(
        "not-done",
        "CHANGE PIN answers 9000 and changes nothing",
        "change",
        1,
        spoils(_HEAD, "9000", _unchanged),
    ),
    _defect(
        "verified-needs-no-old-pin",
        "whoever has verified the PIN need not give it again",
        "old-pin",
        1,
        rewrites(
            _HEAD,
            lambda card, command: (
                _with_old(command, card.memory.pin) if PIN in card.session.rights else command
            ),
        ),
    ),
    _defect(
        "failure-not-counted",
        "a wrong old PIN costs no try",
        "counts-down",
        1,
        spoils(_HEAD, "63", lambda card: _tries(card, card.past.tries)),
    ),
    _defect(
        "counter-not-filled",
        "a change leaves the counter",
        "fills",
        1,
        spoils(_HEAD, "9000", lambda card: _tries(card, card.past.tries)),
    ),
    _defect("locked-pin-changed", "a locked PIN can be changed", "locked", 1, ahead(_HEAD, _one_more)),
    _defect("volatile", "a reset brings the old PIN back", "outlives-reset", 1, _volatile),
    _defect(
        "twelve-digits-refused",
        "a PIN of 12 digits is refused",
        "digits",
        9,
        answers_itself(_HEAD, "6A80", when=lambda _card, command: len(_parts(command)[1]) > 5),
    ),
    _defect(
        "odd-digits-refused",
        "a PIN of an odd number of digits is refused",
        "odd-digits",
        1,
        answers_itself(
            _HEAD, "6A80", when=lambda _card, command: _parts(command)[1][-1:].hex().endswith("f")
        ),
    ),
    _defect("letters-taken", "a new PIN may be any bytes", "form", 5, _any_form),
    _defect(
        "bad-form-costs-a-try",
        "data of a bad form cost a try",
        "form-first",
        1,
        spoils(_HEAD, "6A80", _charge),
    ),
    _defect(
        "separator-not-needed",
        "data without a separator are answered 9000",
        "separator",
        1,
        says(_HEAD, "6A80", "9000", when=lambda _card, command: b"\xff" not in command),
    ),
    _defect(
        "length-not-checked", "data too long are answered 6A80", "length", 1, says(_HEAD, "6700", "6A80")
    ),
    _defect(
        "empty-new-refused",
        "an empty new PIN is refused",
        "empty-new",
        1,
        answers_itself(_HEAD, "6A80", when=lambda _card, command: not _parts(command)[1]),
    ),
    _defect(
        "empty-old-taken",
        "an empty old PIN is taken where a PIN is set",
        "empty-old",
        1,
        rewrites(
            _HEAD,
            lambda card, command: command if _parts(command)[0] else _with_old(command, card.memory.pin),
        ),
    ),
    _defect(
        "old-of-none-taken",
        "where no PIN is set any old PIN is taken",
        "old-of-none",
        1,
        rewrites(_HEAD, lambda card, command: command if card.memory.pin else _with_old(command, b"")),
    ),
    _defect(
        "verifies",
        "a change gives the right of the PIN",
        "verifies-nothing",
        1,
        spoils(_HEAD, "9000", lambda card: card.session.rights.add(PIN)),
    ),
    _defect(
        "works-under-the-mf",
        "the PIN is changed under the MF",
        "master-file",
        1,
        as_if(_HEAD, "SSSE", inside="MF"),
    ),
)
