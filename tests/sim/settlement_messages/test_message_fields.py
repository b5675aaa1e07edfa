"""Every field of every transaction: missing, too long, of wrong type, at its limit; names in the errors."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from message_samples import IDS, SIDES, full_node, longest_of, place_of, smallest, too_long_of, wrong_of

from onecard.sim.settlement.messages.amounts import scaled_of
from onecard.sim.settlement.messages.envelope import explain, field_of
from onecard.sim.settlement.messages.field_rows import FieldRow
from onecard.sim.settlement.messages.fields import Amount, Date, DateTime
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table, node_table

every_side = pytest.mark.parametrize(("infno", "output"), SIDES, ids=IDS)
LENGTHLESS = {"bytes"}
CHARACTERS = st.characters(exclude_categories=["Cs"])


def decode(infno: str, output: bool, message: object) -> Any:
    spec = TRANSACTIONS[infno]
    kind = spec.output if output else spec.input
    assert kind is not None
    return msgspec.json.decode(msgspec.json.encode(message), type=kind)


def faults(
    infno: str, output: bool, change: Callable[[dict[str, Any], FieldRow], None], rows: list[FieldRow]
) -> list[str]:
    """Return the fields whose wrong value is taken, or refused without naming the field."""
    unnamed = []
    for row in rows:
        message = full_node(infno, row, output=output)
        change(place_of(message, row), row)
        try:
            decode(infno, output, message)
            unnamed.append(f"{row.node}.{row.field} accepted")
        except msgspec.ValidationError as error:
            if field_of(error) != row.field or not explain(error).startswith(f"{row.field}: "):
                unnamed.append(f"{row.node}.{row.field}: {error}")
    return unnamed


@every_side
def test_the_smallest_message_is_accepted(infno: str, output: bool) -> None:
    message = smallest(infno, output=output)
    decoded = decode(infno, output, message)
    assert msgspec.json.decode(msgspec.json.encode(decoded)) is not None
    if not output:
        assert TRANSACTIONS[infno].read_input(msgspec.json.encode(message)) == decoded


@every_side
def test_a_missing_required_field_is_named(infno: str, output: bool) -> None:
    rows = [row for row in field_table(infno, output=output) if row.required]
    assert faults(infno, output, lambda place, row: place.pop(row.field), rows) == []


@every_side
def test_a_required_text_may_not_be_empty(infno: str, output: bool) -> None:
    rows = [row for row in field_table(infno, output=output) if row.required and row.type == "str"]
    assert faults(infno, output, lambda place, row: place.update({row.field: ""}), rows) == []


@every_side
def test_a_field_one_longer_than_allowed_is_named(infno: str, output: bool) -> None:
    rows = [row for row in field_table(infno, output=output) if row.type not in LENGTHLESS]
    assert faults(infno, output, lambda place, row: place.update({row.field: too_long_of(row)}), rows) == []


@every_side
def test_a_field_of_another_type_is_named(infno: str, output: bool) -> None:
    rows = field_table(infno, output=output)
    assert faults(infno, output, lambda place, row: place.update({row.field: wrong_of(row)}), rows) == []


@every_side
def test_the_longest_value_of_every_field_is_accepted_and_comes_back(infno: str, output: bool) -> None:
    for row in field_table(infno, output=output):
        if row.type in LENGTHLESS:
            continue
        message = full_node(infno, row, output=output)
        place_of(message, row)[row.field] = longest_of(row)
        written = msgspec.json.decode(msgspec.json.encode(decode(infno, output, message)))
        assert place_of(written, row)[row.field] == longest_of(row), row


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_null_and_missing_are_the_same_for_optional_fields_env_6(infno: str) -> None:
    for row in field_table(infno):
        if not row.required:
            message = full_node(infno, row, output=False)
            missing = decode(infno, False, message)
            place_of(message, row)[row.field] = None
            assert decode(infno, False, message) == missing, row


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_numbers_come_as_text_as_number_or_empty_env_5(infno: str) -> None:
    for row in field_table(infno):
        if row.type != "num":
            continue
        for value, number in (("1.0", 1), (1, 1), (1.0, 1), ("", 0)):
            message = full_node(infno, row, output=False)
            place_of(message, row)[row.field] = value
            decoded = place_of(msgspec.to_builtins(decode(infno, False, message)), row)[row.field]
            assert scaled_of(decoded, 0, row.field) == number, row


@every_side
def test_a_list_over_its_limit_is_named(infno: str, output: bool) -> None:
    for node in node_table(infno, output=output):
        if node.max_rows is None or not node.required:
            continue
        message = smallest(infno, output=output)
        row = message[node.node][0]
        message[node.node] = [row] * node.max_rows
        decode(infno, output, message)
        message[node.node] = [row] * (node.max_rows + 1)
        with pytest.raises(msgspec.ValidationError, match=str(node.max_rows)) as caught:
            decode(infno, output, message)
        assert field_of(caught.value) == node.node


@pytest.mark.parametrize(
    ("infno", "node", "rows", "output"),
    [("3301", "data", 100, False), ("3261", "detail", 100, False), ("3260", "data", 100, True)],
    ids=["3301", "3261", "3260-page"],
)
def test_the_batch_limits_of_the_interface(infno: str, node: str, rows: int, output: bool) -> None:
    limits = {each.node: each.max_rows for each in node_table(infno, output=output)}
    assert limits[node] == rows


@pytest.mark.parametrize("infno", ["2204", "2301", "2302", "3301", "3261", "2101"])
def test_a_batch_without_rows_is_refused(infno: str) -> None:
    message = smallest(infno)
    name = next(node.node for node in node_table(infno) if node.is_list)
    message[name] = []
    with pytest.raises(msgspec.ValidationError) as caught:
        decode(infno, False, message)
    assert field_of(caught.value) == name


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_a_field_of_a_province_is_ignored(infno: str) -> None:
    message = smallest(infno)
    decoded = decode(infno, False, message)
    for node in [message, *(each for each in message.values() if isinstance(each, dict))]:
        node["exp_local_field"] = {"deep": [1, None, "x"]}
    assert decode(infno, False, message) == decoded


def test_an_error_says_what_is_allowed_in_words_not_in_a_pattern() -> None:
    message = smallest("2201")
    message["data"]["begntime"] = "2024-02-30 08:00:00"
    with pytest.raises(msgspec.ValidationError) as caught:
        decode("2201", False, message)
    assert explain(caught.value) == ("begntime: Expected a time yyyy-MM-dd HH:mm:ss - at `$.data.begntime`")


@every_side
def test_no_error_shows_a_pattern(infno: str, output: bool) -> None:
    for row in field_table(infno, output=output):
        message = full_node(infno, row, output=output)
        place_of(message, row)[row.field] = "no such value at all \\ ] }"
        complaint = ""
        try:
            decode(infno, output, message)
        except msgspec.ValidationError as error:
            complaint = explain(error)
        assert "regex" not in complaint, row
        assert "another form" not in complaint, row


days = st.dates().map(str)


@given(days, st.times().map(lambda time: time.strftime("%H:%M:%S")))
def test_every_day_of_the_calendar_is_a_date(day: str, time: str) -> None:
    assert msgspec.convert(day, Date) == day
    assert msgspec.convert(f"{day} {time}", DateTime) == f"{day} {time}"


@given(st.from_regex(r"\A[0-9]{4}-[0-1][0-9]-[0-3][0-9]\Z"))
def test_what_is_taken_for_a_date_is_one(text: str) -> None:
    try:
        taken = msgspec.convert(text, Date)
    except msgspec.ValidationError:
        taken = ""
    try:
        is_day = msgspec.convert(text, datetime.date) is not None
    except msgspec.ValidationError:
        is_day = False
    assert bool(taken) == is_day


@given(st.integers(-(10**16) + 1, 10**16 - 1))
def test_an_amount_keeps_its_fen(amount_fen: int) -> None:
    text = f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"
    assert scaled_of(msgspec.convert(text, Amount), 2, "medfee_sumamt") == amount_fen


@given(st.integers(-(10**13), 10**13))
def test_an_amount_as_a_json_number_keeps_its_fen_below_the_limit(amount_fen: int) -> None:
    wire = f"{amount_fen / 100:.2f}"
    decoded = msgspec.json.decode(wire.encode(), type=Amount)
    assert scaled_of(decoded, 2, "medfee_sumamt") == amount_fen


@pytest.mark.parametrize(
    "wire", ["1e12", "-1e12", "1e300", "true", "null", "[]", '"1e5"', '"1,5"', '"０"', '" 1"']
)
def test_what_is_no_amount_is_refused(wire: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wire.encode(), type=Amount)


@given(st.sampled_from([side for side in SIDES if side[0] != "9101"]), st.data())
def test_any_valid_message_comes_back_as_it_was(side: tuple[str, bool], data: st.DataObject) -> None:
    infno, output = side
    message = smallest(infno, output=output)
    for row in field_table(infno, output=output):
        place = place_of(message, row) if row.node.removesuffix("[]") in message or not row.node else None
        if place is not None and row.type == "str" and data.draw(st.booleans()):
            text = st.text(
                st.characters(exclude_categories=["Cs"]), min_size=1, max_size=int(row.length or 9)
            )
            place[row.field] = data.draw(text)
    decoded = decode(infno, output, message)
    written = msgspec.json.encode(decoded)
    assert decode(infno, output, msgspec.json.decode(written)) == decoded
    again = msgspec.json.decode(written)
    for name, node in message.items():
        pairs = zip(node, again[name], strict=True) if isinstance(node, list) else [(node, again[name])]
        for sent, kept in pairs:
            assert sent == kept or sent.items() <= kept.items()
