"""3202, 9101, 9102 as a hospital's own software would use them: archives made by hand (settlement.md §2.3).

Whatever comes, the answer is an envelope; what was refused leaves nothing behind.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from money_world import CHENGDU, LESHAN, SHANGHAI, World

from onecard.sim.settlement.messages.envelope import decode_reply
from onecard.sim.settlement.tiers.treatment.files import KEPT_US

Cells = list[str]


def three_purchases() -> tuple[World, list[Any]]:
    world = World()
    return world, [world.settle(CHENGDU, home, person=3) for home in (CHENGDU, LESHAN, SHANGHAI)]


def yuan(amount_fen: int) -> str:
    """Write an amount as somebody else's program would."""
    return f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def cells_of(purchase: Any, *more: str) -> Cells:
    done = purchase.result
    amounts = (done.medfee_sumamt_fen, done.fund_pay_sumamt_fen, done.acct_pay_fen)
    return [done.setl_id, done.mdtrt_id, done.psn_no, *map(yuan, amounts), "0", *more]


def text_of(rows: list[Cells], end: str = "\n") -> str:
    return "".join("\t".join(row) + end for row in rows)


def archive_of(
    *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


class Hospital:
    """Writes JSON by hand and reads what comes back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.code = world.institution(CHENGDU).fixmedins_code
        self.number = 0

    def send(self, infno: str, node: dict[str, Any], code: str = "") -> tuple[str, Any]:
        """Send a transaction; return the reason of a refusal, or "", and its output."""
        self.number += 1
        now_us = self.world.tick()
        stamp = self.world.calendar.stamp(now_us)
        body = {
            "infno": infno,
            "msgid": f"{self.code}{stamp}{self.number:04d}",
            "mdtrtarea_admvs": CHENGDU,
            "insuplc_admdvs": "",
            "recer_sys_code": "HIS",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "cashier",
            "inf_time": self.world.calendar.datetime(now_us),
            "fixmedins_code": code or self.code,
            "fixmedins_name": "hospital",
            "input": node,
        }
        reply = self.world.call(f"city/{CHENGDU}", json.dumps(body).encode())
        decode_reply(reply)
        return self.world.read(reply)

    def upload(self, archive: bytes, code: str = "") -> tuple[str, Any]:
        content = base64.b64encode(archive).decode()
        node = {"in": content, "filename": "对账.zip", "fixmedins_code": code or self.code}
        return self.send("9101", {"fsUploadIn": node}, code)

    def compare(self, number: str, purchases: list[Any], **changes: Any) -> tuple[str, Any]:
        done = [purchase.result for purchase in purchases]
        data = {
            "clr_type": "41",
            "setl_optins": CHENGDU,
            "file_qury_no": number,
            "stmt_begndate": self.world.today,
            "stmt_enddate": self.world.today,
            "medfee_sumamt": yuan(sum(each.medfee_sumamt_fen for each in done)),
            "fund_pay_sumamt": yuan(sum(each.fund_pay_sumamt_fen for each in done)),
            "cash_payamt": "0.00",
            "fixmedins_setl_cnt": len(done),
            **changes,
        }
        return self.send("3202", {"data": data})

    def fetch(self, info: dict[str, str], **changes: str) -> tuple[str, Any]:
        node = {
            "file_qury_no": info["file_qury_no"],
            "filename": info["filename"],
            "fixmedins_code": self.code,
            **changes,
        }
        return self.send("9102", {"fsDownloadIn": node})

    def results(self, archive: bytes, purchases: list[Any]) -> list[Cells]:
        """Upload, compare, fetch, and take the result apart."""
        reason, uploaded = self.upload(archive)
        assert reason == "", uploaded
        reason, compared = self.compare(uploaded["file_qury_no"], purchases)
        assert reason == "", compared
        reason, fetched = self.fetch(compared["fileinfo"])
        assert reason == "", fetched
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(fetched["file"]))) as result:
            (name,) = result.namelist()
            return [line.split("\t") for line in result.read(name).decode("utf-8").splitlines()]


def stored(world: World) -> dict[str, int]:
    """Return how many rows each table of the city has; the memory of messages apart."""
    tables = world.city(CHENGDU).store.tables
    return {name: len(table) for name, table in tables.items() if name != "MESSAGE"}


# ---- what may be sent


@pytest.mark.parametrize(
    "shape",
    [
        "plain",
        "crlf",
        "bom",
        "bom and crlf",
        "no last line end",
        "blank lines",
        "stored",
        "folder",
        "upper case",
    ],
)
def test_a_file_is_read_however_a_hospital_writes_it(shape: str) -> None:
    world, purchases = three_purchases()
    text = text_of([cells_of(each) for each in purchases], "\r\n" if "crlf" in shape else "\n")
    text = text.rstrip("\n") if shape == "no last line end" else text
    text = f"\n{text}\n\n" if shape == "blank lines" else text
    content = text.encode("utf-8-sig" if "bom" in shape else "utf-8")
    name = {"folder": "2024/01/30.txt", "upper case": "STATEMENT.TXT"}.get(shape, "statement.txt")
    method = zipfile.ZIP_STORED if shape == "stored" else zipfile.ZIP_DEFLATED
    rows = Hospital(world).results(archive_of((name, content), method=method), purchases)
    assert [row[4] for row in rows] == ["000000"] * 3
    assert {len(row) for row in rows} == {10}


def test_the_word_null_and_an_empty_cell_are_both_empty() -> None:
    world, purchases = three_purchases()
    rows = [cells_of(each) for each in purchases]
    rows[0][6], rows[1][6], rows[2][6] = "null", "", "0"
    results = Hospital(world).results(archive_of(("a.txt", text_of(rows).encode())), purchases)
    assert [row[4] for row in results] == ["000000"] * 3
    assert [row[6] for row in results] == ["null"] * 3


def test_an_eighth_column_is_read_and_stays_with_the_row_that_nobody_else_has() -> None:
    world, purchases = three_purchases()
    rows = [cells_of(each, "{}") for each in purchases]
    results = Hospital(world).results(archive_of(("a.txt", text_of(rows).encode())), purchases)
    assert [row[4] for row in results] == ["000000"] * 3


def test_amounts_without_decimals_and_with_more_zeros_are_the_same_amounts() -> None:
    world, purchases = three_purchases()
    rows = [cells_of(each) for each in purchases]
    for row in rows:
        row[3:6] = [f"{cell}00" for cell in row[3:6]]
    results = Hospital(world).results(archive_of(("a.txt", text_of(rows).encode())), purchases)
    assert [row[4] for row in results] == ["000000"] * 3


@pytest.mark.parametrize("count", ["3", "3.00", 3, 3.0])
def test_a_count_may_have_decimals_that_are_zero(count: Any) -> None:
    world, purchases = three_purchases()
    hospital = Hospital(world)
    archive = archive_of(("a.txt", text_of([cells_of(each) for each in purchases]).encode()))
    number = hospital.upload(archive)[1]["file_qury_no"]
    assert hospital.compare(number, purchases, fixmedins_setl_cnt=count)[0] == ""


# ---- what is refused

_GOOD = "S1\tM1\tP1\t1.00\t0.50\t0.20\t0\n"
REFUSED: dict[str, bytes] = {
    "gbk": archive_of(("a.txt", f"{_GOOD}备注\tM\tP\t1\t1\t1\t0".encode("gbk"))),
    "utf-16": archive_of(("a.txt", _GOOD.encode("utf-16"))),
    "two members": archive_of(("a.txt", _GOOD.encode()), ("b.txt", _GOOD.encode())),
    "no member": archive_of(),
    "a folder alone": archive_of(("a.txt/", b"")),
    "a spreadsheet": archive_of(("a.xlsx", _GOOD.encode())),
    "a bomb": archive_of(("a.txt", b"\n" * 60_000_000)),
    "bzip2": archive_of(("a.txt", _GOOD.encode()), method=zipfile.ZIP_BZIP2),
    "not an archive": b"S1\tM1\tP1\t1.00\t0.50\t0.20\t0\n",
    "a cut archive": archive_of(("a.txt", _GOOD.encode()))[:-30],
    "a damaged archive": archive_of(("a.txt", _GOOD.encode())).replace(b"PK\x03\x04", b"PK\x03\x05"),
    "six columns": archive_of(("a.txt", b"S1\tM1\tP1\t1.00\t0.50\t0.20\n")),
    "nine columns": archive_of(("a.txt", b"S1\tM1\tP1\t1.00\t0.50\t0.20\t0\t{}\t1\n")),
    "commas": archive_of(("a.txt", b"S1,M1,P1,1.00,0.50,0.20,0\n")),
    "exponent": archive_of(("a.txt", b"S1\tM1\tP1\t1E2\t0.50\t0.20\t0\n")),
    "not a number": archive_of(("a.txt", b"S1\tM1\tP1\tNaN\t0.50\t0.20\t0\n")),
    "infinity": archive_of(("a.txt", b"S1\tM1\tP1\tInfinity\t0.50\t0.20\t0\n")),
    "wide digits": archive_of(("a.txt", "S1\tM1\tP1\t１.00\t0.50\t0.20\t0\n".encode())),
    "three decimals": archive_of(("a.txt", b"S1\tM1\tP1\t1.001\t0.50\t0.20\t0\n")),
    "a thousand digits": archive_of(("a.txt", b"S1\tM1\tP1\t" + b"9" * 1000 + b"\t0.50\t0.20\t0\n")),
    "no settlement number": archive_of(("a.txt", b"null\tM1\tP1\t1.00\t0.50\t0.20\t0\n")),
    "a long number": archive_of(("a.txt", b"S" * 31 + b"\tM1\tP1\t1.00\t0.50\t0.20\t0\n")),
    "a control character": archive_of(("a.txt", b"S\x011\tM1\tP1\t1.00\t0.50\t0.20\t0\n")),
    "a carriage return inside": archive_of(("a.txt", b"S1\tM\r1\tP1\t1.00\t0.50\t0.20\t0\n")),
    "an escape in the person": archive_of(("a.txt", b"S1\tM1\tP\x1b1\t1.00\t0.50\t0.20\t0\n")),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_statement_is_refused_and_stores_nothing(name: str) -> None:
    world, _ = three_purchases()
    hospital = Hospital(world)
    number = hospital.upload(REFUSED[name])[1]["file_qury_no"]
    before = stored(world)
    data = {"medfee_sumamt": "1.00", "fund_pay_sumamt": "0.50", "fixmedins_setl_cnt": "1"}
    reason, text = hospital.compare(number, [], **data)
    assert reason == "statement-file", text
    assert "\n" not in text
    assert stored(world) == before


def test_a_file_that_names_a_path_is_read_as_a_text_and_written_nowhere() -> None:
    world, purchases = three_purchases()
    content = text_of([cells_of(each) for each in purchases]).encode()
    results = Hospital(world).results(archive_of(("../../../etc/passwd.txt", content)), purchases)
    assert len(results) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"stmt_begndate": "2024-02-30"},
        {"stmt_enddate": "2024-01-29"},
        {"stmt_begndate": "2022-01-01"},
        {"file_qury_no": "F000"},
        {"file_qury_no": ""},
        {"medfee_sumamt": "1E2"},
        {"medfee_sumamt": "1.001"},
        {"fixmedins_setl_cnt": "3.5"},
        {"fixmedins_setl_cnt": "three"},
        {"fixmedins_setl_cnt": 1e300},
        {"cash_payamt": None},
    ],
    ids=lambda changes: " ".join(f"{name}={value}" for name, value in changes.items()),
)
def test_a_wrong_field_is_refused_and_stores_nothing(changes: dict[str, Any]) -> None:
    world, purchases = three_purchases()
    hospital = Hospital(world)
    archive = archive_of(("a.txt", text_of([cells_of(each) for each in purchases]).encode()))
    number = hospital.upload(archive)[1]["file_qury_no"]
    before = stored(world)
    reason, text = hospital.compare(number, purchases, **changes)
    assert reason in ("malformed", "statement-period", "statement-file", "file-unknown"), text
    assert stored(world) == before


# ---- whose file


def test_a_result_is_fetched_by_its_institution_alone_and_until_its_time() -> None:
    world, purchases = three_purchases()
    hospital, other = Hospital(world), world.institution(CHENGDU, number=0).fixmedins_code
    archive = archive_of(("a.txt", text_of([cells_of(each) for each in purchases]).encode()))
    number = hospital.upload(archive)[1]["file_qury_no"]
    info = hospital.compare(number, purchases)[1]["fileinfo"]
    stranger = Hospital(world)
    stranger.code, stranger.number = other, 500
    assert stranger.fetch(info)[0] == "file-unknown"
    assert stranger.fetch(info, fixmedins_code=hospital.code)[0] == "institution-unknown"
    assert stranger.compare(number, purchases)[0] == "file-unknown"
    assert hospital.fetch({**info, "file_qury_no": "F1"})[0] == "file-unknown"
    assert hospital.fetch({**info, "filename": "other.zip"})[0] == "file-unknown"
    assert hospital.fetch(info)[0] == ""
    world.now_us += KEPT_US + 1
    assert hospital.fetch(info)[0] == "file-expired"
    assert hospital.compare(number, purchases)[0] == "file-expired"


# ---- 3201, 3203, 3260, 3261 with numbers in every form


@pytest.mark.parametrize("number", ["1", "1.00", 1, 1.0])
def test_whole_numbers_may_have_decimals_that_are_zero(number: Any) -> None:
    world, _ = three_purchases()
    hospital = Hospital(world)
    total = {
        "insutype": "310",
        "clr_type": "41",
        "setl_optins": CHENGDU,
        "stmt_begndate": world.today,
        "stmt_enddate": world.today,
        "medfee_sumamt": "0",
        "fund_pay_sumamt": "0",
        "acct_pay": "0",
        "fixmedins_setl_cnt": number,
    }
    reason, output = hospital.send("3201", {"data": total})
    assert (reason, output["stmtinfo"]["stmt_rslt"]) == ("", "000101")
    page = {"trt_year": "2024", "trt_month": "01", "startrow": number}
    assert hospital.send("3260", {"data": page})[0] == ""
    row = {
        "certno": "1",
        "mdtrt_id": "1",
        "mdtrt_setl_time": "2024-01-30 09:00:00",
        "setl_sn": "1",
        "medfee_sumamt": "1",
        "optins_pay_sumamt": "1",
        "cnfm_flag": "1",
    }
    batch = {"data": {"trt_year": "2023", "trt_month": "12", "totalrow": number}, "detail": [row]}
    assert hospital.send("3261", batch)[0] == "clearing-differs"
    applied = {
        "clr_type": "41",
        "clr_way": "1",
        "setlym": "202312",
        "psntime": number,
        **dict.fromkeys(("medfee_sumamt", "med_sumfee", "fund_appy_sum", "cash_payamt", "acct_pay"), "0"),
        "begndate": "2023-12-01",
        "enddate": "2023-12-31",
    }
    assert hospital.send("3203", {"data": applied})[0] == "clearing-differs"


@pytest.mark.parametrize("month", ["00", "13", "1", "", "ab", "１２"])
@pytest.mark.parametrize("infno", ["3260", "3261", "3262"])
def test_a_month_that_is_none_is_refused(infno: str, month: str) -> None:
    world, _ = three_purchases()
    data = {"trt_year": "2024", "trt_month": month, "startrow": 1, "totalrow": 0, "otransid": "1"}
    node: dict[str, Any] = {"data": data}
    if infno == "3261":
        node["detail"] = [{}]
    assert Hospital(world).send(infno, node)[0] == "malformed"


@pytest.mark.parametrize("year", ["0000", "9999"])
def test_a_year_far_away_has_no_rows(year: str) -> None:
    world, _ = three_purchases()
    data = {"trt_year": year, "trt_month": "12", "startrow": 1}
    reason, output = Hospital(world).send("3260", {"data": data})
    assert (reason, output) in (("", {"data": []}), ("malformed", output))
