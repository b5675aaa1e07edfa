"""The report's own texts, English and Chinese side by side, and how both are filled at once.

Theory of operation. A text of the report is never one string: it is :class:`Words`, a pair. Whatever is put
into a text (a number, a label of the scenario) is a pair as well, so one call fills both languages and no
language can be forgotten. The pairs come from TOML files; a missing key is our own defect and raises.
Values are inserted as they are: escaping is done once, where HTML or SVG is written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["Words", "counted", "glossary", "has_text", "join_words", "text", "text_keys"]


class Words(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str


_FILES = ("texts.toml", "settlement_texts.toml", "conformance_texts.toml")
"""Texts of every report, and of a city's day; those of a settlement network."""
_GLOSSARIES = ("glossary", "settlement_glossary")


@cache
def _document() -> dict[str, Any]:
    """Read all files; tables of the same name are one."""
    document: dict[str, Any] = {}
    for name in _FILES:
        content = files("onecard.reports").joinpath(name).read_text(encoding="utf-8")
        for key, value in tomllib.loads(content).items():
            document[key] = {**document[key], **value} if key in document else value
    return document


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Words]:
    """Turn nested tables of pairs into one table keyed ``section.key``."""
    flat: dict[str, Words] = {}
    for key, value in tree.items():
        name = prefix + key
        if isinstance(value, Mapping):
            flat |= _flatten(value, name + ".")
        else:
            flat[name] = Words(*value)
    return flat


@cache
def _texts() -> dict[str, Words]:
    return _flatten({key: value for key, value in _document().items() if key not in _GLOSSARIES})


def text_keys() -> list[str]:
    """Name every text, in the order of the file."""
    return list(_texts())


def has_text(key: str) -> bool:
    """Say whether the file has a text of this key."""
    return key in _texts()


def text(key: str, **values: Words | str | int) -> Words:
    """Fill one text of ``texts.toml``.

    Args:
        key: Section and name, ``"fig.day.title"``.
        values: What stands for each ``{name}``: a pair, or one value for both languages.

    Raises:
        KeyError: No such text, or a ``{name}`` without a value.
    """
    pattern = _texts()[key]
    pairs = {
        name: value if isinstance(value, Words) else Words(str(value), str(value))
        for name, value in values.items()
    }
    return Words(
        pattern.en.format(**{name: pair.en for name, pair in pairs.items()}),
        pattern.zh.format(**{name: pair.zh for name, pair in pairs.items()}),
    )


def counted(key: str, number: int) -> Words:
    """Name a number of things: ``counted("person", 1)`` is "1 person", "1 人".

    The English text holds singular and plural, separated by ``|``.
    """
    pattern = _texts()[f"noun.{key}"]
    forms = pattern.en.split("|")
    shown = f"{number:,}"
    return Words(forms[0 if number == 1 else -1].format(n=shown), pattern.zh.format(n=shown))


def join_words(parts: list[Words]) -> Words:
    """Join a list in both languages, by comma."""
    return Words(", ".join(part.en for part in parts), "、".join(part.zh for part in parts))


@cache
def glossary(name: str = "glossary") -> list[tuple[Words, Words]]:
    """Return a glossary: (term, explanation)."""
    return [(Words(*entry["term"]), Words(*entry["text"])) for entry in _document()[name]]
