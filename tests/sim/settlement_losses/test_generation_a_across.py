"""Generation A was made for settling across provinces: a stay on every route, and odd documents."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from losing_nation import ROUTES, LosingNation, Route, employee
from test_generation_a_tier import LINE, document

from onecard.sim.actors import Heard
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.xml_gbk import read_xml
from onecard.sim.settlement.tiers.city import CityTier
from onecard.sim.settlement.tiers.generation_a import GenerationATier, write_call

DAY_US = 86_400_000_000


class OldHospital:
    """A hospital of generation A in a nation."""

    def __init__(self, route: Route) -> None:
        self.world = LosingNation(route)
        city = self.world.tiers[self.world.address]
        assert isinstance(city, CityTier)
        self.tier = GenerationATier(city)
        self.who = employee(self.world.home)
        self.desk = self.world.desk()
        self.ykc700 = ""

    def document(self, rows: tuple[dict[str, str], ...] = (), **fields: str) -> bytes:
        header = {
            "sign": "",
            "transid": "",
            "aab299": self.world.city,
            "akb026": self.desk.fixmedins_code,
            "akb021": self.desk.fixmedins_name,
            "aab301": self.who.insuplc_admdvs,
            "aac043": "01",
            "aac044": self.who.certno,
            "aac003": self.who.psn_name,
            "aae140": self.who.insutype,
            "ykc700": self.ykc700,
            "aae011": "王五",
            "aae036": "20240304",
        }
        return document(header | fields, rows)

    def send(self, transaction: str, xml: bytes) -> ET.Element:
        self.world.now_us += 1_000_000
        serving = self.tier.serve(write_call(transaction, xml), self.world.now_us)
        try:
            question = next(serving)
            while True:
                question = serving.send(Heard(self.world._carry(question), self.world.now_us))
        except StopIteration as stop:
            return read_xml(stop.value, root="result")

    def call(self, transaction: str, rows: tuple[dict[str, str], ...] = (), **fields: str) -> ET.Element:
        """Make a call that must succeed."""
        result = self.send(transaction, self.document(rows, **fields))
        assert reason(result) == "", f"{transaction}: {result.findtext('errormsg')}"
        return result

    def admit(self) -> None:
        diagnosis: dict[str, Any] = {"akc050": "肺炎", "akc193": "J18.900"}
        admitted = self.call("0212", akc190="Z1", aka130="21", akf001="03", ykc701="20240304", **diagnosis)
        self.ykc700 = admitted.findtext("output/ykc700", "")

    def settle(self) -> str:
        """Upload, discharge two days later and settle; return the number of the settlement's call."""
        self.call("0301", (LINE | {"akc221": "20240304"},))
        self.world.now_us += 2 * DAY_US
        self.call("0215", ykc702="20240306", akf001="03", akc196="J18.900", akc185="肺炎", ykc195="1")
        return self.call("0304", ykc675="1", akc264="120.00", yzz021="F1").findtext("transid", "")


def reason(result: ET.Element) -> str:
    """The word of a refusal; empty for a success."""
    if int(result.findtext("errorcode", "")) >= 0:
        return ""
    return result.findtext("errormsg", "").partition(":")[0]


@pytest.mark.parametrize("route", ROUTES)
def test_a_stay_of_generation_a_settles_and_is_taken_back(route: Route) -> None:
    hospital = OldHospital(route)
    hospital.admit()
    number = hospital.settle()
    home = hospital.world.held()[f"city/{hospital.world.home}"]
    assert len(home["in force"]) == 1
    assert hospital.world.disagreements() == []
    hospital.call("0305", otransid=number)
    assert hospital.world.held()[f"city/{hospital.world.home}"]["in force"] == []
    again = hospital.call("0304", ykc675="1", akc264="120.00", yzz021="F1").findtext("transid", "")
    hospital.call("1301", otransno="0304", otransid=again)
    assert not any(hospital.world.held()[address]["money"] for address in hospital.world.tiers)
    assert hospital.world.disagreements() == []


@pytest.mark.parametrize("route", ["across", "province"])
def test_a_stranger_whom_nobody_finds_is_not_admitted_and_a_silent_home_is_uncertain(route: Route) -> None:
    hospital = OldHospital(route)
    fields = {"akc190": "Z1", "aka130": "21", "akf001": "03", "akc050": "肺炎", "akc193": "J18.900"}
    unknown = hospital.document(**fields, ykc701="20240304", aac044="110101190001010000")
    assert reason(hospital.send("0212", unknown)) == Reason.PERSON_UNKNOWN
    whole = hospital.document(**fields, ykc701="20240304")
    hospital.world.lose(1)
    assert reason(hospital.send("0212", whole)) == Reason.RESULT_UNCERTAIN
    hospital.world.lose(-1)
    assert reason(hospital.send("0212", whole)) == ""


ENTITY = '<?xml version="1.0" encoding="GBK"?><!DOCTYPE input [<!ENTITY a "{}">]>'
ODD_DOCUMENTS: dict[str, bytes] = {
    "an entity": (ENTITY.format("1") + "<input><aac003>&a;</aac003></input>").encode(),
    "an undefined entity": b"<input><aac003>&b;</aac003></input>",
    "a million laughs": (ENTITY.format("ha" * 1000) + "<input>" + "&a;" * 1000 + "</input>").encode(),
    "an unknown encoding": b'<?xml version="1.0" encoding="KLINGON"?><input/>',
    "UTF-8 that calls itself GBK": (
        '<?xml version="1.0" encoding="GBK"?><input><aac003>龘</aac003></input>'.encode()
    ),
    "a null character": b"<input><aac003>\x00</aac003></input>",
    "two roots": b"<input/><input/>",
    "deep": b"<input>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</input>",
    "long": b"<input><aac003>" + b"9" * 30_000_000 + b"</aac003></input>",
    "many elements": b"<input>" + b"<a/>" * 300_000 + b"</input>",
}


@pytest.mark.parametrize("name", ODD_DOCUMENTS)
@pytest.mark.parametrize("transaction", ["0211", "0304"])
def test_an_odd_document_gets_an_answer_and_changes_nothing(transaction: str, name: str) -> None:
    hospital = OldHospital("local")
    before = hospital.world.held()
    assert reason(hospital.send(transaction, ODD_DOCUMENTS[name])) in (
        Reason.MALFORMED,
        Reason.INSTITUTION_UNKNOWN,
    )
    assert hospital.world.held() == before
