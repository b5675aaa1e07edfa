"""Where the values of the keys come from that a plan's cases use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.model.plan import KeyMaterial
from onecard.conformance.model.steps import Let, Walk
from onecard.virtual_cards.security.ciphers import ALGORITHMS
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onecard.conformance.model.case import Case
    from onecard.conformance.model.statement import Statement
    from onecard.conformance.model.steps import Step

__all__ = ["key_material"]


def key_material(statement: Statement, cases: Iterable[Case]) -> KeyMaterial:
    """Return the published city keys that the cases need, or the card's own keys that the statement gives."""
    claims = statement.card
    names = sorted({name for case in cases for name in _keys_of(case.steps)})
    given = dict(statement.keys.values)
    published = {}
    if statement.keys.source == "published":
        (algorithm,) = (each for each in ALGORITHMS.values() if each.name == claims.algorithm)
        for name in names:
            key, _, version = name.partition("/")
            root = PUBLISHED_KEYS.root(key, int(version), algorithm, Level.CITY, claims.facts.issuing_area)
            published[name] = root.hex().upper()
    return KeyMaterial(
        algorithm=claims.algorithm,
        issuing_area=claims.facts.issuing_area,
        city_keys=published,
        card_keys={name: value.upper() for name, value in sorted(given.items())},
    )


def _keys_of(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Let) and step.key:
            yield step.key
        elif isinstance(step, Walk):
            yield from _keys_of(step.model.home)
            for event in step.model.events:
                yield from _keys_of(event.steps)
