"""Defects that the cases of ``cards.interface.transport`` must find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.defects.lies import After, Before, Lie, answers, byte_at, changes, turns
from onecard.conformance.defects.wrong import Defect

if TYPE_CHECKING:
    from onecard.virtual_cards.readers.in_process import PoweredCard

__all__ = ["DEFECTS"]

_GET_RESPONSE = bytes.fromhex("00C0")
_READ_RECORD = bytes.fromhex("00B2")


def _twice(card: Lie, command: bytes, response: bytes) -> bytes:
    """Keep an answer that was fetched."""
    if command[:2] == _GET_RESPONSE and response[-2:] == b"\x90\x00":
        card.session.waiting = response[:-2]
    return response


def _zero_is_all(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """GET RESPONSE with Le = 00 gives everything."""
    if command == bytes.fromhex("00C0000000") and card.session.waiting:
        return command[:4] + bytes((len(card.session.waiting),)), None
    return command, None


def _long_is_cut(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """GET RESPONSE gives what there is, however much is asked for."""
    if command[:2] == _GET_RESPONSE and byte_at(command, 4) > 0 and card.session.waiting:
        return command[:4] + bytes((min(byte_at(command, 4), len(card.session.waiting)),)), None
    return command, None


def _rest_is_lost(card: Lie, command: bytes, response: bytes) -> bytes:
    """Throw away what a short GET RESPONSE leaves."""
    if command[:2] == _GET_RESPONSE and len(response) > 2:
        card.session.waiting = b""
        return response[:-2] + b"\x90\x00"
    return response


def _never_lost(card: Lie, command: bytes, response: bytes) -> bytes:
    """Bring back an answer that nobody fetched."""
    if card.session.waiting:
        card.kept["answer"] = card.session.waiting
    elif command[:2] != _GET_RESPONSE:
        kept = card.kept.get("answer", b"")
        card.session.waiting = kept if isinstance(kept, bytes) else b""
    else:
        card.kept.pop("answer", None)
    return response


def _outlives_reset(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """Let the first command after a reset find the answer of before."""
    here = card.session
    kept = card.kept.get("answer", b"")
    if card.kept.get("session") is not here and isinstance(kept, bytes):
        here.waiting = kept
    card.kept["session"] = here
    return command, None


def _remembers(card: Lie, _command: bytes, response: bytes) -> bytes:
    card.kept["answer"] = card.session.waiting
    return response


def _cut_at_once(card: Lie, command: bytes, response: bytes) -> bytes:
    """Give as many bytes as Le says, and lose the rest."""
    if response[:1] == b"\x61" and len(command) == 6 + byte_at(command, 4):
        answer, card.session.waiting = card.session.waiting, b""
        return answer[: command[-1]] + b"\x90\x00"
    return response


def _waits_always(card: Lie, command: bytes, response: bytes) -> bytes:
    """Every answer to a command with data waits, whatever its Le."""
    if len(command) > 5 and len(response) > 2 and command[:2] != _READ_RECORD:
        card.session.waiting = response[:-2]
        return bytes((0x61, (len(response) - 2) & 0xFF))
    return response


def _one_too_few(card: Lie, _command: bytes, response: bytes) -> bytes:
    """61xx tells one byte fewer than wait."""
    return (
        bytes((0x61, (response[1] - 1) & 0xFF))
        if response[:1] == b"\x61" and len(response) == 2
        else response
    )


def _read_as(size: int, wanted: tuple[int, ...]) -> Before:
    """READ RECORD with one of these Le is answered as if ``size`` had been asked for."""

    def before(_card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
        odd = command[:2] == _READ_RECORD and byte_at(command, 4) in wanted
        return (command[:4] + bytes((size,)) if odd else command), None

    return before


def _cut_record(card: Lie, command: bytes) -> tuple[bytes, bytes | None]:
    """READ RECORD gives the first Le bytes of a longer record."""
    if command[:4] != bytes.fromhex("00B2012C") or byte_at(command, 4) in (-1, 0, 0x12):
        return command, None
    record = card.card.transmit(bytes.fromhex("00B2012C12"))
    return command, record[: byte_at(command, 4)] + record[-2:]


def _refuses_long(card: Lie, command: bytes, response: bytes) -> bytes:
    """READ RECORD with too long an Le is 6700."""
    long = command[:2] == _READ_RECORD and byte_at(command, 4) > 0x12
    return b"\x67\x00" if long else response


def _as_contact(_card: Lie, command: bytes, response: bytes) -> bytes:
    """READ RECORD with Le = 00 gets 6Cxx on every face."""
    zero = command[:2] == _READ_RECORD and byte_at(command, 4) == 0 and len(response) > 2
    return bytes((0x6C, (len(response) - 2) & 0xFF)) if zero else response


def _after(name: str, lie: str, rule: str, after: After, case: str = "01") -> Defect:
    full = f"card/transport/{rule}"
    return Defect(name=name, lie=lie, rule=full, case=f"{full}/{case}", make=answers(after))


def _before(name: str, lie: str, rule: str, before: Before) -> Defect:
    full = f"card/transport/{rule}"
    return Defect(name=name, lie=lie, rule=full, case=f"{full}/01", make=changes(before))


def _outliving(card: PoweredCard) -> PoweredCard:
    return Lie(card, before=_outlives_reset, after=_remembers)


DEFECTS: tuple[Defect, ...] = (
    _after("waiting-told-short", "61xx tells one byte fewer than wait", "waiting", _one_too_few),
    _after("answer-fetched-twice", "An answer that was fetched waits still", "get-response", _twice),
    _before("get-response-zero-is-all", "GET RESPONSE with Le = 00 gives everything", "get-response-zero",
            _zero_is_all),
    _before("get-response-long-is-cut", "GET RESPONSE with too long an Le gives what there is",
            "get-response-long", _long_is_cut),
    _after("get-response-loses-rest", "What a short GET RESPONSE leaves is lost", "get-response-parts",
           _rest_is_lost),
    Defect(
        name="get-response-of-nothing",
        lie="GET RESPONSE answers 9000 when nothing waits",
        rule="card/transport/nothing-waits",
        case="card/transport/nothing-waits/01",
        make=turns("00C0", "6F00", "9000"),
    ),
    _after("answer-never-lost", "An answer waits on through other commands", "answer-lost", _never_lost),
    Defect(
        name="answer-outlives-reset",
        lie="An answer waits on through a reset",
        rule="card/transport/answer-ends-with-reset",
        case="card/transport/answer-ends-with-reset/01",
        make=_outliving,
    ),
    _after("answer-waits-always", "The answer waits though Le was enough", "le-given", _waits_always),
    _after("short-le-cuts", "A short Le gets so many bytes, and the rest is lost", "le-short", _cut_at_once),
    _before("read-zero-gives-all", "READ RECORD with Le = 00 gives the record over T=0", "right-length",
            _read_as(0x12, (0x00,))),
    _after("read-long-is-refused", "READ RECORD with too long an Le is 6700", "read-long", _refuses_long),
    _before("read-short-is-cut", "READ RECORD with a short Le gives the beginning of the record",
            "read-short", _cut_record),
    _after("contactless-answer-waits", "Answers wait behind 61xx over the contactless face", "direct",
           _waits_always, "01@contactless"),
    _after("contactless-zero-gets-6c", "READ RECORD with Le = 00 gets 6Cxx over the contactless face", "all",
           _as_contact, "01@contactless"),
)  # fmt: skip
