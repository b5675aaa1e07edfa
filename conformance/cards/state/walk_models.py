"""Models of walks, derived from the closed state tables of ``virtual_cards.states``.

A table speaks of "the last try"; a card counts. So a region with a counter becomes a table whose states carry
the tries that are left, and whose status words say how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.conformance.model.steps import Event, Model, Row
from onecard.virtual_cards.states import region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onecard.conformance.cards.state.walk_events import Steps
    from onecard.virtual_cards.states import Region, Transition

__all__ = ["NO_TRIES", "Tries", "last_try", "walk_model"]

_LAST = " at the last try"
_SOME_TRIES = "63Cx"
_UNKNOWN = frozenset(("unknown instruction", "unknown class"))
_REFUSED_UNKNOWN = "6x00"
"""Whether an unknown command is 6D00 or 6E00 is judged by clauses of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """A retry counter beside a region."""

    limit: int
    """``0``: nothing counts."""
    wrong: Mapping[str, str]
    """Events that cost a try → what the table calls them at the last one."""
    right: frozenset[str]
    """Events that give all tries back."""
    shown: frozenset[str] = frozenset()
    """Events that show the tries and cost none."""


NO_TRIES = Tries(limit=0, wrong={}, right=frozenset())


def walk_model(
    name: str,
    *,
    home: Steps,
    events: Mapping[str, Steps],
    initial: str = "",
    conditions: frozenset[str] = frozenset({""}),
    tries: Tries = NO_TRIES,
    statuses: Mapping[str, str] | None = None,
) -> Model:
    """Derive a model: the states that these events can reach, and what each event does in them.

    Args:
        name: region of the state tables.
        home: steps to the initial state.
        events: those of the region's events that are to happen, as steps.
        initial: state after ``home``; empty: the region's.
        conditions: conditions of rows that hold.
        tries: counter beside the region.
        statuses: event → status word, where its steps end otherwise than the table's command does: a reset
            that goes on to SELECT.
    """
    found = region(name)
    start = (initial or found.initial, tries.limit)
    rows: dict[tuple[str, int], list[Row]] = {}
    waiting = [start]
    while waiting:
        state = waiting.pop()
        if state not in rows:
            made = list(_rows(found, state, events, conditions, tries, statuses or {}))
            rows[state] = [row for row, _ in made]
            waiting += [after for _, after in made]
    return Model(
        initial=_named(*start),
        home=home,
        events=tuple(Event(name=event, steps=steps) for event, steps in events.items()),
        rows=tuple(row for each in rows.values() for row in each),
    )


def _rows(
    found: Region,
    state: tuple[str, int],
    events: Mapping[str, Steps],
    conditions: frozenset[str],
    tries: Tries,
    statuses: Mapping[str, str],
) -> Iterator[tuple[Row, tuple[str, int]]]:
    name, left = state
    for event in events:
        last = tries.wrong.get(event) if left == 1 else None
        (row,) = (each for each in found.at(name, last or event) if each.when in conditions)
        then = (row.after, _left(row, event, left, tries))
        status = statuses.get(event, row.status) if row.status in ("ATR", row.event.usual) else row.status
        if status == _SOME_TRIES and event in tries.wrong.keys() | tries.shown:
            status = f"63C{then[1]:X}"
        status = _REFUSED_UNKNOWN if event in _UNKNOWN and status in ("6D00", "6E00") else status
        yield Row(state=_named(*state), event=event, status=status, after=_named(*then)), then


def _left(row: Transition, event: str, left: int, tries: Tries) -> int:
    if row.forbidden:
        return left
    if event in tries.right:
        return tries.limit
    return left - 1 if event in tries.wrong else left


def _named(state: str, left: int) -> str:
    return f"{state}, {left} left" if left else state


def last_try(*events: str) -> Mapping[str, str]:
    """Name events as the tables do at the last try."""
    return {event: event + _LAST for event in events}
