"""An adapter program: the card in a PC/SC reader, by JSON lines. Usage: cmd:python adapter.py "READER"."""

import json
import re
import sys

from smartcard import scard

GONE = {0x8010000C, 0x80100069, 0x80100009, 0x80100017}  # no card, removed, unknown reader, unavailable
MUTE = {0x80100066, 0x80100067, 0x80100016, 0x8010002F}  # unresponsive, unpowered, not transacted, lost
PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
CONTEXT, READER = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)[1], sys.argv[1]
state: dict[str, int] = {}


def failed(result: int, field: str) -> dict[str, object]:
    code = result & 0xFFFFFFFF
    mute_or_error = {field: ""} if code in MUTE else {"error": scard.SCardGetErrorMessage(result)}
    return {"gone": True} if code in GONE else mute_or_error


def reset() -> dict[str, object]:
    if "card" in state:
        scard.SCardDisconnect(state.pop("card"), scard.SCARD_UNPOWER_CARD)
    result, card, protocol = scard.SCardConnect(CONTEXT, READER, scard.SCARD_SHARE_EXCLUSIVE, PROTOCOLS)
    if result:
        return failed(result, "atr")
    header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
    state.update(card=card, header=header)
    return {"atr": bytes(scard.SCardStatus(card)[4]).hex()}


def transmit(command: str) -> dict[str, object]:
    if "card" not in state:  # it was mute at its reset, or not there
        return {"response": ""}
    result, response = scard.SCardTransmit(state["card"], state["header"], list(bytes.fromhex(command)))
    return failed(result, "response") if result else {"response": bytes(response).hex()}


def hello() -> dict[str, object]:
    face = "contactless" if re.match("3b8.8001", str(reset().get("atr"))) else "contact"
    return {"name": "PC/SC bridge in Python", "faces": [face]}


ACTIONS = {"hello": hello, "reset": reset, "bye": dict}
for line in sys.stdin:
    request = json.loads(line)
    answer = transmit(request["command"]) if request["do"] == "transmit" else ACTIONS[request["do"]]()
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
