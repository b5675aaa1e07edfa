"""What UPDATE under a MAC is tried on: per application one record or piece of a file that can be read back.

A step here changes one bit of what was read, and the case writes back what stood there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.context import option_of
from onecard.conformance.cards.security_steps import authenticate, challenge, falsified, gain, key_of, select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.virtual_cards.layouts.layout import DedicatedFile, ElementaryFile

__all__ = ["SecuredCase", "Target", "mac_key", "secured", "targets"]


class Target(NamedTuple):
    """A piece of a file that can be read, written under a key, and written back."""

    application: str
    read: str
    """Command."""
    at: str
    """INS P1 P2 of the UPDATE."""
    size: int
    key: str
    """Whose right writes."""
    needs: frozenset[str]
    """Rights that reading needs."""


def mac_key(context: Context, application: str) -> str:
    """Return the name of an application's maintenance key; empty: it has none."""
    keys = context.layout.by_name[application].keys
    return next((slot.name for slot in keys if slot.use == "mac"), "")


def targets(context: Context, *, binary: bool) -> Iterator[Target]:
    """Give one target for each application that has a transparent file, or one with records."""
    for application in context.layout.applications:
        found = [each for file in application.files for each in _target(application, file, binary)]
        if found:
            yield min(found, key=lambda target: (len(target.needs), target.size))


def _target(application: DedicatedFile, file: ElementaryFile, binary: bool) -> Iterator[Target]:
    writing = [each for each in file.write.alternatives if len(each) == 1]
    if file.cyclic or file.transparent != binary or not writing or not (binary or file.items):
        return
    (key,) = writing[0]
    reading = [each for each in file.read.alternatives if key not in each]
    if not reading:
        return
    needs = min(reading, key=len)
    if binary:
        at = f"{0x80 | file.sfi:02X}00"
        yield Target(application.name, f"00B0{at}04", f"D6{at}", 4, key, needs)
    else:
        number = min(range(len(file.items)), key=lambda index: file.items[index].length)
        at = f"{number + 1:02X}{file.sfi << 3 | 4:02X}"
        yield Target(application.name, f"00B2{at}00", f"DC{at}", 2 + file.items[number].length, key, needs)


def secured(
    c: CaseBuilder,
    header: str,
    data: str = "",
    *,
    size: int = 0,
    key: str,
    random: str = "",
    over: str = "",
    wrong: bool = False,
    name: str = "",
) -> str:
    """Send a command with MAC.

    Args:
        c: the case.
        header: CLA to P2.
        data: template of the data before the MAC.
        size: bytes of it.
        key: name of the maintenance key.
        random: challenge; empty: ask for one.
        over: header and Lc that the MAC is made over; empty: those that are sent.
        wrong: with the MAC's last bit turned over.
        name: of the step.
    """
    head = f"{header}{size + 4:02X}"
    code = c.let("mac", random or challenge(c), f"{over or head}{data}", key=f"{key}/1")
    if wrong:
        code = falsified(c, code, 4)
    return c.send(f"{head}{data}{code}", name=name)


class SecuredCase(CaseBuilder):
    """A case about UPDATE with MAC: application selected, the place read, its bytes and other ones known.

    Args:
        id: without the face.
        purpose: one sentence.
        context: card and face.
        target: what is written.
        gained: authenticate the key that writes.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        target: Target,
        *,
        gained: bool = True,
    ) -> None:
        super().__init__(id, purpose, context, option=option_of(target.application), effect="restores")
        self.target = target
        self.mac_key = mac_key(context, target.application)
        select(self, target.application)
        gain(self, target.needs)
        self.old = "{" + self.must(target.read, name="before") + "}"
        self.length(target.size)
        self.new = falsified(self, self.old, target.size)
        if gained:
            self.gain_write()

    def gain_write(self) -> None:
        """Authenticate the key that writes."""
        authenticate(self, key_of(self.context, self.target.key))
        self.status("9000")

    def update(
        self, *, key: str = "", random: str = "", over: str = "", wrong: bool = False, name: str = "update"
    ) -> str:
        """Send UPDATE of the other bytes with MAC (see :func:`secured`)."""
        target = self.target
        return secured(
            self,
            f"04{target.at}",
            self.new,
            size=target.size,
            key=key or self.mac_key,
            random=random,
            over=over,
            wrong=wrong,
            name=name,
        )

    def look_and_restore(self, *, gained: bool = True) -> None:
        """Read the place (step ``after``), then write back what stood there (step ``restored``)."""
        self.send(self.target.read, name="after")
        if not gained:
            self.gain_write()
        self.send(f"00{self.target.at}{self.target.size:02X}{self.old}", name="restored")

    def written(self, rule: str, *, at: str = "update") -> None:
        """Judge that the other bytes were taken."""
        self.status("9000", rule=rule, at=at)
        self.data(self.new, rule=rule, at="after")

    def refused(self, rule: str, *words: str, at: str = "update") -> None:
        """Judge that they were not."""
        self.status(*words, rule=rule, shows="forbidden", at=at)
        self.data(self.old, rule=rule, shows="forbidden", at="after")
