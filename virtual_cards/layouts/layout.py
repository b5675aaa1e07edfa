"""What a card of one specification version holds: applications, files, items, access conditions, keys.

A :class:`Layout` is immutable and shared by every card of its version. Whatever a command needs is worked
out once, when the layout is built: the FCI of each application, files by identifier and by SFI, keys by P2,
and the blank contents. A card therefore stores only what differs from blank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816.tlv import simple
from onecard.virtual_cards.layouts.encoding import FILLERS, encode_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.layouts.access import Access

__all__ = ["Contents", "DedicatedFile", "ElementaryFile", "FilePath", "Item", "KeySlot", "Layout"]

FilePath = tuple[str, str]
"""Application and file: ``("DF01", "EF05")``."""

Contents = tuple[bytes, ...] | bytes
"""Records in the order of their numbers (cyclic: newest first), or the bytes of a transparent file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A data item: a linear record, a field of a cyclic record, or an inner item of a ``B-TLV``."""

    tag: int
    """``0`` for a field of a cyclic record, which has none."""
    kind: str
    """``cn``, ``an``, ``b`` or ``B-TLV``."""
    length: int
    english: str
    chinese: str
    mark: str
    inner: tuple[Item, ...] = ()
    default: str = ""
    codes: str = ""
    """Name of the table in ``code_tables`` that says what the value means; empty: the value speaks."""
    parts: tuple[Item, ...] = ()
    """Items without tags that a composite value is put together of: DF02 ``4B``, ``4F``, DF04 ``81``."""
    reused: Item | None = None
    """On a card of 1.00: the item of 2.00 that may stand in this record, as it is written there (§6.6)."""
    leader: int = 0
    """Tag of the record whose value tells which of the two this one is; ``0``: its own end in ``EE``."""
    note: str = ""

    @property
    def blank_value(self) -> bytes:
        """Value of a card on which nobody has written the item."""
        if self.inner:
            return b"".join(simple(item.tag, item.blank_value) for item in self.inner)
        if self.default:
            return encode_value(self.kind, self.default, self.length)
        return FILLERS[self.kind] * self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementaryFile:
    """An EF with its structure and access conditions."""

    path: FilePath
    fid: int
    sfi: int
    structure: str
    """``linear variable``, ``linear fixed``, ``cyclic`` or ``transparent``."""
    read: Access
    write: Access
    items: tuple[Item, ...]
    """Linear: one per record in number order; cyclic: the fields; transparent: none."""
    capacity: int
    """Cyclic: how many records are kept."""
    size: int
    """Linear: bytes that all records together may take; cyclic: bytes of a record; transparent: bytes."""
    english: str
    chinese: str
    category: str
    """``enabled``, ``preset``, ``reserved``, ``optional`` (card.md §2), or ``local`` for an extension."""
    mark: str
    note: str = ""
    blank: Contents = field(repr=False)

    @property
    def name(self) -> str:
        """``"EF05"``."""
        return self.path[1]

    @property
    def transparent(self) -> bool:
        """Whether READ and UPDATE BINARY are the commands for this file."""
        return self.structure == "transparent"

    @property
    def cyclic(self) -> bool:
        """Whether the file keeps the newest records only."""
        return self.structure == "cyclic"

    def item(self, tag: int) -> Item | None:
        """Return the item of a linear file with this tag, the first of several; ``None`` if there is none."""
        return next((item for item in self.items if item.tag == tag), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySlot:
    """A key as the card knows it."""

    name: str
    scope: str
    key_id: int | None
    """P2 of EXTERNAL AUTHENTICATE; ``None`` for purse keys, which have an index of their own."""
    use: str
    """``internal``, ``external``, ``mac`` or ``purse``."""
    tries: int
    """Retry limit; ``0``: failures never lock the key."""
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedFile:
    """An application (DF), or the MF, with its files and keys."""

    name: str
    """``"MF"``, ``"SSSE"``, ``"DF01"`` …"""
    fid: int
    aid: bytes
    """DF name for SELECT, empty for the MF."""
    fci: bytes = field(repr=False)
    fci_contactless: bytes = field(default=b"", repr=False)
    """FCI over the contactless face, where it is another one (card.md §15); empty: the same."""
    environment: str = "social"
    """Side of the firewall, ``"social"`` or ``"payment"`` (card.md §2); each has its own commands."""
    files: tuple[ElementaryFile, ...] = ()
    keys: tuple[KeySlot, ...] = ()
    english: str = ""
    chinese: str = ""
    mark: str = ""
    by_fid: Mapping[int, ElementaryFile] = field(repr=False)
    by_sfi: Mapping[int, ElementaryFile] = field(repr=False)
    by_key_id: Mapping[int, KeySlot] = field(repr=False)

    def file(self, name: str) -> ElementaryFile:
        """Return the EF of this name, e.g. ``"EF05"``; ``KeyError`` if there is none."""
        return self.by_fid[int(name, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All that cards of one specification version have in common."""

    version: str
    algorithm_id: int
    """``01`` DES family, ``03`` SM4."""
    contactless: bool
    """Whether the card has a contactless face."""
    pin_maintenance_key: str
    """Key behind MAC and encipherment of PIN CHANGE/UNBLOCK (card.md §21 Q9)."""
    master: DedicatedFile
    applications: tuple[DedicatedFile, ...]
    """SSSE first, then the DFs in the order of the data file."""
    by_fid: Mapping[int, DedicatedFile] = field(repr=False)
    by_name: Mapping[str, DedicatedFile] = field(repr=False)
    keys: Mapping[str, KeySlot] = field(repr=False)
    """Every key by name."""
    extensions: tuple[str, ...] = ()
    """Names of the extensions beyond the version's standard files, sorted (see ``load_layout``)."""
    blank: Mapping[FilePath, Contents] = field(repr=False)

    @property
    def environment(self) -> DedicatedFile:
        """The SSSE."""
        return self.by_name["SSSE"]

    def file(self, application: str, name: str) -> ElementaryFile:
        """Return an EF, e.g. ``file("DF01", "EF05")``; ``KeyError`` if there is none."""
        return self.by_name[application].file(name)
