"""The fuzzer's grammar: what terminals do, with real PINs, proofs, MACs and money, and where it can go wrong.

A production is a generator: it yields one command after another and looks at the answers through its
:class:`Speaker`, so it reaches states that random bytes never reach. :data:`PRODUCTIONS` is the whole grammar
with its weights. Between two commands of a production the campaign puts random bytes, mutations, resets and
power failures of its own; productions take that as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from onecard.bench.fuzz.payments import look_at_account, pay
from onecard.bench.fuzz.purses import load, purchase, purse_questions
from onecard.bench.fuzz.speaker import SHOW_TRIES, Speaker
from onecard.bench.fuzz.vocabulary import apdu
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from onecard.bench.fuzz.vocabulary import Words

__all__ = ["PRODUCTIONS", "Production"]

Production = Callable[[Speaker], Iterator[bytes]]

_NEW_PINS = (b"\x12\x34\x56", b"\x65\x43\x21", b"\x12\x34\x5f", b"\x12\x34", b"\x12\x3f\x56", b"")


def _any_application(speaker: Speaker) -> Words:
    return speaker.one(speaker.social)


def select(speaker: Speaker) -> Iterator[bytes]:
    """Go somewhere."""
    words = speaker.one(speaker.words)
    yield speaker.one(words.selects)
    if words.files:
        yield speaker.one(words.files).select
    if speaker.often(0.1):
        yield bytes.fromhex("00A40000")


def walk(speaker: Speaker) -> Iterator[bytes]:
    """Find applications one after the other by a partial name."""
    for _ in range(9):
        yield apdu(0, 0xA4, 4, 2, bytes.fromhex("D156000005"))
        if speaker.subject.response[-2:] == b"\x6a\x82":
            return


def read(speaker: Speaker) -> Iterator[bytes]:
    """Read in one application, with whatever rights there are."""
    words = _any_application(speaker)
    yield from speaker.enter(words.application.name)
    for _ in range(int(speaker.rng.random() * 6)):
        file = speaker.one(words.files)
        if speaker.often(0.3):
            yield file.select
        yield speaker.one(file.reads)


def use_files(speaker: Speaker) -> Iterator[bytes]:
    """Get the rights that a file asks for, then read and write it."""
    words = _any_application(speaker)
    yield from speaker.enter(words.application.name)
    file = speaker.one(words.files)
    access = file.file.write if speaker.often(0.7) else file.file.read
    if not access.alternatives:
        return
    for right in sorted(speaker.one(access.alternatives)):
        yield from speaker.verify() if right == PIN else speaker.authenticate(right)
    yield file.select
    for _ in range(int(speaker.rng.random() * 10)):
        yield speaker.one(file.reads if speaker.often(0.5) else file.updates)


def secured_update(speaker: Speaker) -> Iterator[bytes]:
    """Write with a MAC."""
    words = _any_application(speaker)
    macs = [key.name for key in words.application.keys if key.use == "mac"]
    file = speaker.one(words.files)
    if not macs or not file.file.write.alternatives:
        return
    yield from speaker.enter(words.application.name)
    for right in sorted(file.file.write.alternatives[0]):
        if right != PIN:
            yield from speaker.authenticate(right)
    update = speaker.one(file.updates)
    if len(update) <= 0xFF:
        yield from speaker.secured(macs[0], b"\x04" + update[1:4], update[5:])


def change_pin(speaker: Speaker) -> Iterator[bytes]:
    """Change the PIN, set it or unset it."""
    yield from speaker.enter(speaker.one(speaker.social).application.name)
    old = speaker.spoilt(speaker.subject.memory.pin)
    new = speaker.one(_NEW_PINS)
    yield apdu(0x80, 0x5E, 1, 0, old + b"\xff" + new)
    yield from speaker.verify()


def unblock(speaker: Speaker) -> Iterator[bytes]:
    """Unblock the PIN under the PUK, or set a new one; sometimes after it has been locked."""
    yield from speaker.enter("SSSE")
    if speaker.often(0.1):
        for _ in range(3):
            yield apdu(0, 0x20, 0, 0, b"\x99\x99")
    yield from speaker.authenticate("PUK")
    key = speaker.subject.layout.pin_maintenance_key
    for _ in range(1 if speaker.often(0.8) else 3):
        if speaker.often(0.4):
            yield from speaker.secured(key, b"\x84\x24\x00\x00", b"")
        else:
            new = speaker.one(_NEW_PINS)
            yield from speaker.secured(key, b"\x84\x24\x00\x01", new, encipher=True)
    yield from speaker.verify()


def block_application(speaker: Speaker) -> Iterator[bytes]:
    """Block an application and look at it again."""
    words = speaker.one(speaker.social)
    application = words.application
    yield from speaker.enter(application.name)
    locks = [key.name for key in application.keys if key.name in ("BK", f"LK{application.name}")]
    macs = [key.name for key in application.keys if key.use == "mac"]
    yield from speaker.authenticate(locks[0] if locks else "BK")
    if macs and (application.name != "SSSE" or speaker.often(0.2)):
        yield from speaker.secured(macs[0], b"\x84\x1e\x00\x01", b"")
        yield SHOW_TRIES
        yield speaker.one(words.selects)


def block_card(speaker: Speaker) -> Iterator[bytes]:
    """Block the card."""
    yield from speaker.enter("SSSE")
    yield from speaker.authenticate("BK")
    yield from speaker.secured("STK", b"\x84\x16\x00\x00", b"")


def internal_authenticate(speaker: Speaker) -> Iterator[bytes]:
    """Let the card prove itself."""
    data = speaker.rng.randbytes(16) + (b"\x01" if speaker.often(0.3) else b"")
    yield apdu(0, 0x88, 0, 0, data, speaker.one((b"", b"\x00", b"\x08", b"\x04")))


PRODUCTIONS: dict[str, tuple[int, Production]] = {
    "select": (8, select),
    "walk": (1, walk),
    "read": (20, read),
    "use files": (24, use_files),
    "secured update": (4, secured_update),
    "verify": (8, Speaker.verify),
    "change PIN": (4, change_pin),
    "unblock": (4, unblock),
    "block application": (1, block_application),
    "block card": (1, block_card),
    "internal authenticate": (4, internal_authenticate),
    "load": (4, load),
    "purchase": (6, purchase),
    "purse questions": (3, purse_questions),
    "pay": (8, pay),
    "look at account": (5, look_at_account),
}
"""Productions by name, each with its weight."""
