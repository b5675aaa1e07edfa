"""Defects that the cases of ``cards.transport`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.conformance.defects.wrong import Defect

__all__ = ["DEFECTS"]

DEFECTS: tuple[Defect, ...] = ()
