"""The command table: every command of the card in one readable place (facts: card.md §10).

A later command is a row here and a handler in its family's module; tests of forbidden classes, parameters
and lengths are derived from the rows.
"""

from __future__ import annotations

from onecard.virtual_cards.commands.authentication import (
    AUTHENTICATION_LENGTHS,
    external_authenticate,
    get_challenge,
    internal_authenticate,
)
from onecard.virtual_cards.commands.binary import read_binary, update_binary
from onecard.virtual_cards.commands.maintenance import (
    NEW_PIN,
    UNBLOCK_ONLY,
    application_block,
    card_block,
    pin_change_unblock,
)
from onecard.virtual_cards.commands.payment import PAYMENT_COMMANDS
from onecard.virtual_cards.commands.purse import PURSE_COMMANDS
from onecard.virtual_cards.commands.records import (
    READ_MODES,
    UPDATE_MODES,
    read_record,
    update_record,
)
from onecard.virtual_cards.commands.rule import Answer, CommandRule
from onecard.virtual_cards.commands.secure_messaging import MAC_SIZE
from onecard.virtual_cards.commands.selection import BY_FILE_ID, BY_NAME, BY_PATH_ID, NEXT, select
from onecard.virtual_cards.commands.transport import get_response
from onecard.virtual_cards.commands.verification import change_pin, verify
from onecard.virtual_cards.iso7816 import status

__all__ = ["APPLICATION_BLOCK", "COMMANDS", "ENVIRONMENTS", "GET_RESPONSE", "SELECT"]

_ANY = range(0x100)
_ZERO = (0x00,)
_NO_DATA = (0,)
_SOME_DATA = range(1, 256)

_SFIS = range(0x1F)
"""SFI 0 (current EF) to 30."""
_RECORDS = range(0xFF)
"""Record number or identifier; ``FF`` is neither."""


def _reference(modes: tuple[int, ...]) -> frozenset[int]:
    """Return the values of P2 that join an SFI with one of these modes."""
    return frozenset(sfi << 3 | mode for sfi in _SFIS for mode in modes)


_OFFSETS = ((range(0x80), _ANY), (range(0x81, 0x9F), _ANY))
"""READ and UPDATE BINARY: an offset in the current EF, or an SFI with an offset."""

_FILE_ERRORS = {
    status.WRONG_FILE_TYPE,
    status.SECURITY_NOT_SATISFIED,
    status.NO_CURRENT_FILE,
    status.FILE_NOT_FOUND,
}
_WRITE_ERRORS = {status.MEMORY_FAILURE, status.REFERENCE_NOT_USABLE, status.MAC_WRONG}

_MAINTENANCE_ERRORS = frozenset(
    {
        status.MEMORY_FAILURE,
        status.SECURITY_NOT_SATISFIED,
        status.REFERENCE_NOT_USABLE,
        status.CONDITIONS_NOT_SATISFIED,
        status.MAC_WRONG,
        status.REFERENCE_NOT_FOUND,
    }
)

SELECT = CommandRule(
    name="SELECT",
    classes=(0x00,),
    instruction=0xA4,
    parameters=(((BY_NAME,), (0x00, NEXT)), ((BY_PATH_ID, BY_FILE_ID), _ZERO)),
    data_lengths=range(17),
    answer=Answer.DATA,
    handler=select,
    status_words=frozenset({status.FILE_NOT_FOUND, status.RESPONSE_WAITING, status.RIGHT_LENGTH}),
)
GET_RESPONSE = CommandRule(
    name="GET RESPONSE",
    classes=(0x00,),
    instruction=0xC0,
    parameters=((_ZERO, _ZERO),),
    data_lengths=_NO_DATA,
    answer=Answer.READING,
    handler=get_response,
    status_words=frozenset({status.RESPONSE_WAITING, status.RIGHT_LENGTH, status.NO_DIAGNOSIS}),
)

APPLICATION_BLOCK = CommandRule(
    name="APPLICATION BLOCK",
    classes=(0x84,),
    instruction=0x1E,
    parameters=((_ZERO, (0x01,)),),
    data_lengths=(MAC_SIZE,),
    answer=Answer.NONE,
    handler=application_block,
    status_words=_MAINTENANCE_ERRORS,
)

COMMANDS = (
    SELECT,
    CommandRule(
        name="READ RECORD",
        classes=(0x00,),
        instruction=0xB2,
        parameters=((_RECORDS, _reference(READ_MODES)),),
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=read_record,
        status_words=frozenset(_FILE_ERRORS | {status.RECORD_NOT_FOUND, status.RIGHT_LENGTH}),
    ),
    CommandRule(
        name="UPDATE RECORD",
        classes=(0x00, 0x04),
        instruction=0xDC,
        parameters=((_RECORDS, _reference(UPDATE_MODES)),),
        data_lengths=_SOME_DATA,
        answer=Answer.NONE,
        handler=update_record,
        status_words=frozenset(
            _FILE_ERRORS
            | _WRITE_ERRORS
            | {status.RECORD_NOT_FOUND, status.NO_SPACE, status.LENGTH_AGAINST_STRUCTURE}
        ),
    ),
    CommandRule(
        name="READ BINARY",
        classes=(0x00,),
        instruction=0xB0,
        parameters=_OFFSETS,
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=read_binary,
        status_words=frozenset(_FILE_ERRORS | {status.OFFSET_OUTSIDE, status.RIGHT_LENGTH}),
    ),
    CommandRule(
        name="UPDATE BINARY",
        classes=(0x00, 0x04),
        instruction=0xD6,
        parameters=_OFFSETS,
        data_lengths=_SOME_DATA,
        answer=Answer.NONE,
        handler=update_binary,
        status_words=frozenset(_FILE_ERRORS | _WRITE_ERRORS | {status.OFFSET_OUTSIDE}),
    ),
    CommandRule(
        name="VERIFY",
        classes=(0x00,),
        instruction=0x20,
        parameters=((_ZERO, _ZERO),),
        data_lengths=(0, *range(2, 9)),
        answer=Answer.NONE,
        handler=verify,
        status_words=frozenset(
            {
                status.TRIES_LEFT,
                status.AUTHENTICATION_LOCKED,
                status.REFERENCE_NOT_USABLE,
                status.REFERENCE_NOT_FOUND,
                status.MEMORY_FAILURE,
            }
        ),
    ),
    CommandRule(
        name="CHANGE PIN",
        classes=(0x80,),
        instruction=0x5E,
        parameters=(((0x01,), _ZERO),),
        data_lengths=range(3, 18),
        answer=Answer.NONE,
        handler=change_pin,
        status_words=frozenset(
            {
                status.TRIES_LEFT,
                status.AUTHENTICATION_LOCKED,
                status.MEMORY_FAILURE,
                status.WRONG_DATA,
            }
        ),
    ),
    CommandRule(
        name="PIN CHANGE/UNBLOCK",
        classes=(0x84,),
        instruction=0x24,
        parameters=((_ZERO, (UNBLOCK_ONLY, NEW_PIN)),),
        data_lengths=(4, 12, 20),
        answer=Answer.NONE,
        handler=pin_change_unblock,
        status_words=_MAINTENANCE_ERRORS | {status.WRONG_DATA},
    ),
    CommandRule(
        name="GET CHALLENGE",
        classes=(0x00,),
        instruction=0x84,
        parameters=((_ZERO, _ZERO),),
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=get_challenge,
        status_words=frozenset(),
    ),
    CommandRule(
        name="EXTERNAL AUTHENTICATE",
        classes=(0x00,),
        instruction=0x82,
        parameters=((_ZERO, (*range(0x10), *range(0x80, 0x90))),),
        data_lengths=AUTHENTICATION_LENGTHS,
        answer=Answer.NONE,
        handler=external_authenticate,
        status_words=frozenset(
            {
                status.TRIES_LEFT,
                status.AUTHENTICATION_LOCKED,
                status.REFERENCE_NOT_USABLE,
                status.REFERENCE_NOT_FOUND,
                status.MEMORY_FAILURE,
            }
        ),
    ),
    CommandRule(
        name="INTERNAL AUTHENTICATE",
        classes=(0x00,),
        instruction=0x88,
        parameters=((_ZERO, _ZERO),),
        data_lengths=AUTHENTICATION_LENGTHS,
        answer=Answer.DATA,
        handler=internal_authenticate,
        status_words=frozenset({status.REFERENCE_NOT_FOUND, status.RESPONSE_WAITING, status.RIGHT_LENGTH}),
    ),
    APPLICATION_BLOCK,
    CommandRule(
        name="CARD BLOCK",
        classes=(0x84,),
        instruction=0x16,
        parameters=((_ZERO, _ZERO),),
        data_lengths=(MAC_SIZE,),
        answer=Answer.NONE,
        handler=card_block,
        status_words=_MAINTENANCE_ERRORS,
    ),
    *PURSE_COMMANDS,
    GET_RESPONSE,
)
"""Commands of the social side."""

ENVIRONMENTS = {"social": COMMANDS, "payment": (SELECT, *PAYMENT_COMMANDS, GET_RESPONSE)}
"""The command table of each side of the firewall (card.md §2)."""
