"""One message is lost, at each hop in each direction; whatever the institution does then, the result is one.

Three results are possible (settlement.md §5.3 UR-1). The matrix: every transaction that is sent on, every
crossing of a link that it causes, every way in which an institution may resolve what it does not know. The
end is compared with histories in which nothing was lost: settled once at every tier, or not at all.
"""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import pytest
from losing_nation import ROUTES, LosingNation, Route, result

from onecard.sim.settlement.clients.dialogue import Dialogue
from onecard.sim.settlement.messages.inputs import Reversal, ReversalInput
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.transactions import TRANSACTIONS

KIND = {
    **dict.fromkeys(("2201", "2202", "2207", "2208", "2601"), "visit"),
    **dict.fromkeys(("2102", "2103"), "pharmacy"),
    **dict.fromkeys(("2304", "2305", "2401", "2402", "2404", "2405", "2501"), "stay"),
}
"""Transaction → whose plan it is taken from."""
TAKING_BACK = ("2103", "2202", "2208", "2305", "2404", "2405")
UNCERTAIN = ("silence", Reason.RESULT_UNCERTAIN)
NO_EFFECT = ("done", Reason.ORIGINAL_UNKNOWN, Reason.ALREADY_REVERSED)
RESOLUTIONS = ("repeat", "reverse", "repeat, reverse", "reverse, repeat")


class History:
    """A nation in which a transaction is the next to be sent."""

    def __init__(self, route: Route, infno: str) -> None:
        self.world = LosingNation(route)
        self.plan: Dialogue = self.world.dialogue(KIND[infno])
        self.infno = infno
        if infno == "2601":
            self.world.follow(self.plan, "2207")
            settlement = self._next()
            self.before = self.world.held()
            assert result(self.world.send(settlement)) == "done"
            self.request = self.reversal(settlement)
            return
        if infno in TAKING_BACK:
            self.world.follow(self.plan)
            self.plan.undo()  # type: ignore[attr-defined] # every plan here has one
        self.world.follow(self.plan, infno)
        self.before = self.world.held()
        self.request = self._next()

    def _next(self) -> bytes:
        request = self.plan.next_request(self.world.now_us)
        assert request is not None
        return request

    def reversal(self, request: bytes) -> bytes:
        envelope = msgspec.json.decode(request)
        node = ReversalInput(
            Reversal(psn_no=self.plan.psn_no, omsgid=envelope["msgid"], oinfno=envelope["infno"])
        )
        return self.plan.desk.write("2601", node, self.world.now_us, self.plan.insuplc_admdvs)

    def resolve(self, resolution: str, reply: bytes | None) -> tuple[str, bytes | None]:
        """Do what an institution may do about an unknown result; returns the effect and the last answer."""
        effect = "unknown"
        for step in resolution.split(", "):
            if step == "repeat":
                reply = self.world.send(self.request)
                said = result(reply)
                assert said not in UNCERTAIN, f"a repeat leaves it unknown: {said}"
                effect = "done" if said == "done" else "none"
                continue
            said = result(self.world.send(self.reversal(self.request)))
            if TRANSACTIONS[self.infno].reversible:
                assert said in NO_EFFECT, f"a reversal leaves it unknown: {said}"
                effect = "none"
            else:
                assert said == Reason.NOT_REVERSIBLE
        return effect, reply


@functools.cache
def undisturbed(route: Route, infno: str) -> tuple[Any, Any, int]:
    """What is held before and after, and how many crossings the transaction causes, when nothing is lost."""
    history = History(route, infno)
    history.world.lose(-1)
    assert result(history.world.send(history.request)) == "done"
    after = history.before if infno == "2601" else history.world.held()
    assert history.world.held() == after, "a reversal leaves what was before"
    return history.before, after, len(history.world.crossings)


@pytest.mark.parametrize(
    ("infno", "route"),
    [(infno, route) for infno in KIND for route in ROUTES if (infno, route) != ("2501", "local")],
)
def test_a_lost_message_is_done_once_or_not_at_all(infno: str, route: Route) -> None:
    before, after, crossings = undisturbed(route, infno)
    assert crossings >= 2
    for number in range(crossings):
        for resolution in RESOLUTIONS:
            _one_case(History(route, infno), number, resolution, before, after)


def _one_case(history: History, number: int, resolution: str, before: Any, after: Any) -> None:
    world = history.world
    world.lose(number)
    first = world.send(history.request)
    lost = world.crossings[number]
    world.lose(-1)
    case = f"{history.infno}, {lost} lost, {resolution}, at first {result(first)}"
    try:
        effect, reply = history.resolve(resolution, first)
    except AssertionError as error:
        raise AssertionError(f"{case}: {error}") from None
    if effect == "unknown":  # the reversal is refused, and nothing else was tried: so it is repeated
        effect, reply = history.resolve("repeat", first)
    assert world.held() == (after if effect == "done" else before), case
    assert world.disagreements() == [], case
    _carry_on(history, effect, reply, case)


def _carry_on(history: History, effect: str, reply: bytes | None, case: str) -> None:
    """The visit is not stuck: it goes on to its end, and is taken back to nothing."""
    plan, world = history.plan, history.world
    if history.infno != "2601":
        if effect == "done":
            plan.receive(reply or b"")
        world.follow(plan)
    else:
        world.follow(plan)
    assert plan.failure is None, f"{case}: {plan.failure}"
    if history.infno not in TAKING_BACK:
        plan.undo()  # type: ignore[attr-defined] # every plan here has one
        world.follow(plan)
    money = {address: world.held()[address]["money"] for address in world.tiers}
    assert not any(money.values()), f"{case}: {money}"
    assert world.disagreements() == [], case


@pytest.mark.parametrize("infno", ["2207", "2208", "2304", "2401", "2102"])
def test_a_second_reversal_under_another_number_still_ends_in_nothing(infno: str) -> None:
    """The message loses a crossing, then its reversal; then all is done again, out of order."""
    before, _, crossings = undisturbed("across", infno)
    for number in range(crossings):
        for again in range(undisturbed("across", "2601")[2]):
            history = History("across", infno)
            world = history.world
            world.lose(number)
            world.send(history.request)
            world.lose(again)
            world.send(history.reversal(history.request))
            world.lose(-1)
            world.send(history.request)
            case = f"{infno}, crossing {number}, then {again} of the reversal"
            assert history.resolve("reverse", None)[0] == "none", case
            assert world.held() == before, case
            assert world.disagreements() == [], case
            _carry_on(history, "none", None, case)
