"""Statements from files, and the ones of the references."""

from __future__ import annotations

import tomllib
from pathlib import Path

from onecard.conformance.model.statement import Statement
from onecard.sim.errors import InputError
from onecard.sim.validation import convert

__all__ = ["load_statement", "read_statement", "reference_source", "reference_statement"]

_FOLDER = Path(__file__).parent

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


def reference_statement(version: str) -> Statement:
    """Return the statement of the reference card of a specification version."""
    return read_statement(reference_source(version), where=f"virtual-{version}.toml")
