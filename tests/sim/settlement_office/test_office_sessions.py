"""9001 and 9002: an operator signs in, works under the number, signs out; strict or not (§1.5, Q-23)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from institutions_world import World
from nation_samples import AWAY, HOME, NationWorld
from office_samples import StrictWorld, refusal

from onecard.sim.authority import Operation
from onecard.sim.settlement.messages.envelope import EnvelopeOptions
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.sessions import SignIn, SignInInput
from onecard.sim.settlement.tiers.options import TierOptions

QUERY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "310101198001010001"}}


def signed_in(world: World, opter: str = "T01", **envelope: Any) -> str:
    node = {"signIn": {"opter_no": opter, "ip": "10.0.0.7"}}
    answer = world.send("9001", node, opter=opter, **envelope)
    assert answer["infcode"] == 0, answer
    assert answer["output"]["signinoutb"]["sign_time"] == "2023-09-04 08:00:00"
    return str(answer["output"]["signinoutb"]["sign_no"])


def sign_out(world: World, sign_no: str, opter: str = "T01", **envelope: Any) -> dict[str, Any]:
    return world.send("9002", {"signOut": {"sign_no": sign_no, "opter_no": opter}}, opter=opter, **envelope)


def strict() -> StrictWorld:
    return StrictWorld(TierOptions(sign_no=True))


def test_a_sign_in_number_fits_its_field_and_each_is_another() -> None:
    world = World()
    first = signed_in(world)
    world.now_us -= 1_000_000
    second = signed_in(world, msgid="H3101010000120230904080000ZZ00")
    assert len(first) == 30
    assert first != second


def test_a_platform_that_is_not_strict_serves_without_a_number_and_with_any() -> None:
    world = World()
    assert world.send("1101", QUERY)["infcode"] == 0
    assert world.send("1101", QUERY, sign_no="nobody's")["infcode"] == 0


def test_a_strict_platform_serves_who_signed_in_until_the_sign_out() -> None:
    world = strict()
    number = signed_in(world)
    assert world.send("1101", QUERY, sign_no=number)["infcode"] == 0
    assert sign_out(world, number)["output"]["sign_time"] == "2023-09-04 08:00:02"
    assert refusal(world.send("1101", QUERY, sign_no=number)) == Reason.SIGNED_OUT


@pytest.mark.parametrize(
    "envelope",
    [
        pytest.param({"sign_no": None}, id="none"),
        pytest.param({"sign_no": ""}, id="empty"),
        pytest.param({"sign_no": "never-given"}, id="unknown"),
        pytest.param({"opter": "T02"}, id="another-operator"),
        pytest.param({"fixmedins_code": "H31010100002"}, id="another-institution"),
    ],
)
def test_a_strict_platform_refuses_everybody_else(envelope: dict[str, Any]) -> None:
    world = strict()
    number = signed_in(world)
    assert refusal(world.send("1101", QUERY, **{"sign_no": number, **envelope})) == Reason.SIGN_NO_UNKNOWN


def test_signing_out_ends_one_number_only() -> None:
    world = strict()
    first, second = signed_in(world), signed_in_again(world)
    assert sign_out(world, first)["infcode"] == 0
    assert world.send("1101", QUERY, sign_no=second)["infcode"] == 0


def signed_in_again(world: World) -> str:
    world.now_us -= 1_000_000
    return signed_in(world, msgid="H3101010000120230904080000ZZ01")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"opter": "T02"}, Reason.SIGN_NO_UNKNOWN, id="another-operators"),
        pytest.param({"fixmedins_code": "H31010100002"}, Reason.SIGN_NO_UNKNOWN, id="another-institutions"),
    ],
)
def test_nobody_signs_another_out(changes: dict[str, Any], expected: str) -> None:
    world = World()
    number = signed_in(world)
    assert refusal(sign_out(world, number, **changes)) == expected
    assert sign_out(world, number)["infcode"] == 0


def test_signing_out_twice_is_refused() -> None:
    world = World()
    number = signed_in(world)
    assert sign_out(world, number)["infcode"] == 0
    assert refusal(sign_out(world, number)) == Reason.SIGNED_OUT


def test_a_nation_that_is_strict_in_everything_settles_across_provinces() -> None:
    world = NationWorld(
        options=TierOptions(
            envelope=EnvelopeOptions(strict_msgid=True), sign_no=True, division=True, mapping=True
        )
    )
    visit = world.visit(AWAY, world.employee(HOME))
    world.follow(AWAY, visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.SIGN_NO_UNKNOWN
    desk = visit.desk
    operator = SignInInput(SignIn(opter_no=desk.operator, ip="10.0.0.7"))
    answer = msgspec.json.decode(world.serve("city/310000", desk.write("9001", operator, world.now_us, "")))
    desk.sign_no = answer["output"]["signinoutb"]["sign_no"]
    again = world.visit(AWAY, world.employee(HOME), desk=desk)
    world.follow(AWAY, again)
    assert again.result is not None, again.failure
    world.counter(HOME, Operation.TEMPORARY_LOSS, world.employee(HOME))
    assert [told["infcode"] for told in world.report(HOME)] == [0]
