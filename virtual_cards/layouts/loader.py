"""From a layout data file to a checked, immutable :class:`Layout`.

Checks, each with one line that says where: tags and lengths in range, inner items sum to their ``B-TLV`` and
parts to their composite, file and key identifiers unique in their application, every right in an access
condition is the PIN or a key that can be authenticated there.

The directory file lists the applications of the social side only: it lies inside SSSE, and the firewall of
card.md §2 keeps each side to itself; the bank application is listed by PSE and PPSE, where terminals look.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from onecard.virtual_cards.iso7816.tlv import ber, simple
from onecard.virtual_cards.layouts.access import PIN, Access, parse_access
from onecard.virtual_cards.layouts.document import (
    ApplicationDocument,
    FileDocument,
    LayoutDocument,
    LayoutError,
    read_document,
)
from onecard.virtual_cards.layouts.extension import EXTENSIONS, extended, read_extension
from onecard.virtual_cards.layouts.items import build_items, reuse_rules, with_reuse
from onecard.virtual_cards.layouts.layout import (
    Contents,
    DedicatedFile,
    ElementaryFile,
    Item,
    KeySlot,
    Layout,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["EXTENSIONS", "VERSIONS", "LayoutError", "build_layout", "load_layout"]

VERSIONS = ("1.00", "2.00", "3.00")

_MASTER_FID = 0x3F00
_DIRECTORY_SFI = 0x1E
_LABEL_ENCODING = "gbk"

_K = TypeVar("_K")
_V = TypeVar("_V")


def load_layout(version: str, *, extensions: Iterable[str] = ()) -> Layout:
    """Return the layout of a specification version, the same object for the same arguments.

    Args:
        version: ``"1.00"``, ``"2.00"`` or ``"3.00"``.
        extensions: names of :data:`EXTENSIONS`: ``"local"`` adds the local files that were seen on cards
            (card.md §5.1), ``"account-only"`` makes the medical log one of 20-byte records (§5.6).

    Raises:
        LayoutError: unknown version or extension, or a wrong data file.
    """
    return _load(version, tuple(sorted(set(extensions))))


@lru_cache(maxsize=32)
def _load(version: str, extensions: tuple[str, ...]) -> Layout:
    if version not in VERSIONS:
        raise LayoutError(f"specification version {version!r} is not known; allowed: {', '.join(VERSIONS)}")
    document = read_document(version)
    for name in extensions:
        document = extended(document, read_extension(name))
    return build_layout(document)


def build_layout(document: LayoutDocument) -> Layout:
    """Check a layout document and work out everything that commands look up."""
    directory = tuple(_directory_entry(df) for df in document.df if df.name != "SSSE")
    applications = tuple(_application(document, df, directory) for df in document.df)
    master = DedicatedFile(
        name="MF",
        fid=_MASTER_FID,
        aid=b"",
        fci=b"",
        by_fid={},
        by_sfi={},
        by_key_id={},
        english="Master file",
    )
    every = (master, *applications)
    keys = [key for df in applications for key in df.keys]
    files = [file for df in applications for file in df.files]
    return Layout(
        version=document.version,
        algorithm_id=document.algorithm,
        contactless=document.contactless,
        pin_maintenance_key=document.pin_maintenance_key,
        master=master,
        applications=applications,
        by_fid=_unique(f"layout {document.version}", "fid", ((df.fid, df) for df in every)),
        by_name=_unique(f"layout {document.version}", "name", ((df.name, df) for df in every)),
        keys=_unique(f"layout {document.version}", "key", ((key.name, key) for key in keys)),
        extensions=document.extensions,
        blank=MappingProxyType({file.path: file.blank for file in files}),
    )


def _unique(where: str, what: str, pairs: Iterable[tuple[_K, _V]]) -> MappingProxyType[_K, _V]:
    found: dict[_K, _V] = {}
    for key, value in pairs:
        if key in found:
            shown = f"{key:02X}" if isinstance(key, int) else str(key)
            raise LayoutError(f"{where}: {what} {shown} occurs twice")
        found[key] = value
    return MappingProxyType(found)


def _directory_entry(df: ApplicationDocument) -> bytes:
    """Build the DIR record of one application: ``61 {4F, 50}`` (card.md §3.3, §21 Q5)."""
    label = df.chinese.encode(_LABEL_ENCODING)
    return ber(0x61, ber(0x4F, _df_name(df)) + ber(0x50, label))


def _df_name(df: ApplicationDocument) -> bytes:
    """Return the AID, or the label where the application has none (card.md §3.1: DF05, DF06)."""
    return bytes.fromhex(df.aid) if df.aid else df.chinese.encode(_LABEL_ENCODING)


def _fci(document: LayoutDocument, df: ApplicationDocument) -> bytes:
    """Build the answer to SELECT (card.md §3.2): only SSSE tells its DIR and its algorithm."""
    name = ber(0x84, _df_name(df))
    if df.name != "SSSE":
        return ber(0x6F, name)
    proprietary = ber(0x88, bytes((_DIRECTORY_SFI,)))
    if document.algorithm_in_fci:
        proprietary += ber(0x9F0C, ber(0x86, bytes((document.algorithm,))))
    return ber(0x6F, name + ber(0xA5, proprietary))


def _application(
    document: LayoutDocument, df: ApplicationDocument, directory: tuple[bytes, ...]
) -> DedicatedFile:
    where = f"layout {document.version} {df.name}"
    keys = tuple(
        KeySlot(name=key.name, scope=df.name, key_id=key.id, use=key.use, tries=key.tries, mark=key.mark)
        for key in df.keys
    )
    rights = {PIN} | {key.name for key in keys if key.use == "external"}
    files = tuple(_file(document, df, file, rights, directory) for file in df.ef)
    return DedicatedFile(
        name=df.name,
        fid=df.fid,
        aid=_df_name(df),
        fci=_fci(document, df),
        files=files,
        keys=keys,
        english=df.english,
        chinese=df.chinese,
        mark=df.mark,
        by_fid=_unique(where, "fid", ((file.fid, file) for file in files)),
        by_sfi=_unique(where, "SFI", ((file.sfi, file) for file in files)),
        by_key_id=_unique(where, "key id", ((key.key_id, key) for key in keys if key.key_id is not None)),
    )


def _file(
    document: LayoutDocument,
    df: ApplicationDocument,
    file: FileDocument,
    rights: set[str],
    directory: tuple[bytes, ...],
) -> ElementaryFile:
    where = f"layout {document.version} {df.name}/{file.name}"
    if not 1 <= file.fid & 0xFF <= _DIRECTORY_SFI:
        raise LayoutError(f"{where}: the low byte of the file identifier is the SFI and must be 01 to 1E")
    items = build_items(where, document, file.fields if file.structure == "cyclic" else file.records)
    rules = reuse_rules(document, df.name, file)
    if rules:
        later = load_layout(document.reused_version).file(df.name, file.name)
        items = with_reuse(where, items, rules, later)
    records = directory if file.directory else tuple(simple(item.tag, item.blank_value) for item in items)
    size, blank = _size_and_blank(file, items, records, df.spare)
    if not size:
        raise LayoutError(f"{where}: {file.structure} file without records, fields or size")
    if file.structure == "cyclic" and file.capacity < 1:
        raise LayoutError(f"{where}: cyclic file with capacity {file.capacity}, at least 1 is needed")
    return ElementaryFile(
        path=(df.name, file.name),
        fid=file.fid,
        sfi=file.fid & 0xFF,
        structure=file.structure,
        read=_access(where, file.read, rights),
        write=_access(where, file.write, rights),
        items=items,
        capacity=file.capacity,
        size=size,
        english=file.english,
        chinese=file.chinese,
        category=file.category,
        mark=file.mark,
        note=file.note,
        blank=blank,
    )


def _size_and_blank(
    file: FileDocument, items: Sequence[Item], records: tuple[bytes, ...], spare: int
) -> tuple[int, Contents]:
    """Return the file's size (as :attr:`ElementaryFile.size` means it) and its contents when blank."""
    if file.structure == "transparent":
        return file.size, bytes(file.size)
    if file.structure == "cyclic":
        return sum(item.length for item in items), ()
    return sum(map(len, records)) + (spare if file.structure == "linear variable" else 0), records


def _access(where: str, text: str, rights: set[str]) -> Access:
    try:
        access = parse_access(text)
    except ValueError as error:
        raise LayoutError(f"{where}: {error}") from None
    unknown = sorted(access.rights - rights)
    if unknown:
        raise LayoutError(
            f"{where}: access condition {text!r} names {unknown[0]}, no external key of this application"
        )
    return access
