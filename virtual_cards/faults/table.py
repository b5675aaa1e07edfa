"""Every card fault by name, and the text by which a command line asks for one: ``torn-at-frame:3:after``.

A row says how a fault's parameters are written; all of a fault's values follow its name, in this order,
behind colons. Suites that need every fault go through the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from onecard.virtual_cards.faults.exchange import (
    WRONG_ATRS,
    ClaimedAlgorithm,
    Mute,
    Slow,
    TornAtFrame,
    WrongAtr,
)
from onecard.virtual_cards.faults.storage import COUNTERS, CorruptedRecord, StuckCounter
from onecard.virtual_cards.faults.wrapper import FaultError, FaultyCard
from onecard.virtual_cards.faults.writing import TornAtByte, Worn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["FAULTS", "FaultRow", "Parameter", "describe_faults", "parse_fault"]


class Parameter(NamedTuple):
    """One value behind the name of a fault."""

    name: str
    """Keyword of the fault's class."""
    convert: Callable[[str], Any]
    allowed: str
    meaning: str
    default: str | None = None
    """Text taken when the value is left out; ``None``: it must be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """One fault as a command line knows it."""

    name: str
    fault: type[FaultyCard]
    parameters: tuple[Parameter, ...] = ()

    @property
    def form(self) -> str:
        """``"slow:DELAY_US[:FRAME]"``."""
        text, optional = self.name, 0
        for parameter in self.parameters:
            text += f":{parameter.name.upper()}" if parameter.default is None else ""
            text += f"[:{parameter.name.upper()}" if parameter.default is not None else ""
            optional += parameter.default is not None
        return text + "]" * optional


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise ValueError(text)
    return int(text)


_FROM_0 = partial(_whole, least=0)
_FROM_1 = partial(_whole, least=1)


def _choice(text: str, choices: Mapping[str, Any]) -> Any:
    if text not in choices:
        raise ValueError(text)
    return choices[text]


def _atr(text: str) -> str | bytes:
    return text if text in WRONG_ATRS else bytes.fromhex(text)


def _byte(text: str) -> int:
    (byte,) = bytes.fromhex(text)
    return byte


_FRAME = "a whole number from 1"
_COUNT = "a whole number from 0"
_EXECUTED = {"before": False, "after": True}
_STORED = {"answer": False, "memory": True}

_ROWS = (
    FaultRow(
        name="mute",
        fault=Mute,
        parameters=(
            Parameter("from_frame", _FROM_0, _COUNT, "first command without answer; 0: no ATR either", "0"),
        ),
    ),
    FaultRow(
        name="slow",
        fault=Slow,
        parameters=(
            Parameter("delay_us", _FROM_0, _COUNT, "microseconds per late answer"),
            Parameter("frame", _FROM_0, _COUNT, "the one late command; 0: all", "0"),
        ),
    ),
    FaultRow(
        name="torn-at-frame",
        fault=TornAtFrame,
        parameters=(
            Parameter("frame", _FROM_1, _FRAME, "command at which the card leaves the reader"),
            Parameter(
                "executed",
                partial(_choice, choices=_EXECUTED),
                "before, after",
                "before or after the card carries it out",
                "before",
            ),
        ),
    ),
    FaultRow(
        name="torn-at-byte",
        fault=TornAtByte,
        parameters=(
            Parameter("frame", _FROM_1, _FRAME, "command in which the card leaves the reader"),
            Parameter("after_bytes", _FROM_0, _COUNT, "bytes that are still written"),
        ),
    ),
    FaultRow(
        name="wrong-atr",
        fault=WrongAtr,
        parameters=(
            Parameter("atr", _atr, ", ".join((*WRONG_ATRS, "hex bytes")), "the answer to reset instead"),
        ),
    ),
    FaultRow(
        name="claimed-algorithm",
        fault=ClaimedAlgorithm,
        parameters=(Parameter("algorithm", _byte, "two hex digits", "identifier in the FCI", "02"),),
    ),
    FaultRow(
        name="corrupted-record",
        fault=CorruptedRecord,
        parameters=(
            Parameter("file", str, "application and EF", "file, as in DF01EF06"),
            Parameter("record", _FROM_0, _COUNT, "record number; 0 for a transparent file"),
            Parameter("byte", _FROM_0, _COUNT, "position in the record or file"),
            Parameter("mask", _byte, "two hex digits", "bits that flip", "01"),
            Parameter(
                "stored",
                partial(_choice, choices=_STORED),
                "answer, memory",
                "in what is read, or in the memory from the next power-on",
                "answer",
            ),
        ),
    ),
    FaultRow(
        name="stuck-counter",
        fault=StuckCounter,
        parameters=(
            Parameter(
                "counter",
                partial(_choice, choices={name: name for name in COUNTERS}),
                ", ".join(COUNTERS),
                "counter that stands still",
            ),
        ),
    ),
    FaultRow(name="worn-memory", fault=Worn),
)

FAULTS: Mapping[str, FaultRow] = MappingProxyType({row.name: row for row in _ROWS})
"""Every fault by name."""


def parse_fault(text: str) -> Callable[[PoweredCard], FaultyCard]:
    """Understand a fault's text.

    Args:
        text: name and values, ``"slow:50000"``; :func:`describe_faults` lists the forms.

    Returns:
        What puts the fault round a card. It raises :class:`FaultError` when that card cannot have it.

    Raises:
        FaultError: there is no such fault, or a value is missing, too many, or not allowed; one line.
    """
    name, *values = text.split(":")
    row = FAULTS.get(name)
    if row is None:
        raise FaultError(f"fault {name!r} is not known; allowed: {', '.join(FAULTS)}")
    if len(values) > len(row.parameters):
        raise FaultError(f"fault {text!r}: too many values; form: {row.form}")
    given: dict[str, Any] = {}
    for position, parameter in enumerate(row.parameters):
        value = values[position] if position < len(values) else parameter.default
        if value is None:
            raise FaultError(f"fault {text!r}: {parameter.name} is missing; form: {row.form}")
        try:
            given[parameter.name] = parameter.convert(value)
        except ValueError:
            raise FaultError(
                f"fault {text!r}: {parameter.name} {value!r}, allowed: {parameter.allowed}; form: {row.form}"
            ) from None
    return partial(row.fault, **given)


def describe_faults() -> tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...]:
    """Return for each fault its form, its lie, and name, meaning and allowed values of each parameter."""
    return tuple(
        (
            row.form,
            row.fault.lie,
            tuple((parameter.name, parameter.meaning, parameter.allowed) for parameter in row.parameters),
        )
        for row in FAULTS.values()
    )
