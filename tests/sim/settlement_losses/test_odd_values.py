"""Odd bytes, and odd values in every field: each gets an answer, and a refusal changes nothing.

The messages are those of a visit, a stay and a purchase, each sent in the state in which it would be right,
so an odd value meets the business rules and not only the field table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from losing_nation import LosingNation, result

from onecard.sim.actors import Heard
from onecard.sim.settlement.clients.dialogue import Dialogue
from onecard.sim.settlement.messages.reasons import Reason

HOLE = '"@@@"'
DEEP = 5000
NUMBERS = ("NaN", "Infinity", "1e400", "1e308", "-0", "-0.0", "1" + "0" * 400, '"1e5"', '"NaN"', '"-0.00"')
TEXTS = ('"\\ud800"', '"\\u0000"', '""', '" "', '"１２"', '"1_000"', '"+1"', '".5"', f'"{"9" * 5000}"')
LIMITS = ('"99999999999999.99"', '"-99999999999999.99"', '"9999-12-31 23:59:59"', '"0001-01-01 00:00:00"')
SHAPES = ("null", "true", "[]", "{}", "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP)
EXTENSIONS = ('"{"', '"[]"', '"{\\"tac\\": 1}"', '"{\\"hosp_part_amt\\": 1e400}"', '"{\\"onecard\\": {}}"')
ODD = (*NUMBERS, *TEXTS, *LIMITS, *SHAPES, *EXTENSIONS)


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every field of a message, the first of each list, and the lists themselves."""
    if isinstance(node, dict):
        for name, each in node.items():
            yield from places(each, (*path, name))
        return
    if isinstance(node, list) and node:
        yield from places(node[0], (*path, 0))
    yield path


def with_odd(request: bytes, path: tuple[str | int, ...], odd: str, number: int) -> bytes:
    """Put an odd value into a field, under a message number of its own."""
    message = msgspec.json.decode(request)
    message["msgid"] = f"ODD{number:08d}"
    node = message
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = HOLE.strip('"')
    return msgspec.json.encode(message).replace(HOLE.encode(), odd.encode("utf-8", "surrogatepass"))


class Prober:
    """A city whose institution sends odd messages between the right ones."""

    def __init__(self, kind: str) -> None:
        self.world = LosingNation("local")
        self.plan: Dialogue = self.world.dialogue(kind)
        self.tier = self.world.tiers[self.world.address]
        self.sent = 0

    def serve(self, body: bytes) -> tuple[str, set[str]]:
        """Serve a message; return the result and what tables a refusal changed. A success is undone."""
        self.tier.store.take_changes()
        serving = self.tier.serve(body, self.world.now_us)
        try:
            question = next(serving)
            while True:
                question = serving.send(Heard(self.world._carry(question), self.world.now_us))
        except StopIteration as stop:
            said = result(stop.value)
        if said == "done":
            self.tier.store.rollback()
            return said, set()
        return said, {change.table for change in self.tier.store.take_changes()}

    def probe(self) -> None:
        """Send the next request with every odd value in every field, then as it is."""
        request = self.plan.next_request(self.world.now_us)
        assert request is not None
        for path in places(msgspec.json.decode(request)):
            for odd in ODD:
                self.sent += 1
                said, changed = self.serve(with_odd(request, path, odd, self.sent))
                where = f"{self.plan.next_infno} {path} {odd[:40]}"
                assert said in ("done", *Reason), where
                assert said != Reason.NO_ANSWER, where
                assert changed <= {"MESSAGE"}, where
        self.plan.receive(self.world.send(request) or b"")
        assert self.plan.failure is None


@pytest.mark.parametrize("kind", ["visit", "stay", "pharmacy"])
def test_an_odd_value_anywhere_gets_an_answer_and_a_refusal_changes_nothing(kind: str) -> None:
    prober = Prober(kind)
    while prober.plan.next_infno:
        prober.probe()
    prober.plan.undo()  # type: ignore[attr-defined] # every plan here has one
    while prober.plan.next_infno:
        prober.probe()
    assert prober.sent > 2000
    assert prober.world.disagreements() == []


def valid() -> bytes:
    prober = Prober("visit")
    request = prober.plan.next_request(prober.world.now_us)
    assert request is not None
    return request


WHOLE = valid()
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "64 MiB": b'{"infno":"' + b"1" * (64 * 1024 * 1024),
    "a byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "GBK": WHOLE.decode().replace("Desk", "医师").encode("gbk"),
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "garbage behind": WHOLE + b"}",
    "a second message behind": WHOLE + WHOLE,
    "cut in the middle": WHOLE[: len(WHOLE) // 2],
    "a list": b"[" + WHOLE + b"]",
    "a text": msgspec.json.encode(WHOLE.decode()),
    "nested too deeply": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a number without end": b'{"infno":' + b"1" * 100_000 + b"}",
    "single quotes": WHOLE.replace(b'"', b"'"),
    "a form": b"infno=1101&msgid=1",
}


@pytest.mark.parametrize("body", BODIES)
def test_bytes_that_are_no_envelope_are_malformed_and_leave_nothing(body: str) -> None:
    assert Prober("visit").serve(BODIES[body]) == ("malformed", set())


def test_the_last_of_two_equal_names_counts() -> None:
    """JSON leaves it open; what matters is that host and tier agree on which one."""
    prober = Prober("visit")
    twice = WHOLE[:-1] + b',"infno":"9999"}'
    assert prober.serve(twice)[0] == Reason.UNKNOWN_TRANSACTION
    first = b'{"infno":"9999",' + WHOLE[1:]
    assert prober.serve(first)[0] == "done"
