"""Simulated time on the wire, from the frames themselves (facts: card.md §8, world.md §7).

A slot's time table says what a byte costs and what the chip needs per instruction. The terminal adds up its
frames; nothing is drawn, so the same dialogue with the same card takes the same time.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.validation import convert

__all__ = ["SlotTiming", "Timing", "load_timing"]

_FILE = Path(__file__).with_name("timing.toml")


class _SlotTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file, microseconds; ``compute_by_ins`` by instruction byte in hexadecimal."""

    source: str
    mark: str
    reset_us: int
    per_byte_us: int
    extra_bytes: int
    driver_us: int
    compute_us: int
    compute_by_ins: dict[str, int]


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contact: _SlotTable
    contactless: _SlotTable
    psam: _SlotTable


@dataclass(frozen=True, slots=True)
class SlotTiming:
    """Times of one slot, in microseconds.

    Args:
        reset_us: power, reset and what the reader does around them, once.
        per_byte_us: one byte of command or response data.
        fixed_us: per instruction byte, everything that does not depend on the frame's length.
    """

    reset_us: int
    per_byte_us: int
    fixed_us: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of the three slots of a terminal."""

    contact: SlotTiming
    contactless: SlotTiming
    psam: SlotTiming


@cache
def load_timing() -> Timing:
    """Load ``timing.toml``.

    Raises:
        InputError: names the field that is wrong.
    """
    tables = convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _Tables, where=_FILE.name)
    return Timing(
        contact=_prepare(tables.contact, "contact"),
        contactless=_prepare(tables.contactless, "contactless"),
        psam=_prepare(tables.psam, "psam"),
    )


def _prepare(table: _SlotTable, slot: str) -> SlotTiming:
    base = table.driver_us + table.extra_bytes * table.per_byte_us
    fixed_us = [base + table.compute_us] * 256
    for instruction, compute_us in table.compute_by_ins.items():
        if len(instruction) != 2 or not set(instruction) <= set("0123456789ABCDEF"):
            raise InputError(
                "not an instruction byte",
                where=f"{_FILE.name}: {slot}.compute_by_ins",
                value=instruction,
                allowed="two hexadecimal digits, upper case",
            )
        fixed_us[int(instruction, 16)] = base + compute_us
    return SlotTiming(table.reset_us, table.per_byte_us, tuple(fixed_us))
