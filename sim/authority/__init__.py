"""Card authority: status of every card, loss and replacement, card authentication, hot list."""

from onecard.sim.authority.actor import CardAuthority
from onecard.sim.authority.messages import (
    CardRecord,
    CounterReply,
    CounterRequest,
    decode_reply,
    encode_request,
)
from onecard.sim.authority.statuses import (
    REASONS,
    STATUSES,
    TRANSITIONS,
    CardStatus,
    Operation,
    Reason,
)

__all__ = [
    "REASONS",
    "STATUSES",
    "TRANSITIONS",
    "CardAuthority",
    "CardRecord",
    "CardStatus",
    "CounterReply",
    "CounterRequest",
    "Operation",
    "Reason",
    "decode_reply",
    "encode_request",
]
