"""``onecard serve settlement``: the real tiers, started as a user starts them."""

from __future__ import annotations

import datetime
import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_command import card_holders, command, shown

from onecard.cli.main import main
from onecard.sim.nation import NationModel, build_nation
from onecard.sim.serving.nation_tiers import city_models
from onecard.sim.settlement.benefit import load_catalogue
from onecard.sim.settlement.clients.desk import Desk
from onecard.sim.settlement.clients.dialogue import charge
from onecard.sim.settlement.clients.outpatient_visit import OutpatientVisit
from onecard.sim.settlement.registry import InsuredPerson

DATE = datetime.date(2023, 9, 4)
PEOPLE = 40
MODEL = NationModel(
    date=DATE.isoformat(), seed=7, cities=city_models("310000,510100", date=DATE, people=PEOPLE)
)
WORDS = ("--clock", "message", "--date", DATE.isoformat(), "--people", str(PEOPLE), "--port", "0", "--json")
MORNING_US = 9 * 3_600_000_000


def post(url: str, body: bytes) -> bytes:
    there = urlsplit(url)
    connection = http.client.HTTPConnection(there.netloc, timeout=30)
    connection.request("POST", there.path, body, {"content-type": "application/json;charset=utf-8"})
    content = connection.getresponse().read()
    connection.close()
    return content


def patient(city: str) -> InsuredPerson:
    """Return somebody insured in a city whose card can be used."""
    return card_holders(build_nation(MODEL), city)[0]


def settle(url: str, person: InsuredPerson, number: int) -> tuple[OutpatientVisit, bytes, bytes]:
    """Follow a whole visit of a person at a hospital of 310000; give also its last message and answer."""
    nation = build_nation(MODEL)
    hospital = next(each for each in nation.registries["310000"].institutions if each.kind == "hospital")
    desk = Desk(
        fixmedins_code=hospital.fixmedins_code,
        fixmedins_name=hospital.name,
        mdtrtarea_admvs="310000",
        calendar=nation.calendar,
        number=number,
    )
    visit = OutpatientVisit(
        desk=desk,
        credential=shown(person),
        ipt_otp_no=f"{number:08d}",
        charges=(charge(load_catalogue()["SYN-S-1002"]),),
    )
    sent = answered = b""
    while (request := visit.next_request(MORNING_US)) is not None:
        sent, answered = request, post(url, request)
        visit.receive(answered)
    return visit, sent, answered


def test_patients_of_two_provinces_settle_with_a_served_nation_and_leave_no_trace_in_the_log(
    database: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    people = [patient("310000"), patient("510100")]
    with command(log, *WORDS, "--database", database, tiers=7) as (_, served):
        assert set(served) == {
            "city/310000", "city/510100", "province/31", "province/51", "ministry",
            "authority/310000", "authority/510100",
        }  # fmt: skip
        visits = [settle(served["city/310000"].url, person, n) for n, person in enumerate(people, 1)]
        assert [visit.failure for visit, _, _ in visits] == [None, None]
    with command(log, *WORDS, "--database", database, tiers=7) as (_, served):
        for _, settlement, answer in visits:
            assert post(served["city/310000"].url, settlement) == answer
    written = log.read_text()
    assert '"event":"message"' in written
    personal = [
        value
        for person in people
        for value in (person.psn_no, person.psn_name, person.certno, person.card_number, person.card_sn)
    ]
    assert not [value for value in personal if value in written]


def test_tiers_in_two_processes_settle_together(tmp_path: Path) -> None:
    person = patient("510100")
    west = ("--tier", "city/510100", "--tier", "province/51", "--tier", "ministry", "--tier", "province/31")
    there = (*WORDS, "--database", f"sqlite:///{tmp_path}/west.db", *west, "--route")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    first = command(tmp_path / "west", *there, f"city/310000=http://127.0.0.1:{port}", tiers=4)
    with first as (_, served):
        east = (
            "--tier", "city/310000", "--port", str(port), "--database", f"sqlite:///{tmp_path}/east.db",
            "--route", f"province/31={served['province/31'].url}",
        )  # fmt: skip
        with command(tmp_path / "east", *WORDS, *east, tiers=1) as (_, here):
            visit, _, _ = settle(here["city/310000"].url, person, 1)
            assert visit.failure is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--tier", "city/999999"), "--tier: no such tier"),
        (("--database", "mysql://x"), "--database: unknown kind of database"),
        (("--port", "99999"), "--port: out of range"),
        (("--people", "0"), "--people: out of range"),
        (("--cities", "310000,310000"), "--cities: a city comes twice"),
        (("--cities", "310000:moon"), "--cities: no such policy"),
        (("--cities", "000000"), "no built-in policy covers the region"),
        (("--signatures", "maybe"), "--signatures: unknown word"),
        (("--clock", "sundial"), "--clock: unknown word"),
        (("--gateway", "x-rio"), "--gateway: unknown word"),
        (("--route", "ministry"), "--route: not a route"),
        (("--keys", "none.toml"), "--keys: cannot read"),
        (("--date", "today"), "--date: not a date"),
    ],
)
def test_wrong_options_are_told_in_one_line(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    database = ("--database", f"sqlite:///{tmp_path}/x.db", "--port", "0")
    assert main(["serve", "settlement", *database, *words]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_taken_port_and_a_database_that_is_not_there_are_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        database = f"sqlite:///{tmp_path}/x.db"
        assert (
            main(["serve", "settlement", "--port", port, "--tier", "ministry", "--database", database]) == 3
        )
    assert "--port 0" in capsys.readouterr().err
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    assert main(["serve", "settlement", "--port", "0", "--database", nowhere]) == 3
    error = capsys.readouterr().err
    assert "to get it: start it, or name another one" in error
    assert error.count("\n") == 1
