"""National card service platform: the electronic card (电子社保卡) and its dynamic codes."""

from onecard.sim.platform.ecard import ECardService
from onecard.sim.platform.messages import (
    BusinessType,
    ECard,
    ECardReply,
    Issue,
    ShowCode,
    Status,
    Unlink,
    Verify,
    decode_reply,
    encode_request,
)
from onecard.sim.platform.reasons import REASONS, Reason

__all__ = [
    "REASONS",
    "BusinessType",
    "ECard",
    "ECardReply",
    "ECardService",
    "Issue",
    "Reason",
    "ShowCode",
    "Status",
    "Unlink",
    "Verify",
    "decode_reply",
    "encode_request",
]
