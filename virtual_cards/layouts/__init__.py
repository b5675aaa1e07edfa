"""File layouts of the card by specification version: data files, loader, access conditions, encodings."""

from onecard.virtual_cards.layouts.decoding import (
    DecodedItem,
    decode_cyclic,
    decode_item,
    decode_records,
)
from onecard.virtual_cards.layouts.layout import (
    DedicatedFile,
    ElementaryFile,
    Item,
    KeySlot,
    Layout,
)
from onecard.virtual_cards.layouts.loader import EXTENSIONS, VERSIONS, LayoutError, load_layout

__all__ = [
    "EXTENSIONS",
    "VERSIONS",
    "DecodedItem",
    "DedicatedFile",
    "ElementaryFile",
    "Item",
    "KeySlot",
    "Layout",
    "LayoutError",
    "decode_cyclic",
    "decode_item",
    "decode_records",
    "load_layout",
]
