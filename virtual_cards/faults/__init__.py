"""Cards that misbehave on purpose, each in exactly one way, as wrappers round a good card."""

from onecard.virtual_cards.faults.exchange import ClaimedAlgorithm, Mute, Slow, TornAtFrame, WrongAtr
from onecard.virtual_cards.faults.storage import CorruptedRecord, StuckCounter
from onecard.virtual_cards.faults.table import FAULTS, describe_faults, parse_fault
from onecard.virtual_cards.faults.wrapper import FaultError, FaultyCard
from onecard.virtual_cards.faults.writing import TornAtByte, Worn

__all__ = [
    "FAULTS",
    "ClaimedAlgorithm",
    "CorruptedRecord",
    "FaultError",
    "FaultyCard",
    "Mute",
    "Slow",
    "StuckCounter",
    "TornAtByte",
    "TornAtFrame",
    "Worn",
    "WrongAtr",
    "describe_faults",
    "parse_fault",
]
