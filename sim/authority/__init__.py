"""Card authority: status of every card, loss and replacement, card authentication, hot list."""

from onecard.sim.authority.actor import CardAuthority
from onecard.sim.authority.messages import (
    Authentication,
    AuthenticationOutput,
    CardRecord,
    CounterReply,
    CounterRequest,
    decode_reply,
    encode_request,
)
from onecard.sim.authority.statuses import (
    AUTHENTICATION_RESULTS,
    REASONS,
    STATUSES,
    TRANSITIONS,
    AuthenticationResult,
    CardStatus,
    Operation,
    Reason,
)

__all__ = [
    "AUTHENTICATION_RESULTS",
    "REASONS",
    "STATUSES",
    "TRANSITIONS",
    "Authentication",
    "AuthenticationOutput",
    "AuthenticationResult",
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
