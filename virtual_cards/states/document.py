"""The region tables and the events: TOML understood, expanded and checked.

A region is one aspect of the card's security state with few states. Its rows say, for every state and every
event of its alphabet, what the card answers and which state follows. Nothing is implied: a pair without a
row, or with two, is an error of the table when it is loaded.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Event", "Region", "StateTableError", "Transition", "events", "region", "regions"]

_FOLDER = Path(__file__).parent
_EVENTS = "events.toml"
_GROUP = "@"
_USUAL, _SAME = "usual", "same"
_BOTH_SIDES = "both"


class StateTableError(ValueError):
    """A region table, or a question to it, is wrong."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What can happen to a card."""

    name: str
    usual: str
    """Status word when nothing stands in the way: ``"9000"``, ``"63Cx"``; ``"ATR"``; ``"-"``: no answer."""
    command: str = ""
    """Row of the command table; empty: no command of the table."""
    side: str = "social"
    """Side of the firewall whose command table holds: ``"social"``, ``"payment"`` or ``"both"``."""
    only: tuple[str, ...] = ()
    """Regions in whose alphabet the event is; empty: all of its side."""

    def belongs_to(self, region: Region) -> bool:
        """Tell whether the event is in a region's alphabet."""
        return region.name in self.only if self.only else self.side in (region.side, _BOTH_SIDES)


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """What one event does in one state."""

    state: str
    event: Event
    when: str
    """Condition beyond the state, e.g. ``"8-byte blocks"``; empty: always."""
    status: str
    """``"9000"``; ``x`` stands for any hexadecimal digit; ``"ATR"``, ``"-"`` as in :class:`Event`."""
    after: str
    """State that follows."""
    forbidden: bool
    """Whether the card refuses the event because of this state."""
    clause: str

    def answers(self, status: str) -> bool:
        """Tell whether a status, as a reader sees it, is the one of this row."""
        return len(status) == len(self.status) and all(
            wanted in ("x", given) for wanted, given in zip(self.status, status, strict=True)
        )


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """One aspect of the card's security state."""

    name: str
    title: str
    chinese: str
    initial: str
    """State after power-on of a card as it comes from personalisation, with the home selected."""
    home: str
    """Application in which the events happen; empty: the selection is the state, or makes no difference."""
    faces: tuple[str, ...]
    versions: tuple[str, ...]
    """Versions of cards that have the region."""
    side: str
    states: Mapping[str, str]
    """Meaning by name."""
    transitions: tuple[Transition, ...]

    @property
    def alphabet(self) -> tuple[Event, ...]:
        """Every event of the region, in the order of the event table."""
        return tuple(event for event in events().values() if event.belongs_to(self))

    def at(self, state: str, event: str) -> tuple[Transition, ...]:
        """Return the rows of one pair: one, or one per condition."""
        return tuple(row for row in self.transitions if row.state == state and row.event.name == event)


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    from_: tuple[str, ...] = msgspec.field(name="from")
    events: tuple[str, ...]
    clause: str
    status: str = _USUAL
    to: str = _SAME
    when: str = ""
    forbidden: bool = False


class _RegionDocument(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: str
    chinese: str
    initial: str
    states: dict[str, str]
    row: tuple[_Row, ...]
    home: str = ""
    faces: tuple[str, ...] = ("contact", "contactless")
    versions: tuple[str, ...] = ("1.00", "2.00", "3.00")
    side: str = "social"


class _EventDocument(msgspec.Struct, forbid_unknown_fields=True):
    event: tuple[Event, ...]
    groups: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _event_document() -> _EventDocument:
    return msgspec.toml.decode((_FOLDER / _EVENTS).read_bytes(), type=_EventDocument)


@lru_cache(maxsize=1)
def events() -> Mapping[str, Event]:
    """Return every event by name."""
    document = _event_document()
    named = {event.name: event for event in document.event}
    if len(named) != len(document.event):
        raise StateTableError(f"{_EVENTS}: two events have one name")
    return MappingProxyType(named)


@lru_cache(maxsize=1)
def regions() -> Mapping[str, Region]:
    """Return every region by name, checked.

    Raises:
        StateTableError: a table is wrong; one line with file and place.
    """
    files = sorted(path for path in _FOLDER.glob("*.toml") if path.name != _EVENTS)
    loaded = (_load(path) for path in files)
    return MappingProxyType({one.name: one for one in loaded})


def region(name: str) -> Region:
    """Return one region; :class:`StateTableError` when there is none of this name."""
    try:
        return regions()[name]
    except KeyError:
        raise StateTableError(f"region {name!r} is not known; allowed: {', '.join(regions())}") from None


def _load(path: Path) -> Region:
    try:
        document = msgspec.toml.decode(path.read_bytes(), type=_RegionDocument)
        loaded = Region(
            name=document.name,
            title=document.title,
            chinese=document.chinese,
            initial=document.initial,
            home=document.home,
            faces=document.faces,
            versions=document.versions,
            side=document.side,
            states=MappingProxyType(document.states),
            transitions=tuple(_transitions(document)),
        )
        _check(loaded)
    except (msgspec.MsgspecError, StateTableError) as error:
        raise StateTableError(f"{path.name}: {error}") from error
    return loaded


def _transitions(document: _RegionDocument) -> Iterator[Transition]:
    for row in document.row:
        for state in row.from_:
            for event in _named(row.events):
                yield Transition(
                    state=state,
                    event=event,
                    when=row.when,
                    status=event.usual if row.status == _USUAL else row.status,
                    after=state if row.to == _SAME else row.to,
                    forbidden=row.forbidden,
                    clause=row.clause,
                )


def _named(names: tuple[str, ...]) -> Iterator[Event]:
    groups = _event_document().groups
    for name in names:
        try:
            members = groups[name[1:]] if name.startswith(_GROUP) else (name,)
            yield from (events()[member] for member in members)
        except KeyError:
            raise StateTableError(f"event {name!r} is not in {_EVENTS}") from None


def _check(loaded: Region) -> None:
    """Refuse unknown states, and pairs of state and event without a row, or with two."""
    for row in loaded.transitions:
        for state in (row.state, row.after):
            if state not in loaded.states:
                raise StateTableError(f"state {state!r} of event {row.event.name!r} is not declared")
        if row.event not in loaded.alphabet:
            raise StateTableError(f"event {row.event.name!r} is not in this region's alphabet")
    if loaded.initial not in loaded.states:
        raise StateTableError(f"initial state {loaded.initial!r} is not declared")
    for state in loaded.states:
        for event in loaded.alphabet:
            conditions = [row.when for row in loaded.at(state, event.name)]
            if not conditions:
                raise StateTableError(f"state {state!r}, event {event.name!r}: no row")
            if len(set(conditions)) != len(conditions) or ("" in conditions and len(conditions) > 1):
                raise StateTableError(f"state {state!r}, event {event.name!r}: more than one row")
