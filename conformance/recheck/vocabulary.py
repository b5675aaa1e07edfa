"""Every check of the vocabulary, evaluated: it holds, differs, cannot be known, or asks a person."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, TypeAlias

from onecard.conformance.recheck.forms import FORMS, ber_objects, simple_heads
from onecard.conformance.recheck.looks import Seen, is_like
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown
from onecard.conformance.recheck.resets import Reset, taken_apart
from onecard.conformance.recheck.templates import fill, fits
from onecard.conformance.recheck.walks import follows

__all__ = ["ASPECTS", "VOCABULARY", "outcome_of"]

_Check: TypeAlias = dict[str, Any]


def outcome_of(check: _Check, seen: Seen) -> str:
    """Return ``"holds"``, ``"differs"``, ``"unknown"`` or ``"asks"``."""
    if check["is"] == "question":
        return "asks"
    try:
        return "holds" if VOCABULARY[check["is"]](check, seen) else "differs"
    except UnknownValueError:
        return "unknown"


def _status(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    refused = bool(answer.word) and 0x64 <= answer.word[0] <= 0x6F
    if refused and answer.data:  # ISO/IEC 7816-4:2005 §5.1.3: a command that was given up gives none
        return False
    return is_like(answer.word.hex().upper(), check["words"])


def _data(check: _Check, seen: Seen) -> bool:
    answer, wanted = seen.answer(check["step"]), fill(check["value"], seen.values)
    return not answer.silent and answer.data == wanted


def _data_differs(check: _Check, seen: Seen) -> bool:
    answer, avoided = seen.answer(check["step"]), fill(check["value"], seen.values)
    return not answer.silent and answer.data != avoided


def _data_one_of(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    wanted = [fill(value, seen.values) for value in check["values"]]
    return not answer.silent and answer.data in wanted


def _data_matches(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    return not answer.silent and fits(check["pattern"], answer.data, seen.values)


def _data_length(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    return not answer.silent and check["least"] <= len(answer.data) <= check["most"]


def _value_in(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    looked_at = fill(check["of"], seen.values) if check["of"] else answer.data
    wanted = [fill(value, seen.values) for value in check["values"]]
    whole = len(looked_at) >= check["end"]
    return not answer.silent and whole and looked_at[check["start"] : check["end"]] in wanted


def _record(check: _Check, seen: Seen) -> bool:
    data = seen.answer(check["step"]).data
    head = bytes.fromhex(check["tag"]) + bytes([check["length"]])
    return (
        data.startswith(head)
        and len(head) == 2
        and len(data) == 2 + check["length"]
        and FORMS[check["content"]](data[2:])
    )


def _records(check: _Check, seen: Seen) -> bool:
    return simple_heads(seen.answer(check["step"]).data) == (check["records"], True)


def _tlv(check: _Check, seen: Seen) -> bool:
    answer = seen.answer(check["step"])
    value: bytes | None = answer.data
    for tag in check["path"]:
        value = None if value is None else ber_objects(value).get(tag)
    if check["absent"]:
        return value is None and not answer.silent
    wanted = fill(check["value"], seen.values) if check["value"] else value
    return value is not None and value == wanted


def _atr(check: _Check, seen: Seen) -> bool:
    aspect = ASPECTS.get(check["aspect"])
    if aspect is None:
        raise RefusedError(f"nobody knows the aspect {shown(check['aspect'])} of an answer to reset")
    answer = seen.answer(check["step"])
    reset = taken_apart(answer.data + answer.word)
    return reset is not None and aspect(reset)


def _supply(reset: Reset) -> bool:
    """Clock stop and class are told by TD1, TD2 and TA3 together, or not at all (card.md §8.1)."""
    told = {name: value for name, value in reset.interface.items() if name not in ("TA1", "TB1", "TC1")}
    if not told:
        return True
    return (
        set(told) == {"TD1", "TD2", "TA3"}
        and (told["TD1"], told["TD2"]) == (0x80, 0x1F)
        and told["TA3"] & 0x3F in (1, 2, 3)
    )


ASPECTS: MappingProxyType[str, Callable[[Reset], bool]] = MappingProxyType(
    {
        "form": lambda reset: len(reset.raw) <= 33,
        "T=0 only": lambda reset: not reset.protocols - {0, 15},
        "direct convention": lambda reset: reset.raw[0] == 0x3B,
        "13 historical bytes": lambda reset: len(reset.historical) == 13,
        "no TCK": lambda reset: reset.has_check == (15 in reset.protocols),
        "pseudo-ATR": lambda reset: reset.raw.hex().startswith("3b8d8001") and len(reset.raw) == 18,
        "format byte": lambda reset: f"{reset.raw[1]:02X}"[0] in "236789CD",
        "no TA1": lambda reset: "TA1" not in reset.interface,
        "TB1 zero": lambda reset: reset.interface.get("TB1") in (None, 0),
        "clock stop and class": _supply,
    }
)
"""Property of an answer to reset of good form → whether it has it."""


def _counter(check: _Check, seen: Seen) -> bool:
    before = seen.answer(check["since"]).word.hex().upper()
    after = seen.answer(check["step"]).word.hex().upper()
    if not is_like(before, ["63Cx"]):
        raise UnknownValueError(f"{check['since']} told no tries")
    return after == f"63C{(int(before[3], 16) + check['by']) % 16:X}"


def _no_answer(check: _Check, seen: Seen) -> bool:
    return seen.answer(check["step"]).silent


def _sweep_status(check: _Check, seen: Seen) -> bool:
    values = bytes.fromhex(seen.steps[check["step"]]["values"])
    frames = seen.records[check["step"]][-1].frames
    if len(frames) != len(values):
        return False
    known: dict[tuple[str, ...], dict[str, bool]] = {}
    for value, (_, response) in zip(values, frames, strict=True):
        words = check["others"].get(f"{value:02X}", check["words"])
        found = known.setdefault(tuple(words), {})
        if response not in found:
            found[response] = bool(response) and (not words or is_like(response, words))
        if not found[response]:
            return False
    return True


def _follows_model(check: _Check, seen: Seen) -> bool:
    return follows(seen.steps[check["step"]]["model"], seen.records[check["step"]])


VOCABULARY: MappingProxyType[str, Callable[[_Check, Seen], bool]] = MappingProxyType(
    {
        "status": _status,
        "data": _data,
        "data differs": _data_differs,
        "data one of": _data_one_of,
        "data matches": _data_matches,
        "data length": _data_length,
        "value in": _value_in,
        "record": _record,
        "records": _records,
        "tlv": _tlv,
        "atr": _atr,
        "counter": _counter,
        "no answer": _no_answer,
        "sweep status": _sweep_status,
        "follows model": _follows_model,
    }
)
"""Kind of check → whether it holds; a question alone is nobody's but a person's."""
