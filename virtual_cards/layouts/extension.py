"""What an issuer adds to, or chooses in, a version's standard files (facts: card.md §2, §5.1, §5.6).

An extension is a file ``extension_*.toml`` that is laid over any version. The standard's own limits are
checked when it is loaded:

* further applications have identifiers from ``DF0A`` up, files in standard applications from ``EF0C`` up;
* identifiers and tags of the standard are not used again;
* standard files of SSSE and cyclic files get no further items; cyclic files may keep more records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.layouts.document import (
    ApplicationDocument,
    FileDocument,
    ItemDocument,
    KeyDocument,
    LayoutDocument,
    LayoutError,
    decode_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EXTENSIONS", "ExtensionDocument", "extended", "read_extension"]

EXTENSIONS = ("account-only", "local")
"""Names that ``load_layout`` takes: ``account-only`` is a choice of the standard, ``local`` no part of it."""

_FIRST_LOCAL_DF = 0xDF0A
_LAST_LOCAL_DF = 0xDFFF
_FIRST_LOCAL_EF = 0xEF0C


class _AdditionDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    df: str
    keys: tuple[KeyDocument, ...] = ()
    ef: tuple[FileDocument, ...] = ()


class _ChangeDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    df: str
    fid: int
    mark: str
    capacity: int = 0
    """Cyclic: records kept, at least the standard's number; ``0``: as in the standard."""
    record_length: int = 0
    """Cyclic: bytes of a record that ends after one of its fields; ``0``: all fields."""
    records: tuple[ItemDocument, ...] = ()
    """Linear: further items after the standard ones."""


class ExtensionDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole extension file."""

    name: str
    english: str
    chinese: str
    mark: str
    inner: dict[str, tuple[ItemDocument, ...]] = {}
    df: tuple[ApplicationDocument, ...] = ()
    add: tuple[_AdditionDocument, ...] = ()
    change: tuple[_ChangeDocument, ...] = ()


def read_extension(name: str) -> ExtensionDocument:
    """Read an extension's file.

    Raises:
        LayoutError: there is no such extension, or the file does not follow the schema.
    """
    if name not in EXTENSIONS:
        raise LayoutError(f"layout extension {name!r} is not known; allowed: {', '.join(EXTENSIONS)}")
    return decode_document(f"extension_{name.replace('-', '_')}.toml", ExtensionDocument)


def extended(document: LayoutDocument, extension: ExtensionDocument) -> LayoutDocument:
    """Lay an extension over a layout document.

    Raises:
        LayoutError: the extension goes beyond what the standard lets an issuer do; one line.
    """
    where = f"layout {document.version} extension {extension.name}"
    _check_applications(where, extension)
    _check_tags(where, document, extension)
    added = {addition.df: addition for addition in extension.add}
    changed = {(change.df, change.fid): change for change in extension.change}
    known = {(df.name, file.fid) for df in document.df for file in df.ef}
    for name in added.keys() - {df.name for df in document.df}:
        raise LayoutError(f"{where}: application {name}, which {document.version} does not have")
    for df, fid in changed.keys() - known:
        raise LayoutError(f"{where}: change of {df}/{fid:04X}, which {document.version} does not have")
    return msgspec.structs.replace(
        document,
        extensions=(*document.extensions, extension.name),
        inner=document.inner | extension.inner,
        df=tuple(_extended(where, df, added.get(df.name), changed) for df in document.df) + extension.df,
    )


def _check_applications(where: str, extension: ExtensionDocument) -> None:
    for df in extension.df:
        if not _FIRST_LOCAL_DF <= df.fid <= _LAST_LOCAL_DF:
            raise LayoutError(f"{where}: application {df.fid:04X}; DF0A to DFFF are allowed")
    for addition in extension.add:
        for file in addition.ef:
            if file.fid < _FIRST_LOCAL_EF:
                raise LayoutError(f"{where}: file {addition.df}/{file.name}; EF0C and up are allowed")


def _check_tags(where: str, document: LayoutDocument, extension: ExtensionDocument) -> None:
    standard = _tags(item for df in document.df for file in df.ef for item in file.records)
    standard |= _tags(item for items in document.inner.values() for item in items)
    files = [file for addition in extension.add for file in addition.ef]
    files += [file for df in extension.df for file in df.ef]
    mine = _tags(item for file in files for item in file.records)
    mine |= _tags(item for change in extension.change for item in change.records)
    mine |= _tags(item for items in extension.inner.values() for item in items)
    if mine & standard:
        raise LayoutError(
            f"{where}: tag {min(mine & standard):02X} is the standard's and may not be used again"
        )
    for file in files:
        if file.category != "local":
            raise LayoutError(f"{where}: file {file.name} has category {file.category}; local is allowed")


def _tags(items: Iterable[ItemDocument]) -> set[int]:
    return {item.tag for item in items}


def _extended(
    where: str,
    df: ApplicationDocument,
    addition: _AdditionDocument | None,
    changed: dict[tuple[str, int], _ChangeDocument],
) -> ApplicationDocument:
    files = []
    for file in df.ef:
        change = changed.get((df.name, file.fid))
        files.append(_changed(f"{where}: {df.name}/{file.name}", df, file, change) if change else file)
    if addition is None:
        return msgspec.structs.replace(df, ef=tuple(files))
    return msgspec.structs.replace(df, ef=(*files, *addition.ef), keys=df.keys + addition.keys)


def _changed(
    where: str, df: ApplicationDocument, file: FileDocument, change: _ChangeDocument
) -> FileDocument:
    cyclic = file.structure == "cyclic"
    if change.records and (df.name == "SSSE" or cyclic or file.structure == "transparent"):
        raise LayoutError(f"{where} may not get further items: it is {file.structure} in {df.name}")
    if (change.capacity or change.record_length) and not cyclic:
        raise LayoutError(
            f"{where} is {file.structure}: only cyclic files have a capacity and a record length"
        )
    if change.capacity and change.capacity < file.capacity:
        raise LayoutError(f"{where}: capacity {change.capacity} is below the standard's {file.capacity}")
    return msgspec.structs.replace(
        file,
        capacity=change.capacity or file.capacity,
        fields=_first_fields(where, file, change.record_length),
        records=file.records + change.records,
        mark=change.mark,
    )


def _first_fields(where: str, file: FileDocument, record_length: int) -> tuple[ItemDocument, ...]:
    if not record_length:
        return file.fields
    ends = {
        sum(field.length for field in file.fields[:count]): count for count in range(1, len(file.fields) + 1)
    }
    if record_length not in ends:
        raise LayoutError(
            f"{where}: a record of {record_length} bytes does not end with a field: {list(ends)}"
        )
    return file.fields[: ends[record_length]]
