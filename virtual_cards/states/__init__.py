"""The card's security state machine as data: regions, their states, what each event does in each of them.

    regions()["pin"]              states, alphabet, transitions (TOML beside this file)
    observe(card, "pin")          a card's present state
    render(regions()["pin"])      a table for people

A region is one aspect of the state (the PIN, the challenge, one key's right …); regions change side by
side. The tables follow facts: card.md §11 and what §10 and §13 say of each command; tests drive every row.
"""

from onecard.virtual_cards.states.document import (
    Event,
    Region,
    StateTableError,
    Transition,
    events,
    region,
    regions,
)
from onecard.virtual_cards.states.observe import observe
from onecard.virtual_cards.states.render import render

__all__ = [
    "Event",
    "Region",
    "StateTableError",
    "Transition",
    "events",
    "observe",
    "region",
    "regions",
    "render",
]
