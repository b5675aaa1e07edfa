"""Return codes of the driver interface and the world's refusal reasons (facts: terminal.md §5).

Two closed lists in ``codes.toml``. A driver reports a code; the world acts on a reason. A status word that
the table does not list becomes a code by arithmetic, ``-(SW)``, and keeps the reason ``unknown``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.validation import convert, unknown_name

__all__ = ["Label", "ReturnCode", "TerminalError", "code_of_status", "reason_of", "reasons", "return_codes"]

_FILE = Path(__file__).with_name("codes.toml")
UNKNOWN = "unknown"


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in English and Chinese."""

    en: str
    zh: str


class ReturnCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the code table; ``reason`` is absent for success only."""

    en: str
    zh: str
    source: str
    reason: str | None = None


class _Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reasons: dict[str, Label]
    codes: dict[str, ReturnCode]


class TerminalError(Exception):
    """A dialogue ends here.

    Args:
        return_code: code of the driver interface; 0 when a rule of the terminal itself refused.
        step: the step that failed, ``"verify-pin"``.
        sw: status word of the card or PSAM that led here, if any.
        reason: refusal reason; by default the code's own.
        tries_left: remaining PIN tries, when the card told them.
    """

    def __init__(
        self,
        return_code: int,
        step: str = "",
        sw: int | None = None,
        *,
        reason: str | None = None,
        tries_left: int | None = None,
    ) -> None:
        self.return_code, self.step, self.sw, self.tries_left = return_code, step, sw, tries_left
        self.reason = reason or reason_of(return_code)
        status = f", status word {sw:04X}" if sw is not None else ""
        super().__init__(f"{self.reason} (return code {return_code}{status})")


@cache
def _tables() -> _Codes:
    tables = convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _Codes, where=_FILE.name)
    for code, row in tables.codes.items():
        where = f"{_FILE.name}: codes.{code}"
        if (row.reason is None) != (code == "0"):
            raise InputError("every code but 0 has a reason, 0 has none", where=where)
        if row.reason is not None and row.reason not in tables.reasons:
            raise unknown_name("reason", row.reason, list(tables.reasons), where=where)
    return tables


@cache
def return_codes() -> dict[int, ReturnCode]:
    """Return the code table, by code."""
    return {int(code): row for code, row in _tables().codes.items()}


@cache
def reasons() -> dict[str, Label]:
    """Return the closed list of refusal reasons with their labels."""
    return dict(_tables().reasons)


def code_of_status(sw: int) -> int:
    """Turn a card's or PSAM's status word into a return code: ``-(SW)``, 0 for ``9000``."""
    return 0 if sw == 0x9000 else -sw


def reason_of(return_code: int) -> str:
    """Return the refusal reason of a code that is not 0."""
    if -0x63CF <= return_code <= -0x63C0:  # however many tries are left
        return_code = -0x63C0
    row = return_codes().get(return_code)
    return row.reason if row is not None and row.reason is not None else UNKNOWN
