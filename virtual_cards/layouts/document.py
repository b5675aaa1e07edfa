"""The layout data files as written: their schema, and a version that is another one plus changes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

__all__ = [
    "ApplicationDocument",
    "FileDocument",
    "ItemDocument",
    "KeyDocument",
    "LayoutDocument",
    "LayoutError",
    "ReusedDocument",
    "decode_document",
    "read_document",
]

_FOLDER = Path(__file__).parent

_Document = TypeVar("_Document")


class LayoutError(ValueError):
    """A layout file, or a question to it, is wrong: one line that says where, what, and what is allowed."""


class ItemDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record, field or inner item."""

    tag: int = 0
    type: Literal["cn", "an", "b", "B-TLV"]
    length: int
    count: int = 1
    english: str
    chinese: str
    inner: str = ""
    parts: str = ""
    codes: str = ""
    default: str = ""
    mark: str = ""
    note: str = ""


class KeyDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key of the card."""

    name: str
    id: int | None = None
    use: Literal["internal", "external", "mac", "purse"]
    tries: int
    mark: str


class FileDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An EF."""

    fid: int
    english: str
    chinese: str
    structure: Literal["linear variable", "linear fixed", "cyclic", "transparent"]
    read: str
    write: str
    category: Literal["enabled", "preset", "reserved", "optional", "local"]
    mark: str
    note: str = ""
    size: int = 0
    capacity: int = 0
    directory: bool = False
    records: tuple[ItemDocument, ...] = ()
    fields: tuple[ItemDocument, ...] = ()

    @property
    def name(self) -> str:
        """``"EF05"``."""
        return f"{self.fid:04X}"


class ApplicationDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DF."""

    name: str
    fid: int
    aid: str = ""
    english: str
    chinese: str
    spare: int = 0
    mark: str
    keys: tuple[KeyDocument, ...] = ()
    ef: tuple[FileDocument, ...]


class _ChangeDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    df: str
    fid: int
    mark: str
    read: str | None = None
    write: str | None = None

    def apply(self, file: FileDocument) -> FileDocument:
        return msgspec.structs.replace(
            file, read=self.read or file.read, write=self.write or file.write, mark=self.mark
        )


class ReusedDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records of an old version's file that may hold items of a later one (card.md §6.6)."""

    df: str
    fid: int
    tags: tuple[int, ...]
    mark: str
    follows: int = 0
    """Tag whose record tells which item these are; ``0``: their own end in ``EE``."""
    type: Literal["", "cn", "an"] = ""
    """Type in which the item is written here, where it is another one than in its own version."""
    length: int = 0


class LayoutDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole layout file."""

    version: str
    base: str = ""
    algorithm: int
    algorithm_in_fci: bool
    contactless: bool
    pin_maintenance_key: Literal["STK", "PUK"] = "STK"
    extensions: tuple[str, ...] = ()
    inner: dict[str, tuple[ItemDocument, ...]] = {}
    parts: dict[str, tuple[ItemDocument, ...]] = {}
    df: tuple[ApplicationDocument, ...] = ()
    change: tuple[_ChangeDocument, ...] = ()
    reused_version: str = ""
    """Version whose items :attr:`reused` means."""
    reused: tuple[ReusedDocument, ...] = ()


def read_document(version: str) -> LayoutDocument:
    """Read a version's file, with its base's applications and its changes applied.

    Raises:
        LayoutError: there is no such file, or it does not follow the schema.
    """
    document = decode_document(f"version_{version.replace('.', '_')}.toml", LayoutDocument)
    if not document.base:
        return document
    return _changed(document, read_document(document.base))


def decode_document(name: str, form: type[_Document]) -> _Document:
    """Read a data file of this folder into a document of this form; :class:`LayoutError` if it is wrong."""
    path = _FOLDER / name
    try:
        return msgspec.toml.decode(path.read_bytes(), type=form)
    except FileNotFoundError:
        raise LayoutError(f"there is no layout file {name}") from None
    except msgspec.MsgspecError as error:
        raise LayoutError(f"{name}: {error}") from error


def _changed(document: LayoutDocument, base: LayoutDocument) -> LayoutDocument:
    wanted = {(change.df, change.fid): change for change in document.change}
    applications = tuple(_changed_application(df, wanted) for df in base.df)
    if wanted:
        df, fid = next(iter(wanted))
        raise LayoutError(
            f"layout {document.version}: change of {df}/{fid:04X}, which {base.version} does not have"
        )
    return msgspec.structs.replace(
        document,
        df=applications + document.df,
        inner=base.inner | document.inner,
        parts=base.parts | document.parts,
    )


def _changed_application(
    df: ApplicationDocument, wanted: dict[tuple[str, int], _ChangeDocument]
) -> ApplicationDocument:
    """Apply and remove the changes that name this application's files."""
    files = []
    for file in df.ef:
        change = wanted.pop((df.name, file.fid), None)
        files.append(change.apply(file) if change else file)
    return msgspec.structs.replace(df, ef=tuple(files))
