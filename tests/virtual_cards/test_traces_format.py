"""Trace files: errors in one line, patterns, and a replay that says where a card differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from card_samples import Counter

from onecard.virtual_cards.faces import CONTACT
from onecard.virtual_cards.security.messages import authentication_data
from onecard.virtual_cards.traces import Trace, TraceError, issue_devices, read_trace, replay
from onecard.virtual_cards.traces.pattern import parse_pattern, parse_template

HEAD = """
title = "t"
clause = "card.md §12"
mark = "1"
exchange = "{exchange}"
variant = [{{ version = "{version}", faces = ["{face}"], values = {{ NUMBER = "0709" }} }}]
steps = [{steps}]

[card]
issuing_area = "519900"
serial = "000001AC"
card_number = "A00000011"
"""
SELECT = '{ send = "00A4000002DDF100", expect = "6F *" }'


def written(
    folder: Path,
    *steps: str,
    exchange: str = "as sent",
    version: str = "3.00",
    face: str = "contact",
    more: str = "",
) -> Path:
    path = folder / "trace.toml"
    text = HEAD.format(exchange=exchange, version=version, face=face, steps=", ".join(steps))
    path.write_text(text + more, encoding="utf-8")
    return path


def run(trace: Trace):  # type: ignore[no-untyped-def]  # noqa: ANN201
    variant = trace.variant[0]
    devices = issue_devices(trace, variant, random_bytes=Counter())
    return replay(trace, variant, CONTACT, devices={"card": devices.card}, keys=devices.keys)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        pytest.param('{ send = "00A4", expect = "" }', "step 1: expect is missing", id="no-expectation"),
        pytest.param('{ expect = "9000" }', "exactly one of reset, send, let", id="nothing-to-do"),
        pytest.param('{ send = "00", reset = "card", expect = "9000" }', "exactly one of", id="two-things"),
        pytest.param('{ send = "0X", expect = "9000" }', "'0X' is none of", id="no-hexadecimal"),
        pytest.param('{ send = "00A", expect = "9000" }', "'A' is none of", id="half-a-byte"),
        pytest.param('{ send = "{R1}", expect = "9000" }', "R1 has no value yet", id="unknown-name"),
        pytest.param('{ send = "00..", expect = "9000" }', "stand in answers only", id="hole-in-a-command"),
        pytest.param('{ send = "00", expect = "* 9000" }', "'*9000' is none of", id="rest-in-the-middle"),
        pytest.param('{ let = "EA" }', "NAME = function arguments", id="no-function"),
        pytest.param(
            '{ let = "EA = sign STK 00" }', "function 'sign'; allowed: authent", id="unknown-function"
        ),
        pytest.param('{ let = "EA = mac STK 00" }', "mac takes 3 arguments", id="too-few-arguments"),
        pytest.param('{ let = "EA = mac XX 00 00" }', "the name of a key", id="unknown-key"),
        pytest.param('{ reset = "psam", expect = "3B *" }', "the trace has no [psam]", id="no-psam"),
        pytest.param('{ reset = "door", expect = "3B *" }', "door", id="no-such-device"),
        pytest.param('{ sent = "00" }', "sent", id="no-such-field"),
    ],
)
def test_a_wrong_step_is_one_line_with_file_and_value(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        read_trace(written(tmp_path, step))
    assert str(caught.value).startswith("trace.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param({"version": "4.00"}, "version '4.00'; allowed: 1.00", id="version"),
        pytest.param({"face": "optical"}, "face 'optical'; allowed: contact", id="face"),
        pytest.param({"exchange": "slowly"}, "slowly", id="exchange"),
        pytest.param({"more": "colour = 1\n"}, "colour", id="unknown-field"),
    ],
)
def test_a_wrong_head_is_one_line(tmp_path: Path, wrong: dict[str, str], message: str) -> None:
    with pytest.raises(TraceError, match=r"trace\.toml") as caught:
        read_trace(written(tmp_path, SELECT, **wrong))
    assert message in str(caught.value)


def test_a_file_that_is_no_toml_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.toml"
    for content in (b"steps = [", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(TraceError, match=r"trace\.toml"):
            read_trace(path)


def test_a_trace_without_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="at least one variant and one step"):
        read_trace(written(tmp_path))


def test_a_replay_says_which_step_differs_and_stops_there(tmp_path: Path) -> None:
    steps = (
        '{ reset = "card", expect = "3B *" }',
        SELECT,
        '{ send = "00B2072C0B", expect = "{NUMBER} 42 *", note = "card number" }',
        '{ send = "0084000008", expect = "{R:8} 9000" }',
    )
    result = run(read_trace(written(tmp_path, *steps)))
    assert result.mismatch is not None
    assert str(result.mismatch) == (
        "step 3: 00B2072C0B -> 07094130303030303031319000, expected {NUMBER} 42 *"
    )
    assert result.mismatch.note == "card number"
    assert [frame.step for frame in result.frames] == [1, 2, 3]
    assert result.frames[0].command == b""


def test_a_reader_fetches_and_repeats_where_a_trace_says_so(tmp_path: Path) -> None:
    steps = (
        '{ reset = "card", expect = "3B *" }',
        '{ send = "00A4000002DDF1", expect = "6F * " }',
        '{ send = "00B2072C00", expect = "{NUMBER} * " }',
        '{ send = "00B2072C", expect = "{NUMBER} * " }',
    )
    result = run(read_trace(written(tmp_path, *steps, exchange="by reader")))
    assert result.mismatch is None
    sent = [frame.command.hex().upper() for frame in result.frames[1:]]
    assert sent[:2] == ["00A4000002DDF1", "00C000001E"]
    assert sent[2:] == ["00B2072C00", "00B2072C0B", "00B2072C", "00B2072C0B"]
    raw = run(read_trace(written(tmp_path, *steps)))
    assert raw.mismatch is not None
    assert raw.mismatch.response.hex().upper() == "611E"


def test_captures_and_computed_values_come_back(tmp_path: Path) -> None:
    steps = (
        '{ reset = "card", expect = "3B *" }',
        SELECT,
        '{ send = "0084000008", expect = "{R:8} 9000" }',
        '{ let = "EA = authentication_data RKSSSE {R} 0102030405060708" }',
        '{ send = "0082000A10 {EA} 0102030405060708", expect = "9000" }',
    )
    trace = read_trace(written(tmp_path, *steps))
    result = run(trace)
    assert result.mismatch is None
    keys = issue_devices(trace, trace.variant[0], random_bytes=Counter()).keys
    expected = authentication_data(
        keys.algorithm, keys.key("RKSSSE"), result.values["R"], bytes.fromhex("0102030405060708")
    )
    assert result.values["EA"] == expected


@pytest.mark.parametrize(
    ("text", "answer", "captured"),
    [
        ("9000", "9000", {}),
        ("90 00", "9001", None),
        ("..00", "9100", {}),
        ("{A:2} 9000", "01029000", {"A": b"\x01\x02"}),
        ("{A:2} 9000", "019000", None),
        ("6F *", "6F019000", {}),
        ("6F *", "6F", {}),
        ("6F", "6F00", None),
        ("{K}..", "AABBCC", {}),
        ("{K}..", "AACCCC", None),
    ],
)
def test_patterns_match_whole_answers(text: str, answer: str, captured: dict[str, bytes] | None) -> None:
    assert parse_pattern(text).match(bytes.fromhex(answer), {"K": b"\xaa\xbb"}) == captured


def test_a_template_is_filled_from_known_values() -> None:
    template = parse_template("00 {A} 01 {B}")
    assert template.names == {"A", "B"}
    assert template.fill({"A": b"\xaa", "B": b"\xbb\xcc"}).hex() == "00aa01bbcc"
    with pytest.raises(KeyError):
        template.fill({"A": b"\xaa"})
