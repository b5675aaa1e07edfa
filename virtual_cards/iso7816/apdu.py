"""Command APDUs with short lengths, cases 1 to 4 (ISO/IEC 7816-3 §12.1).

========  ======================  =====================================================
case      bytes                   meaning
========  ======================  =====================================================
1         header                  no data, no answer
2         header Le               an answer of up to Le bytes (``00`` = 256)
3         header Lc data          data
4         header Lc data Le       data and an answer
========  ======================  =====================================================

Under T=0 five bytes may also be a case 3 command with Lc = 0: the header's fifth byte is P3 and only the
command knows which way it means. Extended lengths are not used by this card: what is not one of the four
short forms is malformed, and a card answers it with ``6700``.
"""

from __future__ import annotations

__all__ = ["CommandApdu", "header", "parse_command"]

_HEADER_SIZE = 4
_DATA_AT = 5


class CommandApdu:
    """One parsed command: header bytes, data (maybe empty) and Le (``None`` if absent, ``0`` for 256)."""

    __slots__ = ("cla", "data", "ins", "le", "p1", "p2")

    def __init__(self, cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None) -> None:
        self.cla = cla
        self.ins = ins
        self.p1 = p1
        self.p2 = p2
        self.data = data
        self.le = le

    def __repr__(self) -> str:
        le = "" if self.le is None else f" Le={self.le:02X}"
        return f"CommandApdu({header(self.cla, self.ins, self.p1, self.p2).hex()} {self.data.hex()}{le})"


def header(cla: int, ins: int, p1: int, p2: int) -> bytes:
    """Return the four header bytes."""
    return bytes((cla, ins, p1, p2))


def parse_command(command: bytes) -> CommandApdu | None:
    """Take a command APDU apart.

    Args:
        command: the bytes as they came.

    Returns:
        The parts, or ``None`` for anything that is not a short APDU of case 1 to 4.
    """
    size = len(command)
    if size < _HEADER_SIZE:
        return None
    if size == _HEADER_SIZE:
        return CommandApdu(command[0], command[1], command[2], command[3], b"", None)
    fifth = command[4]
    if size == _DATA_AT:
        return CommandApdu(command[0], command[1], command[2], command[3], b"", fifth)
    data_end = _DATA_AT + fifth
    if fifth == 0 or not data_end <= size <= data_end + 1:
        return None
    le = command[data_end] if size > data_end else None
    return CommandApdu(command[0], command[1], command[2], command[3], command[_DATA_AT:data_end], le)
