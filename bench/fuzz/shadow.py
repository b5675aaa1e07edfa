"""A second account of a card's memory, kept from its commits alone, and a look at everything that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.bench.fuzz.invariants import Breach, contents_fit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.bench.fuzz.subject import Subject
    from onecard.virtual_cards.card import CardMemory
    from onecard.virtual_cards.chip.nonvolatile import Change
    from onecard.virtual_cards.layouts.layout import Contents, FilePath

__all__ = ["Shadow", "check_depth"]


class Shadow:
    """What a memory should hold.

    Args:
        memory: a new card's.
    """

    __slots__ = ("_mappings", "cells", "contents", "failures")

    def __init__(self, memory: CardMemory) -> None:
        self.cells: dict[str, object] = {
            cell: getattr(memory, cell) for cell, form in memory.CELLS.items() if form.key is None
        }
        """Plain fields by name."""
        self.contents: dict[FilePath, Contents] = dict(memory.contents)
        self.failures: dict[str, int] = dict(memory.key_failures)
        self._mappings: dict[str, dict[object, object]] = {
            "contents": self.contents,  # type: ignore[dict-item]  # keys and values are the commits'
            "key_failures": self.failures,  # type: ignore[dict-item]
        }

    def account(self, changes: Iterable[Change]) -> None:
        """Take a commit in."""
        for cell, key, value in changes:
            if key is None:
                self.cells[cell] = value
            elif value is None:
                self._mappings[cell].pop(key, None)
            else:
                self._mappings[cell][key] = value

    def difference(self, memory: CardMemory) -> str:
        """Name the first cell in which a memory differs; empty: in none."""
        if memory.contents != self.contents:
            return "contents"
        if memory.key_failures != self.failures:
            return "key_failures"
        return next((cell for cell, value in self.cells.items() if getattr(memory, cell) != value), "")


def check_depth(subject: Subject) -> None:
    """Look at all of a card; raises :class:`Breach`."""
    _check_memory(subject)
    if subject.powered:
        _check_between_commands(subject)
        _check_session(subject)


def _check_memory(subject: Subject) -> None:
    memory, shadow = subject.memory, subject.shadow
    tries = shadow.cells["pin_tries_left"]
    if not isinstance(tries, int) or not 0 <= tries <= memory.pin_limit:
        raise Breach("counters stay within their limits", f"PIN tries {tries}")
    for name, failures in shadow.failures.items():
        if not 1 <= failures <= subject.layout.keys[name].tries:
            raise Breach("counters stay within their limits", f"{name}: {failures} failures")
    for path, value in shadow.contents.items():
        if not contents_fit(subject.files[path], value):
            raise Breach("a file keeps the shape of its structure", f"{path[0]}/{path[1]}")


def _check_between_commands(subject: Subject) -> None:
    memory = subject.memory
    if memory.journal:
        raise Breach("the journal is empty between commands", memory.journal.hex())
    difference = subject.shadow.difference(memory)
    if difference:
        raise Breach("nothing is written beside a commit", difference)


def _check_session(subject: Subject) -> None:
    session, memory = subject.session, subject.memory
    file, application = session.file, session.application
    known = application is subject.layout.master or application in memory.applications
    if not known or (file is not None and file not in application.files):
        raise Breach("the session points at what is there", f"{application.name} {file and file.name}")
    records = 0 if file is None or file.transparent else len(memory.records(file))
    if not 0 <= session.record <= records:
        raise Breach("the session points at what is there", f"record {session.record} of {records}")
