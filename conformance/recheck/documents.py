"""JSON in canonical form only, and forms that its content must have.

A document that is not byte for byte what its content would be written as is refused: two texts never mean
the same here. A form is a function from a value to the value, with defaults put in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from onecard.conformance.recheck.refusal import RefusedError, shown

__all__ = [
    "Form",
    "canonical",
    "flag",
    "hexadecimal",
    "listed",
    "load",
    "mapped",
    "number",
    "one_of",
    "record",
    "tagged",
    "text",
]

Form: TypeAlias = Callable[[Any], Any]

_HEXADECIMAL = re.compile(r"(?:[0-9A-F]{2})*")
_LONGEST_TEXT = 100_000
_MOST = 200_000
_LARGEST_NUMBER = 2**64


def canonical(content: object) -> bytes:
    """Write content in the only way: keys sorted, no spaces, UTF-8."""
    return _ENCODER.encode(content).encode()


def load(data: bytes, where: str) -> Any:
    """Read a document; :class:`RefusedError` if it is no JSON, or not in canonical form."""
    try:
        content = _DECODER.decode(data.decode())
        same = canonical(content) == data
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{where} is no JSON that a bundle holds: {shown(str(error))}") from None
    if not same:
        raise RefusedError(f"{where} is not in canonical form")
    return content


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{shown(text)} is no whole number")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number)


def text(value: Any) -> Any:
    """Return any text as it is."""
    if type(value) is not str or len(value) > _LONGEST_TEXT:
        raise RefusedError(f"{shown(value)} is no text")
    return value


def hexadecimal(value: Any) -> Any:
    """Return bytes in upper-case hexadecimal as they are."""
    if type(value) is not str or _HEXADECIMAL.fullmatch(value) is None:
        raise RefusedError(f"{shown(value)} is not hexadecimal")
    return value


def number(least: int = 0, most: int = _LARGEST_NUMBER) -> Form:
    """Make the form of a whole number."""

    def form(value: Any) -> Any:
        if type(value) is not int or not least <= value <= most:
            raise RefusedError(f"{shown(value)} is no whole number from {least} to {most}")
        return value

    return form


def flag(value: Any) -> Any:
    """Return true or false as they are."""
    if type(value) is not bool:
        raise RefusedError(f"{shown(value)} is neither true nor false")
    return value


def one_of(*allowed: str) -> Form:
    """Make the form of a word from a list."""

    def form(value: Any) -> Any:
        if type(value) is not str or value not in allowed:
            raise RefusedError(f"{shown(value)} is none of {', '.join(allowed)}")
        return value

    return form


def listed(form_of_each: Form, *, exactly: int | None = None) -> Form:
    """Make the form of a list."""

    def form(value: Any) -> Any:
        if type(value) is not list or len(value) > _MOST or exactly not in (None, len(value)):
            raise RefusedError(f"{shown(value)} is no list of the length that it must have")
        return [form_of_each(each) for each in value]

    return form


def mapped(form_of_each: Form) -> Form:
    """Make the form of a table with any keys."""

    def form(value: Any) -> Any:
        if type(value) is not dict or len(value) > _MOST:
            raise RefusedError(f"{shown(value)} is no table")
        return {key: form_of_each(each) for key, each in value.items()}

    return form


def record(required: dict[str, Form], optional: dict[str, tuple[Form, Any]] | None = None) -> Form:
    """Make the form of a table with these keys; ``optional`` has form and default of those that may lack."""
    others = optional or {}
    forms = {**{key: form_of_it for key, (form_of_it, _) in others.items()}, **required}
    defaults = {key: default for key, (_, default) in others.items()}

    def form(value: Any) -> Any:
        if type(value) is not dict:
            raise RefusedError(f"{shown(value)} is no table")
        for key in required:
            if key not in value:
                raise RefusedError(f"{key} is missing in {shown(value)}")
        found = dict(defaults)
        for key, content in value.items():
            chosen = forms.get(key)
            if chosen is None:
                raise RefusedError(f"{shown(key)} means nothing here")
            try:
                found[key] = chosen(content)
            except RefusedError as error:
                raise RefusedError(f"{key}: {error}") from None
        return found

    return form


def tagged(key: str, forms: dict[str, Form]) -> Form:
    """Make the form of a table whose other keys depend on the word under ``key``, which stays in it."""

    def form(value: Any) -> Any:
        word = value.get(key) if type(value) is dict else None
        chosen = forms.get(word) if type(word) is str else None
        if chosen is None:
            raise RefusedError(f"{shown(value)} has no {key} of {', '.join(forms)}")
        others = dict(value)
        del others[key]
        return {**chosen(others), key: word}

    return form
