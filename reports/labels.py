"""How identifiers, numbers, durations and amounts are shown, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from onecard.reports.texts import Words, has_text, text

__all__ = [
    "Labels",
    "Scope",
    "calendar_date",
    "clock_of_minute",
    "duration",
    "number",
    "per_mean",
    "percent",
    "same",
    "yuan",
    "yuan_short",
]

Scope = Literal[
    "", "stop", "service", "place", "reason", "remedy", "account", "purpose", "visit", "dialogue", "card",
    "city", "province", "tier", "outcome", "scope", "filing", "fate", "transaction", "outage",
]  # fmt: skip
"""Tables of the scenario whose identifiers a run names."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]+")


def same(value: object) -> Words:
    """Show a value that reads the same in both languages."""
    return Words(str(value), str(value))


class Labels:
    """Looks up the shown name of an identifier of the run.

    Identifiers of two tables may be equal (a park is a place and a stop): a label under ``scope/identifier``
    goes before one under the bare identifier.
    """

    def __init__(self, labels: Mapping[str, tuple[str, str]]) -> None:
        self._labels = labels

    def __call__(self, identifier: str, scope: Scope = "") -> Words:
        """Name an identifier: the run's label, else our own name for it, else the identifier itself."""
        for key in (f"{scope}/{identifier}", identifier):
            if key in self._labels:
                return self._clean(*self._labels[key])
        if has_text(f"name.{identifier}"):
            return text(f"name.{identifier}")
        return same(_CONTROL.sub(" ", identifier))

    @staticmethod
    def _clean(english: str, chinese: str) -> Words:
        """Replace characters that neither HTML nor SVG may hold; begin with a capital, as row labels do."""
        english, chinese = english or chinese, chinese or english
        return Words(_CONTROL.sub(" ", english[:1].upper() + english[1:]), _CONTROL.sub(" ", chinese))

    def dialogue(self, identifier: str) -> Words:
        """Name a card dialogue, ``"contactless identity-tap"``: face and dialogue, each by its label."""
        face, _, rest = identifier.partition(" ")
        if not rest or identifier in self._labels:
            return self(identifier)
        shown_face, shown_rest = self(face), self(rest, "dialogue")
        return Words(f"{shown_rest.en} · {shown_face.en}", f"{shown_rest.zh} · {shown_face.zh}")

    def status_word(self, code: str) -> Words:
        """Name a status word with its meaning, ``"6A82 file not found"``."""
        if code in self._labels:
            meaning = self(code)
            return meaning if code in meaning.en else Words(f"{code} {meaning.en}", f"{code} {meaning.zh}")
        for key in (code, code[:2] + "xx", code[:3] + "x"):
            if has_text(f"sw.{key}"):
                meaning = text(f"sw.{key}", n=int(code[-1], 16)) if key.endswith("Cx") else text(f"sw.{key}")
                return Words(f"{code} {meaning.en}", f"{code} {meaning.zh}")
        return self(code)


def number(value: int) -> Words:
    """Show a whole number with thousands separators."""
    return same(f"{value:,}")


def percent(part: float, whole: float) -> Words:
    """Show a share in percent with one decimal; only none reads 0.0%, only all reads 100.0%."""
    ratio = part / whole if whole else 0.0
    shown = f"{100 * ratio:.1f}%"
    if shown == "0.0%" and ratio > 0:
        return same("<0.1%")
    return same(">99.9%" if shown == "100.0%" and ratio < 1 else shown)


def per_mean(total: float, count: int) -> Words:
    """Show a mean with two decimals; the mean over nothing is 0."""
    return same(f"{total / count if count else 0.0:,.2f}")


def duration(seconds: float) -> Words:
    """Show a duration for people: ``0.30 s``, ``42 s``, ``6 min 10 s``, ``1 h 05 min``."""
    if seconds < 10:
        return text("unit.second", n=f"{seconds:.0f}" if seconds == int(seconds) else f"{seconds:.2f}")
    whole = round(seconds)
    if whole < 60:
        return text("unit.second", n=whole)
    big, small, big_size = ("minute", "second", 60) if whole < 3600 else ("hour", "minute", 3600)
    rest = whole % big_size // (1 if small == "second" else 60)
    head = text(f"unit.{big}", n=whole // big_size)
    if rest == 0:
        return head
    tail = text(f"unit.{small}", n=f"{rest:02d}")
    return Words(f"{head.en} {tail.en}", f"{head.zh} {tail.zh}")


def yuan(amount_fen: int) -> Words:
    """Show an amount exactly, in yuan with two decimals and thousands separators."""
    sign = "-" if amount_fen < 0 else ""
    whole, fen = divmod(abs(amount_fen), 100)
    shown = text("unit.yuan", n=f"{whole:,}.{fen:02d}")
    return Words(sign + shown.en, sign + shown.zh)


def yuan_short(amount_fen: int) -> Words:
    """Show an amount as a figure label: two decimals below 100 yuan, then whole yuan, then millions."""
    if abs(amount_fen) < 10_000:
        return yuan(amount_fen)
    if abs(amount_fen) < 1_000_000_000:
        return text("unit.yuan", n=f"{round(amount_fen / 100):,}")
    return text("unit.yuan_large", n=f"{amount_fen / 1e8:,.1f}")


def clock_of_minute(minute: int) -> str:
    """Show minutes since midnight as ``07:30``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def calendar_date(iso: str) -> Words:
    """Show ``2019-05-22`` with its weekday.

    Raises:
        ValueError: not a calendar date of the form YYYY-MM-DD.
    """
    try:
        day = date.fromisoformat(iso)
    except ValueError as error:
        raise ValueError(f"summary field date: {iso!r} is not a calendar date YYYY-MM-DD") from error
    return text(
        "date.full",
        weekday=text(f"weekday.{day.isoweekday()}"),
        day=day.day,
        month=text(f"month.{day.month}"),
        year=day.year,
    )
