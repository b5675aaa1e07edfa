"""The replay of messages gives what any host of the same tiers gives, byte for byte and row for row."""

import pytest

from onecard.sim.actors import answer_at_once
from onecard.sim.engine.replay import Played, replay
from onecard.sim.nation import CityModel, Nation, NationModel, build_nation
from onecard.sim.settlement import Credential, Desk, OutpatientVisit, PharmacyPurchase, charge
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.units.time import HOUR, SECOND

CITIES = {"110000": "beijing-2023", "310000": "shanghai-2023"}
LINES = tuple(charge(load_catalogue()[code]) for code in ("SYN-S-1002", "SYN-W-5007"))


@pytest.fixture(scope="module")
def nation() -> Nation:
    cities = tuple(CityModel(admdvs=code, policy=policy, people=60) for code, policy in CITIES.items())
    return build_nation(NationModel(date="2023-09-04", cities=cities))


def recorded(nation: Nation) -> tuple[list[Played], list[bytes], dict]:
    """Settle visits and purchases with a host that is nothing but a call; keep what went over the wire."""
    tiers = {address: nation.tier(address) for address in nation.addresses}
    played: list[Played] = []
    replies: list[bytes] = []
    now_us = 8 * HOUR

    def ask(address: str, request: bytes) -> bytes:
        if address in nation.authorities:
            return nation.authorities[address].handle(request, now_us)
        serving = tiers[address].serve(request, now_us)
        return answer_at_once(serving, lambda asked: ask(asked.address, asked.request), now_us)

    for number, (treated, home) in enumerate((treated, home) for treated in CITIES for home in CITIES):
        people = filter(None, map(nation.registries[home].insured, range(60)))
        person = next(each for each in people if each.card_number)
        hospital, pharmacy = (
            next(each for each in nation.registries[treated].institutions if each.kind == kind)
            for kind in ("hospital", "pharmacy")
        )
        desks = [
            Desk(
                fixmedins_code=each.fixmedins_code,
                fixmedins_name=each.name,
                mdtrtarea_admvs=treated,
                calendar=nation.calendar,
            )
            for each in (hospital, pharmacy)
        ]
        credential = Credential(
            mdtrt_cert_type="03", mdtrt_cert_no=person.card_number, card_sn=person.card_sn
        )
        clients = [
            OutpatientVisit(desk=desks[0], credential=credential, ipt_otp_no=str(number), charges=LINES),
            PharmacyPurchase(desk=desks[1], credential=credential, charges=LINES),
        ]
        for client in clients:
            while (request := client.next_request(now_us)) is not None:
                played.append(Played(now_us, f"city/{treated}", request))
                replies.append(ask(f"city/{treated}", request))
                client.receive(replies[-1])
                now_us += SECOND
            client.undo()
    return played, replies, tiers


def test_a_replay_gives_the_same_bytes_and_leaves_the_same_rows(nation: Nation) -> None:
    played, replies, tiers = recorded(nation)
    again = replay(nation, played)
    assert len(replies) > 30
    assert again.replies == replies
    for address, tier in tiers.items():
        for name, table in tier.store.tables.items():
            assert list(again.tiers[address].store.tables[name]) == list(table), f"{address} {name}"
        assert again.tiers[address].book.ledger.audit() == tier.book.ledger.audit()


@pytest.mark.parametrize("times", [(SECOND + 1,), (2 * SECOND, SECOND)], ids=["half a second", "backwards"])
def test_times_are_whole_seconds_in_order(nation: Nation, times: tuple[int, ...]) -> None:
    request = b'{"infno":"9001"}'
    with pytest.raises(ValueError, match="not a whole second"):
        replay(nation, [Played(time_us, "city/310000", request) for time_us in times])


def test_what_cannot_be_read_is_answered_too(nation: Nation) -> None:
    (reply,) = replay(nation, [Played(0, "city/310000", b"{}")]).replies
    assert reply is not None
    assert b"malformed" in reply
