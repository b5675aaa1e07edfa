"""A payment in progress: what GET PROCESSING OPTIONS leaves for the commands after it (facts: card.md §15).

====================  ==========================================================================
stage                 next
====================  ==========================================================================
``initiated``         first GENERATE AC: an ARQC leads to ``online``, TC and AAC to ``finished``
``online``            EXTERNAL AUTHENTICATE (once), issuer script, second GENERATE AC → ``finished``
``finished``          issuer script, if the issuer has been authenticated; no more cryptograms
====================  ==========================================================================

Over qPBOC GET PROCESSING OPTIONS gives the cryptogram itself and leads to ``finished``. SELECT and loss of
power end a transaction at any stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onecard.virtual_cards.chip.nonvolatile import Change

__all__ = ["FINISHED", "INITIATED", "ONLINE", "PaymentTransaction"]

INITIATED, ONLINE, FINISHED = "initiated", "online", "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTransaction:
    """A payment that has begun."""

    stage: str
    """``"initiated"``, ``"online"`` or ``"finished"``."""
    electronic_cash: bool = False
    """Whether the terminal chose electronic cash."""
    values: Mapping[int, bytes] = field(default_factory=dict)
    """What the terminal told so far, by tag."""
    history: bytes
    """What the card verification results tell of earlier transactions, 2 bytes (``risk.history_of``)."""
    cryptogram: bytes = b""
    """The ARQC."""
    issuer: str = "missing"
    """Issuer authentication: ``"missing"``, ``"passed"`` or ``"failed"``."""
    signed: bool = False
    """Whether INTERNAL AUTHENTICATE was carried out."""
    scripts: int = 0
    script_failed: bool = False
    last_record: tuple[int, int] = (0, 0)
    """SFI and number of the record whose reading completes an off-line qPBOC purchase."""
    pending: tuple[Change, ...] = ()
    """What is written when that record is read."""
