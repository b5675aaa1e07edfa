"""Dialogues as data: ``dialogues.toml``, its model, and the checks that make a bad one fail at load.

A dialogue is a list of steps with parameters. The words are a closed list (one structure per word below);
what each word does is :mod:`onecard.sim.terminals.steps`. Loading resolves ``begins_with`` and checks the
order of steps, so that a running dialogue meets no surprise but the card's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.terminals.codes import Label
from onecard.sim.validation import convert, unknown_name
from onecard.virtual_cards.security.key_table import key_rows

__all__ = [
    "Append",
    "AuthenticateCard",
    "Authorise",
    "CheckHotList",
    "CheckValidity",
    "Dialogue",
    "Identify",
    "Read",
    "ReadBasicData",
    "Select",
    "Step",
    "Update",
    "VerifyPin",
    "load_dialogues",
    "parse_dialogues",
]

_FILE = Path(__file__).with_name("dialogues.toml")
_BUILT_IN_VALUES = frozenset({"today", "area"})

Version = Literal["1.00", "2.00", "3.00"]
FaceName = Literal["contact", "contactless"]

_VERSIONS: tuple[Version, ...] = ("1.00", "2.00", "3.00")
_FACES: tuple[FaceName, ...] = ("contact", "contactless")


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """Any step; ``versions``: specification versions of cards on which it is done."""

    versions: tuple[Version, ...] = _VERSIONS

    @property
    def word(self) -> str:
        """The word in the file, ``"verify-pin"``."""
        return str(self.__struct_config__.tag)


class Select(_Step, frozen=True, tag="select"):
    """SELECT SSSE and take the algorithm from its FCI."""


class Identify(_Step, frozen=True, tag="identify"):
    """Read card identification code, specification version and card number."""


class AuthenticateCard(_Step, frozen=True, tag="authenticate-card"):
    """INTERNAL AUTHENTICATE, compared with the PSAM's result."""


class CheckHotList(_Step, frozen=True, tag="check-hot-list"):
    """Refuse a card that the terminal's hot list names."""


class CheckValidity(_Step, frozen=True, tag="check-validity"):
    """Refuse a card before its issue date or after its expiry date."""


class ReadBasicData(_Step, frozen=True, tag="read-basic-data"):
    """Read the eleven fields of ``iReadCardBas``."""


class Authorise(_Step, frozen=True, tag="authorise"):
    """EXTERNAL AUTHENTICATE with one key."""

    key: str


class Read(_Step, frozen=True, tag="read"):
    """Read items of a file, or all of it."""

    file: str
    items: tuple[str, ...] = ()
    by: Literal["key", "pin"] = "key"


class VerifyPin(_Step, frozen=True, tag="verify-pin"):
    """Ask for the PIN if the card has one, and verify it."""


class Update(_Step, frozen=True, tag="update"):
    """Write items of a linear file."""

    file: str
    values: dict[str, str]


class Append(_Step, frozen=True, tag="append"):
    """Append a record to a cyclic file."""

    file: str
    fields: tuple[str, ...]


Step = (
    Select
    | Identify
    | AuthenticateCard
    | CheckHotList
    | CheckValidity
    | ReadBasicData
    | Authorise
    | Read
    | VerifyPin
    | Update
    | Append
)

_WORDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Step))


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dialogue as the file has it."""

    title: Label
    source: str
    mark: Literal["S", "M", "1", "P"]
    steps: tuple[Step, ...]
    begins_with: str | None = None
    defaults: dict[str, str] = {}
    versions: tuple[Version, ...] = _VERSIONS
    faces: tuple[FaceName, ...] = _FACES


class Dialogue(msgspec.Struct, frozen=True, kw_only=True):
    """A dialogue, complete.

    Args:
        name: key in the file.
        title: for people, English and Chinese.
        source: the flow it follows.
        mark: certainty.
        steps: all steps in order, those of ``begins_with`` included.
        defaults: values for ``$name`` texts when the caller gives none.
        versions: specification versions of cards that it is for.
        faces: faces that it can use.
    """

    name: str
    title: Label
    source: str
    mark: str
    steps: tuple[Step, ...]
    defaults: Mapping[str, str]
    versions: tuple[str, ...]
    faces: tuple[str, ...]

    @property
    def asks_pin(self) -> bool:
        """Whether a PIN may be asked for on any card by an explicit step."""
        return any(isinstance(step, VerifyPin) for step in self.steps)


@cache
def load_dialogues() -> dict[str, Dialogue]:
    """Load the dialogues of the project, by name.

    Raises:
        InputError: names the dialogue and field that is wrong.
    """
    return parse_dialogues(_FILE.read_text(encoding="utf-8"), where=_FILE.name)


def parse_dialogues(text: str, *, where: str = "dialogues") -> dict[str, Dialogue]:
    """Understand the text of a dialogue file.

    Raises:
        InputError: names the dialogue and field that is wrong.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", where=where) from None
    _check_words(raw, where)
    tables = convert(raw, dict[str, _Table], where=where)
    return {name: _complete(name, tables, where) for name in tables}


def _check_words(raw: dict[str, object], where: str) -> None:
    """Name a word that the vocabulary lacks, and the words that it has."""
    for name, table in raw.items():
        steps = table.get("steps") if isinstance(table, dict) else None
        for at, step in enumerate(steps if isinstance(steps, list) else ()):
            word = step.get("do") if isinstance(step, dict) else None
            if isinstance(word, str) and word not in _WORDS:
                raise unknown_name("step", word, list(_WORDS), where=f"{where}: {name}.steps[{at}].do")


def _complete(name: str, tables: Mapping[str, _Table], where: str) -> Dialogue:
    table = tables[name]
    steps, defaults = _chain(name, tables, where)
    _check_order(steps, f"{where}: {name}")
    _check_values(steps, defaults, f"{where}: {name}")
    return Dialogue(
        name=name,
        title=table.title,
        source=table.source,
        mark=table.mark,
        steps=steps,
        defaults=defaults,
        versions=table.versions,
        faces=table.faces,
    )


def _chain(name: str, tables: Mapping[str, _Table], where: str) -> tuple[tuple[Step, ...], dict[str, str]]:
    """Follow ``begins_with`` to its start: all steps, all defaults."""
    names = [name]
    while (before := tables[names[-1]].begins_with) is not None:
        field = f"{where}: {names[-1]}.begins_with"
        if before not in tables:
            raise unknown_name("dialogue", before, list(tables), where=field)
        if before in names:
            raise InputError("dialogues begin with each other in a circle", where=field, value=before)
        names.append(before)
    steps = tuple(step for at in reversed(names) for step in tables[at].steps)
    defaults = {key: value for at in reversed(names) for key, value in tables[at].defaults.items()}
    return steps, defaults


def _check_order(steps: tuple[Step, ...], where: str) -> None:
    """First ``select``, then ``identify``: every other word needs what these two learn."""
    if not steps or not isinstance(steps[0], Select):
        raise InputError("the first step is not select", where=f"{where}.steps")
    for at, step in enumerate(steps):
        if step.versions != _VERSIONS:
            raise InputError(
                "the version is not known before identify", where=f"{where}.steps[{at}].versions"
            )
        if isinstance(step, Identify):
            return
        if not isinstance(step, Select):
            raise InputError("a step before identify is not select", where=f"{where}.steps[{at}]")
    raise InputError("no step is identify", where=f"{where}.steps")


def _check_values(steps: tuple[Step, ...], defaults: Mapping[str, str], where: str) -> None:
    """Every ``$name`` has a default; every key name is in the key table."""
    known = _BUILT_IN_VALUES | set(defaults)
    for at, step in enumerate(steps):
        field = f"{where}.steps[{at}]"
        if isinstance(step, Authorise) and step.key not in key_rows():
            raise unknown_name("key", step.key, list(key_rows()), where=field)
        texts = tuple(step.values.values()) if isinstance(step, Update) else getattr(step, "fields", ())
        for text in texts:
            if text.startswith("$") and text[1:] not in known:
                raise unknown_name("value", text[1:], sorted(known), where=field)
