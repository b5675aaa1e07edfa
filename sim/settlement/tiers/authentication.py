"""Card authentication before a settlement (settlement.md §5.2 CA-1 to CA-4, §9 C-27, §10 Q-9).

The city of treatment asks before it settles or sends on: the question goes up through its province to the
ministry, which asks the authority that issued the card and feeds the answer back (architecture §4). It is a
query: nothing changes by it, so it needs no commit, and one that is lost ends in a refusal. Switched to "on
the way", the ministry asks the same while it forwards (world.md §1.8.4; :class:`TierOptions`).
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
from onecard.sim.settlement.messages.envelope import decode_reply, encode, infcode_of
from onecard.sim.settlement.messages.reasons import BY_AUTHENTICATION, Reason, RefusedError
from onecard.sim.settlement.tiers.call import read_treatment, write_treatment
from onecard.sim.settlement.tiers.directory import province_address

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.envelope import Request
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier
    from onecard.sim.settlement.tiers.kernel import Arrived

__all__ = [
    "AUTHENTICATION_TIMEOUT_US",
    "CARD_CREDENTIALS",
    "authenticate_card",
    "credential_node",
    "question_of",
    "serial_of",
    "with_serial",
]

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
    question = question_of(call.request, credential_node(call.node))
    if question is None:
        return ""
    address = city.authority or province_address(city.admdvs[:2])
    reply = yield from city.ask(arrived, address, encode(question), timeout_us=AUTHENTICATION_TIMEOUT_US)
    return serial_of(reply)


def question_of(request: Request, data: Any) -> Request | None:
    """Write the CA01 of a settlement; None when its credential is not a card.

    Args:
        request: the settlement's envelope.
        data: the node of its input that names the credential.
    """
    if data.mdtrt_cert_type not in CARD_CREDENTIALS:
        return None
    question = AuthenticationInput(
        Authentication(
            mdtrt_cert_type=data.mdtrt_cert_type,
            mdtrt_cert_no=data.mdtrt_cert_no,
            card_sn=data.card_sn,
            certno=data.certno,
            psn_name=data.psn_name,
            terminal=(request.dev_no or "")[:64] or None,
        )
    )
    return msgspec.structs.replace(request, infno=INFNO, input=msgspec.Raw(encode(question)))


def serial_of(reply: bytes | None) -> str:
    """Read the answer to a CA01.

    Raises:
        RefusedError: the card may not settle, or there is no usable answer.
    """
    try:
        answer = decode_reply(reply or b"")
        output = _OUTPUT.decode(answer.output) if infcode_of(answer) == 0 else None
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


def with_serial(node: Any, auth_serial: str) -> Any:
    """Write an authentication's serial into what a settlement says of the treatment.

    Raises:
        RefusedError: it says nothing, or not in the agreed form.
    """
    data = credential_node(node)
    try:
        treatment = read_treatment(data.expContent)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError(Reason.MALFORMED, f"expContent: {error}") from None
    if treatment is None:
        raise RefusedError(Reason.MALFORMED, "expContent says nothing of the treatment")
    treatment.auth_serial = auth_serial
    data = msgspec.structs.replace(data, expContent=write_treatment(treatment))
    return msgspec.structs.replace(node, **{"druginfo" if hasattr(node, "druginfo") else "data": data})
