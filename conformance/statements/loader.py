"""Statements from files, and the ones of the references."""

from __future__ import annotations

from pathlib import Path

import msgspec

from onecard.conformance.model.statement import Statement
from onecard.sim.errors import InputError

__all__ = ["load_statement", "reference_statement"]

_FOLDER = Path(__file__).parent


def load_statement(path: Path) -> Statement:
    """Read a statement; :class:`InputError` names file and field."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Statement)
    except OSError as error:
        raise InputError("cannot be read", where=str(path), value=error.strerror) from None
    except msgspec.MsgspecError as error:
        raise InputError(str(error), where=str(path)) from None


def reference_statement(version: str) -> Statement:
    """Return the statement of the reference card of a specification version."""
    return load_statement(_FOLDER / f"virtual-{version}.toml")
