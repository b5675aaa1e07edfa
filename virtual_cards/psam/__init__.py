"""The PSAM: a terminal's security module, a card of its own (facts: card.md §14, terminal.md §7)."""

from onecard.virtual_cards.psam.environments import ENVIRONMENTS, Environment
from onecard.virtual_cards.psam.keys import LEVELS, PsamKey, PsamKeyError, psam_keys
from onecard.virtual_cards.psam.module import Psam
from onecard.virtual_cards.psam.personalisation import issue_psam, personalise_psam

__all__ = [
    "ENVIRONMENTS",
    "LEVELS",
    "Environment",
    "Psam",
    "PsamKey",
    "PsamKeyError",
    "issue_psam",
    "personalise_psam",
    "psam_keys",
]
