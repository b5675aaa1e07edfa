"""Terminals: what a terminal does with a card and its PSAM (facts: terminal.md, card.md §12)."""

from onecard.sim.terminals.card_session import CardSession, PinPad, PinPolicy
from onecard.sim.terminals.codes import Label, ReturnCode, TerminalError, reasons, return_codes
from onecard.sim.terminals.dialogues import Dialogue, load_dialogues, parse_dialogues
from onecard.sim.terminals.result import BasicData, DialogueResult
from onecard.sim.terminals.security_module import SecurityModule
from onecard.sim.terminals.steps import HotList
from onecard.sim.terminals.terminal import Slots, Terminal
from onecard.sim.terminals.timing import SlotTiming, Timing, load_timing
from onecard.sim.terminals.transport import Channel, Connection, Observer

__all__ = [
    "BasicData",
    "CardSession",
    "Channel",
    "Connection",
    "Dialogue",
    "DialogueResult",
    "HotList",
    "Label",
    "Observer",
    "PinPad",
    "PinPolicy",
    "ReturnCode",
    "SecurityModule",
    "SlotTiming",
    "Slots",
    "Terminal",
    "TerminalError",
    "Timing",
    "load_dialogues",
    "load_timing",
    "parse_dialogues",
    "reasons",
    "return_codes",
]
