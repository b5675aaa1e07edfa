"""Anti-tear (card.md §11): wherever power fails, each commit of a command is there as a whole, or not at all.

Every writing command is torn at every byte that it writes, and its recovery again at every byte that the
recovery writes. The same check, run on a memory with a seeded defect, must find it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, NamedTuple

import msgspec
import pytest
from card_samples import Counter, authenticate, make_card, select, send, verify, word
from hypothesis import given, settings
from hypothesis import strategies as st
from secured import set_pin, unblock
from writing_commands import WRITING, Writing, fresh

from onecard.virtual_cards.card import Card, CardMemory
from onecard.virtual_cards.card import card as card_module
from onecard.virtual_cards.chip import nonvolatile
from onecard.virtual_cards.chip.memory import CELLS
from onecard.virtual_cards.chip.nonvolatile import Change, Damaged, PowerLost, Supply, Tear, WornMemory
from onecard.virtual_cards.commands.table import ENVIRONMENTS

ENDLESS = 1_000_000_000
EACH = pytest.mark.parametrize("row", WRITING, ids=lambda row: row.name)


def state(memory: CardMemory) -> dict[str, Any]:
    """Return the value of every cell, and the journal."""
    cells = {name: getattr(memory, name) for name in CELLS}
    return {name: dict(value) if isinstance(value, dict) else value for name, value in cells.items()} | {
        "journal": memory.journal
    }


def twin(memory: CardMemory) -> CardMemory:
    """Return a memory of its own with the same contents, written with steady power."""
    return replace(
        memory, contents=dict(memory.contents), key_failures=dict(memory.key_failures), supply=None
    )


class Recording(CardMemory):
    """A memory that remembers its state after each commit."""

    __slots__ = ("states",)

    def commit(self, *changes: Change) -> None:
        super().commit(*changes)
        self.states.append(state(self))


def committed_states(row: Writing) -> list[dict[str, Any]]:
    """Return the state before the command and after each of its commits."""
    card, command = fresh(row)
    memory = Recording(**{field.name: getattr(card.memory, field.name) for field in fields(CardMemory)})
    memory.states = [state(memory)]
    assert card.session is not None
    card.memory = card.session.memory = memory
    assert card.transmit(command)[-2:].hex().upper() == row.answer
    return memory.states


def bytes_written(row: Writing) -> int:
    """Return how many bytes the command writes in the byte form."""
    card, command = fresh(row)
    supply = card.memory.supply = Tear(ENDLESS)
    assert card.transmit(command)[-2:].hex().upper() == row.answer
    return supply.spent


def power_on(memory: CardMemory, supply: Supply | None = None) -> bool:
    """Power a card with this memory on; tell whether it answers to reset."""
    memory.supply = supply
    answered = bool(Card(memory, random_bytes=Counter()).power_on())
    memory.supply = None
    return answered


class Torn(NamedTuple):
    points: int
    """Places at which the power failed: in the command, and in the recovery after each of them."""
    violations: list[str]


def tear_everywhere(row: Writing) -> Torn:
    """Tear a command at every byte and its recovery at every byte; say where the state is not whole."""
    states = committed_states(row)
    total = bytes_written(row)
    points, reached, violations = 0, 0, []
    whole = states[0]
    for after in range(total + 1):
        card, command = fresh(row)
        card.memory.supply = Tear(after)
        answer = card.transmit(command)
        if bool(answer) != (after == total):
            violations.append(f"{row.name}: answer {answer.hex()!r} after {after} of {total} bytes")
        points += after < total
        memory = twin(card.memory)
        supply = Tear(ENDLESS)
        power_on(memory, supply)
        whole = state(memory)
        if whole not in states[reached:]:
            violations.append(f"{row.name}: state not whole after {after} of {total} bytes")
            continue
        reached = states.index(whole, reached)
        for again in range(supply.spent):
            points += 1
            memory = twin(card.memory)
            answered = power_on(memory, Tear(again))
            if answered or not power_on(memory) or state(memory) != whole:
                violations.append(f"{row.name}: recovery torn at {again}, after {after} of {total} bytes")
    if whole != states[-1]:
        violations.append(f"{row.name}: carried out, but not all of it is there")
    return Torn(points, violations)


@EACH
def test_a_command_torn_at_any_byte_is_done_or_not_done(
    row: Writing, record_property: Callable[[str, object], None]
) -> None:
    torn = tear_everywhere(row)
    record_property("tear points", torn.points)
    assert torn.violations == []
    assert bool(torn.points) == bool(row.commits)


@EACH
def test_a_command_commits_as_often_as_its_row_says(row: Writing) -> None:
    states = committed_states(row)
    assert len(states) == row.commits + 1
    assert all(one["journal"] == b"" for one in states)


def test_every_command_that_can_fail_to_write_has_rows() -> None:
    rows = [rule for commands in ENVIRONMENTS.values() for rule in commands]
    writes = {rule.name.lower() for rule in rows if 0x6581 in rule.status_words}
    words = {"external authenticate": "authenticate", "pin change/unblock": "unblock"}
    for name in writes:
        assert any(row.name.startswith(words.get(name, name)) for row in WRITING), name


def test_damage_is_there_before_recovery_and_gone_after() -> None:
    row = WRITING[0]
    seen = 0
    for after in range(bytes_written(row)):
        card, command = fresh(row)
        card.memory.supply = Tear(after)
        card.transmit(command)
        seen += any(isinstance(value, Damaged) for value in card.memory.contents.values())
        assert power_on(card.memory)
        assert not any(isinstance(value, Damaged) for value in card.memory.contents.values())
    assert seen


def test_a_tear_before_the_first_byte_of_verify_wins_no_try() -> None:
    """Whoever pulls the card when the answer is known has lost the try already."""
    for after in range(200):
        card = make_card()
        card.memory.supply = Tear(after)
        if verify(card, "000000"):
            assert card.memory.pin_tries_left == 2
            return
        assert power_on(card.memory)
        assert card.memory.pin_tries_left in (3, 2)
    raise AssertionError("VERIFY writes more than 200 bytes")


def test_a_memory_that_cannot_finish_a_commit_does_not_answer_to_reset() -> None:
    card, command = fresh(WRITING[0])
    card.memory.supply = Tear(40)
    assert card.transmit(command) == b""
    assert not power_on(card.memory, WornMemory())
    assert power_on(card.memory)


# Seeded defects: a memory that leaves one safeguard out. The check above must find each of them.


def _no_recovery(_memory: CardMemory) -> None:
    return


def _forgets_the_journal(memory: CardMemory) -> None:
    memory.journal = b""


def _no_seal(memory: CardMemory) -> list[Change] | None:
    body = memory.journal[: -nonvolatile._SEAL_SIZE]
    entries = msgspec.msgpack.decode(body, type=list[nonvolatile._Entry])
    return [
        Change(
            entry.cell,
            msgspec.msgpack.decode(entry.key, type=CELLS[entry.cell].key),
            msgspec.msgpack.decode(entry.value, type=CELLS[entry.cell].value),
        )
        for entry in entries
    ]


def _no_journal(memory: CardMemory, changes: Any, supply: Supply) -> None:
    nonvolatile._apply(memory, changes, supply)


def _one_by_one(memory: CardMemory, changes: Any, supply: Supply) -> None:
    for change in changes:
        _commit(memory, [change], supply)


def _clears_the_journal_first(memory: CardMemory, changes: Any, supply: Supply) -> None:
    sealed = nonvolatile._seal(nonvolatile._encode([tuple(change) for change in changes]))
    if supply.spend(len(sealed)) < len(sealed):
        raise PowerLost
    nonvolatile._apply(memory, changes, supply)


_commit = nonvolatile.commit_bytewise


@pytest.mark.parametrize(
    ("where", "name", "defect"),
    [
        pytest.param(card_module, "recover", _no_recovery, id="no-recovery"),
        pytest.param(card_module, "recover", _forgets_the_journal, id="recovery-throws-every-journal-away"),
        pytest.param(nonvolatile, "_unseal", _no_seal, id="no-seal"),
        pytest.param(nonvolatile, "commit_bytewise", _no_journal, id="no-journal"),
        pytest.param(nonvolatile, "commit_bytewise", _one_by_one, id="changes-committed-one-by-one"),
        pytest.param(nonvolatile, "commit_bytewise", _clears_the_journal_first, id="journal-cleared-early"),
    ],
)
def test_the_check_finds_a_memory_without_a_safeguard(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, defect: Any
) -> None:
    row = next(row for row in WRITING if row.name == "unblock")
    assert tear_everywhere(row).violations == []
    monkeypatch.setattr(where, name, defect)
    try:
        found = tear_everywhere(row).violations
    except msgspec.DecodeError:
        found = ["a journal that was cut short is taken for a whole one"]
    assert found


# The byte form and the fast form are one: two cards, one of them with an endless supply.

MOVES: dict[str, Callable[[Card], str]] = {
    "select SSSE": lambda card: word(card, "00A4000002DDF1"),
    "select DF01": lambda card: word(card, "00A4000002DF01"),
    "select DF02": lambda card: word(card, "00A4000002DF02"),
    "select MF": lambda card: word(card, "00A4000000"),
    "verify": verify,
    "verify new": lambda card: verify(card, "654321"),
    "verify wrong": lambda card: verify(card, "000000"),
    "change": lambda card: word(card, "805E010007123456FF654321"),
    "change back": lambda card: word(card, "805E010007654321FF123456"),
    "unset": lambda card: word(card, "805E010004123456FF"),
    "set": lambda card: word(card, "805E010004FF123456"),
    "UKSSSE": lambda card: authenticate(card, "UKSSSE"),
    "UKSSSE wrong": lambda card: authenticate(card, "UKSSSE", wrong=True),
    "PUK": lambda card: authenticate(card, "PUK"),
    "PUK wrong": lambda card: authenticate(card, "PUK", wrong=True),
    "BK": lambda card: authenticate(card, "BK"),
    "UK5DF01": lambda card: authenticate(card, "UK5DF01"),
    "UK4DF02": lambda card: authenticate(card, "UK4DF02"),
    "unblock": unblock,
    "unblock wrong": lambda card: unblock(card, flip=1),
    "new pin": lambda card: set_pin(card, bytes.fromhex("654321")),
    "update": lambda card: word(card, "00DC0A30030A0132"),
    "append": lambda card: word(card, "00DC00B312" + "31" * 18),
    "binary": lambda card: word(card, "00D6960402A5A6"),
    "reset": lambda card: card.power_on().hex(),
    "block": lambda card: word(card, "841E000104" + "00" * 4),
}


@settings(max_examples=150)
@given(
    st.sampled_from(["1.00", "2.00", "3.00"]),
    st.lists(st.sampled_from(sorted(MOVES)), min_size=1, max_size=40),
)
def test_the_byte_form_and_the_fast_form_are_one(version: str, moves: list[str]) -> None:
    fast, bytewise = make_card(version), make_card(version)
    bytewise.memory.supply = Tear(ENDLESS)
    for move in moves:
        assert MOVES[move](fast) == MOVES[move](bytewise)
        assert state(fast.memory) == state(bytewise.memory)


@settings(max_examples=60)
@given(
    st.sampled_from(["2.00", "3.00"]),
    st.lists(st.sampled_from(sorted(MOVES)), min_size=1, max_size=20),
    st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=6),
)
def test_a_card_torn_again_and_again_stays_a_card(version: str, moves: list[str], tears: list[int]) -> None:
    card = make_card(version)
    for after in tears:
        card.memory.supply = Tear(after)
        for move in moves:
            if card.session is None:
                break
            MOVES[move](card)
        card.memory.supply = None
        assert card.power_on()
        assert card.memory.journal == b""
        assert 0 <= card.memory.pin_tries_left <= card.memory.pin_limit
        assert not any(isinstance(value, Damaged) for value in state(card.memory).values())
        select(card, "SSSE")
        assert send(card, "00B2032C06").endswith("9000")
