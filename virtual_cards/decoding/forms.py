"""What commands and their answers are made of: ``forms.toml`` and its loader (card.md §10, §13 to §15).

The names are those of the command table of ``commands``, which a test holds to be complete here. Parameters
with a meaning of their own (record references, key identifiers) are explained by functions in ``commands``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import msgspec

__all__ = ["DataField", "Form", "form_of", "forms"]

_FILE = Path(__file__).with_name("forms.toml")
_FIELD = re.compile(r"(\()?(\d+|\*)\)? (\w+) (.+?) \| (.+)")


class DataField(msgspec.Struct, frozen=True):
    """One field of command data or of an answer."""

    size: int
    """Bytes; ``0``: whatever the other fields leave."""
    optional: bool
    kind: str
    english: str
    chinese: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One command in one or more environments."""

    name: str
    chinese: str
    instruction: int
    environments: tuple[str, ...]
    p1: int | None
    """P1 that tells this command from another one of the same instruction; ``None``: any."""
    p1_meanings: dict[int, tuple[str, str]]
    p2_meanings: dict[int, tuple[str, str]]
    data: tuple[DataField, ...]
    answer: tuple[DataField, ...]
    untagged_answer: tuple[DataField, ...]
    """Answer inside template 80, which payment commands may give instead of BER-TLV."""


class _FormDocument(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    chinese: str
    instruction: int
    environments: tuple[str, ...] = ("social",)
    p1: int | None = None
    p1_meanings: tuple[tuple[int, str, str], ...] = ()
    p2_meanings: tuple[tuple[int, str, str], ...] = ()
    data: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    untagged_answer: tuple[str, ...] = ()


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    command: tuple[_FormDocument, ...]


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Load every command that is explained by name.

    Raises:
        ValueError: the data file does not follow its form.
    """
    document = msgspec.toml.decode(_FILE.read_bytes(), type=_Document)
    return tuple(_form(row) for row in document.command)


def _form(row: _FormDocument) -> Form:
    return Form(
        name=row.name,
        chinese=row.chinese,
        instruction=row.instruction,
        environments=row.environments,
        p1=row.p1,
        p1_meanings={value: (english, chinese) for value, english, chinese in row.p1_meanings},
        p2_meanings={value: (english, chinese) for value, english, chinese in row.p2_meanings},
        data=_fields(row.data),
        answer=_fields(row.answer),
        untagged_answer=_fields(row.untagged_answer),
    )


def _fields(lines: tuple[str, ...]) -> tuple[DataField, ...]:
    fields = []
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise ValueError(f"{_FILE.name}: not a field: {line!r}")
        bracket, size, kind, english, chinese = match.groups()
        fields.append(DataField(0 if size == "*" else int(size), bool(bracket), kind, english, chinese))
    return tuple(fields)


def form_of(instruction: int, p1: int, environment: str) -> Form | None:
    """Find a command's form: in its environment, else in any (a log may begin in the middle)."""
    fitting = [form for form in forms() if form.instruction == instruction and form.p1 in (None, p1)]
    here = [form for form in fitting if environment in form.environments]
    return next(iter(here or fitting), None)
