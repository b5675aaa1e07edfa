"""The command table of the payment side, beyond SELECT and GET RESPONSE (facts: card.md §15)."""

from __future__ import annotations

from onecard.virtual_cards.commands.payment_cryptograms import (
    RESPONSE_SIZE,
    external_authenticate,
    generate_ac,
    internal_authenticate,
)
from onecard.virtual_cards.commands.payment_data import (
    PUT_DATA_SIZE,
    get_challenge,
    get_data,
    put_data,
    read_record,
    verify,
)
from onecard.virtual_cards.commands.payment_options import get_processing_options
from onecard.virtual_cards.commands.rule import Answer, CommandRule
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.payment.applications import payment_rules
from onecard.virtual_cards.payment.risk import Cryptogram
from onecard.virtual_cards.payment.status import AUTHENTICATION_FAILED

__all__ = ["PAYMENT_COMMANDS"]

_ANY = range(0x100)
_ZERO = (0x00,)
_NO_DATA = (0,)

_RECORDS = range(1, 0xFF)
_BY_NUMBER = frozenset(sfi << 3 | 0x04 for sfi in range(1, 0x1F))
"""P2 of READ RECORD: an SFI and "record number in P1", the one mode that EMV has."""

_PIN_FORMS = (0x00, 0x80, 0x88)
"""P2 of VERIFY: as on the social side, clear PIN, enciphered PIN."""

_TRANSACTION_ERRORS = frozenset(
    {
        status.CONDITIONS_NOT_SATISFIED,
        status.MEMORY_FAILURE,
        status.RESPONSE_WAITING,
        status.RIGHT_LENGTH,
    }
)

PAYMENT_COMMANDS: tuple[CommandRule, ...] = (
    CommandRule(
        name="GET PROCESSING OPTIONS",
        classes=(0x80,),
        instruction=0xA8,
        parameters=((_ZERO, _ZERO),),
        data_lengths=range(2, 0x100),
        answer=Answer.DATA,
        handler=get_processing_options,
        status_words=_TRANSACTION_ERRORS | {status.WRONG_DATA},
    ),
    CommandRule(
        name="READ RECORD",
        classes=(0x00,),
        instruction=0xB2,
        parameters=((_RECORDS, _BY_NUMBER),),
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=read_record,
        status_words=frozenset(
            {
                status.FILE_NOT_FOUND,
                status.RECORD_NOT_FOUND,
                status.RIGHT_LENGTH,
                status.MEMORY_FAILURE,
            }
        ),
    ),
    CommandRule(
        name="GET DATA",
        classes=(0x80,),
        instruction=0xCA,
        parameters=((_ANY, _ANY),),
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=get_data,
        status_words=frozenset({status.REFERENCE_NOT_FOUND, status.RIGHT_LENGTH}),
    ),
    CommandRule(
        name="GENERATE AC",
        classes=(0x80,),
        instruction=0xAE,
        parameters=((tuple(map(int, Cryptogram)), _ZERO),),
        data_lengths=range(1, 0x100),
        answer=Answer.DATA,
        handler=generate_ac,
        status_words=_TRANSACTION_ERRORS,
    ),
    CommandRule(
        name="EXTERNAL AUTHENTICATE",
        classes=(0x00,),
        instruction=0x82,
        parameters=((_ZERO, _ZERO),),
        data_lengths=(RESPONSE_SIZE,),
        answer=Answer.NONE,
        handler=external_authenticate,
        status_words=frozenset({status.CONDITIONS_NOT_SATISFIED, AUTHENTICATION_FAILED}),
    ),
    CommandRule(
        name="INTERNAL AUTHENTICATE",
        classes=(0x00,),
        instruction=0x88,
        parameters=((_ZERO, _ZERO),),
        data_lengths=(payment_rules().dol["ddol"].size,),
        answer=Answer.DATA,
        handler=internal_authenticate,
        status_words=frozenset(
            {status.CONDITIONS_NOT_SATISFIED, status.RESPONSE_WAITING, status.RIGHT_LENGTH}
        ),
    ),
    CommandRule(
        name="PUT DATA",
        classes=(0x04,),
        instruction=0xDA,
        parameters=((_ANY, _ANY),),
        data_lengths=(PUT_DATA_SIZE,),
        answer=Answer.NONE,
        handler=put_data,
        status_words=frozenset(
            {
                status.CONDITIONS_NOT_SATISFIED,
                status.REFERENCE_NOT_FOUND,
                status.MAC_WRONG,
                status.WRONG_DATA,
                status.MEMORY_FAILURE,
            }
        ),
    ),
    CommandRule(
        name="VERIFY",
        classes=(0x00,),
        instruction=0x20,
        parameters=((_ZERO, _PIN_FORMS),),
        data_lengths=_ANY,
        answer=Answer.NONE,
        handler=verify,
        status_words=frozenset({status.REFERENCE_NOT_FOUND}),
    ),
    CommandRule(
        name="GET CHALLENGE",
        classes=(0x00,),
        instruction=0x84,
        parameters=((_ZERO, _ZERO),),
        data_lengths=_NO_DATA,
        answer=Answer.READING,
        handler=get_challenge,
        status_words=frozenset({status.RIGHT_LENGTH}),
    ),
)
"""Commands inside the payment environment, beyond SELECT and GET RESPONSE."""
