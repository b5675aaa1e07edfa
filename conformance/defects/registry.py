"""Every seeded defect by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.conformance.defects import (
    access,
    answer_to_reset,
    anti_tear,
    bank,
    binary,
    blocking,
    challenges,
    command_space,
    contents,
    directory,
    external_authentication,
    fci,
    internal_authentication,
    pin_change,
    pin_unblock,
    psam,
    purse,
    record_modes,
    secure_messaging,
    selection,
    sequences,
    survival,
    transport,
    updates,
    verify,
)

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
