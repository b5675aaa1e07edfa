"""Defects of selection."""

from __future__ import annotations

from onecard.conformance.defects.wrong import Defect, WrongCard

__all__ = ["DEFECTS"]


class FindsEveryName(WrongCard):
    """SELECT of an unknown name answers 9000."""

    def after(self, command: bytes, response: bytes) -> bytes:
        """Turn 6A82 into 9000."""
        by_name = command[:3] == bytes.fromhex("00A404")
        return bytes.fromhex("9000") if by_name and response == bytes.fromhex("6A82") else response


DEFECTS = (
    Defect(
        name="select-finds-every-name",
        lie="SELECT of a name that no application has answers 9000",
        rule="card/select/by-name",
        case="card/select/by-name/02",
        make=FindsEveryName,
    ),
)
