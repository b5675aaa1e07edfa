"""Steps of cases about a PSAM (facts: card.md §9.3, §14).

The card whose keys a PSAM derives is imagined: its factor is the PSAM's own T6…TD, so the case computes with
``let`` what such a card would hold, from the key hierarchy of the statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.virtual_cards.security.diversification import city_factor, province_factor
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect

__all__ = ["PSAM_TAIL", "PsamCase", "environment_name"]

PSAM_TAIL = "2E73682EC9E7BBE1B1A3D5CF"
"""``.sh.社会保障`` in GBK."""


def environment_name(context: Context) -> str:
    """Return the name of the environment of the claimed cipher: sx1 for 3DES, sx3 for SM4."""
    return ("737833" if context.block_size == 16 else "737831") + PSAM_TAIL


class PsamCase(CaseBuilder):
    """A case about the PSAM in the slot.

    It begins with a reset and the environment of the claimed cipher, whose name must come, and ends with a
    challenge: neither a user card nor a dead thing gets through.

    Args:
        id: without the face.
        purpose: one sentence.
        context: cipher and area.
        effect: a purchase counts the terminal serial on.
        inside: go into the application, too.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        *,
        effect: Effect = "none",
        inside: bool = True,
    ) -> None:
        super().__init__(
            id,
            purpose,
            context,
            personality="psam",
            option="psam",
            effect=effect,
            prologue=False,
            epilogue=False,
        )
        self.reset()
        self.environment()
        if inside:
            self.must("00A4000002DF01")

    def environment(self) -> None:
        """Select the environment, whose name must come."""
        name = environment_name(self.context)
        self.must(f"00A404000F{name}")
        self.tlv("6F", "84", value=name)

    def factors(self, count: int) -> str:
        """Return diversification factors: card, then city, then province."""
        area = self.context.statement.card.facts.issuing_area
        every = ("{factor}", city_factor(area).hex().upper(), province_factor(area).hex().upper())
        return "".join(every[:count])

    def deliver(self, key: str, random: str, *, levels: int | None = None, factors: int | None = None) -> str:
        """DELIVERY SESSION KEY of a key of the key table, with its own number of levels or another."""
        row = key_row(key)
        own = row.usages[0] >> 5
        usage = (own if levels is None else levels) << 5 | row.usages[0] & 0x1F
        number = own if factors is None else factors
        pad = "00" * (self.context.block_size - 8)
        size = 8 * number + self.context.block_size
        identifier = 1 if row.psam_id is None else row.psam_id
        return self.send(
            f"BFDE {usage:02X} {identifier:02X} {size:02X} {self.factors(number)} {random} {pad}"
        )

    def padded(self, data: str, size: int) -> str:
        """Pad as a MAC is padded: ``80``, then ``00`` to a whole block."""
        rest = -(size + 1) % self.context.block_size
        return data + "80" + "00" * rest

    def case(self) -> Case:
        """Return the case, with a challenge at its end."""
        self.must("0084000008")
        self.length(8)
        return super().case()
