"""What each fault does to a message, and that who asks hears exactly once."""

import msgspec
import pytest
from scripted_world import Script, ScriptedPlan, inject

from onecard.sim.explore.links import LATENCY_US, Links, Question
from onecard.sim.explore.loop import Loop
from onecard.sim.explore.plan import Injection

ASK = b'{"infno":"2207","msgid":"M1","more":"of it"}'
NEXT = b'{"infno":"2208","msgid":"M2","more":"of it"}'
TIMEOUT_US = 25_000_000


class Silent:
    tracing = False


class Pair:
    """One link between A and B; B answers every message with its copy in other letters."""

    def __init__(self, script: Script) -> None:
        self.loop = Loop()
        self.arrived: list[tuple[int, bytes, Injection | None]] = []
        self.heard: list[tuple[int, bytes | None]] = []
        plan = ScriptedPlan({("A", "B"): script})
        self.links = Links(self.loop, plan, Silent(), self.deliver)  # type: ignore[arg-type]
        self.answers = 0

    def deliver(self, question: Question, request: bytes, crash: Injection | None) -> None:
        self.arrived.append((self.loop.now_us, request, crash))
        self.answers += 1
        self.links.reply(question, b"answer %d" % self.answers)

    def ask(self, request: bytes = ASK, at_us: int = 0) -> None:
        def hear(reply: bytes | None) -> None:
            self.heard.append((self.loop.now_us, reply))

        self.loop.at(at_us, self.links.ask, "A", "B", request, TIMEOUT_US, hear)

    def run(self) -> "Pair":
        self.loop.run(10**9)
        return self


def one(direction: str, name: str, *, duration_us: int = 0) -> Pair:
    pair = Pair({("2207", 0, direction): inject(name, duration_us=duration_us)})
    pair.ask()
    return pair.run()


def test_without_faults_a_message_takes_a_latency_each_way() -> None:
    pair = Pair({})
    pair.ask()
    pair.run()
    assert pair.arrived == [(LATENCY_US, ASK, None)]
    assert pair.heard == [(2 * LATENCY_US, b"answer 1")]


def test_a_dropped_message_never_arrives_and_the_asker_waits_its_time() -> None:
    pair = one("request", "drop")
    assert pair.arrived == []
    assert pair.heard == [(TIMEOUT_US, None)]


@pytest.mark.parametrize("name", ["delay", "split", "stall"])
def test_a_late_message_arrives_late(name: str) -> None:
    pair = one("request", name, duration_us=5_000_000)
    assert [time for time, *_ in pair.arrived] == [5_000_000 + LATENCY_US]
    assert pair.heard == [(5_000_000 + 2 * LATENCY_US, b"answer 1")]


@pytest.mark.parametrize("name", ["delay", "stall"])
def test_an_answer_after_the_time_out_comes_to_nobody(name: str) -> None:
    pair = one("reply", name, duration_us=40_000_000)
    assert len(pair.arrived) == 1
    assert pair.heard == [(TIMEOUT_US, None)]


def test_a_duplicate_arrives_twice_and_is_answered_once() -> None:
    pair = one("request", "duplicate", duration_us=60_000_000)
    assert [time for time, *_ in pair.arrived] == [LATENCY_US, LATENCY_US + 60_000_000]
    assert pair.heard == [(2 * LATENCY_US, b"answer 1")]


def test_a_reordered_message_is_overtaken_by_the_next() -> None:
    pair = Pair({("2207", 0, "request"): inject("reorder", duration_us=5_000_000)})
    pair.ask()
    pair.ask(NEXT, at_us=1_000_000)
    pair.run()
    assert [request for _, request, _ in pair.arrived] == [NEXT, ASK]
    assert len(pair.heard) == 2


def test_a_reordered_message_that_nothing_overtakes_arrives_all_the_same() -> None:
    assert [time for time, *_ in one("request", "reorder", duration_us=5_000_000).arrived] == [5_000_000]


@pytest.mark.parametrize("name", ["truncate", "corrupt"])
def test_harm_makes_a_message_unreadable(name: str) -> None:
    pair = one("request", name)
    ((_, request, _),) = pair.arrived
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        msgspec.json.decode(request)
    assert len(pair.heard) == 1


def test_a_reset_is_heard_at_once_whether_or_not_the_message_arrived() -> None:
    pair = one("request", "reset")
    assert pair.heard == [(2 * LATENCY_US, None)]


def test_a_lost_reply_was_done_all_the_same() -> None:
    pair = one("reply", "reply-lost-after-commit")
    assert len(pair.arrived) == 1
    assert pair.heard == [(TIMEOUT_US, None)]


def test_a_stale_reply_is_the_first_answer_to_the_same_message() -> None:
    pair = Pair({("2207", 1, "reply"): inject("stale-reply")})
    pair.ask()
    pair.ask(at_us=1_000_000)
    pair.run()
    assert [reply for _, reply in pair.heard] == [b"answer 1", b"answer 1"]


def test_a_cut_lets_nothing_pass_either_way_until_it_ends() -> None:
    pair = Pair({})
    pair.links.cut(("B", "A"), 2_000_000)
    pair.ask()
    pair.ask(NEXT, at_us=2_000_000)
    pair.run()
    assert [request for _, request, _ in pair.arrived] == [NEXT]
    assert sorted(pair.heard) == [(2_000_000 + 2 * LATENCY_US, b"answer 1"), (TIMEOUT_US, None)]


def test_an_answer_is_lost_in_a_cut_that_began_meanwhile() -> None:
    pair = Pair({})
    pair.ask()
    pair.loop.at(LATENCY_US - 1, pair.links.cut, ("A", "B"), 1_000_000)
    pair.run()
    assert len(pair.arrived) == 1
    assert pair.heard == [(TIMEOUT_US, None)]
