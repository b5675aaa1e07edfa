"""Who may say what to whom: institutions that pose as a province, the ministry or a card authority."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from onecard.sim.nation import CityModel, NationModel
from onecard.sim.serving.door import tier_headers
from onecard.sim.serving.host import Host
from onecard.sim.serving.keys import KeyRing
from onecard.sim.serving.nation_tiers import NationTiers
from onecard.sim.serving.server import ServeOptions, serve
from onecard.sim.serving.signatures import sign, signed_text
from onecard.sim.settlement.messages.reasons import reason_of
from onecard.sim.settlement.tiers.between.jobs import job
from onecard.sim.settlement.tiers.between.messages import MonthJob, ReconcileJob

HOSPITAL, ELSEWHERE = "H31000000000", "H11000000000"
MODEL = NationModel(
    date="2024-03-04",
    cities=(
        CityModel(admdvs="310000", policy="shanghai-2023", people=20),
        CityModel(admdvs="110000", policy="beijing-2023", people=20),
    ),
)
KEYS = KeyRing(seed=3)
TREATED_ELSEWHERE = {"mdtrtarea_admvs": "110000", "fixmedins_code": ELSEWHERE, "insuplc_admdvs": "310000"}


class Served:
    """Served tiers, and somebody who sends messages to them."""

    def __init__(self, urls: dict[str, str], host: Host, session: aiohttp.ClientSession) -> None:
        self.urls, self.host, self.session = urls, host, session

    async def said(self, address: str, body: bytes, sender: str = "", key_of: str = "") -> str:
        """Send a message, as a tier if a sender is given; return the reason of the refusal or ``"ok"``."""
        headers = {}
        if sender:
            headers = tier_headers(sender, body, KEYS)
            headers["x-onecard-signature"] = tier_headers(key_of or sender, body, KEYS)["x-onecard-signature"]
        async with self.session.post(self.urls[address], data=body, headers=headers) as response:
            reply = msgspec.json.decode(await response.read())
        return "ok" if reply["infcode"] == 0 else reason_of(reply["err_msg"])

    def rows(self) -> int:
        """How many rows all tiers hold."""
        tiers: Any = self.host._tiers
        stores = [tier.store for tier in tiers.values() if hasattr(tier, "store")]
        return sum(len(table) for store in stores for table in store.tables.values())


def envelope(infno: str, node: Any, number: int = 1, **changes: Any) -> bytes:
    """An envelope, signed with the key of the institution that it names."""
    fields: dict[str, Any] = {
        "infno": infno,
        "msgid": f"{HOSPITAL}20240304080000{number:04d}",
        "mdtrtarea_admvs": "310000",
        "recer_sys_code": "YBXT",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "1",
        "opter_name": "1",
        "inf_time": "2024-03-04 08:00:00",
        "fixmedins_code": HOSPITAL,
        "fixmedins_name": "1",
        "signtype": "SM3-HMAC",
        "input": node,
    } | changes
    keys = KEYS.of(fields["fixmedins_code"])
    assert keys is not None
    cainfo = sign(signed_text(msgspec.json.encode(fields)), "SM3-HMAC", keys)
    return msgspec.json.encode(fields | {"cainfo": cainfo})


@contextlib.asynccontextmanager
async def nation(folder: Path) -> AsyncIterator[Served]:
    tiers = NationTiers(MODEL)
    options = ServeOptions(
        tiers=tiers.tiers,
        build=tiers.build,
        start=tiers.start,
        world=tiers.world,
        database=f"sqlite:///{folder / 'tiers.db'}",
        seed=3,
        signatures_required=True,
        message_clock=True,
    )
    async with serve(options) as (served, host), aiohttp.ClientSession() as session:
        yield Served({one.tier: one.url for one in served}, host, session)


SETTLEMENT = {"data": {"psn_no": "3100000000000001", "mdtrt_id": "X"}}
LOST = {
    "data": [
        {
            "mdtrt_cert_type": "03",
            "mdtrt_cert_no": "A1",
            "result": "2",
            "chg_time": "2024-03-04 08:00:00",
        }
    ]
}


def office_job(address: str, infno: str) -> bytes:
    """A job as the office of a tier sends it, but signed like a message of an institution."""
    node = MonthJob(month="202402") if infno == "CL01" else ReconcileJob(day="2024-03-04")
    calendar = NationTiers(MODEL).nation.calendar
    fields = msgspec.json.decode(job(address, infno, node, calendar=calendar, now_us=0))
    return envelope(fields.pop("infno"), fields.pop("input"), **fields)


POSING = {
    "a province: a settlement of somebody treated elsewhere": (
        "city/310000",
        envelope("2207", SETTLEMENT, **TREATED_ELSEWHERE),
    ),
    "a province: an identification from elsewhere": (
        "city/310000",
        envelope("1101", {"data": {}}, **TREATED_ELSEWHERE),
    ),
    "a city: a message straight to the province": ("province/31", envelope("1101", {"data": {}})),
    "a province: a message straight to the ministry": ("ministry", envelope("1101", {"data": {}})),
    "the ministry: reconciliation of a city": ("city/310000", office_job("city/310000", "RC04")),
    "the ministry: clearing of a month": ("ministry", office_job("ministry", "CL01")),
    "a tier: an authentication at the city": ("city/310000", envelope("CA01", {"data": {}})),
    "the ministry: an authentication at the authority": ("authority/310000", envelope("CA01", {"data": {}})),
    "an authority: a lost card at the ministry": ("ministry", envelope("CA02", LOST)),
    "an authority: a lost card at the province": ("province/31", envelope("CA02", LOST)),
}


@pytest.mark.parametrize("pose", POSING)
def test_an_institution_cannot_pose_as_a_tier(pose: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with nation(tmp_path) as served:
            assert await served.said(*POSING[pose]) == "wrong-role"
            assert served.rows() == 0

    asyncio.run(scenario())


def test_a_signed_tier_says_what_it_may_to_its_neighbours_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with nation(tmp_path) as served:
            report = envelope("CA02", LOST)
            foreign = envelope("CA02", LOST, number=2, mdtrtarea_admvs="110000")
            assert await served.said("ministry", report, "authority/310000") == "ok"
            assert (
                await served.said("ministry", report, "authority/310000", key_of=HOSPITAL)
                == "signature-wrong"
            )
            assert await served.said("ministry", foreign, "authority/310000") == "wrong-role", (
                "not its division"
            )
            assert await served.said("ministry", report, "city/310000") == "wrong-role", "no neighbour"
            assert await served.said("city/310000", report, "city/110000") == "wrong-role", "no neighbour"
            elsewhere = envelope("2207", SETTLEMENT, number=3, **TREATED_ELSEWHERE)
            assert await served.said("city/310000", elsewhere, "province/31") == "malformed", (
                "served, and read"
            )
            assert await served.said("city/310000", elsewhere, "province/11") == "wrong-role", (
                "another province"
            )
            assert await served.said("province/31", elsewhere, "city/310000") == "wrong-role", (
                "treated elsewhere"
            )

    asyncio.run(scenario())


def test_a_job_comes_from_the_tiers_own_office(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with nation(tmp_path) as served:
            work = office_job("city/310000", "RC04")
            assert await served.said("city/310000", work, "city/310000") == "ok"
            assert await served.said("city/310000", work, "province/31") == "wrong-role"
            settlement = envelope("2207", SETTLEMENT, number=4)
            assert await served.said("city/310000", settlement, "city/310000") == "wrong-role"

    asyncio.run(scenario())


def test_an_institution_is_still_served_and_an_unknown_transaction_named(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with nation(tmp_path) as served:
            query = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "1", "psn_cert_type": "01"}}
            assert await served.said("city/310000", envelope("1101", query)) == "person-unknown"
            assert await served.said("city/310000", envelope("9999", {})) == "unknown-transaction"

    asyncio.run(scenario())


def test_a_loss_at_the_counter_reaches_the_hot_list_of_the_ministry(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with nation(tmp_path) as served:
            registry = NationTiers(MODEL).nation.registries["310000"]
            people = (registry.insured(index) for index in range(20))
            person = next(each for each in people if each is not None and each.card_number)
            loss = {"operation": "formal-loss", "card_number": person.card_number, "certno": person.certno}
            body = msgspec.json.encode(loss)
            headers = tier_headers("authority/310000", body, KEYS)
            async with served.session.post(
                served.urls["authority/310000"], data=body, headers=headers
            ) as response:
                assert msgspec.json.decode(await response.read())["reason"] == "done"
            tiers: Any = served.host._tiers
            listed = [row.card_no for row in tiers["ministry"].store.tables["HOT_LIST"]]
            assert person.card_number in listed

    asyncio.run(scenario())
