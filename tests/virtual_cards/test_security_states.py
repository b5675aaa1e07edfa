"""The state tables against the card: every row is driven, allowed and forbidden, from every state."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
from card_samples import make_card
from state_driver import BUILDERS, POWER, Scene, happen, walk

from onecard.virtual_cards.card import Session
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts import VERSIONS, load_layout
from onecard.virtual_cards.layouts.layout import DedicatedFile
from onecard.virtual_cards.states import (
    Region,
    StateTableError,
    Transition,
    events,
    observe,
    region,
    regions,
    render,
)

CARDS = [(version, False) for version in VERSIONS] + [
    (version, True) for version in VERSIONS if load_layout(version).contactless
]
BLOCKING = ("BK", "LK")


def keys_of(one: Region, version: str) -> list[str]:
    """Return the keys that a region is about on cards of a version; one empty name where it is about none."""
    names = [key.name for key in load_layout(version).keys.values() if key.use == "external"]
    if one.name == "unblocking key":
        return ["PUK"]
    if one.name == "blocking key":
        return [name for name in names if name.startswith(BLOCKING)]
    if one.name == "file key":
        return [name for name in names if name != "PUK" and not name.startswith(BLOCKING)]
    return [""]


def paths(one: Region, conditions: frozenset[str]) -> dict[str, tuple[Transition, ...]]:
    """Find the shortest way to each state over allowed rows (breadth first)."""
    found: dict[str, tuple[Transition, ...]] = {one.initial: ()}
    queue = deque([one.initial])
    while queue:
        state = queue.popleft()
        for row in one.transitions:
            usable = row.state == state and not row.forbidden and row.when in conditions
            if usable and row.after not in found:
                found[row.after] = (*found[state], row)
                queue.append(row.after)
    return found


Driven = tuple[str, str, str]


def drive(one: Region, version: str, contactless: bool, key: str) -> tuple[set[Driven], int, list[str]]:
    """Drive every row that can happen on this card; return the rows driven, and what was not as it says."""
    driven: set[Driven] = set()
    tried, wrong = 0, []
    conditions = Scene(one, version=version, contactless=contactless, key=key).conditions
    for state, path in paths(one, conditions).items():
        for event in one.alphabet:
            (row,) = (row for row in one.at(state, event.name) if row.when in conditions)
            scene = Scene(one, version=version, contactless=contactless, key=key)
            assert scene.state == one.initial
            lost = walk(scene, path)
            if lost:
                wrong.append(f"{version} {key} on the way to {state!r}: {lost}")
                continue
            given = happen(scene, event.name)
            if given is None:
                continue
            tried += 1
            driven.add((state, event.name, row.when))
            if not row.answers(given) or scene.state != row.after:
                wrong.append(
                    f"{version} {key} {state!r}, {event.name!r}: {given} → {scene.state!r},"
                    f" the table says {row.status} → {row.after!r}"
                )
    return driven, tried, wrong


def drivable(one: Region) -> list[tuple[str, bool]]:
    return [
        (version, contactless)
        for version, contactless in CARDS
        if ("contactless" if contactless else "contact") in one.faces and version in one.versions
    ]


@pytest.mark.parametrize("name", regions())
def test_every_row_of_every_table_is_what_the_card_does(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    one = region(name)
    driven: set[Driven] = set()
    total, wrong = 0, []
    for version, contactless in drivable(one):
        for key in keys_of(one, version):
            rows, tried, differences = drive(one, version, contactless, key)
            driven |= rows
            total += tried
            wrong += differences
    assert wrong == []
    record_property("pairs tried", total)
    missing = [
        (row.state, row.event.name, row.when)
        for row in one.transitions
        if (row.state, row.event.name, row.when) not in driven
    ]
    assert missing == []


def _keep_the_challenge(session: Session) -> bytes:
    return session.challenge


def _keep_the_rights(session: Session, application: DedicatedFile) -> None:
    session.application, session.file, session.record, session.purse = application, None, 0, None


def _forget_everything(session: Session, application: DedicatedFile) -> None:
    session.rights.clear()
    session.application, session.file, session.challenge = application, None, b""


def _nothing_is_blocked(_session: Session, _application: DedicatedFile) -> bool:
    return False


# Seeded defects of the session: the tables must find each of them.
@pytest.mark.parametrize(
    ("region_name", "method", "defect"),
    [
        pytest.param("challenge", "take_challenge", _keep_the_challenge, id="challenge-used-twice"),
        pytest.param(
            "challenge", "select_application", _keep_the_rights, id="challenge-crosses-applications"
        ),
        pytest.param("unblocking key", "select_application", _keep_the_rights, id="right-survives-a-DF"),
        pytest.param("unblocking key", "select_application", _forget_everything, id="right-lost-at-the-same"),
        pytest.param("pin", "select_application", _forget_everything, id="pin-lost-at-a-DF"),
        pytest.param("power", "is_blocked", _nothing_is_blocked, id="blocking-forgotten"),
    ],
)
def test_a_table_finds_a_card_that_breaks_it(
    monkeypatch: pytest.MonkeyPatch, region_name: str, method: str, defect: object
) -> None:
    one = region(region_name)
    key = keys_of(one, "3.00")[0]
    assert drive(one, "3.00", False, key)[2] == []
    monkeypatch.setattr(Session, method, defect)
    assert drive(one, "3.00", False, key)[2]


@pytest.mark.parametrize("name", regions())
def test_every_state_is_reached_over_allowed_rows(name: str) -> None:
    one = region(name)
    conditions = frozenset(row.when for row in one.transitions) | {""}
    assert set(paths(one, conditions)) == set(one.states)


def test_every_command_of_the_table_is_an_event_in_every_region_of_its_side() -> None:
    for side, commands in ENVIRONMENTS.items():
        for one in regions().values():
            if one.side == side:
                named = {event.command for event in one.alphabet}
                assert {rule.name for rule in commands} <= named, one.name


def test_every_event_can_be_made_to_happen() -> None:
    assert set(events()) == set(BUILDERS) | set(POWER)
    assert {name for event in events().values() for name in event.only} <= set(regions())


def test_every_status_word_is_one_that_the_command_may_give() -> None:
    for one in regions().values():
        rules = {rule.name: rule for rule in ENVIRONMENTS[one.side]}
        for row in one.transitions:
            if row.status in ("ATR", "-"):
                continue
            word = int(row.status.replace("x", "0"), 16)
            family = status.family(word)
            own = rules[row.event.command].status_words if row.event.command else frozenset()
            assert {word, family.value if family else word} & (own | STANDARD_STATUS), row


def test_what_is_forbidden_changes_no_state_but_a_challenge_or_a_transaction() -> None:
    for one in regions().values():
        for row in one.transitions:
            if row.forbidden and one.name not in ("challenge", "purse"):
                assert row.after == row.state, row


def test_every_row_names_its_clause() -> None:
    for one in regions().values():
        assert all("§" in row.clause for row in one.transitions)


@pytest.mark.parametrize("name", regions())
def test_a_region_is_rendered_as_a_table(name: str) -> None:
    one = region(name)
    lines = render(one).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == len(one.alphabet) + 2
    assert {line.count("|") for line in table} == {len(one.states) + 2}
    assert sum(line.startswith("* **") for line in lines) == len(one.states)


def test_a_cell_shows_answer_change_and_prohibition() -> None:
    text = render(region("pin"))
    assert "| VERIFY | ✗ 6984 | 9000 → verified | 9000 | ✗ 6983 |" in text
    assert "9000 → too long (8-byte blocks)" in render(region("challenge"))


def test_a_card_is_observed_in_every_region() -> None:
    card = make_card()
    seen = {
        name: observe(card, name, key=(keys_of(one, "3.00")[0]))
        for name, one in regions().items()
        if one.side == "social"
    }
    assert seen["power"] == "powered"
    assert seen["selection"] == "SSSE"
    assert seen["pin"] == "to verify"
    card.power_off()
    assert {observe(card, name) for name in seen} == {"unpowered"}


@pytest.mark.parametrize(
    ("name", "key", "message"),
    [("pins", "", "region 'pins' is not known"), ("file key", "UK9", "key 'UK9' is not on this card")],
)
def test_what_cannot_be_observed_is_said(name: str, key: str, message: str) -> None:
    with pytest.raises(StateTableError, match=message):
        observe(make_card(), name, key=key)


def test_an_unknown_region_is_said() -> None:
    with pytest.raises(StateTableError, match="region 'pins' is not known; allowed: answer"):
        region("pins")
