"""A city that serves generation A: a stay in XML and GBK from 0211 to 0304 and back, repeats, wrong calls."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from institutions_world import World, person
from office_samples import holdings

from onecard.sim.actors import answer_at_once
from onecard.sim.settlement.messages.reasons import Reason
from onecard.sim.settlement.messages.xml_gbk import read_xml, write_xml
from onecard.sim.settlement.tiers.generation_a import GenerationATier, write_call

LINE = {
    "ykc610": "1",
    "ake001": "SYN-S-2002",
    "ake005": "Y1",
    "akc226": "2",
    "akc225": "60.00",
    "akc264": "120.00",
    "akc221": "20230904",
}


class OldHospital:
    """A hospital of generation A at a city."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.tier = GenerationATier(self.world.city)
        self.who = next(iter(self.world.people.values()))
        self.ykc700 = ""

    def header(self, **changes: str) -> dict[str, str]:
        values = {
            "sign": "",
            "transid": "",
            "aab299": "310101",
            "akb026": "H31010100001",
            "akb021": "测试医院",
            "aab301": self.who.insuplc_admdvs,
            "aac043": "01",
            "aac044": self.who.certno,
            "aac003": self.who.psn_name,
            "aae140": self.who.insutype,
            "ykc700": self.ykc700,
            "aae011": "王五",
            "aae036": "20230904",
        }
        return values | changes

    def call(self, transaction: str, rows: tuple[dict[str, str], ...] = (), **changes: str) -> ET.Element:
        return self.send(transaction, document(self.header(**changes), rows))

    def send(self, transaction: str, xml: bytes) -> ET.Element:
        reply = self.serve(write_call(transaction, xml))
        self.world.now_us += 1_000_000
        return read_xml(reply, root="result")

    def serve(self, message: bytes) -> bytes:
        now_us = self.world.now_us
        return answer_at_once(
            self.tier.serve(message, now_us),
            lambda ask: self.world.ask(ask.address, ask.request) or None,
            now_us,
        )

    def admit(self, number: str = "Z1") -> ET.Element:
        done = self.call(
            "0212",
            akc190=number,
            aka130="21",
            akf001="03",
            akc050="肺炎",
            akc193="J18.900",
            ykc701="20230904",
        )
        self.ykc700 = done.findtext("output/ykc700", "")
        return done

    def settle(self, total: str = "120.00") -> ET.Element:
        return self.call("0304", ykc675="1", akc264=total, yzz021="F1")

    def discharge(self) -> ET.Element:
        """Discharge the patient two days later: a discharge may not lie in the future."""
        self.world.now_us += 2 * 86_400_000_000
        return self.call("0215", ykc702="20230906", akf001="03", akc196="J18.900", akc185="肺炎", ykc195="1")


def document(header: dict[str, str], rows: tuple[dict[str, str], ...] = ()) -> bytes:
    tree = ET.Element("input")
    for name, text in header.items():
        ET.SubElement(tree, name).text = text
    if rows:
        detail = ET.SubElement(tree, "detail")
        for row in rows:
            element = ET.SubElement(detail, "row")
            for name, text in row.items():
                ET.SubElement(element, name).text = text
    return write_xml(tree)


def done(result: ET.Element) -> ET.Element:
    assert int(result.findtext("errorcode", "")) >= 0, result.findtext("errormsg")
    return result


def refused(result: ET.Element) -> str:
    assert int(result.findtext("errorcode", "")) < 0
    return result.findtext("errormsg", "").partition(":")[0]


def settled_stay(hospital: OldHospital) -> ET.Element:
    done(hospital.admit())
    done(hospital.call("0301", (LINE,)))
    done(hospital.discharge())
    return done(hospital.settle())


def test_a_person_is_identified_in_chinese() -> None:
    hospital = OldHospital()
    result = done(hospital.call("0211"))
    assert result.findtext("output/aac003") == "测试1"
    assert result.findtext("output/aae140") == "310"
    assert len(result.findtext("transid", "")) == 22


def test_a_stay_settles_and_lands_like_any_other() -> None:
    hospital = OldHospital()
    result = settled_stay(hospital)
    (row,) = hospital.world.settlements().values()
    assert result.findtext("output/aaz216") == row.setl_id
    assert result.findtext("output/akc264") == "120.00"
    assert row.medins_setl_id == result.findtext("transid")
    paid_fen = row.fund_pay_sumamt + row.acct_pay
    assert hospital.world.balance("institution-receivable/H31010100001") == paid_fen > 0
    assert hospital.world.asked == [], "an identity card needs no card authentication"


def test_an_undo_finds_its_settlement_by_the_number_of_the_call() -> None:
    hospital = OldHospital()
    settlement = settled_stay(hospital)
    undone = hospital.call("0305", otransid=settlement.findtext("transid", ""))
    assert done(undone).findtext("output/akc264") == "-120.00"
    assert hospital.world.balance("institution-receivable/H31010100001") == 0
    again = done(hospital.settle())
    assert again.findtext("output/aaz216") != settlement.findtext("output/aaz216")


def test_a_reversal_takes_a_settlement_back() -> None:
    hospital = OldHospital()
    settlement = settled_stay(hospital)
    done(hospital.call("1301", otransno="0304", otransid=settlement.findtext("transid", "")))
    assert hospital.world.balance("institution-receivable/H31010100001") == 0


def test_the_same_call_again_is_the_same_message_again() -> None:
    hospital = OldHospital()
    first = settled_stay(hospital)
    repeated = hospital.settle()
    assert ET.tostring(repeated) == ET.tostring(first)
    assert len(hospital.world.settlements()) == 1


def test_the_same_fees_after_their_cancellation_are_new_ones() -> None:
    hospital = OldHospital()
    done(hospital.admit())
    first = done(hospital.call("0301", (LINE,)))
    assert done(hospital.call("0301", (LINE,))).findtext("transid") == first.findtext("transid")
    done(hospital.call("0302", otransid="0"))
    second = done(hospital.call("0301", (LINE,)))
    assert second.findtext("transid") != first.findtext("transid")


def test_after_a_refusal_the_same_call_is_tried_again() -> None:
    hospital = OldHospital()
    done(hospital.admit())
    done(hospital.discharge())
    assert refused(hospital.settle()) in (Reason.NO_FEES, Reason.AMOUNT_DIFFERS)
    done(hospital.call("0301", (LINE,)))
    assert done(hospital.settle()).findtext("output/akc264") == "120.00"


def test_both_generations_see_one_platform() -> None:
    hospital = OldHospital()
    result = settled_stay(hospital)
    query = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": hospital.who.certno}}
    balance = hospital.world.send("1101", query)["output"]["insuinfo"][0]["balc"]
    assert result.findtext("output/aae240") == balance


def test_an_unknown_person_is_refused_in_the_platforms_words() -> None:
    hospital = OldHospital()
    assert refused(hospital.call("0211", aac044="310101190001010000")) == Reason.PERSON_UNKNOWN


XXE = (
    b'<?xml version="1.0" encoding="GBK"?><!DOCTYPE input [<!ENTITY a SYSTEM "file:///etc/passwd">]><input/>'
)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"0304", id="no-document"),
        pytest.param(b"03x4\n<input/>", id="no-number"),
        pytest.param(b"9999\n<input/>", id="unknown-number"),
        pytest.param(b"0304\n<input>", id="not-well-formed"),
        pytest.param(b"0304\n<output/>", id="another-root"),
        pytest.param(b"0304\n" + XXE, id="entities"),
        pytest.param(b"0304\n\xff\xff\xff", id="no-gbk"),
        pytest.param(b"0304\n" + b"<a>" * 100_000, id="deep"),
    ],
)
def test_a_call_that_cannot_be_read_gets_an_answer_and_leaves_nothing(message: bytes) -> None:
    hospital = OldHospital()
    result = read_xml(hospital.serve(message), root="result")
    assert refused(result) == Reason.MALFORMED
    assert holdings(hospital.world.city) == {}


def test_an_empty_field_is_refused_by_name() -> None:
    hospital = OldHospital()
    done(hospital.admit())
    result = hospital.settle(total="-")
    assert refused(result) == Reason.MALFORMED
    assert "medfee_sumamt" in result.findtext("errormsg", "")


def test_a_message_cut_anywhere_gets_an_answer() -> None:
    hospital = OldHospital()
    whole = write_call("0211", document(hospital.header()))
    for end in range(0, len(whole), 7):
        assert refused(read_xml(hospital.serve(whole[:end]), root="result")) == Reason.MALFORMED


def test_names_that_gbk_lacks_come_back_as_they_were() -> None:
    rare = person(1, psn_name="𠮷田䶮")
    hospital = OldHospital(World(rare))
    assert done(hospital.call("0211")).findtext("output/aac003") == "𠮷田䶮"


def test_a_restart_still_knows_the_last_call() -> None:
    hospital = OldHospital()
    first: Any = settled_stay(hospital)
    rows = hospital.world.city.store.take_changes()
    restarted = OldHospital()
    restarted.world.now_us = hospital.world.now_us
    restarted.world.city.restore(rows)
    restarted.ykc700 = hospital.ykc700
    repeated = restarted.settle()
    assert ET.tostring(repeated) == ET.tostring(first)
    assert msgspec.json.encode(list(restarted.world.settlements().values())) == msgspec.json.encode(
        list(hospital.world.settlements().values())
    )
