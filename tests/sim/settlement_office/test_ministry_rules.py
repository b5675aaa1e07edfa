"""What the ministry refuses before anything is sent on: places, services, unknown issuers (§5.1 step 4)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from nation_samples import AWAY, HOME, NEAR, NationWorld
from office_samples import holdings, refusal

from onecard.sim.settlement.messages.envelope import decode_request
from onecard.sim.settlement.messages.reasons import Reason


def sent_up(world: NationWorld, **changes: Any) -> dict[str, Any]:
    """Let a registration of somebody from Beijing in Shanghai reach the ministry with changes."""
    visit = world.visit(AWAY, world.employee(HOME))
    world.follow(AWAY, visit, until="2201")
    request = visit.next_request(world.now_us)
    assert request is not None
    envelope = msgspec.structs.replace(decode_request(request), **changes)
    reply: dict[str, Any] = msgspec.json.decode(world.serve("ministry", msgspec.json.encode(envelope)))
    return reply


def test_a_registration_passes() -> None:
    assert sent_up(NationWorld())["infcode"] == 0


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"mdtrtarea_admvs": "440100"}, "mdtrtarea_admvs", id="treatment-place-unknown"),
        pytest.param({"insuplc_admdvs": "440100"}, "insuplc_admdvs", id="insured-place-unknown"),
        pytest.param({"insuplc_admdvs": None}, "insuplc_admdvs", id="insured-place-missing"),
        pytest.param({"insuplc_admdvs": AWAY}, "both in 31", id="back-to-where-it-came-from"),
    ],
)
def test_a_message_without_a_route_is_refused(changes: dict[str, Any], word: str) -> None:
    world = NationWorld()
    answer = sent_up(world, **changes)
    assert refusal(answer) == Reason.NO_ROUTE
    assert word in answer["err_msg"]
    assert holdings(world.tiers["ministry"]) == {}


@pytest.mark.parametrize("city", [HOME, AWAY], ids=["insured-side", "treatment-side"])
def test_a_service_that_one_side_has_not_opened_is_refused(city: str) -> None:
    world = NationWorld(closed={city: ("outpatient",)})
    visit = world.visit(AWAY, world.employee(HOME))
    world.follow(AWAY, visit)
    assert visit.failure is not None
    assert (visit.failure.infno, visit.failure.reason) == ("2201", Reason.SERVICE_CLOSED)
    assert city in visit.failure.err_msg
    purchase = world.purchase(AWAY, world.employee(HOME))
    world.follow(AWAY, purchase)
    assert purchase.result is not None, "another service is open"


def test_what_is_closed_across_provinces_is_open_at_home() -> None:
    world = NationWorld(closed={AWAY: ("outpatient", "inpatient", "pharmacy")})
    visit = world.visit(AWAY, world.employee(AWAY))
    world.follow(AWAY, visit)
    assert visit.result is not None


def test_somebody_from_the_same_province_settles_without_the_ministrys_routes() -> None:
    world = NationWorld()
    visit = world.visit("511100", world.employee(NEAR))
    world.follow("511100", visit)
    assert visit.result is not None
    assert {infno for address, infno in world.asked if address == "ministry"} == {"CA01"}
    assert sorted(world.landed(visit.result.setl_id)) == ["city/510100", "city/511100", "province/51"]


@pytest.mark.parametrize("kind", ["02", "01"], ids=["identity-card", "e-card"])
@pytest.mark.parametrize(("home", "away"), [(HOME, AWAY), (NEAR, "511100")], ids=["far", "same-province"])
def test_a_credential_without_a_place_is_found_by_the_ministrys_index(
    kind: str, home: str, away: str
) -> None:
    world = NationWorld()
    person = world.employee(home, e_card=True)
    record = world.nation.registries[home].card(person.card_number)
    assert record is not None
    number = {"02": person.certno, "01": record.essc_no}[kind]
    credential = msgspec.structs.replace(
        world.credential(person), mdtrt_cert_type=kind, mdtrt_cert_no=number, card_sn=""
    )
    visit = world.visit(away, person, credential=credential)
    world.follow(away, visit)
    assert visit.result is not None, visit.failure


def test_a_card_of_no_city_is_refused_before_anybody_is_asked() -> None:
    world = NationWorld()
    visit = world.visit(AWAY, world.employee(HOME))
    world.follow(AWAY, visit, until="2207")
    visit.credential = msgspec.structs.replace(visit.credential, card_sn="999999" + "0" * 26)
    world.asked.clear()
    world.follow(AWAY, visit)
    assert visit.failure is not None
    assert visit.failure.reason == Reason.CARD_UNKNOWN
    assert [address for address, _ in world.asked] == ["province/31", "ministry"]
