"""Every seeded defect by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.conformance.defects.applications import bank, psam, purse
from onecard.conformance.defects.authentication import (
    challenges,
    external_authentication,
    internal_authentication,
    pin_change,
    pin_unblock,
    verify,
)
from onecard.conformance.defects.files import access, binary, contents, record_modes, updates
from onecard.conformance.defects.interface import (
    answer_to_reset,
    command_space,
    directory,
    fci,
    selection,
    transport,
)
from onecard.conformance.defects.state import blocking, secure_messaging, sequences, survival
from onecard.conformance.defects.tearing import anti_tear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.conformance.defects.wrong import Defect

__all__ = ["card_defects"]

_MODULES = (
    answer_to_reset,
    selection,
    fci,
    directory,
    contents,
    record_modes,
    binary,
    transport,
    access,
    updates,
    challenges,
    internal_authentication,
    external_authentication,
    verify,
    pin_change,
    pin_unblock,
    secure_messaging,
    survival,
    command_space,
    purse,
    psam,
    bank,
    anti_tear,
    sequences,
    blocking,
)


def card_defects() -> Mapping[str, Defect]:
    """Return the defects of cards by name; ``ValueError`` if two have one name."""
    found: dict[str, Defect] = {}
    for module in _MODULES:
        for defect in module.DEFECTS:
            if defect.name in found:
                raise ValueError(f"two defects are called {defect.name}")
            found[defect.name] = defect
    return MappingProxyType(found)
