"""The PSAM: a terminal's security module, a card of its own (facts: card.md §14, terminal.md §7)."""

from onecard.virtual_cards.psam.environments import ENVIRONMENTS, Environment
from onecard.virtual_cards.psam.key_loading import key_command
from onecard.virtual_cards.psam.key_record import PsamKey, PsamKeyError, psam_own_keys
from onecard.virtual_cards.psam.keys import LEVELS, psam_keys
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
    "key_command",
    "personalise_psam",
    "psam_keys",
    "psam_own_keys",
]
