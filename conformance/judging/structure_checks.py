"""Checks that take a step's data apart: records, BER-TLV objects, the answer to reset, sweeps."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.conformance.judging.bytes_checks import found, is_word, shown, split
from onecard.conformance.judging.contents import fits
from onecard.conformance.judging.outcome import Finding, Outcome
from onecard.conformance.values.templates import fill
from onecard.virtual_cards.iso7816.atr import AnswerToReset, parse_atr
from onecard.virtual_cards.iso7816.tlv import iterate_ber

if TYPE_CHECKING:
    from onecard.conformance.judging.evidence import Evidence
    from onecard.conformance.model import checks

__all__ = ["atr_has", "record_is", "records_are", "sweep_status", "tlv_has"]


def record_is(check: checks.RecordIs, evidence: Evidence) -> Finding:
    """Look at tag, length and form of one record."""
    data, _ = split(evidence, check.step)
    head = bytes.fromhex(check.tag) + bytes((check.length,))
    holds = data[:2] == head and len(data) == 2 + check.length and fits(check.content, data[2:])
    return found(holds, f"{shown(head)} and {check.length} bytes {check.content}", shown(data))


def records_are(check: checks.RecordsAre, evidence: Evidence) -> Finding:
    """Look at the heads of records that stand one after the other."""
    data, _ = split(evidence, check.step)
    heads, at = [], 0
    while at + 2 <= len(data):
        heads.append((data[at : at + 1].hex().upper(), data[at + 1]))
        at += 2 + data[at + 1]
    wanted = [(tag, length) for tag, length in check.records]
    return found(heads == wanted and at == len(data), _heads(wanted), f"{_heads(heads)}: {shown(data)}")


def _heads(heads: list[tuple[str, int]]) -> str:
    return " ".join(f"{tag}{length:02X}" for tag, length in heads) or "no records"


def tlv_has(check: checks.TlvHas, evidence: Evidence) -> Finding:
    """Follow tags from the outside in."""
    data, word = split(evidence, check.step)
    value: bytes | None = data
    for tag in check.path:
        value = _child(value, tag) if value is not None else None
    path = " ".join(check.path)
    if check.absent:
        answered = bool(data or word)  # silence shows nothing, not even that something is absent
        return found(answered and value is None, f"no {path}", shown(data) if answered else "no answer")
    wanted = fill(check.value, evidence.known) if check.value else value
    expected = f"{path} = {shown(wanted)}" if check.value and wanted is not None else path
    return found(value is not None and value == wanted, expected, shown(data))


def _child(value: bytes, tag: str) -> bytes | None:
    try:
        objects = dict(iterate_ber(value))
    except ValueError:
        return None
    return next((content for number, content in objects.items() if f"{number:02X}" == tag), None)


def atr_has(check: checks.AtrHas, evidence: Evidence) -> Finding:
    """Look at one property of the answer to reset."""
    atr = evidence.answer(check.step)
    try:
        parts = parse_atr(atr)
    except ValueError:
        return found(False, check.aspect, f"no answer to reset by ISO/IEC 7816-3: {shown(atr)}")
    return found(_ASPECTS[check.aspect](atr, parts), check.aspect, shown(atr))


def _offered(parts: AnswerToReset) -> set[int]:
    return {value & 0x0F for name, value in parts.interface.items() if name[:2] == "TD"}


def _supply_is_told_rightly(parts: AnswerToReset) -> bool:
    """TD1 is ``80``, TD2 ``1F``, TA3 has a class; or there is none of them."""
    found = {name: value for name, value in parts.interface.items() if name not in ("TA1", "TB1", "TC1")}
    supply = found.pop("TA3", None)
    if not found:
        return supply is None
    return found == {"TD1": 0x80, "TD2": 0x1F} and supply is not None and supply & 0x3F in (1, 2, 3)


_ASPECTS: MappingProxyType[str, Callable[[bytes, AnswerToReset], bool]] = MappingProxyType(
    {
        "form": lambda atr, _parts: 2 <= len(atr) <= 33,
        "T=0 only": lambda _atr, parts: _offered(parts) <= {0, 15},
        "direct convention": lambda _atr, parts: parts.convention == 0x3B,
        "13 historical bytes": lambda _atr, parts: len(parts.historical) == 13,
        "no TCK": lambda _atr, parts: (parts.check is None) == (15 not in _offered(parts)),
        "pseudo-ATR": lambda atr, _parts: atr[:4] == bytes.fromhex("3B8D8001") and len(atr) == 18,
        "format byte": lambda atr, _parts: atr[1] >> 4 in (0x2, 0x3, 0x6, 0x7, 0x8, 0x9, 0xC, 0xD),
        "no TA1": lambda _atr, parts: "TA1" not in parts.interface,
        "TB1 zero": lambda _atr, parts: parts.interface.get("TB1", 0) == 0,
        "clock stop and class": lambda _atr, parts: _supply_is_told_rightly(parts),
    }
)


def sweep_status(check: checks.SweepStatus, evidence: Evidence) -> Finding:
    """Look at every answer of a sweep."""
    step = evidence.steps[check.step]
    (record,) = evidence.records[check.step]
    values = bytes.fromhex(getattr(step, "values", ""))
    if len(record.frames) != len(values):
        return Finding(Outcome.DIFFERS, f"{len(values)} answers", f"{len(record.frames)} answers")
    wrong = []
    for value, (command, response) in zip(values, record.frames, strict=True):
        words = check.others.get(f"{value:02X}", check.words)
        if not response or (words and not any(is_word(word, response) for word in words)):
            wrong.append(f"{command} → {response or 'no answer'}")
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return found(not wrong, " or ".join(check.words), ", ".join(wrong[:3]) + more)
