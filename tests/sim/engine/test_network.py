"""The network that hosts the tiers: time, queues, time-outs, servers that go down, links that lose."""

from collections.abc import Callable, Generator

import pytest
from simpy import Event
from toy_servers import SECOND, Echo, Relay, answer, calling, message, network

from onecard.sim.actors import Ask, Serving
from onecard.sim.engine.conditions import Disturbances
from onecard.sim.engine.hops import Caller, Hop
from onecard.sim.engine.network import NO_ANSWER
from onecard.sim.errors import DefectError

TENTH = SECOND // 10
Heard = dict[int, tuple[bytes | None, int]]


def collect() -> tuple[Heard, Callable[[int, bytes | None, int], None]]:
    found: Heard = {}

    def heard(visit: int, reply: bytes | None, at_us: int) -> None:
        found[visit] = (reply, at_us)

    return found, heard


def test_a_question_takes_the_links_and_a_step_on_either_side_of_it() -> None:
    env, hosting, book = network(Relay("city", "authority"), Echo("authority"))
    found, heard = collect()
    calling(env, hosting, 1, "city", heard=heard)
    env.run()
    steps, links = 3 * SECOND, 4 * TENTH
    asked_at = TENTH + SECOND + TENTH + SECOND
    assert found[1] == (answer(f"authority at {asked_at}"), steps + links)
    assert [(row[2], row[3], row[4], row[5], row[8]) for row in book.rows] == [
        ("city", "authority", "2207", "0", SECOND + 2 * TENTH),
        ("desk/1", "city", "2207", "0", steps + links),
    ]


def test_a_server_that_waits_for_an_answer_serves_others_unless_it_is_held() -> None:
    ends = {}
    for holds in (False, True):
        env, hosting, _book = network(Relay("city", "slow"), Echo("slow"), holds_servers=holds)
        found, heard = collect()
        calling(env, hosting, 1, "city", heard=heard)
        calling(env, hosting, 2, "city", heard=heard)
        env.run()
        ends[holds] = max(at_us for _reply, at_us in found.values())
    both_after_each_other = 2 * (3 * SECOND + 2 * TENTH) + 2 * TENTH
    assert ends[True] == both_after_each_other
    assert ends[False] < ends[True]


def test_who_hears_nothing_in_time_goes_on_and_the_late_answer_is_lost() -> None:
    env, hosting, book = network(Relay("city", "slow", timeout_us=SECOND // 2), Echo("slow"))
    found, heard = collect()
    calling(env, hosting, 1, "city", heard=heard)
    env.run()
    assert found[1] == (answer("nothing heard"), TENTH + SECOND + SECOND // 2 + SECOND + TENTH)
    assert (book.rows[0][3], book.rows[0][5], book.rows[0][8]) == ("slow", NO_ANSWER, SECOND // 2)


def test_a_tier_that_goes_down_drops_what_it_serves_and_serves_again_when_it_is_back() -> None:
    relay = Relay("city", "slow")
    env, hosting, _book = network(Echo("slow"))
    host = hosting.host(relay, servers=1, computation=hosting._hosts["slow"].computation)
    found, heard = collect()

    def outage() -> Generator[Event, object, None]:
        yield env.timeout(SECOND + 2 * TENTH)  # the first message's question is out
        host.take_down()
        yield env.timeout(SECOND)
        host.bring_up()

    env.process(outage())
    calling(env, hosting, 1, "city", timeout_us=20 * SECOND, heard=heard)
    calling(env, hosting, 2, "city", at_us=2 * SECOND, timeout_us=20 * SECOND, heard=heard)
    calling(env, hosting, 3, "city", at_us=5 * SECOND, timeout_us=20 * SECOND, heard=heard)
    env.run()
    assert relay.closed == 1
    assert found[1] == (None, 20 * SECOND), "dropped"
    assert found[2] == (None, 22 * SECOND), "arrived while it was down"
    reply, at_us = found[3]
    assert reply is not None
    assert at_us == 5 * SECOND + 3 * SECOND + 4 * TENTH


class CutAt(Disturbances):
    """A link that is cut for a while."""

    def __init__(self, begins_us: int, ends_us: int) -> None:
        self._times = range(begins_us, ends_us)

    def is_cut(self, sender: str, recipient: str, now_us: int) -> bool:
        return now_us in self._times


@pytest.mark.parametrize(
    ("cut", "lost"),
    [
        (CutAt(0, 1), True),
        (CutAt(TENTH, TENTH + 1), True),
        (CutAt(TENTH + SECOND, TENTH + SECOND + 1), True),
        (CutAt(2 * TENTH + SECOND, 2 * TENTH + SECOND + 1), True),
        (CutAt(SECOND, SECOND + 1), False),
    ],
    ids=["request leaves", "request arrives", "reply leaves", "reply arrives", "while it computes"],
)
def test_a_cut_link_loses_what_leaves_or_arrives(cut: CutAt, lost: bool) -> None:
    env, hosting, _book = network(Echo("city"), disturbances=cut)
    found, heard = collect()
    calling(env, hosting, 1, "city", heard=heard)
    env.run()
    assert (found[1][0] is None) == lost


def test_a_clock_that_is_wrong_is_the_tiers_own() -> None:
    class Fast(Disturbances):
        def skew_us(self, address: str, now_us: int) -> int:
            return 90 * SECOND if address == "city" else 0

    env, hosting, _book = network(Echo("city"), Echo("other"), disturbances=Fast())
    found, heard = collect()
    calling(env, hosting, 1, "city", heard=heard)
    calling(env, hosting, 2, "other", heard=heard)
    env.run()
    assert found[1] == (answer(f"city at {91 * SECOND + TENTH}"), SECOND + 2 * TENTH)
    assert found[2] == (answer(f"other at {SECOND + TENTH}"), SECOND + 2 * TENTH)


def test_a_hops_draws_do_not_depend_on_what_others_send() -> None:
    def latencies(others: int) -> list[int]:
        env, hosting, book = network(Relay("city", "authority"), Echo("authority"), servers=1000)
        hosting._model.latency_mean_ms = 500.0
        _found, heard = collect()
        for visit in range(100, 100 + others):
            calling(env, hosting, visit, "city", heard=heard)
        calling(env, hosting, 1, "city", heard=heard)
        env.run()
        return [int(row[8]) for row in book.rows if row[1] == 1]

    assert latencies(0) == latencies(50)


def test_hops_of_one_message_and_of_others_never_share_a_draw() -> None:
    seen: set[int] = set()
    caller = Caller(5, "desk")
    for _ in range(20):
        hops = [caller.next_hop()]
        for hop in hops:
            if hop.depth < 4:
                hops += [hop.question(number) for number in (1, 2, 3)]
        steps = {hop.step(step) for hop in hops for step in range(4)}
        assert len(steps) == 4 * len(hops)
        assert not steps & seen
        seen |= steps


def test_a_route_without_end_is_our_defect() -> None:
    def ask(hop: Hop) -> None:
        ask(hop.question(1))

    with pytest.raises(DefectError, match="question 1 at depth 6"):
        ask(Hop(1, 0))


def test_a_simple_actor_cannot_ask_one_that_asks() -> None:
    class Asking:
        address = "tier"

        def serve(self, request: bytes, _now_us: int) -> Serving:
            heard = yield Ask(address="x", request=request, timeout_us=SECOND)
            return heard.reply or b""

    _env, hosting, _book = network(Asking())  # type: ignore[arg-type]
    ask = hosting.ask_from("platform", kind="status", result_of=lambda _reply: "")
    with pytest.raises(TypeError, match="tier asks before it answers"):
        ask("tier", message(1))
