"""The flow of blocking: right of a blocking key, challenge, command with MAC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.security_steps import authenticate, key_of, select
from onecard.conformance.cards.state.secured_updates import mac_key, secured

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context

__all__ = ["APPLICATION_BLOCK", "CARD_BLOCK", "BlockingCase", "block", "blockable"]

APPLICATION_BLOCK, CARD_BLOCK = "841E0001", "84160000"


def blockable(context: Context) -> list[tuple[str, str]]:
    """Return every application that has a maintenance key, with each key whose right blocks it; SSSE last."""
    names = [each.name for each in context.layout.applications if mac_key(context, each.name)]
    pairs = [(name, key) for name in names for key in (f"LK{name}", "BK") if key in context.layout.keys]
    return sorted(pairs, key=lambda pair: pair[0] == "SSSE")


def block(
    c: CaseBuilder, header: str, key: str, *, random: str = "", wrong: bool = False, name: str = ""
) -> str:
    """Send APPLICATION BLOCK or CARD BLOCK with a MAC (see :func:`secured_updates.secured`)."""
    return secured(c, header, key=key, random=random, wrong=wrong, name=name)


class BlockingCase(CaseBuilder):
    """A case that blocks, or would if the card were wrong.

    Args:
        id: without the face.
        purpose: one sentence.
        context: card and face.
        epilogue: end with the proof of life; not when SSSE or the card are blocked.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        *,
        epilogue: bool = True,
    ) -> None:
        super().__init__(id, purpose, context, effect="destroys", epilogue=epilogue)

    def authenticate(self, key: str, *, wrong: bool = False) -> str:
        """EXTERNAL AUTHENTICATE."""
        return authenticate(self, key_of(self.context, key), wrong=wrong)

    def gain(self, application: str, key: str) -> None:
        """SELECT an application and gain a key's right there."""
        select(self, application)
        self.authenticate(key)
        self.status("9000")

    def block_application(self, application: str, key: str, *, name: str = "") -> str:
        """Carry the whole flow out in an application."""
        self.gain(application, key)
        return block(self, APPLICATION_BLOCK, mac_key(self.context, application), name=name)

    def block_card(self, *, name: str = "") -> str:
        """Carry the whole flow out in the SSSE."""
        self.gain("SSSE", "BK")
        return block(self, CARD_BLOCK, "STK", name=name)

    def try_to_select(self, application: str) -> str:
        """SELECT by name, whatever comes of it."""
        aid = self.context.layout.by_name[application].aid.hex().upper()
        return self.send(f"00A40400{len(aid) // 2:02X}{aid}")

    def select_and_judge(self, application: str, rule: str, *, refused: str) -> None:
        """Judge that the step ``refused`` was, and that the application can still be selected."""
        self.try_to_select(application)
        self.status(refused, rule=rule, shows="forbidden", at="refused")
        self.status("9000", rule=rule, shows="forbidden")
