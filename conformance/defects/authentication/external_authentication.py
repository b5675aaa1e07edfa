"""Defects of ``authentication.external_authentication`` and the modules beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_HEAD, _KEY = "008200", "UKSSSE"
_VERSION_AT = 21
_LIMIT = 3


def _takes_zeros(card: Lie) -> None:
    if not card.session.challenge:
        card.session.challenge = bytes(8)


def _cap(card: Lie, most: int) -> None:
    """Let no key have failed more often than this."""
    failures = card.memory.key_failures
    for name in failures:
        failures[name] = min(failures[name], most)


def _one_counter(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, _command: bytes, response: bytes) -> bytes:
        failures = lie.memory.key_failures
        if response == bytes.fromhex("9000"):
            failures.clear()
        elif response[:1] == b"\x63":
            most = max(failures.values(), default=0)
            failures |= {slot.name: most for slot in lie.memory.layout.keys.values() if slot.tries}
        return response

    return Lie(card, head=_HEAD, after=after)


def _charge(card: Lie) -> None:
    failures = card.memory.key_failures
    failures[_KEY] = failures.get(_KEY, 0) + 1


def _not_filled(card: Lie) -> None:
    card.memory.key_failures |= card.past.failures


def _unlocked(card: Lie) -> None:
    failures = card.memory.key_failures
    for name in [name for name, count in failures.items() if count >= _LIMIT]:
        del failures[name]


def _locks_blocking_keys(card: PoweredCard) -> PoweredCard:
    def after(lie: Lie, _command: bytes, response: bytes) -> bytes:
        lie.kept["failures"] = lie.kept.get("failures", 0) + (response[:1] == b"\x63")
        return bytes.fromhex("6983") if lie.kept["failures"] > _LIMIT else response

    return Lie(card, head=f"{_HEAD}05", after=after)


def _inside(card: Lie, application: str) -> bool:
    return card.session.application.name == application


def _version(_card: Lie, command: bytes, version: int) -> bytes:
    if len(command) <= _VERSION_AT:
        return command[:4] + b"\x11" + command[5:] + bytes((version,))
    return command[:_VERSION_AT] + bytes((version,))


def _known_version(card: Lie, command: bytes) -> bytes:
    return command if command[_VERSION_AT] in (1, 2, 3) else _version(card, command, 1)


def _defect(name: str, lie: str, rule: str, number: int, make: Maker) -> Defect:
    rule = f"card/external/{rule}"
    return Defect(name=f"external-{name}", lie=lie, rule=rule, case=f"{rule}/{number:02}", make=make)


_PROOFS = (
    _defect(
        "right-not-given",
        "a right proof of UKSSSE gives no right",
        "right",
        1,
        spoils(f"{_HEAD}04", "9000", lambda card: card.session.rights.discard(_KEY)),
    ),
    _defect(
        "wrong-proof-gives-right",
        "a wrong proof is answered 63Cx and gives the right all the same",
        "wrong",
        1,
        spoils(f"{_HEAD}04", "63", lambda card: card.session.rights.add(_KEY)),
    ),
    _defect(
        "one-key-opens-all",
        "the proof of any key gives the right of UKSSSE",
        "only-its-own",
        1,
        spoils(_HEAD, "9000", lambda card: card.session.rights.add(_KEY)),
    ),
    _defect(
        "original-of-zeros-refused",
        "an original of zeros is refused",
        "original-free",
        1,
        answers_itself(_HEAD, "6A80", when=lambda _card, command: command[13:21] == bytes(8)),
    ),
    _defect(
        "no-challenge-is-zeros",
        "without a challenge the card computes over zeros",
        "no-challenge",
        1,
        ahead(_HEAD, _takes_zeros),
    ),
    _defect(
        "long-data-taken", "18 bytes are answered 9000", "length", 1, says(f"{_HEAD}0412", "6700", "9000")
    ),
    _defect(
        "unknown-key-answers-9000",
        "an identifier without a key is answered 9000",
        "unknown-key",
        1,
        says(_HEAD, "6A88", "9000"),
    ),
    _defect(
        "issuer-key-is-external",
        "identifier 00 takes the proof of the issuer's key",
        "key-use",
        1,
        says(f"{_HEAD}00", "6A88", "9000"),
    ),
    _defect(
        "local-keys-of-df01",
        "DF02 takes the keys of DF01",
        "local-keys",
        1,
        as_if(f"{_HEAD}83", "DF01", inside="DF02"),
    ),
    _defect(
        "global-keys-in-ssse-only",
        "global keys are not found inside an application",
        "global-keys",
        1,
        answers_itself(
            _HEAD, "6A88", when=lambda card, command: command[3] < 0x80 and not _inside(card, "SSSE")
        ),
    ),
    _defect(
        "one-version-only",
        "every version is compared with version 1",
        "versions",
        16,
        rewrites(f"{_HEAD}8511", lambda card, command: _version(card, command, 1)),
    ),
    _defect(
        "default-version-3",
        "without a version the card compares with version 3",
        "default-version",
        1,
        rewrites(f"{_HEAD}8410", lambda card, command: _version(card, command, 3)),
    ),
    _defect(
        "unknown-version-taken",
        "a version that there is not is taken as version 1",
        "unknown-version",
        1,
        rewrites(f"{_HEAD}8411", _known_version),
    ),
    _defect(
        "version-byte-refused",
        "a key of one version takes no version byte",
        "version-named",
        1,
        says(f"{_HEAD}0411", "", "6A88"),
    ),
    _defect(
        "ef-selection-ends-right",
        "selecting an EF ends the rights of keys",
        "drivers-dialogue",
        1,
        spoils("00A402", "9000", lambda card: card.session.rights.intersection_update({PIN})),
    ),
    _defect(
        "key-of-the-draft-missing",
        "UK1DF03 is not found under 86",
        "keys-of-the-draft",
        35,
        answers_itself(f"{_HEAD}86", "6A88", when=lambda card, _command: _inside(card, "DF03")),
    ),
    _defect("rkssse-missing", "RKSSSE is not found under 0A", "keys-seen", 6, says(f"{_HEAD}0A", "", "6A88")),
    _defect(
        "df07-key-missing",
        "RK1DF07 is not found under 83",
        "keys-seen-once",
        54,
        answers_itself(f"{_HEAD}83", "6A88", when=lambda card, _command: _inside(card, "DF07")),
    ),
    _defect(
        "rk1df01-elsewhere",
        "RK1DF01 is not found under 88",
        "keys-inferred",
        19,
        answers_itself(f"{_HEAD}88", "6A88", when=lambda card, _command: _inside(card, "DF01")),
    ),
)

_TRIES = (
    _defect("key-of-five-tries", "keys tell two tries more", "limit", 1, says(_HEAD, "63C2", "63C4")),
    _defect(
        "failure-not-counted",
        "wrong proofs do not count",
        "counts-down",
        1,
        spoils(_HEAD, "63", lambda card: card.memory.key_failures.clear()),
    ),
    _defect(
        "counter-not-filled",
        "a right proof leaves the counter",
        "fills",
        1,
        spoils(_HEAD, "9000", _not_filled),
    ),
    _defect(
        "counter-is-volatile",
        "a reset fills the counters of keys",
        "outlives-reset",
        1,
        at_reset(lambda card: card.memory.key_failures.clear()),
    ),
    _defect(
        "one-counter-for-all-keys",
        "all keys have one counter",
        "counters-apart",
        1,
        _one_counter,
    ),
    _defect(
        "missing-challenge-costs-a-try",
        "a proof without a challenge costs a try",
        "refusal-is-free",
        1,
        spoils(_HEAD, "6984", _charge),
    ),
    _defect(
        "failure-keeps-right",
        "a wrong proof leaves the right that was held",
        "failure-ends-right",
        1,
        spoils(_HEAD, "63", lambda card: card.session.rights.update(card.past.rights)),
    ),
    _defect(
        "compares-before-writing",
        "a proof is compared before the try is written off",
        "spent-first",
        1,
        writes_nothing_first(_HEAD),
    ),
    _defect(
        "key-never-locks",
        "after its last try a key still takes the right proof",
        "locks",
        3,
        spoils(_HEAD, "63", lambda card: _cap(card, _LIMIT - 1)),
    ),
    _defect("reset-unlocks-keys", "a reset unlocks keys", "lock-stays", 1, at_reset(_unlocked)),
    _defect(
        "blocking-key-locks",
        "the blocking key is locked by failures",
        "blocking-keys",
        4,
        _locks_blocking_keys,
    ),
)

DEFECTS = _PROOFS + _TRIES
