"""Pharmacies that buy, cancel and reverse through served tiers which are killed again and again.

Each buyer has a desk in every city and a card holder of every city. He follows one purchase after the other:
1101, 2101, 2102, and for some of them 2103 or 2601. A message that is not answered is sent again, the very
same bytes, to the next process. What was acknowledged is noted, to be looked for in the database.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator, Mapping

import aiohttp
import sqlalchemy as sa
from served_command import card_holders, shown

from onecard.sim.draws import Stream
from onecard.sim.nation import Nation
from onecard.sim.serving.database import Database, database_url
from onecard.sim.serving.nation_tiers import NationTiers
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import charge
from onecard.sim.settlement.clients.pharmacy import PharmacyPurchase
from onecard.sim.settlement.messages.envelope import decode_reply, decode_request
from onecard.sim.settlement.messages.inputs import Reversal, ReversalInput
from onecard.sim.settlement.money.agreement import books_agree, books_follow_rows
from onecard.sim.settlement.tiers.kernel import Tier

BUYERS = 16
MINUTE_US = 60_000_000
MORNING_US = 8 * 60 * MINUTE_US
CANCELLED, REVERSED = 1, 2
DRUGS = ("SYN-W-5004", "SYN-W-5007")
Places = Counter[tuple[str, str]]
"""(settlement, tier) → how many rows."""
Errand = Generator[tuple[str, bytes], bytes, None]
"""Gives (city, message), takes the answer."""


def route(treated: str, insured: str) -> frozenset[str]:
    """Return the tiers that land a settlement (settlement.md §5.7)."""
    cities = {f"city/{treated}", f"city/{insured}"}
    if treated == insured:
        return frozenset(cities)
    provinces = {f"province/{treated[:2]}", f"province/{insured[:2]}"}
    return frozenset(cities | provinces | ({"ministry"} if len(provinces) > 1 else set()))


class Notes:
    """What buyers were told, over all lives of the server."""

    def __init__(self) -> None:
        self.settled: dict[str, frozenset[str]] = {}
        """Number of an acknowledged 2102 → the tiers that must have it."""
        self.taken_back: dict[str, frozenset[str]] = {}
        """Settlement that an acknowledged 2103 or 2601 took back → the tiers that must have that row."""
        self.uncertain: Counter[str] = Counter()
        """Transaction → how many messages got no answer."""
        self.target = 0
        self.reached = asyncio.Event()

    def settle(self, msgid: str, where: frozenset[str]) -> None:
        self.settled[msgid] = where
        if len(self.settled) >= self.target:
            self.reached.set()


class Buyer:
    """Buys as long as there is somebody to answer."""

    def __init__(self, nation: Nation, number: int, notes: Notes) -> None:
        self._nation = nation
        self._number = number
        self._notes = notes
        self._draw = Stream(11, "purchases-under-fire")
        self._cities = tuple(model.admdvs for model in nation.model.cities)
        self._people = {city: card_holders(nation, city)[number] for city in self._cities}
        self._desks = {city: self._desk(city) for city in self._cities}
        self.now_us = MORNING_US
        self._errands = 0
        self._setl_id, self._where = "", frozenset[str]()
        self._work = self._purchases()
        self._next = next(self._work)
        self.unanswered = b""
        """The message to which no answer came."""

    def _desk(self, city: str) -> Desk:
        shop = next(each for each in self._nation.registries[city].institutions if each.kind == "pharmacy")
        return Desk(
            fixmedins_code=shop.fixmedins_code,
            fixmedins_name=shop.name,
            mdtrtarea_admvs=city,
            calendar=self._nation.calendar,
            number=self._number,
        )

    async def live(
        self, session: aiohttp.ClientSession, urls: Mapping[str, str], last: asyncio.Event
    ) -> None:
        """Go on where the last process left off; end with the process, or with the errand after ``last``."""
        while True:
            city, request = self._next
            try:
                async with session.post(urls[f"city/{city}"], data=request) as response:
                    reply = await response.read()
            except (aiohttp.ClientError, OSError):
                self._notes.uncertain[decode_request(request).infno] += 1
                self.unanswered = request
                return
            self.unanswered = b""
            self._next = self._work.send(reply)
            if last.is_set() and decode_request(self._next[1]).infno == "1101":
                return

    def fate_of_unanswered(self, settled: Places, back: Places) -> str:
        """Return what the killed process did of the message without an answer; empty if it was a question."""
        if not self.unanswered:
            return ""
        message = decode_request(self.unanswered)
        if message.infno in ("1101", "2101"):
            return ""
        tiers = [settled[message.msgid, tier] for tier in self._where]
        if message.infno != "2102":
            tiers = [back[self._setl_id, tier] for tier in self._where]
        if not any(tiers):
            return "nowhere"
        return "at every tier" if all(tiers) else "at some tiers"

    def _purchases(self) -> Errand:
        while True:
            self._errands += 1
            treated, insured, fate, drug = (
                self._draw.below(size, self._errands, 4 * self._number + what)
                for what, size in enumerate((len(self._cities), len(self._cities), 6, len(DRUGS)))
            )
            yield from self._purchase(self._cities[treated], self._cities[insured], fate, DRUGS[drug])

    def _purchase(self, treated: str, insured: str, fate: int, drug: str) -> Errand:
        desk = self._desks[treated]
        self._where = route(treated, insured)
        client = PharmacyPurchase(
            desk=desk,
            credential=shown(self._people[insured]),
            charges=(charge(load_catalogue()[drug]),),
            use_account=fate % 2 == 0,
        )
        msgid = yield from self._follow(client, treated)
        if client.settlement is None:
            raise AssertionError(client.failure)
        self._setl_id = client.settlement.setl_id or ""
        self._notes.settle(msgid, self._where)
        if fate == CANCELLED:
            client.undo()
            yield from self._follow(client, treated)
            assert client.failure is None, client.failure
            self._notes.taken_back[self._setl_id] = self._where
        if fate == REVERSED:
            node = ReversalInput(Reversal(psn_no=client.psn_no, omsgid=msgid, oinfno="2102"))
            reply = yield treated, desk.write("2601", node, self.now_us, client.insuplc_admdvs)
            assert decode_reply(reply).infcode == 0, reply
            self._notes.taken_back[self._setl_id] = self._where

    def _follow(self, client: PharmacyPurchase, city: str) -> Generator[tuple[str, bytes], bytes, str]:
        """Follow a plan to its end; return the number of the last message."""
        request = b""
        while client.next_infno is not None:
            request = client.next_request(self.now_us) or b""
            client.receive((yield city, request))
        return decode_request(request).msgid


def landed(database: str) -> tuple[Places, Places]:
    """Count rows at each tier: of settlements by message number, of what takes them back by settlement."""
    engine = sa.create_engine(database_url(database))
    settled, back = Places(), Places()
    with engine.connect() as connection:
        for name in ("SETL_D", "OUTMED_SETL_D"):
            table = sa.table(name, sa.column("TIER"), sa.column("MEDINS_SETL_ID"), sa.column("INIT_SETL_ID"))
            for tier, msgid, initial in connection.execute(sa.select(table)):
                if initial:
                    back[initial, tier] += 1
                else:
                    settled[msgid, tier] += 1
    engine.dispose()
    return settled, back


def judged(expected: Mapping[str, frozenset[str]], found: Places) -> Counter[str]:
    """Count acknowledged ones: once at every tier of the route, missing at one, twice, or astray."""
    judged: Counter[str] = Counter()
    places: dict[str, dict[str, int]] = {}
    for (name, tier), times in found.items():
        places.setdefault(name, {})[tier] = times
    for name, tiers in expected.items():
        there = places.get(name, {})
        if not tiers <= set(there):
            judged["missing"] += 1
        elif max(there.values()) > 1:
            judged["twice"] += 1
        else:
            judged["once" if tiers == set(there) else "astray"] += 1
    return judged


def restored(database: str, world: NationTiers) -> dict[str, Tier]:
    """Load all tiers from a database that nobody serves."""
    tiers = {address: world.nation.tier(address) for address in world.nation.addresses}
    kept = Database(database, tiers=tiers, world=world.world)
    kept.open()
    for address, changes in kept.load().items():
        tiers[address].restore(changes)
    kept.close()
    return tiers


def disagreements(database: str, world: NationTiers) -> list[str]:
    """Return what the books of the restored tiers do not agree about."""
    tiers = restored(database, world)
    return books_agree(tiers) + books_follow_rows(tiers)
