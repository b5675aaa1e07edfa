"""File layouts of the card by specification version: data files, loader, access conditions, encodings."""

from onecard.virtual_cards.layouts.layout import (
    DedicatedFile,
    ElementaryFile,
    Item,
    KeySlot,
    Layout,
)
from onecard.virtual_cards.layouts.loader import VERSIONS, LayoutError, load_layout

__all__ = [
    "VERSIONS",
    "DedicatedFile",
    "ElementaryFile",
    "Item",
    "KeySlot",
    "Layout",
    "LayoutError",
    "load_layout",
]
