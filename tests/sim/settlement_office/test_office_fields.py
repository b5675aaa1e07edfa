"""Every field of every transaction, wrong in every way, sent to a city: an answer that names the field.

The messages are made from the field tables, so a new field or transaction is covered without a new test.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from institutions_world import World
from message_samples import full_node, place_of, smallest, too_long_of, wrong_of
from office_samples import holdings, refusal

from onecard.sim.settlement.messages.field_rows import FieldRow
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table, node_table
from onecard.sim.settlement.tiers.handlers import HANDLERS

every_transaction = pytest.mark.parametrize("infno", [infno for infno in TRANSACTIONS if infno in HANDLERS])
LENGTHLESS = ("bytes",)


def missing(place: dict[str, Any], row: FieldRow) -> None:
    del place[row.field]


def null(place: dict[str, Any], row: FieldRow) -> None:
    place[row.field] = None


def too_long(place: dict[str, Any], row: FieldRow) -> None:
    place[row.field] = too_long_of(row)


def of_wrong_type(place: dict[str, Any], row: FieldRow) -> None:
    place[row.field] = wrong_of(row)


FAULTS: dict[str, tuple[Callable[[dict[str, Any], FieldRow], None], Callable[[FieldRow], bool]]] = {
    "missing": (missing, lambda row: row.required),
    "null": (null, lambda row: row.required),
    "too-long": (too_long, lambda row: row.type not in LENGTHLESS),
    "wrong-type": (of_wrong_type, lambda _row: True),
}


def spoilt(infno: str, fault: str) -> Iterator[tuple[FieldRow, dict[str, Any]]]:
    change, applies = FAULTS[fault]
    for row in filter(applies, field_table(infno)):
        message = full_node(infno, row, output=False)
        change(place_of(message, row), row)
        yield row, message


@every_transaction
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_field_is_named_and_nothing_is_left_behind(infno: str, fault: str) -> None:
    world = World()
    unnamed = []
    for row, message in spoilt(infno, fault):
        answer = world.send(infno, message)
        named = answer["err_msg"] and answer["err_msg"].partition(") ")[2].startswith(f"{row.field}: ")
        if refusal(answer) != Reason.MALFORMED or not named:
            unnamed.append((row.node, row.field, answer["err_msg"]))
    assert unnamed == []
    assert holdings(world.city) == {}


@every_transaction
@pytest.mark.parametrize("node", ["missing", "null", "text", "empty-object"])
def test_a_wrong_node_is_refused(infno: str, node: str) -> None:
    world = World()
    for name in [each.node for each in node_table(infno) if each.required]:
        message = copy.deepcopy(smallest(infno))
        if node == "missing":
            del message[name]
        else:
            message[name] = {"null": None, "text": "x", "empty-object": {}}[node]
        answer = world.send(infno, message)
        assert refusal(answer) == Reason.MALFORMED
    assert holdings(world.city) == {}


@every_transaction
def test_a_message_that_is_well_formed_gets_another_answer_than_malformed(infno: str) -> None:
    answer = World().send(infno, smallest(infno))
    assert answer["infcode"] == 0 or refusal(answer) != Reason.MALFORMED, answer["err_msg"]


@every_transaction
def test_an_input_over_its_limit_is_refused(infno: str) -> None:
    world = World()
    limit = TRANSACTIONS[infno].max_input_bytes
    message = {**smallest(infno), "filler": "x" * limit}
    answer = world.send(infno, message)
    assert refusal(answer) == Reason.MALFORMED
    assert any(word in answer["err_msg"] for word in ("input", "message has"))


def batches() -> list[tuple[str, str, int]]:
    return [
        (infno, node.node, node.max_rows)
        for infno in TRANSACTIONS
        if infno in HANDLERS
        for node in node_table(infno)
        if node.max_rows is not None
    ]


@pytest.mark.parametrize(("infno", "node", "limit"), batches())
def test_a_batch_of_one_row_too_many_is_refused_and_its_node_named(infno: str, node: str, limit: int) -> None:
    world = World()
    message = copy.deepcopy(smallest(infno))
    message[node] = message[node][:1] * (limit + 1) if message.get(node) else [{}] * (limit + 1)
    answer = world.send(infno, message)
    assert refusal(answer) == Reason.MALFORMED
    assert node in answer["err_msg"]
    assert holdings(world.city) == {}
