"""Files of the detail reconciliation 3202: what an institution uploads and gets back (settlement.md §2.3).

One text file in one ZIP archive: UTF-8, a row per line, columns separated by tabs, the word ``null`` for an
empty value. A refunded settlement is two rows, the positive original and its negative (:func:`refund_rows`).

Archives come from outside, so size, ratio and number of members have limits, and a wrong cell is named by
line and column. The last column, ``exp_content``, is optional.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan
from onecard.sim.settlement.messages.files import MAX_FILE_BYTES

__all__ = [
    "MAX_RATIO",
    "MAX_TEXT_BYTES",
    "ResultRow",
    "StatementFileError",
    "UploadRow",
    "pack",
    "read_result",
    "read_upload",
    "refund_rows",
    "unpack",
    "write_result",
    "write_upload",
]

MAX_TEXT_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200
"""An archive beyond 1 MiB of text may not shrink it more than this; rows of numbers shrink 3 to 20 times."""
_FREE_BYTES = 1024 * 1024
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNREADABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
)


class StatementFileError(ValueError):
    """A reconciliation file that cannot be read or written; one line."""


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement as the institution has it; amounts in fen, negative for a refund."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    refd_setl_flag: str = "0"
    exp_content: str = ""


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement as the platform compares it; ``msgid`` is the ``omsgid`` of a reversal."""

    psn_no: str
    mdtrt_id: str
    setl_id: str
    msgid: str
    stmt_rslt: str
    refd_setl_flag: str = "0"
    memo: str = ""
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    exp_content: str = ""


class _Column(NamedTuple):
    name: str
    length: int = 30
    is_amount: bool = False
    required: bool = False


_AMOUNTS = tuple(_Column(name, is_amount=True) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay"))
_UPLOAD = (
    _Column("setl_id", required=True),
    _Column("mdtrt_id", required=True),
    _Column("psn_no", required=True),
    *_AMOUNTS,
    _Column("refd_setl_flag", 6),
    _Column("exp_content", 4000),
)
_RESULT = (
    _Column("psn_no"),
    _Column("mdtrt_id"),
    _Column("setl_id"),
    _Column("msgid"),
    _Column("stmt_rslt", 6, required=True),
    _Column("refd_setl_flag", 6),
    _Column("memo", 500),
    *_AMOUNTS,
    _Column("exp_content", 4000),
)
_RESULT_SWAPPED = (*_RESULT[:4], _RESULT[5], _RESULT[4], *_RESULT[6:])
"""One implementation writes the columns 5 and 6 the other way round [1]."""

_Row = TypeVar("_Row", bound=msgspec.Struct)


def refund_rows(row: UploadRow) -> tuple[UploadRow, UploadRow]:
    """Return a cancelled settlement as two rows: the original and its negative [M]."""
    negative = msgspec.structs.replace(
        row,
        medfee_sumamt_fen=-row.medfee_sumamt_fen,
        fund_pay_sumamt_fen=-row.fund_pay_sumamt_fen,
        acct_pay_fen=-row.acct_pay_fen,
        refd_setl_flag="1",
    )
    return msgspec.structs.replace(row, refd_setl_flag="0"), negative


def _cell(row: msgspec.Struct, column: _Column, line: int) -> str:
    if column.is_amount:
        return fen_to_yuan(getattr(row, f"{column.name}_fen"))
    value: str = getattr(row, column.name)
    if value == "null" or _UNWRITABLE.search(value):
        raise StatementFileError(f"line {line}: {column.name} is {value!r}, which does not fit in a cell")
    return value or "null"


def _write(rows: Sequence[msgspec.Struct], columns: tuple[_Column, ...], filename: str) -> bytes:
    shown = columns if any(getattr(row, "exp_content", "") for row in rows) else columns[:-1]
    lines = (
        "\t".join(_cell(row, column, line) for column in shown) + "\n" for line, row in enumerate(rows, 1)
    )
    return pack("".join(lines), filename)


def _value(text: str, column: _Column, line: int) -> Any:
    value = "" if text == "null" else text
    if column.is_amount:
        try:
            return fen_of(value, column.name)
        except ValueError as error:
            raise StatementFileError(f"line {line}: {error}") from None
    if _UNWRITABLE.search(value):
        raise StatementFileError(
            f"line {line}: {column.name} is {text[:60]!r}, which has a control character"
        )
    if len(value) > column.length or (column.required and not value):
        allowed = f"{'1' if column.required else '0'} to {column.length} characters"
        raise StatementFileError(f"line {line}: {column.name} is {text[:60]!r}, allowed are {allowed}")
    return value


def _rows(text: str, columns: tuple[_Column, ...], build: Callable[..., _Row]) -> Iterable[_Row]:
    for line, content in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        cells = content.removesuffix("\r").split("\t")
        if cells == [""]:
            continue
        if len(cells) not in (len(columns) - 1, len(columns)):
            allowed = f"{len(columns) - 1} or {len(columns)}"
            raise StatementFileError(f"line {line}: {len(cells)} columns, allowed are {allowed}")
        yield build(
            **{
                column.name + ("_fen" if column.is_amount else ""): _value(cell, column, line)
                for cell, column in zip(cells, columns, strict=False)
            }
        )


def write_upload(rows: Sequence[UploadRow], *, filename: str = "statement.txt") -> bytes:
    """Write what an institution uploads with 9101.

    Raises:
        StatementFileError: a value with a control character such as a tab, or the word ``null``.
    """
    return _write(rows, _UPLOAD, filename)


def read_upload(archive: bytes) -> list[UploadRow]:
    """Read an institution's file.

    Raises:
        StatementFileError: see :func:`unpack`, or a row that does not fit; names line and column.
    """
    return list(_rows(unpack(archive), _UPLOAD, UploadRow))


def write_result(rows: Sequence[ResultRow], *, filename: str = "result.txt", swapped: bool = False) -> bytes:
    """Write the answer that 9102 downloads; ``swapped`` exchanges the columns 5 and 6.

    Raises:
        StatementFileError: a value with a control character such as a tab, or the word ``null``.
    """
    return _write(rows, _RESULT_SWAPPED if swapped else _RESULT, filename)


def read_result(archive: bytes, *, swapped: bool = False) -> list[ResultRow]:
    """Read a platform's file; ``swapped`` exchanges the columns 5 and 6.

    Raises:
        StatementFileError: see :func:`unpack`, or a row that does not fit; names line and column.
    """
    return list(_rows(unpack(archive), _RESULT_SWAPPED if swapped else _RESULT, ResultRow))


def pack(text: str, filename: str) -> bytes:
    """Return one text as the one member of an archive; the same text gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(filename, date_time=_EARLIEST)
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, text.encode())
    return buffer.getvalue()


def _check(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(members) != 1 or not members[0].filename.lower().endswith(".txt"):
        names = ", ".join(member.filename for member in members[:3])
        raise StatementFileError(
            f"archive has {len(members)} members ({names[:100]!r}), allowed is one .txt file"
        )
    member = members[0]
    ratio_allowed = max(_FREE_BYTES, MAX_RATIO * member.compress_size)
    if member.file_size > min(MAX_TEXT_BYTES, ratio_allowed):
        raise StatementFileError(
            f"{member.filename[:100]!r} has {member.file_size} bytes from {member.compress_size}, "
            f"allowed are {MAX_TEXT_BYTES} and a ratio of {MAX_RATIO}"
        )
    if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise StatementFileError(f"{member.filename[:100]!r} is encrypted or not deflated")
    return member


def unpack(archive: bytes) -> str:
    """Return the one text file of an archive.

    Raises:
        StatementFileError: no ZIP archive, too large, not one plain ``.txt`` member, or not UTF-8.
    """
    if len(archive) > MAX_FILE_BYTES:
        raise StatementFileError(f"archive has {len(archive)} bytes, allowed are {MAX_FILE_BYTES}")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            member = _check(opened.infolist())
            with opened.open(member) as file:
                content = file.read(member.file_size + 1)
        return content.decode()
    except StatementFileError:
        raise
    except UnicodeDecodeError as error:
        raise StatementFileError(f"byte {error.start} of the text is not UTF-8") from None
    except _UNREADABLE as error:
        raise StatementFileError(f"no readable ZIP archive: {error}") from None
