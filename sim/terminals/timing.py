"""Simulated time on the wire, from the frames themselves (facts: card.md §8, world.md §7).

A slot's time table says what a byte costs and what the chip needs per instruction. The terminal adds up its
frames; nothing is drawn, so the same dialogue with the same card takes the same time.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.validation import convert

__all__ = ["SlotTiming", "Timing", "load_timing"]

_FILE = Path(__file__).with_name("timing.toml")


class SlotTiming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Times of one slot, in microseconds; ``compute_by_ins`` by instruction byte in hexadecimal."""

    source: str
    mark: str
    reset_us: int
    per_byte_us: int
    extra_bytes: int
    driver_us: int
    compute_us: int
    compute_by_ins: dict[str, int]

    def fixed_us(self) -> list[int]:
        """Return, per instruction byte, everything that does not depend on the frame's length."""
        base = self.driver_us + self.extra_bytes * self.per_byte_us
        times = [base + self.compute_us] * 256
        for instruction, compute_us in self.compute_by_ins.items():
            times[int(instruction, 16)] = base + compute_us
        return times


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Time tables of the three slots of a terminal."""

    contact: SlotTiming
    contactless: SlotTiming
    psam: SlotTiming


@cache
def load_timing() -> Timing:
    """Load ``timing.toml``.

    Raises:
        InputError: names the field that is wrong.
    """
    timing = convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Timing, where=_FILE.name)
    for slot in ("contact", "contactless", "psam"):
        table: SlotTiming = getattr(timing, slot)
        for instruction in table.compute_by_ins:
            if len(instruction) != 2 or not set(instruction) <= set("0123456789ABCDEF"):
                raise InputError(
                    "not an instruction byte",
                    where=f"{_FILE.name}: {slot}.compute_by_ins",
                    value=instruction,
                    allowed="two hexadecimal digits, upper case",
                )
    return timing
