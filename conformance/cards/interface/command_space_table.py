"""The command table as the standard has it (card.md §10): right forms, wrong ones, what they may answer.

Written apart from the card's own table: the suite judges by the text, not by the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onecard.conformance.cards.context import SSSE_NAME
from onecard.virtual_cards.iso7816.status import STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context

__all__ = ["KNOWN", "LISTED", "REFUSALS", "Form", "social_forms"]

_SOCIAL = {
    0x00: "A4 B2 DC B0 D6 20 84 82 88 C0",
    0x04: "DC D6",
    0x80: "5E",
    0x84: "24 1E 16",
    0xB0: "28 2A 2C 26 2E 56",
}
KNOWN = frozenset((cla, ins) for cla, row in _SOCIAL.items() for ins in bytes.fromhex(row))
"""Class and instruction of every command."""

_COMMON = ("6D00", "6E00", "6A86", "6700")
LISTED = (*_COMMON, *(row.name for row in STATUS_WORDS if row.name not in _COMMON))
"""Every status word of the standard's list, the most frequent first."""
REFUSALS = tuple(word for word in LISTED if word not in ("9000", "61xx"))
"""Those that say no."""

_NO_RIGHT = ("6982", "6984", "6985")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One command in its right form, and the values that are wrong."""

    name: str
    head: str
    """Class and instruction."""
    p1: str
    p2: str
    data: str = ""
    """Template."""
    le: str = ""
    right: tuple[str, ...]
    """What the right form answers, in the state of the case."""
    safe: bool = True
    """The right form may be sent."""
    guarded: bool = False
    """A right or a state is missing, so either refusal is right by the text."""
    wrong_p1: str = ""
    wrong_p2: str = ""
    """Hexadecimal values."""
    wrong_data: tuple[str, ...] = ()
    """Data of lengths that the table does not give."""
    look: str = ""
    """Command whose answer is ``{look}``; reading what the command would write."""
    application: str = "SSSE"
    spends_tries: bool = False
    """A card that takes the wrong form spends a try of the PIN."""
    effect_restores: bool = False

    def command(self, p1: str = "", p2: str = "", data: str | None = None) -> str:
        """Return the command with other parameters or data."""
        given = self.data if data is None else data
        body = f"{_size(given):02X}{given}" if given else ""
        return f"{self.head}{p1 or self.p1}{p2 or self.p2}{body}{self.le}"


def _size(template: str) -> int:
    """Return the bytes of data; ``{look}`` stands for 18 or 1."""
    return {"{look}": 0x12, "{look[0:1]}": 1}.get(template, len(template) // 2)


def social_forms(context: Context) -> Iterator[Form]:
    """Give the commands of the SSSE."""
    yield Form(
        name="select",
        head="00A4",
        p1="04",
        p2="00",
        data=SSSE_NAME,
        right=("9000",),
        wrong_p1="01030508FF",
        wrong_p2="0103040CFF",
    )
    yield Form(
        name="read-record",
        head="00B2",
        p1="01",
        p2="2C",
        le="00",
        right=("9000",),
        wrong_p1="FF",
        wrong_p2="072FFCFF",
    )
    yield Form(
        name="read-binary",
        head="00B0",
        p1="87",
        p2="00",
        le="01",
        right=("9000", "6982"),
        wrong_p1="9FA0C7FF",
    )
    yield Form(
        name="update-record",
        head="00DC",
        p1="01",
        p2="2C",
        data="{look}",
        right=_NO_RIGHT,
        guarded=True,
        look="00B2012C00",
        wrong_p1="FF",
        wrong_p2="2D2E2FFC",
    )
    yield _update_binary(context)
    yield from _pin_forms(context)
    yield Form(
        name="get-challenge",
        head="0084",
        p1="00",
        p2="00",
        le="08",
        right=("9000",),
        wrong_p1="0180FF",
        wrong_p2="0180FF",
    )
    yield Form(
        name="external-authenticate",
        head="0082",
        p1="00",
        p2="05",
        data="11" * 16,
        right=("6984",),
        guarded=True,
        wrong_p1="0180FF",
        wrong_data=("11" * 8, "11" * 15, "11" * 18),
    )
    yield Form(
        name="internal-authenticate",
        head="0088",
        p1="00",
        p2="00",
        data="11" * 16,
        right=("9000",),
        wrong_p1="0180FF",
        wrong_p2="0180FF",
        wrong_data=("11" * 8, "11" * 15, "11" * 18),
    )
    yield Form(
        name="get-response",
        head="00C0",
        p1="00",
        p2="00",
        le="10",
        right=("6F00",),
        guarded=True,
        wrong_p1="01FF",
        wrong_p2="01FF",
    )
    for name, head, p2 in (("application-block", "841E", "01"), ("card-block", "8416", "00")):
        yield Form(
            name=name,
            head=head,
            p1="00",
            p2=p2,
            data="00" * 4,
            right=_NO_RIGHT,
            safe=False,
            guarded=True,
            wrong_p1="01FF",
            wrong_p2="02FF",
            wrong_data=("00" * 3, "00" * 5, "00" * 8),
        )


def _update_binary(context: Context) -> Form:
    """One byte of a file that anybody may read, written as it is."""
    application, file = next(
        (application.name, file)
        for application in context.layout.applications
        for file in application.files
        if file.transparent and file.read.text == "free"
    )
    p1 = f"{0x80 | file.sfi:02X}"
    return Form(
        name="update-binary",
        head="00D6",
        p1=p1,
        p2="00",
        data="{look[0:1]}",
        right=_NO_RIGHT,
        guarded=True,
        look=f"00B0{p1}0001",
        application=application,
        wrong_p1="9FA0C7FF",
    )


def _pin_forms(context: Context) -> Iterator[Form]:
    pin = context.pin
    if pin:
        yield Form(
            name="verify",
            head="0020",
            p1="00",
            p2="00",
            data=pin,
            right=("9000",),
            spends_tries=True,
            wrong_p1="0180FF",
            wrong_p2="0180FF",
            wrong_data=("12", "12" * 9),
        )
        yield Form(
            name="change-pin",
            head="805E",
            p1="01",
            p2="00",
            data=f"{pin}FF{pin}",
            right=("9000",),
            spends_tries=True,
            effect_restores=True,
            wrong_p1="0002FF",
            wrong_p2="01FF",
            wrong_data=("12FF", "12" * 8 + "FF" + "12" * 9),
        )
    yield Form(
        name="pin-unblock",
        head="8424",
        p1="00",
        p2="00",
        data="00" * 4,
        right=_NO_RIGHT,
        guarded=True,
        wrong_p1="01FF",
        wrong_p2="0203FF",
        wrong_data=tuple("00" * size for size in (3, 5, 11, 13, 19, 21)),
    )
