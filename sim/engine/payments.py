"""Money at a visit: card payments through the bank, cash, subsidies, withdrawals.

Each function is a SimPy process step that ends in a reason: empty when it was done. The bank moves the
money in the ledger; what people pay in cash, the world posts itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.banks.messages import BatchLine, Financial, decode_reply, encode_message
from onecard.sim.ledger import OverdraftError, Posting

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Environment, Event

    from onecard.sim.banks.messages import BatchReply, FinancialReply
    from onecard.sim.engine.citizens import CitizenRegistry
    from onecard.sim.engine.network import Network
    from onecard.sim.engine.visit import Place, Visit
    from onecard.sim.ledger import Ledger

__all__ = ["NOTE_FEN", "Payments", "bank_address"]

NOTE_FEN = 10_000
"""Cash machines give hundred-yuan notes."""
PURCHASE = ("0200", "000000", "purchase")
WITHDRAWAL = ("0200", "010000", "cash-withdrawal")
MAXIMUM_TRACE = 999_999
"""Trace numbers (DE11) have six digits."""
REASONS = {"00": "", "51": "insufficient-funds"}
"""DE39 of the bank → reason; any other code is ``bank-refused``."""


def bank_address(bank_code: str) -> str:
    """Return the address of the issuing bank's host."""
    return f"bank/{bank_code}"


class Payments:
    """Pays for visits.

    Args:
        env: SimPy environment.
        network: carries the messages to the banks.
        ledger: where cash is posted.
        registry: finds the holder, and so the bank, of a card number.
    """

    def __init__(self, env: Environment, network: Network, ledger: Ledger, registry: CitizenRegistry) -> None:
        self._env = env
        self._network = network
        self._ledger = ledger
        self._registry = registry
        self._traces: dict[str, int] = {}

    def by_card(self, visit: Visit, amount_fen: int, pan: str) -> Generator[Event, object, str]:
        """Pay from the bank account of the card to the place's account."""
        reply = yield from self._financial(visit, PURCHASE, amount_fen, pan, visit.place.account)
        return REASONS.get(reply.response_code, "bank-refused")

    def withdraw(self, visit: Visit, amount_fen: int, pan: str) -> Generator[Event, object, str]:
        """Take cash out of the card's bank account, from the branch's vault."""
        vault = self._open(f"bank-vault/{visit.place.name}")
        reply = yield from self._financial(visit, WITHDRAWAL, amount_fen, pan, vault)
        return REASONS.get(reply.response_code, "bank-refused")

    def in_cash(self, visit: Visit, amount_fen: int) -> str:
        """Pay in cash; done on the spot."""
        entries = ((visit.citizen.cash_account, -amount_fen), (self._open(visit.place.till), amount_fen))
        try:
            self._ledger.post(Posting(int(self._env.now), f"visit/{visit.number}", "cash-purchase", entries))
        except OverdraftError:
            return "insufficient-funds"
        return ""

    def subsidy(self, visit: Visit, amount_fen: int, pan: str) -> Generator[Event, object, str]:
        """Pay a subsidy from its payer into the card's bank account: one line of a batch (代发)."""
        person, service = visit.citizen.person, visit.service
        line = BatchLine(
            batch_number=f"{visit.service_name}/{visit.number}",
            line_number=1,
            payer_account=service.payer or "",
            pan=pan,
            name=visit.citizen.name,
            certno=person.identity_number,
            amount_fen=amount_fen,
            purpose=visit.service_name,
            reference=f"visit/{visit.number}",
        )
        reply = yield from self._ask_bank(visit, pan, encode_message(line), "subsidy")
        return "" if reply.approved else "bank-refused"

    def _financial(
        self, visit: Visit, business: tuple[str, str, str], amount_fen: int, pan: str, account: str
    ) -> Generator[Event, object, FinancialReply]:
        mti, processing_code, kind = business
        terminal, number = self._next_trace(visit.place)
        message = Financial(
            mti=mti,
            processing_code=processing_code,
            pan=pan,
            amount_fen=amount_fen,
            stan=f"{number:06d}",
            terminal=terminal,
            merchant_account=self._open(account),
        )
        reply = yield from self._ask_bank(visit, pan, encode_message(message), kind)
        return reply  # type: ignore[return-value] # a financial message gets a financial reply

    def _ask_bank(
        self, visit: Visit, pan: str, message: bytes, kind: str
    ) -> Generator[Event, object, FinancialReply | BatchReply]:
        holder = self._registry.by_pan(pan)
        if holder is None:
            raise LookupError("a card pays that no citizen holds")
        address = bank_address(holder.person.bank_code)
        data = yield from self._network.call(visit.caller, address, message, kind=kind, result_of=_result_of)
        return decode_reply(data)

    def _next_trace(self, place: Place) -> tuple[str, int]:
        """Return the place's terminal number (DE41) and its next trace number (DE11)."""
        number = self._traces.get(place.name, 0) % MAXIMUM_TRACE + 1
        self._traces[place.name] = number
        return f"{place.number:08d}", number

    def _open(self, account: str) -> str:
        if account not in self._ledger:
            self._ledger.open(account, time_us=int(self._env.now))
        return account


def _result_of(data: bytes) -> str:
    reply = decode_reply(data)
    return getattr(reply, "response_code", "") or getattr(reply, "result", "")
