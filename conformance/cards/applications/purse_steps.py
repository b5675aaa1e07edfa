"""What terminal, PSAM and hosts do with the purse, as steps of a case (facts: card.md §10, §13).

The PSAM's MAC1 and the host's MAC2 are computed from the card's own keys, so a case needs no second card. A
case begins with the PIN verified and DF04 selected; what the purse holds then is read, never supposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Effect

__all__ = [
    "GET_BALANCE",
    "GET_POOLED",
    "GET_SELF_PAY",
    "LAST_RECORD",
    "LOAD",
    "NEXT_YEAR",
    "PURCHASE",
    "SERIAL",
    "TIME",
    "PurseCase",
    "amounts",
]

LOAD, PURCHASE = "31", "32"
"""Type of a transaction, one character (card.md §21 Q23)."""

TIME, NEXT_YEAR = "20250701093015", "20260701093015"
SERIAL = "00000107"
"""The PSAM's transaction number."""

GET_BALANCE, GET_SELF_PAY, GET_POOLED = "B026000100", "B026000200", "B026000300"
LAST_RECORD = "00B2014400"
"""READ RECORD 1 of DF04 EF08: the newest line of the transaction log."""

_LOAD_INPUT = "{%s[8:12]}{%s[4:6]}8000"
_PURCHASE_INPUT = "{%s[18:22]}{%s[14:16]}%s"


def amounts(account: int, self_pay: int = 0, pooled: int = 0) -> str:
    """Write the three amounts of a purchase, in fen."""
    return f"{account:08X}{self_pay:08X}{pooled:08X}"


class PurseCase(CaseBuilder):
    """A case about the purse: an off-line card, the PIN verified, DF04 selected.

    Args:
        id: without the face.
        purpose: one sentence.
        context: card and face.
        personality: an off-line card.
        effect: transactions leave traces.
        verified: verify the PIN first.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        *,
        personality: str = "off-line",
        effect: Effect = "alters",
        verified: bool = True,
    ) -> None:
        super().__init__(id, purpose, context, personality=personality, option="purse", effect=effect)
        self.terminal = context.statement.card.facts.issuing_area + "000042"
        if verified:
            self.verify_pin()
        self.enter()

    def verify_pin(self) -> None:
        """Verify the PIN."""
        self.must(f"00200000{len(self.context.pin) // 2:02X}{self.context.pin}")

    def enter(self) -> None:
        """Select DF04."""
        aid = self.context.layout.by_name["DF04"].aid.hex().upper()
        self.must(f"00A40400{len(aid) // 2:02X}{aid}")

    def begin_load(self, fen: int, *, index: int = 1, name: str = "") -> str:
        """INITIALIZE FOR LOAD."""
        return self.send(f"B02800010B {index:02X} {fen:08X} {self.terminal} 00", name=name)

    def load_mac(self, offer: str, data: str) -> str:
        """Compute a MAC under the load session key."""
        return self.let("mac", _LOAD_INPUT % (offer, offer), data, key="DLK/1")

    def credit(self, offer: str, fen: int, *, time: str = TIME, mac2: str = "", name: str = "") -> str:
        """CREDIT FOR LOAD, with the host's MAC2 or another."""
        return self.send(self.credit_command(offer, fen, time=time, mac2=mac2), name=name)

    def credit_command(self, offer: str, fen: int, *, time: str = TIME, mac2: str = "") -> str:
        """Build CREDIT FOR LOAD."""
        given = mac2 or self.load_mac(offer, f"{fen:08X} {LOAD} {self.terminal} {time}")
        return f"B02A00000B {time} {given} 00"

    def wrong_credit(self, offer: str, fen: int) -> str:
        """CREDIT FOR LOAD with a MAC2 that is not the host's."""
        return self.credit(offer, fen, mac2=self._not(self.load_mac(offer, self.host_data(fen))))

    def host_data(self, fen: int) -> str:
        """Put together what MAC2 of a load covers."""
        return f"{fen:08X} {LOAD} {self.terminal} {TIME}"

    def load(self, fen: int) -> str:
        """Load, both commands; returns the name of the offer."""
        offer = self.begin_load(fen)
        self.status("9000")
        self.credit(offer, fen)
        self.status("9000")
        return offer

    def begin_purchase(self, money: str, *, index: int = 1, name: str = "") -> str:
        """INITIALIZE FOR PURCHASE."""
        return self.send(f"B028010113 {index:02X} {money} {self.terminal} 00", name=name)

    def purchase_mac(self, offer: str, data: str, *, index: int = 1) -> str:
        """Compute a MAC under the purchase session key."""
        random = _PURCHASE_INPUT % (offer, offer, SERIAL[4:])
        return self.let("mac", random, data, key=f"DPK/{index}")

    def debit(
        self, offer: str, money: str, *, time: str = TIME, index: int = 1, mac1: str = "", name: str = ""
    ) -> str:
        """DEBIT FOR PURCHASE, with the PSAM's MAC1 or another."""
        command = self.debit_command(offer, money, time=time, index=index, mac1=mac1)
        return self.send(command, name=name)

    def debit_command(
        self, offer: str, money: str, *, time: str = TIME, index: int = 1, mac1: str = ""
    ) -> str:
        """Build DEBIT FOR PURCHASE."""
        data = f"{money} {PURCHASE} {self.terminal} {time}"
        given = mac1 or self.purchase_mac(offer, data, index=index)
        return f"B02C01000F {SERIAL} {time} {given} 00"

    def wrong_debit(self, offer: str, money: str) -> str:
        """DEBIT FOR PURCHASE with a MAC1 that is not the PSAM's."""
        right = self.purchase_mac(offer, f"{money} {PURCHASE} {self.terminal} {TIME}")
        return self.debit(offer, money, mac1=self._not(right))

    def purchase(self, money: str, *, time: str = TIME) -> str:
        """Pay, both commands; returns the name of the offer."""
        offer = self.begin_purchase(money)
        self.status("9000")
        self.debit(offer, money, time=time)
        self.status("9000")
        return offer

    def tac(self, data: str) -> str:
        """Compute a TAC: under DTK, for 8-byte blocks under its halves' XOR (card.md §9.4)."""
        key = self.let("key", key="DTK/1")
        if self.context.block_size == 8:
            key = self.let("halves", key)
        return self.let("mac-with", key, data)

    def authenticate(self, key: str) -> None:
        """EXTERNAL AUTHENTICATE with a key of the current application."""
        slot = self.context.layout.keys[key]
        challenge = self.must("0084000008")
        original = "1122334455667788"
        proof = self.let("authentication", f"{{{challenge}}}", original, key=f"{key}/1")
        self.must(f"008200{slot.key_id:02X}10 {proof} {original}")

    def _not(self, value: str) -> str:
        return self.let("xor", value, "FFFFFFFF")
