"""Reconciliation files: what is written is read back, and garbage has one clear error each."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onecard.sim.settlement.messages.files import MAX_FILE_BYTES
from onecard.sim.settlement.messages.statement_files import (
    MAX_TEXT_BYTES,
    ResultRow,
    StatementFileError,
    UploadRow,
    pack,
    read_result,
    read_upload,
    refund_rows,
    unpack,
    write_result,
    write_upload,
)

ROW = UploadRow(
    setl_id="S1",
    mdtrt_id="M1",
    psn_no="P1",
    medfee_sumamt_fen=2_344_246,
    fund_pay_sumamt_fen=1_878_539,
    acct_pay_fen=17_004,
)
RESULT = ResultRow(
    psn_no="P1",
    mdtrt_id="M1",
    setl_id="S1",
    msgid="H11010000001202501010800000001",
    stmt_rslt="000103",
    memo="金额不一致",
    medfee_sumamt_fen=100,
    fund_pay_sumamt_fen=60,
    acct_pay_fen=0,
)

_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"])
texts = st.text(_CHARACTERS, max_size=30).filter(lambda text: text != "null")
names = texts.filter(bool)
amounts = st.integers(-(10**15), 10**15)
upload_rows = st.builds(
    UploadRow,
    setl_id=names,
    mdtrt_id=names,
    psn_no=names,
    medfee_sumamt_fen=amounts,
    fund_pay_sumamt_fen=amounts,
    acct_pay_fen=amounts,
    refd_setl_flag=st.sampled_from(["", "0", "1"]),
    exp_content=texts,
)
result_rows = st.builds(
    ResultRow,
    psn_no=texts,
    mdtrt_id=texts,
    setl_id=texts,
    msgid=texts,
    stmt_rslt=st.sampled_from(["000000", "000101", "000102", "000103"]),
    refd_setl_flag=st.sampled_from(["", "0", "1"]),
    memo=texts,
    medfee_sumamt_fen=amounts,
    fund_pay_sumamt_fen=amounts,
    acct_pay_fen=amounts,
    exp_content=texts,
)


def test_the_upload_is_one_text_of_seven_tabbed_columns_with_null_for_empty() -> None:
    row = msgspec.structs.replace(ROW, refd_setl_flag="")
    archive = write_upload([ROW, row])
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == ["statement.txt"]
        text = opened.read("statement.txt").decode()
    assert text == (
        "S1\tM1\tP1\t23442.46\t18785.39\t170.04\t0\nS1\tM1\tP1\t23442.46\t18785.39\t170.04\tnull\n"
    )
    assert archive == write_upload([ROW, row])


def test_the_result_has_ten_columns_in_the_order_of_the_interface() -> None:
    line = unpack(write_result([RESULT]))
    assert line == "P1\tM1\tS1\tH11010000001202501010800000001\t000103\t0\t金额不一致\t1.00\t0.60\t0.00\n"


def test_a_refund_is_a_positive_and_a_negative_row() -> None:
    positive, negative = refund_rows(ROW)
    assert (positive.medfee_sumamt_fen, negative.medfee_sumamt_fen) == (2_344_246, -2_344_246)
    assert (positive.refd_setl_flag, negative.refd_setl_flag) == ("0", "1")
    assert positive.acct_pay_fen + negative.acct_pay_fen == 0
    assert read_upload(write_upload([positive, negative])) == [positive, negative]


@given(st.lists(upload_rows, max_size=8))
def test_an_upload_comes_back_as_it_was(rows: list[UploadRow]) -> None:
    assert read_upload(write_upload(rows)) == rows


@given(st.lists(result_rows, max_size=8), st.booleans())
def test_a_result_comes_back_as_it_was(rows: list[ResultRow], swapped: bool) -> None:
    assert read_result(write_result(rows, swapped=swapped), swapped=swapped) == rows


def test_swapped_columns_are_a_different_file() -> None:
    archive = write_result([RESULT], swapped=True)
    assert read_result(archive)[0].stmt_rslt == "0"
    assert read_result(archive, swapped=True) == [RESULT]


def test_windows_line_ends_a_byte_order_mark_and_blank_lines_are_read() -> None:
    text = "\ufeff" + unpack(write_upload([ROW])).replace("\n", "\r\n") + "\r\n\n"
    assert read_upload(pack(text, "A.TXT")) == [ROW]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a\tb", "line 2: 2 columns, allowed are 7 or 8"),
        ("a\tb\tc\tx\t0\t0\t0", "line 2: medfee_sumamt is 'x', allowed is a number with at most 2 decimals"),
        ("a\tb\tc\t1.005\t0\t0\t0", "line 2: medfee_sumamt is '1.005'"),
        ("null\tb\tc\t1\t0\t0\t0", "line 2: setl_id is 'null', allowed are 1 to 30 characters"),
        ("a\tb\t" + "c" * 31 + "\t1\t0\t0\t0", "line 2: psn_no is"),
        ("a\tb\tc\t1\t0\t0\t0\t" + "e" * 4001, "line 2: exp_content is"),
    ],
    ids=["columns", "no-number", "thousandths", "empty", "too-long", "too-long-extension"],
)
def test_a_wrong_row_is_named_by_line_and_column(line: str, complaint: str) -> None:
    with pytest.raises(StatementFileError) as caught:
        read_upload(pack(unpack(write_upload([ROW])) + line + "\n", "a.txt"))
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["a\tb", "a\nb", "a\rb", "\x00", "\ud800", "null"], ids=repr)
def test_a_value_that_would_break_the_table_is_not_written(value: str) -> None:
    with pytest.raises(StatementFileError, match=r"line 1: exp_content"):
        write_upload([msgspec.structs.replace(ROW, exp_content=value)])


def archive_of(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "complaint"),
    [
        (b"", "no readable ZIP"),
        (b"PK\x03\x04 not really", "no readable ZIP"),
        (archive_of(), "0 members"),
        (archive_of(("a.txt", b""), ("b.txt", b"")), "2 members"),
        (archive_of(("a.exe", b"")), "1 members"),
        (archive_of(("a.txt/", b"")), "1 members"),
        (archive_of(("a.txt", b"\xff\xfe")), "not UTF-8"),
        (archive_of(("a.txt", bytes(30_000_000))), "ratio of 200"),
        (archive_of(("a.txt", bytes(MAX_TEXT_BYTES + 1))), "allowed are"),
        (bytes(MAX_FILE_BYTES + 1), "archive has"),
    ],
    ids=[
        *("empty", "header-only", "no-member", "two-members", "no-text", "folder", "no-utf-8"),
        *("bomb", "too-large", "too-large-archive"),
    ],
)
def test_a_wrong_archive_has_one_clear_error(archive: bytes, complaint: str) -> None:
    with pytest.raises(StatementFileError, match=complaint):
        read_upload(archive)


def test_an_encrypted_archive_is_refused() -> None:
    archive = bytearray(write_upload([ROW]))
    archive[6] |= 1
    central = archive.index(b"PK\x01\x02")
    archive[central + 8] |= 1
    with pytest.raises(StatementFileError, match="encrypted"):
        read_upload(bytes(archive))


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_archive_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    archive = bytearray(write_upload([ROW] * 3))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(archive)))
    for damaged in (bytes(archive), bytes(archive[:end])):
        try:
            rows = read_upload(damaged)
        except StatementFileError:
            continue
        assert all(isinstance(row, UploadRow) for row in rows)
