"""The code tables' files, read when first asked for and checked: a code occurs once and has both meanings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

__all__ = ["TABLES", "Code", "CodeTable", "CodeTableError", "meaning", "read_tables"]

_FOLDER = Path(__file__).parent


class CodeTableError(ValueError):
    """A code table, or a question to it, is wrong: one line that says where and what is allowed."""


class Code(NamedTuple):
    """One code."""

    code: str
    english: str
    chinese: str


class CodeTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The codes that one kind of item takes."""

    english: str
    chinese: str
    clause: str
    """Where the facts give it, e.g. ``"card.md §7.1"``."""
    source: str
    """Standard or notice that the codes come from; empty: none is named."""
    mark: str
    """S notice or standard, M several implementations, 1 seen once, ? inferred."""
    codes: tuple[Code, ...]
    leading: int = 0
    """Characters of an item that the codes of this table are; ``0``: the whole item."""
    note: str = ""


class _Tables(Mapping[str, CodeTable]):
    """Every table by name; the files are read at the first look."""

    def __getitem__(self, name: str) -> CodeTable:
        return _all_tables()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_all_tables())

    def __len__(self) -> int:
        return len(_all_tables())


TABLES: Mapping[str, CodeTable] = _Tables()
"""Every code table by name, in the order of the facts' subjects: ``TABLES["sex"].codes``."""


def meaning(table: str, code: str) -> tuple[str, str] | None:
    """Say what a code means.

    Args:
        table: name of a table, a key of :data:`TABLES`.
        code: the code as the item holds it, e.g. ``"11"``; an area's six digits for ``"area"``.

    Returns:
        Meaning in English and in Chinese; ``None`` for a code that the table does not have.

    Raises:
        CodeTableError: there is no such table.
    """
    found = _all_tables().get(table)
    if found is None:
        raise CodeTableError(f"code table {table!r} does not exist; allowed: {', '.join(TABLES)}")
    return _meanings(table).get(code[: found.leading] if found.leading else code)


@cache
def _meanings(table: str) -> Mapping[str, tuple[str, str]]:
    return {row.code: (row.english, row.chinese) for row in TABLES[table].codes}


@lru_cache(maxsize=1)
def _all_tables() -> Mapping[str, CodeTable]:
    tables: dict[str, CodeTable] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        for name, table in read_tables(path.read_bytes(), where=path.name).items():
            if name in tables:
                raise CodeTableError(f"{path.name}: code table {name} stands in another file too")
            tables[name] = table
    return MappingProxyType(tables)


def read_tables(content: bytes, *, where: str) -> dict[str, CodeTable]:
    """Read and check the tables of one file.

    Args:
        content: the file, TOML.
        where: its name, for errors.

    Raises:
        CodeTableError: the file does not follow the schema, or a code stands twice or has no meaning.
    """
    try:
        tables = msgspec.toml.decode(content, type=dict[str, CodeTable])
    except msgspec.MsgspecError as error:
        raise CodeTableError(f"{where}: {error}") from error
    for name, table in tables.items():
        _check(f"{where} {name}", table)
    return tables


def _check(where: str, table: CodeTable) -> None:
    if not table.codes:
        raise CodeTableError(f"{where}: the table has no codes")
    seen = set()
    for code in table.codes:
        if not all(code):
            raise CodeTableError(f"{where} code {code.code!r}: code, English and Chinese must not be empty")
        if table.leading and len(code.code) != table.leading:
            raise CodeTableError(
                f"{where} code {code.code!r}: codes of {table.leading} characters are allowed"
            )
        if code.code in seen:
            raise CodeTableError(f"{where} code {code.code!r} occurs twice")
        seen.add(code.code)
