"""Card authentication before a settlement (settlement.md §5.2 CA-1 to CA-4, §9 C-27, §10 Q-9).

The city of treatment asks, whatever the route of the settlement: the question goes up through its province to
the ministry, which asks the authority that issued the card and feeds the answer back (architecture §4). It
is a
query: nothing changes by it, so it needs no commit, and one that is lost ends in a refusal.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import msgspec

from onecard.sim.actors import Ask, Heard
from onecard.sim.settlement.messages.authentication import (
    INFNO,
    Authentication,
    AuthenticationInput,
    AuthenticationOutput,
    AuthenticationResult,
)
from onecard.sim.settlement.messages.envelope import decode_reply, encode
from onecard.sim.settlement.messages.reasons import BY_AUTHENTICATION, Reason, RefusedError
from onecard.sim.settlement.tiers.directory import province_address

if TYPE_CHECKING:
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier
    from onecard.sim.settlement.tiers.kernel import Arrived

__all__ = ["AUTHENTICATION_TIMEOUT_US", "CARD_CREDENTIALS", "authenticate_card", "credential_node"]

CARD_CREDENTIALS = ("01", "03")
"""Credentials that stand on a card: the card itself, and the e-card, which has the status of its card."""
AUTHENTICATION_TIMEOUT_US = 10_000_000
"""How long a city waits for an authentication; inside the 25 s that it has for everything (§10 Q-11)."""

_OUTPUT = msgspec.json.Decoder(AuthenticationOutput)


def authenticate_card(city: CityTier, arrived: Arrived, call: Call) -> Generator[Ask, Heard, str]:
    """Ask whether the card of a settlement may settle.

    Returns:
        The authentication's serial; empty when the credential is not a card.

    Raises:
        RefusedError: the card may not settle, or nobody who knows answered.
    """
    data = credential_node(call.node)
    if data.mdtrt_cert_type not in CARD_CREDENTIALS:
        return ""
    question = AuthenticationInput(
        Authentication(
            mdtrt_cert_type=data.mdtrt_cert_type,
            mdtrt_cert_no=data.mdtrt_cert_no,
            card_sn=getattr(data, "card_sn", None),
            certno=getattr(data, "certno", None),
            psn_name=getattr(data, "psn_name", None),
            terminal=(call.request.dev_no or "")[:64] or None,
        )
    )
    request = msgspec.structs.replace(call.request, infno=INFNO, input=msgspec.Raw(encode(question)))
    address = city.authority or province_address(city.admdvs[:2])
    reply = yield from city.ask(arrived, address, encode(request), timeout_us=AUTHENTICATION_TIMEOUT_US)
    try:
        answer = decode_reply(reply or b"")
        output = _OUTPUT.decode(answer.output) if int(answer.infcode) == 0 else None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        output = None
    if output is None:
        raise RefusedError(Reason.AUTHORITY_SILENT)
    if output.result != AuthenticationResult.OK:
        raise RefusedError(BY_AUTHENTICATION.get(output.result, Reason.AUTHORITY_SILENT))
    return output.auth_serial


def credential_node(node: Any) -> Any:
    """Return the part of an input that names the credential."""
    return node.druginfo if hasattr(node, "druginfo") else node.data
