"""What bytes on the card's interface mean, in English and Chinese."""

from onecard.virtual_cards.decoding.answer_to_reset import explain_atr
from onecard.virtual_cards.decoding.context import Context
from onecard.virtual_cards.decoding.explanation import Explanation
from onecard.virtual_cards.decoding.logs import LogLine, format_line, read_log
from onecard.virtual_cards.decoding.tracer import Exchange, Tracer

__all__ = [
    "Context",
    "Exchange",
    "Explanation",
    "LogLine",
    "Tracer",
    "explain_atr",
    "format_line",
    "read_log",
]
