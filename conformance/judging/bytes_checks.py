"""Checks that compare a step's status word or data with something."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.values.templates import NotKnownError, fill, matches

if TYPE_CHECKING:
    from onecard.conformance.judging.evidence import Evidence
    from onecard.conformance.model import checks

__all__ = [
    "counter_moves",
    "data_differs",
    "data_is",
    "data_is_one_of",
    "data_length",
    "data_matches",
    "found",
    "is_word",
    "no_answer",
    "refuses",
    "split",
    "status_is",
    "value_in",
]

_NOTHING = "no answer"


def found(holds: bool, expected: str, got: str) -> Finding:
    """Make a finding of a comparison."""
    return Finding(Outcome.HOLDS if holds else Outcome.DIFFERS, expected, got)


def shown(data: bytes) -> str:
    """Write bytes as a report shows them."""
    return data.hex().upper() or "no data"


def split(evidence: Evidence, step: str) -> tuple[bytes, bytes]:
    """Return data and status word of a step; both empty if the card did not answer."""
    answer = evidence.answer(step)
    return (answer, b"") if evidence.is_reset(step) else (answer[:-2], answer[-2:])


@lru_cache(maxsize=4096)
def is_word(pattern: str, word: str) -> bool:
    """Tell whether a status word fits ``"63Cx"``."""
    return len(word) == len(pattern) and all(
        wanted in ("x", given) for wanted, given in zip(pattern, word, strict=True)
    )


def refuses(word: str) -> bool:
    """Tell whether a status word ends a command that was given up: then no data may come with it.

    ISO/IEC 7816-4:2005 §5.1.3: with SW1 from 64 to 6F the response data field is absent.
    """
    return "64" <= word[:2] <= "6F"


def status_is(check: checks.StatusIs, evidence: Evidence) -> Finding:
    """Compare the status word; data beside one that refuses make it another answer."""
    data, word = split(evidence, check.step)
    given = word.hex().upper()
    beside = bool(data) and refuses(given)
    fits = not beside and any(is_word(each, given) for each in check.words)
    told = f"{given} with {len(data)} bytes of data" if beside else given
    return found(fits, " or ".join(check.words), told or _NOTHING)


def _given(evidence: Evidence, step: str) -> tuple[bytes, str]:
    data, word = split(evidence, step)
    return data, shown(data) if data or word else _NOTHING


def data_is(check: checks.DataIs, evidence: Evidence) -> Finding:
    """Compare the data."""
    data, given = _given(evidence, check.step)
    wanted = fill(check.value, evidence.known)
    return found(given != _NOTHING and data == wanted, shown(wanted), given)


def data_differs(check: checks.DataDiffers, evidence: Evidence) -> Finding:
    """Compare the data, which must be others."""
    data, given = _given(evidence, check.step)
    avoided = fill(check.value, evidence.known)
    return found(given != _NOTHING and data != avoided, f"anything but {shown(avoided)}", given)


def data_is_one_of(check: checks.DataIsOneOf, evidence: Evidence) -> Finding:
    """Compare the data with each of a list."""
    data, given = _given(evidence, check.step)
    wanted = [fill(value, evidence.known) for value in check.values]
    return found(given != _NOTHING and data in wanted, " or ".join(map(shown, wanted)), given)


def data_matches(check: checks.DataMatches, evidence: Evidence) -> Finding:
    """Compare the data with a form."""
    data, given = _given(evidence, check.step)
    holds = given != _NOTHING and matches(check.pattern, data, evidence.known)
    return found(holds, check.pattern, given)


def data_length(check: checks.DataLength, evidence: Evidence) -> Finding:
    """Count the data."""
    data, given = _given(evidence, check.step)
    wanted = f"{check.least}" if check.least == check.most else f"{check.least} to {check.most}"
    holds = given != _NOTHING and check.least <= len(data) <= check.most
    return found(holds, f"{wanted} bytes", f"{len(data)} bytes: {given}")


def value_in(check: checks.ValueIn, evidence: Evidence) -> Finding:
    """Compare a part of the data with each of a list."""
    data, given = _given(evidence, check.step)
    data = fill(check.of, evidence.known) if check.of else data
    part = data[check.start : check.end]
    wanted = [fill(value, evidence.known) for value in check.values]
    holds = given != _NOTHING and len(data) >= check.end and part in wanted
    return found(holds, " or ".join(map(shown, wanted)), shown(part))


def counter_moves(check: checks.CounterMoves, evidence: Evidence) -> Finding:
    """Compare the tries in two ``63Cx``."""
    before, after = (split(evidence, step)[1].hex().upper() for step in (check.since, check.step))
    if not is_word("63Cx", before):
        raise NotKnownError(f"{check.since} did not answer 63Cx")
    wanted = f"63C{(int(before, 16) + check.by) & 0xF:X}"
    return found(after == wanted, wanted, after or _NOTHING)


def no_answer(check: checks.NoAnswer, evidence: Evidence) -> Finding:
    """Look for silence."""
    answer = evidence.answer(check.step)
    return found(not answer, _NOTHING, shown(answer))
