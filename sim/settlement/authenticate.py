"""Card authentication before a settlement (settlement.md §5.2 CA-1, CA-2, §9 C-27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.authentication import (
    INFNO,
    Authentication,
    AuthenticationInput,
    AuthenticationOutput,
    AuthenticationResult,
)
from onecard.sim.settlement.messages.envelope import decode_reply, encode
from onecard.sim.settlement.messages.reasons import BY_AUTHENTICATION, Reason, RefusedError

if TYPE_CHECKING:
    from onecard.sim.settlement.city import Call, City
    from onecard.sim.settlement.messages.inputs import DrugInfo, Settlement
    from onecard.sim.settlement.registry import InsuredPerson

__all__ = ["CARD_CREDENTIALS", "authenticate_card"]

CARD_CREDENTIALS = ("01", "03")
"""Credentials that stand on a card: the card itself, and the e-card, which has the status of its card."""

_OUTPUT = msgspec.json.Decoder(AuthenticationOutput)


def authenticate_card(city: City, call: Call, data: Settlement | DrugInfo, person: InsuredPerson) -> str:
    """Ask the card authority whether the card of a settlement may settle.

    Returns:
        The authentication's serial; empty when the credential is not a card.

    Raises:
        RefusedError: the card may not settle, or the authority gave no usable answer.
    """
    if data.mdtrt_cert_type not in CARD_CREDENTIALS:
        return ""
    question = AuthenticationInput(
        Authentication(
            mdtrt_cert_no=person.card_number or data.mdtrt_cert_no,
            card_sn=data.card_sn,
            certno=person.certno,
            psn_name=person.psn_name,
            terminal=(call.request.dev_no or "")[:64] or None,
        )
    )
    request = msgspec.structs.replace(call.request, infno=INFNO, input=msgspec.Raw(encode(question)))
    answer = city.ask(city.authority, encode(request))
    try:
        reply = decode_reply(answer)
        output = _OUTPUT.decode(reply.output) if int(reply.infcode) == 0 else None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        output = None
    if output is None:
        raise RefusedError(Reason.AUTHORITY_SILENT)
    if output.result != AuthenticationResult.OK:
        raise RefusedError(BY_AUTHENTICATION.get(output.result, Reason.AUTHORITY_SILENT))
    return output.auth_serial
