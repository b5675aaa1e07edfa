"""Steps of PIN CHANGE/UNBLOCK: the PUK's right, the secured command (facts: card.md §9.4, §10, §12.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.security_steps import authenticate, challenge, falsified, key_of, verify

if TYPE_CHECKING:
    from onecard.conformance.cards.builder import CaseBuilder

__all__ = [
    "NEW",
    "UNBLOCK",
    "change",
    "enciphered",
    "lock_pin",
    "maintenance_key",
    "puk",
    "restore",
    "secured",
    "unblock",
]

UNBLOCK, NEW = "84240000", "84240001"


def puk(c: CaseBuilder, *, wrong: bool = False) -> str:
    """Prove the PUK; a right proof must succeed."""
    name = authenticate(c, key_of(c.context, "PUK"), wrong=wrong)
    if not wrong:
        c.status("9000")
    return name


def maintenance_key(c: CaseBuilder) -> str:
    """Return the key behind MAC and encipherment, with its version."""
    return f"{c.context.layout.pin_maintenance_key}/1"


def secured(c: CaseBuilder, header: str, random: str, data: str = "", size: int = 0) -> str:
    """Put a MAC behind a command's data.

    Args:
        c: the case.
        header: CLA INS P1 P2.
        random: the challenge, a hole.
        data: a template.
        size: bytes of data.
    """
    head = f"{header}{size + 4:02X}{data}"
    return head + c.let("mac", random, head, key=maintenance_key(c))


def enciphered(c: CaseBuilder, random: str, pin: str) -> str:
    """Encipher a packed PIN under the challenge; returns the hole, one block long."""
    return c.let("encipher", random, pin, key=maintenance_key(c))


def unblock(c: CaseBuilder, *, wrong_mac: bool = False) -> str:
    """Ask for a challenge and unblock the PIN."""
    random = challenge(c)
    if not wrong_mac:
        return c.send(secured(c, UNBLOCK, random))
    mac = c.let("mac", random, f"{UNBLOCK}04", key=maintenance_key(c))
    return c.send(f"{UNBLOCK}04{falsified(c, mac, 4)}")


def change(c: CaseBuilder, pin: str) -> str:
    """Ask for a challenge and set a packed PIN; an empty one unsets it."""
    random = challenge(c)
    if not pin:
        return c.send(secured(c, NEW, random))
    return c.send(secured(c, NEW, random, enciphered(c, random, pin), c.context.block_size))


def restore(c: CaseBuilder) -> None:
    """Set the statement's PIN again under the PUK."""
    change(c, c.context.pin)
    c.status("9000")


def lock_pin(c: CaseBuilder) -> None:
    """Spend every try of the PIN."""
    verify(c, c.context.pin)
    c.status("9000")
    for _ in range(c.context.statement.card.facts.pin_tries):
        verify(c, c.context.wrong_pin)
        c.status("63Cx")
