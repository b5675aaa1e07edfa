"""A card's memory as an image's content, and back.

The content is a tree of JSON values that people can read: names of the layout, hexadecimal bytes, counters.
Keys are not in it: an image only says that they are the published test keys, and a card with other ones
cannot become an image. A commit that power loss cut short is kept as its changes; a journal that was itself
cut short says nothing to a card, so only its length is kept.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.virtual_cards.chip.memory import CELLS, CardMemory
from onecard.virtual_cards.chip.nonvolatile import Change, Damaged, journal_changes, journal_of
from onecard.virtual_cards.images.cells import from_tree, key_from_text, key_to_text, to_tree
from onecard.virtual_cards.images.checks import check
from onecard.virtual_cards.images.errors import ImageError
from onecard.virtual_cards.images.payment_keys import with_keys
from onecard.virtual_cards.layouts import LayoutError, load_layout
from onecard.virtual_cards.payment.applications import payment_applications
from onecard.virtual_cards.payment.state import PaymentState
from onecard.virtual_cards.security.test_keys import PUBLISHED_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.layouts.layout import DedicatedFile, Layout

__all__ = ["FORMAT", "VERSION", "content_of", "digest_of", "memory_of"]

FORMAT = "onecard card image"
VERSION = 1
FIELDS = {
    "format": str,
    "version": int,
    "synthetic": bool,
    "published_test_keys": bool,
    "layout": dict,
    "identity": dict,
    "payment_side": dict,
    "cells": dict,
    "journal": dict,
    "sha256": str,
}
"""Fields of an image and the types of their values."""
_LONGEST_JOURNAL = 65536


def content_of(memory: CardMemory) -> dict[str, Any]:
    """Return the content of a card's image.

    Raises:
        ImageError: the card's keys are not the published ones, or the memory is none that a card can have.
    """
    if memory.keys is not PUBLISHED_KEYS:
        raise ImageError("keys", "only a card with the published test keys can become an image")
    check(memory)
    _check_payment_keys(memory)
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "synthetic": True,
        "published_test_keys": True,
        "layout": {"version": memory.layout.version, "extensions": list(memory.layout.extensions)},
        "identity": {"issuing_area": memory.issuing_area, "historical": to_tree(memory.historical)},
        "payment_side": _payment_side_tree(memory),
        "cells": {cell: _cell_tree(getattr(memory, cell)) for cell in CELLS},
        "journal": _journal_tree(memory),
    }
    return {**content, "sha256": digest_of(content)}


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 over everything but the digest itself, keys sorted, without spaces."""
    told = {name: value for name, value in content.items() if name != "sha256"}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def memory_of(content: object) -> CardMemory:
    """Make a card's memory from an image's content.

    Raises:
        ImageError: names the field and what is wrong with it.
    """
    fields = _checked_fields(content)
    _check_names(fields["identity"], {"issuing_area", "historical"}, "identity")
    memory = CardMemory(
        layout=_layout(fields["layout"]),
        keys=PUBLISHED_KEYS,
        issuing_area=_text(fields["identity"], "issuing_area"),
        historical=from_tree(_text(fields["identity"], "historical"), bytes, "identity.historical"),
    )
    memory.payment_applications = _payment_side(memory, fields["payment_side"])
    cells = fields["cells"]
    _check_names(cells, set(CELLS), "cells")
    for cell in CELLS:
        setattr(memory, cell, _cell(cell, cells[cell]))
    if isinstance(memory.payment, PaymentState):
        memory.payment = with_keys(memory, memory.payment)
    memory.journal = _journal(memory, fields["journal"])
    check(memory)
    return memory


def _checked_fields(content: object) -> dict[str, Any]:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ImageError("format", f"not a card image; allowed: an object whose format is {FORMAT!r}")
    version = content.get("version")
    if type(version) is not int or version != VERSION:
        newer = type(version) is int and version > VERSION
        why = "; written by a newer onecard, which reads it" if newer else ""
        raise ImageError("version", f"got {version!r:.40}; allowed: {VERSION}{why}")
    _check_names(content, set(FIELDS), "")
    for name, kind in FIELDS.items():
        if type(content[name]) is not kind:
            raise ImageError(name, f"wrong type; got {content[name]!r:.40}; allowed: {kind.__name__}")
    if content["sha256"] != digest_of(content):
        raise ImageError("sha256", "does not fit the content: the image is damaged, or was edited")
    for name in ("synthetic", "published_test_keys"):
        if not content[name]:
            raise ImageError(name, "got false; allowed: true, other cards are not taken")
    return content


def _check_names(tree: Mapping[str, Any], wanted: set[str], where: str) -> None:
    prefix = f"{where}." if where else ""
    for name in sorted(wanted - set(tree)):
        raise ImageError(f"{prefix}{name}", "is missing")
    for name in sorted(set(tree) - wanted):
        raise ImageError(f"{prefix}{name[:40]}", f"unknown field; allowed: {', '.join(sorted(wanted))}")


def _layout(tree: dict[str, Any]) -> Layout:
    _check_names(tree, {"version", "extensions"}, "layout")
    extensions = from_tree(tree["extensions"], tuple[str, ...], "layout.extensions")
    try:
        return load_layout(_text(tree, "version"), extensions=extensions)
    except LayoutError as error:
        raise ImageError("layout", str(error)) from None


def _text(tree: dict[str, Any], name: str) -> str:
    value: str = from_tree(tree.get(name), str, name)
    return value


def _cell_tree(value: Any) -> Any:
    if isinstance(value, dict):
        return {key_to_text(key): _value_tree(each) for key, each in sorted(value.items())}
    return _value_tree(value)


def _value_tree(value: Any) -> Any:
    return {"damaged": to_tree(value.written)} if isinstance(value, Damaged) else to_tree(value)


def _cell(cell: str, tree: Any) -> Any:
    where = f"cells.{cell}"
    kinds = CELLS[cell]
    if kinds.key is None:
        return _value(tree, kinds.value, where)
    if not isinstance(tree, dict):
        raise ImageError(where, "wrong type; allowed: an object")
    return {
        key_from_text(name, kinds.key, where): _value(each, kinds.value, f"{where}.{name}")
        for name, each in tree.items()
    }


def _value(tree: Any, kind: Any, where: str) -> Any:
    if isinstance(tree, dict) and set(tree) == {"damaged"}:
        return Damaged(from_tree(tree["damaged"], bytes, f"{where}.damaged"))
    return from_tree(tree, kind, where)


def _journal_tree(memory: CardMemory) -> dict[str, Any]:
    if not memory.journal:
        return {}
    changes = journal_changes(memory)
    if changes is None:
        return {"cut_short": len(memory.journal)}
    return {
        "changes": [
            {
                "cell": change.cell,
                "key": key_to_text(change.key) if change.key is not None else None,
                "value": to_tree(change.value),
            }
            for change in changes
        ]
    }


def _journal(memory: CardMemory, tree: dict[str, Any]) -> bytes:
    if not tree:
        return b""
    if set(tree) == {"cut_short"}:
        size: int = from_tree(tree["cut_short"], int, "journal.cut_short")
        if not 1 <= size <= _LONGEST_JOURNAL:
            raise ImageError("journal.cut_short", f"got {size}; allowed: 1 to {_LONGEST_JOURNAL}")
        return b"\xff" * size
    _check_names(tree, {"changes"}, "journal")
    changes = tree["changes"]
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise ImageError("journal.changes", "wrong type; allowed: an array of objects")
    return journal_of([_change(memory, each, f"journal.changes[{at}]") for at, each in enumerate(changes)])


def _change(memory: CardMemory, tree: dict[str, Any], where: str) -> Change:
    _check_names(tree, {"cell", "key", "value"}, where)
    kinds = CELLS.get(tree["cell"]) if isinstance(tree["cell"], str) else None
    if kinds is None or (tree["key"] is None) != (kinds.key is None):
        raise ImageError(where, "names no cell; allowed: " + ", ".join(CELLS))
    key = None if kinds.key is None else key_from_text(str(tree["key"]), kinds.key, f"{where}.key")
    removes = tree["value"] is None and kinds.key is not None
    value = None if removes else from_tree(tree["value"], kinds.value, f"{where}.value")
    return Change(tree["cell"], key, with_keys(memory, value) if isinstance(value, PaymentState) else value)


def _payment_side_tree(memory: CardMemory) -> dict[str, Any]:
    """Say of which kind the payment applications are; empty: there are none."""
    present = memory.payment_applications
    if not present:
        return {}
    for electronic_cash in (True, False):
        if present == _applications(memory, electronic_cash):
            return {"electronic_cash": electronic_cash}
    raise ImageError("payment_side", "not the applications that equip_payment gives")


def _payment_side(memory: CardMemory, tree: dict[str, Any]) -> tuple[DedicatedFile, ...]:
    if not tree:
        return ()
    _check_names(tree, {"electronic_cash"}, "payment_side")
    return _applications(memory, from_tree(tree["electronic_cash"], bool, "payment_side.electronic_cash"))


def _applications(memory: CardMemory, electronic_cash: bool) -> tuple[DedicatedFile, ...]:
    return payment_applications(contactless=memory.layout.contactless, electronic_cash=electronic_cash)


def _check_payment_keys(memory: CardMemory) -> None:
    state = memory.payment
    if isinstance(state, PaymentState) and state != with_keys(memory, state):
        raise ImageError("cells.payment", "its keys are not those that the published test keys give")
