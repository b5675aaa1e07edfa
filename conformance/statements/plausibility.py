"""Whether a statement can be true: every contradiction in one line that names the two fields.

A statement that contradicts itself would be judged by cases made for a card that cannot exist, so nothing
runs before this (facts: card.md §2 generations, §9.1 keys, §21 Q13 PIN).
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from onecard.conformance.personalities.cards import PERSONALITIES, PSAM
from onecard.conformance.statements.options import CARD_OPTIONS, OPTION_VERSIONS
from onecard.sim.errors import InputError
from onecard.virtual_cards.security.ciphers import ALGORITHMS
from onecard.virtual_cards.security.key_table import key_rows
from onecard.virtual_cards.security.pin import PIN_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.model.statement import Statement

__all__ = ["WITHOUT_PIN", "refuse_implausible", "statement_problems"]

WITHOUT_PIN = "no PIN"
"""The personality whose card has none."""

_NATIONAL_CIPHER_FROM = "3.00"
_CONTACTLESS_FROM = "3.00"
_TRIES = range(2, 16)
"""``63Cx`` has one digit for them; where there is one try alone, whatever is tried wrongly locks for good."""
_AREA = re.compile(r"[0-9]{6}")
_TWO_BYTES = re.compile(r"(?:[0-9A-Fa-f]{4})?")
_KEY_NAME = re.compile(r"(?P<name>\w+)/(?P<version>[1-9][0-9]?)", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def statement_problems(statement: Statement, case_ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Find what cannot be true.

    Args:
        statement: of the right types.
        case_ids: ids of the suite's destructive cases for this statement. They are asked for only when the
            rest is plausible: cases can be made for a possible card alone. ``None``: not checked.

    Returns:
        One line for each contradiction, which names the fields; none: plausible.
    """
    problems = (
        *_nameless(statement),
        *_impossible_cards(statement),
        *_impossible_options(statement),
        *_wrong_facts(statement),
        *_wrong_personality(statement),
        *_wrong_keys(statement),
    )
    if problems or case_ids is None:
        return problems
    return tuple(_destroying_nothing(statement, case_ids))


def refuse_implausible(statement: Statement, case_ids: Iterable[str] | None = None) -> None:
    """Refuse what cannot be true; :class:`InputError` has the first contradiction and the number of others.

    Args:
        statement: of the right types.
        case_ids: as for :func:`statement_problems`.
    """
    problems = statement_problems(statement, case_ids)
    if problems:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(problems[0] + others, where="statement")


def _destroying_nothing(statement: Statement, case_ids: Iterable[str]) -> Iterator[str]:
    if not statement.destructive:
        return
    known = tuple(case_ids)
    for pattern in statement.destructive:
        if not any(fnmatchcase(case, pattern) for case in known):
            yield f"destructive = {pattern!r} names no destructive case of the {statement.kind} suite"


def _nameless(statement: Statement) -> Iterator[str]:
    for name in ("vendor", "product", "version"):
        value = getattr(statement, name)
        if not value.strip():
            yield f"{name} = {value!r} is empty: a report must say what was tested"
        elif not value.isprintable():
            yield f"{name} = {value!r} has characters that cannot be printed"


def _impossible_cards(statement: Statement) -> Iterator[str]:
    claims = statement.card
    version = f"card.specification = {claims.specification!r}"
    if claims.algorithm == "SM4" and claims.specification < _NATIONAL_CIPHER_FROM:
        yield f"card.algorithm = 'SM4' contradicts {version}: SM4 came with {_NATIONAL_CIPHER_FROM}"
    if "contactless" in claims.faces and claims.specification < _CONTACTLESS_FROM:
        yield (f"card.faces = 'contactless' contradicts {version}: that face came with {_CONTACTLESS_FROM}")
    if not claims.faces:
        yield "card.faces = () leaves nothing to test: a card has at least one face"
    yield from _twice("card.faces", claims.faces)


def _impossible_options(statement: Statement) -> Iterator[str]:
    claims = statement.card
    for option in claims.options:
        if option not in CARD_OPTIONS:
            yield f"card.options = {option!r} is unknown; allowed: {', '.join(CARD_OPTIONS)}"
        elif claims.specification not in OPTION_VERSIONS[option]:
            yield (
                f"card.options = {option!r} contradicts card.specification = {claims.specification!r}: "
                f"it can be claimed for {', '.join(OPTION_VERSIONS[option])}"
            )
    yield from _twice("card.options", claims.options)


def _twice(field: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{field} = {name!r} stands twice"


def _wrong_facts(statement: Statement) -> Iterator[str]:
    facts = statement.card.facts
    if not _AREA.fullmatch(facts.issuing_area):
        yield f"card.facts.issuing_area = {facts.issuing_area!r} is not six digits"
    if facts.pin and not _is_pin(facts.pin):
        yield f"card.facts.pin = {facts.pin!r} is not {PIN_LENGTHS[0]} to {PIN_LENGTHS[-1]} digits"
    for name in ("pin_tries", "key_tries"):
        tries = getattr(facts, name)
        if tries not in _TRIES:
            yield f"card.facts.{name} = {tries} is not {_TRIES[0]} to {_TRIES[-1]}"
    for name in ("chip_provider", "card_maker"):
        value = getattr(facts, name)
        if not _TWO_BYTES.fullmatch(value):
            yield f"card.facts.{name} = {value!r} is not four hexadecimal digits"


def _is_pin(digits: str) -> bool:
    return len(digits) in PIN_LENGTHS and digits.isascii() and digits.isdecimal()


def _wrong_personality(statement: Statement) -> Iterator[str]:
    claims = statement.card
    personality = f"card.personality = {claims.personality!r}"
    if claims.personality not in (*PERSONALITIES, PSAM):
        yield f"{personality} is unknown; allowed: {', '.join(sorted((*PERSONALITIES, PSAM)))}"
    if claims.personality == WITHOUT_PIN and claims.facts.pin:
        yield f"{personality} contradicts card.facts.pin = {claims.facts.pin!r}: that card has no PIN"
    if claims.personality != WITHOUT_PIN and not claims.facts.pin:
        yield f"card.facts.pin = '' contradicts {personality}: a card without PIN is {WITHOUT_PIN!r}"


def _wrong_keys(statement: Statement) -> Iterator[str]:
    keys = statement.keys
    if keys.source == "given" and not keys.values:
        yield "keys.source = 'given' contradicts keys.values: there are none"
    if keys.source == "published" and keys.values:
        yield f"keys.source = 'published' contradicts keys.values: {len(keys.values)} are given"
    for name, value in keys.values.items():
        yield from _wrong_key(statement, name, value)


def _wrong_key(statement: Statement, name: str, value: str) -> Iterator[str]:
    field = f"keys.values.{name!r}"
    match = _KEY_NAME.fullmatch(name)
    row = key_rows().get(match["name"]) if match else None
    if match is None or row is None:
        yield f"{field} is no key of the key table: 'RKSSSE/1' is version 1 of RKSSSE"
        return
    if int(match["version"]) > row.groups:
        yield f"{field}: version {match['version']} of {row.name}, which has {row.groups}"
    claimed = statement.card.algorithm
    (block_size,) = (each.block_size for each in ALGORITHMS.values() if each.name == claimed)
    length = row.length(block_size)
    if not _HEXADECIMAL.fullmatch(value):
        yield f"{field} is not hexadecimal"
    elif len(value) != 2 * length:
        yield f"{field} has {len(value) // 2} bytes, contradicts card.algorithm = {claimed!r}: {length} bytes"
