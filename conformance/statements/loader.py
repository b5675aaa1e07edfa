"""Statements from files, and the ones of the references."""

from __future__ import annotations

import tomllib
from pathlib import Path

from onecard.conformance.model.statement import Statement
from onecard.sim.errors import InputError
from onecard.sim.validation import convert

__all__ = ["load_statement", "read_statement", "reference_source", "reference_statement", "starting_source"]

_FOLDER = Path(__file__).parent

_STARTING = (
    (
        "# Statement of the project's own reference card.\n",
        "# What a card claims. These are the values of the reference card: change them to those of yours.\n",
    ),
    (
        'destructive = ["card/*"]\n',
        (
            "# Patterns of destructive cases that --destructive may run: they lock and block the card.\n"
            "destructive = []\n"
        ),
    ),
    (
        'chip_provider = "',
        '# Answer to reset, T1 T2 and T6 T7; left out, a person is asked.\nchip_provider = "',
    ),
    (
        "[card.facts]\n",
        (
            "[card.facts]\n"
            "# A wrong PIN or wrong keys cost the card tries.\n"
            'pin = "123456"\npin_tries = 3\nkey_tries = 3\n'
            "# First three bytes of the card identification code: published test keys are derived with it.\n"
        ),
    ),
    (
        'card_maker = "8660"\n',
        (
            'card_maker = "8660"\n\n'
            "# The card's own test keys, if they are not the published ones; they go into the bundle.\n"
            "# [keys]\n"
            '# source = "given"\n'
            '# values = { "RKSSSE/1" = "00112233445566778899AABBCCDDEEFF" }\n'
        ),
    ),
)

MOST_BYTES = 1 << 16
"""A statement is a page of text; more is another file."""


def read_statement(source: bytes, *, where: str) -> Statement:
    """Read a statement; its claims are not weighed (see ``plausibility``).

    Args:
        source: TOML.
        where: what errors call it, usually the file.

    Raises:
        InputError: it does not follow the schema; names file, field and value.
    """
    if len(source) > MOST_BYTES:
        raise InputError("too long for a statement", where=where, allowed=f"up to {MOST_BYTES} bytes")
    try:
        raw = tomllib.loads(source.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not TOML: {error}", where=where) from None
    return convert(raw, Statement, where=f"{where}:")


def load_statement(path: Path) -> Statement:
    """Read a statement from a file; :class:`InputError` as :func:`read_statement`, or it cannot be read."""
    try:
        with path.open("rb") as file:
            source = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError("cannot be read", where=str(path), value=error.strerror) from None
    return read_statement(source, where=str(path))


def reference_source(version: str) -> bytes:
    """Return the statement of the reference card of a specification version, as it stands in its file."""
    return (_FOLDER / f"virtual-{version}.toml").read_bytes()


def starting_source(version: str) -> str:
    """Return a statement to begin with: the reference's, with what each vendor has to look at.

    It names nothing destructive: the first run of somebody who did not read it must not block their card.
    """
    text = reference_source(version).decode()
    for old, new in _STARTING:
        if old not in text:
            raise ValueError(f"virtual-{version}.toml has no {old!r}")
        text = text.replace(old, new)
    return text


def reference_statement(version: str) -> Statement:
    """Return the statement of the reference card of a specification version."""
    return read_statement(reference_source(version), where=f"virtual-{version}.toml")
