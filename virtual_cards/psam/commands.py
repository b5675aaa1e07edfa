"""The PSAM's command table: every command in one readable place (facts: card.md §14, terminal.md §7).

The module looks a command up, checks its parameters and length against the row, and calls the row's
function. A function gets the contents, the session and the command, and answers or refuses.
"""

from __future__ import annotations

from onecard.virtual_cards.psam.ciphering import cipher_data, deliver_session_key
from onecard.virtual_cards.psam.files import KEY_FILES
from onecard.virtual_cards.psam.key_loading import CHANGE, CREATE, create_or_change_key
from onecard.virtual_cards.psam.purchase import credit_sam_for_purchase, init_sam_for_purchase
from onecard.virtual_cards.psam.rule import CommandRow
from onecard.virtual_cards.psam.selection import (
    get_challenge,
    get_response,
    initialize_environment,
    read_binary,
    read_record,
    select,
)

__all__ = ["COMMANDS"]


def _only(*values: int) -> frozenset[int]:
    return frozenset(values)


_BY_NUMBER = frozenset(sfi << 3 | 0x04 for sfi in range(0x1F))
"""READ RECORD: a record number, in the file of an SFI or in the current one."""

COMMANDS: dict[tuple[int, int], CommandRow] = {
    (0x00, 0xA4): CommandRow("SELECT", select, _only(0, 2, 4), _only(0), None, "terminal.md §7 Select"),
    (0x00, 0xB0): CommandRow("READ BINARY", read_binary, None, None, False, "terminal.md §7 Files"),
    (0x00, 0xB2): CommandRow("READ RECORD", read_record, None, _BY_NUMBER, False, "card.md §14 file 0001"),
    (0x00, 0x84): CommandRow("GET CHALLENGE", get_challenge, _only(0), _only(0), False, "card.md §10"),
    (0x00, 0xC0): CommandRow("GET RESPONSE", get_response, _only(0), _only(0), False, "card.md §10"),
    (0xBF, 0xEC): CommandRow(
        "INITIALIZE ENVIRONMENT", initialize_environment, _only(0), _only(0), True, "card.md §14"
    ),
    (0xBF, 0xDE): CommandRow(
        "DELIVERY SESSION KEY", deliver_session_key, None, None, True, "terminal.md §7 Deliver key"
    ),
    (0x80, 0xFA): CommandRow(
        "CIPHER DATA", cipher_data, _only(0, 1, 2, 3, 5, 7), _only(0), True, "card.md §14"
    ),
    (0x80, 0x70): CommandRow(
        "INIT SAM FOR PURCHASE", init_sam_for_purchase, _only(1), _only(0), True, "card.md §14"
    ),
    (0x80, 0x72): CommandRow(
        "CREDIT SAM FOR PURCHASE", credit_sam_for_purchase, _only(0), _only(0), True, "card.md §14"
    ),
    (0x84, 0xD4): CommandRow(
        "CREATE/CHANGE KEY",
        create_or_change_key,
        _only(CREATE, CHANGE),
        frozenset(file & 0xFF for file in KEY_FILES),
        True,
        "card.md §14",
    ),
}
