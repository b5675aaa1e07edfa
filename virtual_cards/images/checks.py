"""What a card can be: counters within their limits, files that exist, contents that fit their files.

An image is checked as the card will be after power-on, that is with an interrupted commit recovered; a cell
that the power damaged is in order as long as the journal repairs it.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import msgspec

from onecard.virtual_cards.chip.memory import CELLS
from onecard.virtual_cards.chip.nonvolatile import Damaged, recover
from onecard.virtual_cards.images.errors import ImageError
from onecard.virtual_cards.iso7816.atr import HISTORICAL_SIZE
from onecard.virtual_cards.security.pin import is_packed_pin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.virtual_cards.chip.memory import CardMemory
    from onecard.virtual_cards.layouts.layout import Contents, ElementaryFile

__all__ = ["check", "check_recovered", "recovered"]

_PIN_LIMITS = range(1, 16)
_LONGEST_JOURNAL = 65536
_MOST_UNBLOCKS = 1_000_000
_MOST_RECORDS = 0xFE


def check(memory: CardMemory) -> None:
    """Refuse a memory that no card can have.

    Raises:
        ImageError: names the cell, the value and what is allowed.
    """
    area, historical = memory.issuing_area, memory.historical
    if len(area) != 6 or not area.isascii() or not area.isdecimal():
        raise ImageError("issuing_area", f"got {area!r}; allowed: six digits of GB/T 2260")
    if len(historical) != HISTORICAL_SIZE:
        raise ImageError("historical", f"{len(historical)} bytes; allowed: {HISTORICAL_SIZE}")
    check_recovered(recovered(memory))


def check_recovered(memory: CardMemory) -> None:
    """Check the cells of a memory without a journal (raises as :func:`check`)."""
    _check_pin(memory)
    _check_keys(memory)
    known = {application.name for application in memory.applications} | {"MF"}
    unknown = sorted(memory.blocked_applications - known)
    if unknown:
        raise ImageError("cells.blocked_applications", f"no application {unknown[0]!r} on this card")
    _check_contents(memory)
    if (memory.payment is None) != (not memory.payment_applications):
        raise ImageError("cells.payment", "state and applications of the payment side do not belong together")


def recovered(memory: CardMemory) -> CardMemory:
    """Return a copy as the next power-on leaves it; the memory itself stays as it is.

    Raises:
        ImageError: the journal is none that a card left, or does not repair what is damaged.
    """
    if len(memory.journal) > _LONGEST_JOURNAL:
        raise ImageError("journal", f"{len(memory.journal)} bytes; allowed: at most {_LONGEST_JOURNAL}")
    trial = copy(memory)
    trial.supply = None
    trial.contents, trial.key_failures = dict(memory.contents), dict(memory.key_failures)
    try:
        recover(trial)
    except (msgspec.MsgspecError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise ImageError("journal", f"not a commit that a card left: {type(error).__name__}") from None
    for cell in CELLS:
        value = getattr(trial, cell)
        damaged = [value] if not isinstance(value, dict) else list(value.values())
        if any(isinstance(each, Damaged) for each in damaged):
            raise ImageError(f"cells.{cell}", "damaged, and the journal does not repair it")
    return trial


def _check_pin(memory: CardMemory) -> None:
    limit, left, unblocks = memory.pin_limit, memory.pin_tries_left, memory.pin_unblocks_left
    if memory.pin and not is_packed_pin(memory.pin):
        raise ImageError(
            "cells.pin", f"got {memory.pin.hex().upper()}; allowed: 4 to 12 packed digits, or none"
        )
    if limit not in _PIN_LIMITS:
        raise ImageError("cells.pin_limit", f"got {limit}; allowed: 1 to 15")
    if not 0 <= left <= limit:
        raise ImageError("cells.pin_tries_left", f"got {left}; allowed: 0 to pin_limit, {limit}")
    if unblocks is not None and not 0 <= unblocks <= _MOST_UNBLOCKS:
        raise ImageError(
            "cells.pin_unblocks_left", f"got {unblocks}; allowed: 0 to {_MOST_UNBLOCKS}, or null"
        )


def _check_keys(memory: CardMemory) -> None:
    for name, failures in memory.key_failures.items():
        slot = memory.layout.keys.get(name)
        where = f"cells.key_failures.{name}"
        if slot is None:
            raise ImageError(where, "no such key on this card")
        if not 1 <= failures <= slot.tries:
            raise ImageError(where, f"got {failures}; allowed: 1 to {slot.tries}")


def _check_contents(memory: CardMemory) -> None:
    files = {file.path: file for application in memory.applications for file in application.files}
    for path, contents in memory.contents.items():
        where = f"cells.contents.{'/'.join(path)}"
        if path not in files:
            raise ImageError(where, f"no such file on a card of version {memory.layout.version}")
        for complaint in _complaints(files[path], contents):
            raise ImageError(where, complaint)


def _complaints(file: ElementaryFile, contents: Contents) -> Iterator[str]:
    """Say in what contents do not fit their file."""
    if file.transparent:
        if not isinstance(contents, bytes) or len(contents) != file.size:
            yield f"a transparent file of {file.size} bytes; got {_sizes(contents)}"
        return
    if isinstance(contents, bytes):
        yield f"a {file.structure} file has records; got {_sizes(contents)}"
    elif file.cyclic:
        if len(contents) > file.capacity or any(len(record) != file.size for record in contents):
            yield f"a cyclic file of {file.capacity} records of {file.size} bytes; got {_sizes(contents)}"
    elif len(contents) > _MOST_RECORDS or sum(map(len, contents)) > file.size:
        yield f"a {file.structure} file of {file.size} bytes; got {_sizes(contents)}"
    elif file.items and any(len(record) < 2 or record[1] != len(record) - 2 for record in contents):
        yield "a record whose length byte does not fit"
    elif file.structure == "linear fixed" and len({len(record) for record in contents}) > 1:
        yield f"records of one length are needed; got {_sizes(contents)}"


def _sizes(contents: Contents) -> str:
    if isinstance(contents, bytes):
        return f"{len(contents)} bytes"
    lengths = sorted({len(record) for record in contents})
    return (
        f"{len(contents)} records of {lengths[0] if lengths else 0} to {lengths[-1] if lengths else 0} bytes"
    )
