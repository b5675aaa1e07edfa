"""The answer to reset, taken apart as ISO/IEC 7816-3 §8.2 tells."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Reset", "historical_bytes", "taken_apart"]


class Reset(NamedTuple):
    """An answer to reset of good form."""

    raw: bytes
    groups: tuple[dict[str, int], ...]
    """Interface bytes of each group, by their letters."""
    historical: bytes
    has_check: bool

    @property
    def protocols(self) -> set[int]:
        """Protocols that are offered: the low halves of TD1, TD2 …; without one it is T=0 alone."""
        return {group["TD"] & 0x0F for group in self.groups if "TD" in group}

    @property
    def interface(self) -> dict[str, int]:
        """Interface bytes by full name, ``TA1``."""
        return {
            f"{letters}{number}": value
            for number, group in enumerate(self.groups, 1)
            for letters, value in group.items()
        }


def historical_bytes(atr: bytes) -> bytes:
    """Return T1 and so on; nothing if this is no answer to reset."""
    reset = taken_apart(atr)
    return reset.historical if reset is not None else b""


def taken_apart(atr: bytes) -> Reset | None:
    """Take an answer to reset apart; ``None``: it has not the form of one."""
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        return None
    groups: list[dict[str, int]] = []
    coming, at = atr[1], 2
    while True:
        letters = [name for bit, name in enumerate(("TA", "TB", "TC", "TD"), 4) if coming >> bit & 1]
        values = atr[at : at + len(letters)]
        if len(values) < len(letters):
            return None
        group = dict(zip(letters, values, strict=True))
        groups.append(group)
        at += len(letters)
        if "TD" not in group:
            break
        coming = group["TD"]
    size = atr[1] & 0x0F
    has_check = any(group.get("TD", 0) & 0x0F for group in groups)
    if len(atr) != at + size + has_check or (has_check and _xor(atr[1:])):
        return None
    return Reset(atr, tuple(groups), atr[at : at + size], has_check)


def _xor(data: bytes) -> int:
    folded = 0
    for byte in data:
        folded ^= byte
    return folded
