"""Walks: what is recorded, that a departing one becomes as short as can be, and that a seed says it all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import msgspec
import pytest

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.adapters.port import CardGoneError
from onecard.conformance.cards.context import Context
from onecard.conformance.cards.state import sequences
from onecard.conformance.cards.state.walk_models import Tries, last_try, walk_model
from onecard.conformance.clauses.registry import clauses
from onecard.conformance.defects.state.survival import ChallengeTwice, PinLostElsewhere
from onecard.conformance.defects.wrong import WrongCard
from onecard.conformance.model.case import Case
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import Plan
from onecard.conformance.model.steps import Walk
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.keys import key_material
from onecard.conformance.running.one_case import CaseRun, run_case
from onecard.conformance.running.walks import MOST_SHORTENING_WALKS
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.readers.in_process import PoweredCard

SEED = 5
PIN_WALK, CHALLENGE_WALK = "card/sequence/pin/01", "card/sequence/challenge/01"


@cache
def walk_cases() -> dict[str, Case]:
    context = Context(statement=reference_statement("3.00"), face="contact", seed=SEED)
    return {case.id: case for case in sequences.cases(context)}


@cache
def plan_of(case: str, seed: int = SEED) -> Plan:
    statement = reference_statement("3.00")
    return Plan(
        version="0",
        suite="card",
        seed=seed,
        strict=True,
        statement=statement,
        keys=key_material(statement, [walk_cases()[case]]),
        clauses=(),
        cases=(),
    )


def run(
    case: str,
    wrong: Callable[[PoweredCard], PoweredCard] = WrongCard,
    seed: int = SEED,
    port: InProcessPort | None = None,
) -> CaseRun:
    def make(personality: str, key: str) -> PoweredCard:
        return wrong(reference_card("3.00", personality, seed=seed, case=key))

    used = port or InProcessPort("virtual:3.00", make, faces=frozenset({"contact"}))
    return run_case(walk_cases()[case], used, plan_of(case, seed), clauses())


def walks_of(made: CaseRun) -> list[StepRecord]:
    return [record for record in made.records if record.step == "walk1"]


def test_every_walk_on_the_reference_is_recorded_from_its_way_home_to_its_last_event() -> None:
    made = run(PIN_WALK)
    (step,) = (each for each in walk_cases()[PIN_WALK].steps if isinstance(each, Walk))
    walks = walks_of(made)
    assert made.judged.verdict is Verdict.PASS
    assert len(walks) == step.walks
    assert max(len(walk.events) for walk in walks) > step.longest // 2
    for walk in walks:
        assert len(walk.cuts) == len(walk.events) + 1
        assert sum(walk.cuts) == len(walk.frames)


def test_a_pin_right_that_is_lost_at_another_application_shrinks_to_the_shortest_script() -> None:
    made = run(PIN_WALK, PinLostElsewhere)
    assert made.judged.verdict is Verdict.FAIL
    assert walks_of(made)[-1].events == ("VERIFY", "READ RECORD under the right")


def test_a_challenge_that_serves_twice_shrinks_to_the_shortest_script() -> None:
    made = run(CHALLENGE_WALK, ChallengeTwice)
    assert made.judged.verdict is Verdict.FAIL
    assert walks_of(made)[-1].events == ("EXTERNAL AUTHENTICATE",)
    (told,) = {each.finding for each in made.judged.checks if each.verdict is Verdict.FAIL}
    assert (told.expected, told.got) == (
        "6984 to 'EXTERNAL AUTHENTICATE' in state 'none'",
        "9000, after EXTERNAL AUTHENTICATE",
    )


class LosesATry(WrongCard):
    """Shows one try too few after VERIFY and, some time later, GET CHALLENGE."""

    verified = asked = False

    def answer_to_reset(self, atr: bytes, face: object) -> bytes:
        self.verified = self.asked = False
        return atr

    def after(self, command: bytes, response: bytes) -> bytes:
        self.asked |= self.verified and command[:2] == b"\x00\x84"
        self.verified |= command[:5] == bytes.fromhex("0020000003")
        lies = self.asked and command == bytes.fromhex("0020000000")
        return bytes.fromhex("63C1") if lies else response


def test_a_script_of_three_events_is_found_and_nothing_superfluous_stays() -> None:
    last = walks_of(run(PIN_WALK, LosesATry))[-1]
    assert last.events == ("VERIFY", "GET CHALLENGE", "VERIFY without data")


def test_only_the_walks_of_the_generation_and_the_shortest_are_recorded() -> None:
    walks = walks_of(run(PIN_WALK, LosesATry))
    assert len(walks) <= 21
    *_, first_departing, shortest = walks
    assert len(first_departing.events) >= len(shortest.events)


class SometimesWrong(WrongCard):
    """Answers the first VERIFY of a run wrongly, and never again: no two runs are the same."""

    lied = False

    def after(self, command: bytes, response: bytes) -> bytes:
        if command[:2] == b"\x00\x20" and not SometimesWrong.lied:
            SometimesWrong.lied = True
            return bytes.fromhex("6F00")
        return response


def test_a_card_that_departs_once_and_never_again_keeps_its_verdict() -> None:
    SometimesWrong.lied = False
    made = run("card/sequence/unblocking-key/01", SometimesWrong)
    assert made.judged.verdict is Verdict.FAIL
    assert walks_of(made)[-1].events[-1] == "VERIFY"


class CountingPort(InProcessPort):
    prepared = 0

    def prepare(self, case: str, personality: str, face: str) -> None:
        self.prepared += 1
        super().prepare(case, personality, face)


def test_the_search_for_the_shortest_is_bounded() -> None:
    def make(personality: str, key: str) -> PoweredCard:
        return LosesATry(reference_card("3.00", personality, seed=SEED, case=key))

    port = CountingPort("virtual:3.00", make, faces=frozenset({"contact"}))
    run(PIN_WALK, port=port)
    assert 1 < port.prepared <= 22 + MOST_SHORTENING_WALKS


class NeverHome(WrongCard):
    """Is found by SELECT once after each reset but the first."""

    resets = 0

    def answer_to_reset(self, atr: bytes, face: object) -> bytes:
        NeverHome.resets += 1
        return atr

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        lost = NeverHome.resets > 1 and command[:3] == b"\x00\xa4\x04"
        return command, bytes.fromhex("6A82") if lost else None


def test_a_walk_that_does_not_come_home_is_inconclusive_not_a_failure() -> None:
    NeverHome.resets = 0
    made = run(PIN_WALK, NeverHome)
    (only,) = walks_of(made)
    assert (only.events, only.cuts) == ((), ())
    judging = [each.verdict for each in made.judged.checks if each.check.rule]
    assert judging == [Verdict.INCONCLUSIVE] * 2


class LeavingPort(InProcessPort):
    commands = 0

    def transmit(self, command: bytes) -> bytes:
        self.commands += 1
        if self.commands > 47:
            raise CardGoneError("the card left the reader")
        return super().transmit(command)


def test_a_card_that_leaves_in_the_middle_of_a_walk_ends_the_case() -> None:
    def make(personality: str, key: str) -> PoweredCard:
        return reference_card("3.00", personality, seed=SEED, case=key)

    made = run(PIN_WALK, port=LeavingPort("virtual:3.00", make, faces=frozenset({"contact"})))
    assert made.judged.verdict is Verdict.INCONCLUSIVE
    assert made.records[-1].end == "gone"
    assert len(made.records[-1].cuts) == len(made.records[-1].events) + 1
    assert made.records[-1].cuts[-1] == 0


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
{more}
import msgspec, test_walks
made = [test_walks.run(test_walks.PIN_WALK), test_walks.run(test_walks.PIN_WALK, test_walks.PinLostElsewhere)]
sys.stdout.write(msgspec.json.encode([each.records for each in made]).decode())
"""


def in_another_process(hash_seed: str, more: str) -> str:
    script = SCRIPT.format(folder=os.path.dirname(__file__), more=more)  # noqa: PTH120
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )
    return done.stdout


@pytest.mark.parametrize(
    ("hash_seed", "more"), [("1", ""), ("2", "import onecard.virtual_cards.decoding, decimal, wave")]
)
def test_a_seed_gives_the_same_records_in_every_process_whatever_is_loaded(hash_seed: str, more: str) -> None:
    here = [run(PIN_WALK), run(PIN_WALK, PinLostElsewhere)]
    assert (
        in_another_process(hash_seed, more) == msgspec.json.encode([each.records for each in here]).decode()
    )


def test_another_seed_gives_other_walks() -> None:
    events = [[walk.events for walk in walks_of(run(PIN_WALK, seed=seed))] for seed in (1, 2)]
    assert events[0] != events[1]


def test_a_counter_beside_a_region_makes_the_last_try_a_state_of_its_own() -> None:
    wrong = "EXTERNAL AUTHENTICATE of this key, wrong"
    names = ("EXTERNAL AUTHENTICATE of this key", wrong)
    model = walk_model(
        "file key",
        home=(),
        events=dict.fromkeys(names, ()),
        tries=Tries(limit=2, wrong=last_try(wrong), right=frozenset(names[:1])),
    )
    rows = {(row.state, row.event): (row.status, row.after) for row in model.rows}
    assert rows["none, 2 left", wrong] == ("63C1", "none, 1 left")
    assert rows["none, 1 left", wrong] == ("63C0", "locked")
    assert rows["none, 1 left", names[0]] == ("9000", "held, 2 left")
    assert rows["locked", wrong] == ("6983", "locked")


@pytest.mark.parametrize("case", walk_cases())
def test_a_model_of_the_suite_is_closed(case: str) -> None:
    for step in walk_cases()[case].steps:
        if isinstance(step, Walk):
            rows = {(row.state, row.event) for row in step.model.rows}
            states = {row.state for row in step.model.rows} | {row.after for row in step.model.rows}
            assert len(rows) == len(step.model.rows)
            assert rows == {(state, event.name) for state in states for event in step.model.events}
            assert step.model.initial in states
