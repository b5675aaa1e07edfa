"""Defects that the cases of ``cards.interface.answer_to_reset`` must find."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

from onecard.conformance.defects.wrong import Defect, WrongCard
from onecard.virtual_cards.iso7816.atr import contact_atr, historical_bytes_of

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]


class _Answer(WrongCard):
    """Gives an answer to reset made of the right one."""

    def __init__(self, card: PoweredCard, lie: Callable[[bytes], bytes]) -> None:
        super().__init__(card)
        self._lie = lie

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Tell the lie."""
        return self._lie(atr) if atr else atr


class ForgetsItsAnswer(WrongCard):
    """Every further reset gives another last byte."""

    resets = 0

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Count."""
        if not atr:
            return atr
        self.resets += 1
        return atr[:-1] + bytes(((atr[-1] + self.resets - 1) & 0xFF,))


class KeepsRights(WrongCard):
    """What the session held stands again after a loss of power."""

    rights: frozenset[str] = frozenset()

    def after(self, command: bytes, response: bytes) -> bytes:
        """Note what is held."""
        self.rights = self.rights | self.session.rights
        return response

    def answer_to_reset(self, atr: bytes, face: Face) -> bytes:
        """Give it back."""
        if atr:
            self.session.rights |= self.rights
        return atr


class GivesKeyRightsBack(KeepsRights):
    """Rights of keys are given back as often as the SSSE is selected."""

    def before(self, command: bytes) -> tuple[bytes, bytes | None]:
        """Before any command of the SSSE."""
        self.session.rights |= self.rights
        return command, None


class OtherCode(WrongCard):
    """EF05 of the contactless face names another area."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Change the code."""
        if self.session.face.contactless and response[:2] == b"\x01\x10":
            return response[:2] + bytes(3) + response[5:]
        return response


def _part(at: int, value: str) -> Callable[[bytes], bytes]:
    new = bytes.fromhex(value)

    def lie(atr: bytes) -> bytes:
        historical = historical_bytes_of(atr)
        changed = historical[:at] + new + historical[at + len(new) :]
        return contact_atr(changed)

    return lie


def _head(head: str) -> Callable[[bytes], bytes]:
    """Return a lie that puts other bytes before the historical ones."""
    return lambda atr: bytes.fromhex(head) + atr[4:]


def _checked(head: str) -> Callable[[bytes], bytes]:
    def lie(atr: bytes) -> bytes:
        body = bytes.fromhex(head) + atr[4:17]
        return b"\x3b" + body + bytes((reduce(xor, body),))

    return lie


_LIES: tuple[tuple[str, str, str, Callable[[bytes], bytes]], ...] = (
    ("atr-without-its-end", "The answer to reset ends one byte early", "form", lambda atr: atr[:-1]),
    ("atr-inverse-convention", "TS is 3F", "direct-convention", lambda atr: b"\x3f" + atr[1:]),
    ("atr-format-without-tb1", "T0 announces TC1 alone", "format-byte", _head("3B4D00")),
    ("atr-two-historical-bytes-fewer", "There are 11 historical bytes", "historical-count",
     lambda atr: b"\x3b\x6b" + atr[2:-2]),
    ("atr-fast-rate", "TA1 announces a faster rate", "rate-absent", _head("3B7D110000")),
    ("atr-programming-voltage", "TB1 is 25", "programming-voltage", _head("3B6D2500")),
    ("atr-td1-for-nothing", "TD1 is there though nothing is signalled", "supply-told", _head("3BED000000")),
    ("atr-check-byte-without-t15", "TCK is there though T=15 is not", "check-byte",
     lambda atr: atr + bytes((reduce(xor, atr[1:]),))),
    ("atr-offers-t1", "T=1 is offered beside T=0", "one-protocol", _checked("ED00008001")),
    ("atr-other-chip-provider", "T1 and T2 name another chip provider", "chip-provider", _part(0, "0090")),
    ("atr-other-card-maker", "T6 and T7 name another card maker", "card-maker", _part(5, "8684")),
    ("atr-date-for-area", "T8 and T9 begin a date instead of the area", "issuing-area", _part(7, "1108")),
    ("atr-counter-for-serial", "TA to TD are a counter, not the card serial", "serial", _part(9, "00000001")),
    ("atr-other-factor", "The keys are those of another factor than the answer to reset tells", "factor",
     _part(9, "00000002")),
)  # fmt: skip
"""Name, lie, rule, what is answered: of the contact face."""


def _of(name: str, lie: str, rule: str, tell: Callable[[bytes], bytes], *, suffix: str = "") -> Defect:
    return Defect(
        name=name,
        lie=lie,
        rule=f"card/atr/{rule}",
        case=f"card/atr/{rule}/01{suffix}",
        make=lambda card: _Answer(card, tell),
    )


DEFECTS: tuple[Defect, ...] = (
    *(_of(*row) for row in _LIES),
    _of(
        "pseudo-atr-of-another-form",
        "The contactless face is presented with an ATR of the contact face's form",
        "pseudo",
        lambda atr: contact_atr(historical_bytes_of(atr)),
        suffix="@contactless",
    ),
    Defect(
        name="atr-changes-at-reset",
        lie="The last byte of the answer to reset counts resets",
        rule="card/atr/same-after-reset",
        case="card/atr/same-after-reset/01",
        make=ForgetsItsAnswer,
    ),
    Defect(
        name="atr-changes-at-insertion",
        lie="The last byte of the answer to reset counts insertions",
        rule="card/atr/same-after-insertion",
        case="card/atr/same-after-insertion/01",
        make=ForgetsItsAnswer,
    ),
    Defect(
        name="pin-right-outlives-insertion",
        lie="The right of the PIN still holds after the card was taken out and put back",
        rule="card/atr/power-off-ends-pin",
        case="card/atr/power-off-ends-pin/01",
        make=KeepsRights,
    ),
    Defect(
        name="key-right-outlives-insertion",
        lie="The right of a key still holds after the card was taken out and put back",
        rule="card/atr/power-off-ends-keys",
        case="card/atr/power-off-ends-keys/01",
        make=GivesKeyRightsBack,
    ),
    Defect(
        name="contactless-code-masked",
        lie="The contactless face gives a card identification code without the area",
        rule="card/atr/contactless-commands",
        case="card/atr/contactless-commands/01@contactless",
        make=OtherCode,
    ),
)
