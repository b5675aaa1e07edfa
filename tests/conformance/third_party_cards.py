"""Cards of other makers: as the standard allows them, and other than ours in what the project has chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import msgspec

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.defects.wrong import WrongCard
from onecard.conformance.model.statement import Statement
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import PSAM, random_source, reference_card
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.running.run import run_plan
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CardMemory
from onecard.virtual_cards.layouts.layout import DedicatedFile, KeySlot, Layout
from onecard.virtual_cards.readers.in_process import PoweredCard

SEED = 5

Before = Callable[["Other", bytes], "tuple[bytes, bytes | None]"]
"""Card and command → command for the card inside, and an answer if it is not to be asked."""
After = Callable[["Other", bytes, bytes], bytes]
"""Card, command and our answer → its answer."""
Wrapped = Callable[[Card], PoweredCard]


class Other(WrongCard):
    """A card of ours that is made another by functions."""

    def __init__(
        self, card: PoweredCard, *, before: Before | None = None, after: After | None = None
    ) -> None:
        super().__init__(card)
        self._before, self._after = before, after

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        return self._before(self, command) if self._before else (command, None)

    def after(self, command: bytes, response: bytes) -> bytes:
        return self._after(self, command, response) if self._after else response


class Reached(NamedTuple):
    """What the cases came to."""

    bad: list[str]
    """Each fail or error with its rules."""
    verdicts: dict[str, Verdict]


def claims(version: str, *, options: tuple[str, ...] | None = None, **card: object) -> Statement:
    """Make the statement of a card with the contact face alone."""
    statement = reference_statement(version)
    kept = statement.card.options if options is None else options
    changed = msgspec.structs.replace(statement.card, faces=("contact",), options=kept, **card)
    return msgspec.structs.replace(statement, card=changed)


def with_facts(statement: Statement, **facts: object) -> Statement:
    """Change facts of a statement."""
    changed = msgspec.structs.replace(statement.card.facts, **facts)
    card = msgspec.structs.replace(statement.card, facts=changed)
    return msgspec.structs.replace(statement, card=card)


def judged_as_others(
    statement: Statement,
    *,
    edit: Callable[[CardMemory], None] = lambda _memory: None,
    wrapped: Wrapped = lambda card: card,
) -> Reached:
    """Run the suite, without its destructive cases, as on a third party's card."""
    version = statement.card.specification

    def make(personality: str, case: str) -> PoweredCard:
        made = reference_card(version, personality, seed=SEED, case=case)
        if personality == PSAM:
            return made
        assert isinstance(made, Card)
        edit(made.memory)
        return wrapped(Card(made.memory, random_bytes=random_source(SEED, case)))

    port = InProcessPort("a card", make, faces=frozenset(statement.card.faces), reference=False)
    plan = make_plan(statement, port.traits, seed=SEED, strict=False)
    judged = run_plan(plan, port).judged
    bad = [
        f"{each.case}: {', '.join(sorted({one.check.rule for one in each.checks if one.verdict}))}"
        for each in judged
        if each.verdict in (Verdict.FAIL, Verdict.ERROR)
    ]
    return Reached(bad, {each.case: each.verdict for each in judged})


def relaid(
    memory: CardMemory, application: Callable[[DedicatedFile], DedicatedFile], **layout: object
) -> None:
    """Change the layout's applications, and the layout."""
    old = memory.layout
    made = tuple(application(each) for each in old.applications)
    memory.layout = replace(
        old,
        applications=made,
        by_fid={**old.by_fid, **{each.fid: each for each in made}},
        by_name={**old.by_name, **{each.name: each for each in made}},
        **layout,  # type: ignore[arg-type]
    )


def with_keys(memory: CardMemory, change: Callable[[KeySlot], KeySlot]) -> None:
    """Change key slots."""

    def application(old: DedicatedFile) -> DedicatedFile:
        keys = tuple(change(each) for each in old.keys)
        by_id = {each.key_id: each for each in keys if each.key_id is not None}
        return replace(old, keys=keys, by_key_id=by_id)

    every = {name: change(slot) for name, slot in memory.layout.keys.items()}
    relaid(memory, application, keys=every)


def without(memory: CardMemory, *names: str) -> None:
    """Take applications out."""
    old: Layout = memory.layout
    memory.layout = replace(
        old,
        applications=tuple(each for each in old.applications if each.name not in names),
        by_fid={fid: each for fid, each in old.by_fid.items() if each.name not in names},
        by_name={name: each for name, each in old.by_name.items() if name not in names},
    )


def answering(before: Before) -> Wrapped:
    """Put other answers in the card's place."""
    return lambda card: Other(card, before=before)
