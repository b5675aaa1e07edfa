"""Bank host: the financial side of the card, as an actor (settlement.md §8)."""

from onecard.sim.banks.host import BankHost
from onecard.sim.banks.messages import (
    BankCard,
    BatchLine,
    BatchReply,
    Financial,
    FinancialReply,
    decode_reply,
    encode_message,
)
from onecard.sim.banks.responses import BATCH_RESULTS, RESPONSES, BatchResult, CardStatus, Response

__all__ = [
    "BATCH_RESULTS",
    "RESPONSES",
    "BankCard",
    "BankHost",
    "BatchLine",
    "BatchReply",
    "BatchResult",
    "CardStatus",
    "Financial",
    "FinancialReply",
    "Response",
    "decode_reply",
    "encode_message",
]
